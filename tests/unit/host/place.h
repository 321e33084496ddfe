#ifndef QUIRE_TEST_PLACE_H
#define QUIRE_TEST_PLACE_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/cbor.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/store.h"
#include "tests/lib/check.h"

/* Folders that a test's stores are in, |place_dir| being that of the last one. */
static char place_top[] = "/tmp/quire-place-XXXXXX", place_dir[64];
static unsigned places;

static inline void
place_init(void)
{
	check(mkdtemp(place_top) != NULL);
	log_init("test", LOG_LEVEL_ERROR);
}

static int
place_remove_one(const char *path, const struct stat *st, int what,
    struct FTW *at)
{
	(void)st;
	(void)what;
	(void)at;
	return remove(path);
}

static inline void
place_done(void)
{
	check(nftw(place_top, place_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

static inline struct store *
open_again(struct store *s)
{
	store_close(s);
	check(store_open(&s, place_dir, false) == 0);
	return s;
}

static inline struct store *
fresh(void)
{
	snprintf(place_dir, sizeof(place_dir), "%s/%u", place_top, places++);
	return open_again(NULL);
}

/* The path of |name| in the store, until the next call. */
static inline const char *
place_path(const char *name)
{
	static char path[256];

	check(snprintf(path, sizeof(path), "%s/%s", place_dir, name) <
	      (int)sizeof(path));
	return path;
}

static inline const char *
tree_file(enum tree_kind kind, const struct id *id, uint64_t number)
{
	struct tree_name t = {.kind = kind, .id = *id, .number = number};
	char name[TREE_PATH_MAX];

	tree_path(name, &t);
	return place_path(name);
}

static inline bool
there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Write what somebody else, or a crash, put there. */
static inline void
scribble(const char *path, struct bytes data)
{
	check(file_write(AT_FDCWD, path, data, 0600) == 0);
}

/* What says |text|, until the next call: a header is of the shape of a signed file. */
static inline struct bytes
saying(enum tree_kind kind, const char *text)
{
	static struct buf b;

	buf_clear(&b);
	if (kind != TREE_ISSUE && kind != TREE_HEAD)
		return bytes_str(text);
	cbor_put_array(&b, 2);
	cbor_put_bytes(&b, text, strlen(text));
	cbor_put_array(&b, 0);
	check(buf_err(&b) == 0);
	return buf_bytes(&b);
}

static inline bool
holds(struct store *s, const struct tree_name *t, const char *text)
{
	struct buf b = {0};
	bool same = store_get(s, t, &b) == 0 &&
		    bytes_eq(buf_bytes(&b), saying(t->kind, text));

	buf_done(&b);
	return same;
}

/* Object |number| of |kind| in feed |feed|, which says |text|. */
static inline void
put_text(struct store *s, enum tree_kind kind, uint8_t feed, uint64_t number,
    const char *text)
{
	struct tree_name t = {.kind = kind, .id = {{feed}}, .number = number};

	check(store_put(s, &t, saying(kind, text), kind == TREE_ISSUE) == 0);
}

static inline bool
has(struct store *s, enum tree_kind kind, uint8_t feed, uint64_t number)
{
	struct tree_name t = {.kind = kind, .id = {{feed}}, .number = number};

	return store_has(s, &t);
}

/* The head of |feed| is |text|; NULL: there is none. */
static inline bool
head_is(struct store *s, uint8_t feed, const char *text)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = {{feed}}};

	return text == NULL ? !store_has(s, &t) : holds(s, &t, text);
}

#endif

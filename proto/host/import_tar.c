#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"
#include "proto/object/bundle.h"

#define FEEDS_MAX   1024
#define ENTRIES_MAX 1000000 /* of a bundle that is taken in */

struct place {
	uint64_t at, size;
};

struct tar {
	struct import_source src;
	int fd;
	struct map *map; /* index + 1 of a place, by hash of the path */
	struct place *place;
	size_t n, cap;
	struct id feed[FEEDS_MAX]; /* that have a first charter in it */
	size_t n_feed;
};

static void
path_key(struct id *ret, const char *path)
{
	crypto_generichash(ret->b, sizeof(ret->b), (const uint8_t *)path,
	    strlen(path), NULL, 0);
}

static int
read_at(int fd, void *dst, size_t n, uint64_t at)
{
	uint8_t *p = dst;

	while (n > 0) {
		ssize_t got = pread(fd, p, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return QERR_IO;
		if (got == 0)
			return QERR_TRUNCATED;
		p += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

static int
tar_get(struct import_source *src, const char *path, size_t max, struct buf *b)
{
	struct tar *t = (struct tar *)src;
	const struct place *p;
	struct id key;
	uint8_t *dst;
	void *i;

	path_key(&key, path);
	if ((i = map_get(t->map, &key)) == NULL)
		return QERR_ABSENT;
	p = &t->place[(uintptr_t)i - 1];
	if (p->size > max)
		return QERR_TOOBIG;
	if ((dst = buf_grow(b, (size_t)p->size)) == NULL)
		return buf_err(b);
	return read_at(t->fd, dst, (size_t)p->size, p->at);
}

static void
tar_close(struct import_source *src)
{
	struct tar *t = (struct tar *)src;

	if (t->fd >= 0)
		close(t->fd);
	map_free(t->map);
	free(t->place);
	free(t);
}

static int
add(struct tar *t, const struct tree_name *name, uint64_t at, uint64_t size)
{
	char path[TREE_PATH_MAX];
	struct id key;

	if (t->n == ENTRIES_MAX)
		return QERR_TOOBIG;
	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 256 : t->cap * 2;
		void *p = realloc(t->place, cap * sizeof(*t->place));

		if (p == NULL)
			return QERR_NOMEM;
		t->place = p;
		t->cap = cap;
	}
	t->place[t->n++] = (struct place){at, size};
	tree_path(path, name);
	path_key(&key, path);
	if (name->kind == TREE_CHARTER && name->number == 1 &&
	    t->n_feed < FEEDS_MAX && map_get(t->map, &key) == NULL)
		t->feed[t->n_feed++] = name->id;
	/* Of two of one name the last is meant, as tar has it. */
	return map_put(t->map, &key, (void *)(uintptr_t)t->n);
}

/* One walk over the headers; bytes are read when they are asked for. */
static int
look_through(struct tar *t)
{
	uint8_t block[BUNDLE_BLOCK];
	struct bundle_entry e;
	uint64_t at = 0;
	int err;

	for (;;) {
		err = read_at(t->fd, block, sizeof(block), at);
		if (err == QERR_TRUNCATED && at > 0)
			return 0; /* cut short: what is there is there */
		if (err == 0)
			err = bundle_read(&e, block);
		if (err == QERR_ENCODING && at > 0) {
			/* Damaged: the next one is somewhere behind it. */
			at += BUNDLE_BLOCK;
			continue;
		}
		if (err != 0 || e.end)
			return err;
		at += BUNDLE_BLOCK;
		if (e.known && (err = add(t, &e.name, at, e.size)) != 0)
			return err;
		if (e.size > UINT64_MAX / 4)
			return QERR_ENCODING;
		at += (e.size + BUNDLE_BLOCK - 1) / BUNDLE_BLOCK * BUNDLE_BLOCK;
	}
}

static int
tar_feeds(struct import_source *src, int (*fn)(void *, const struct id *),
    void *arg)
{
	struct tar *t = (struct tar *)src;
	int err = 0;

	for (size_t i = 0; i < t->n_feed && err == 0; i++)
		err = fn(arg, &t->feed[i]);
	return err;
}

int
import_tar(struct import_source **ret, const char *path)
{
	struct tar *t = calloc(1, sizeof(*t));
	int err;

	*ret = NULL;
	if (t == NULL)
		return QERR_NOMEM;
	t->src = (struct import_source){
	    .get = tar_get, .close = tar_close, .feeds = tar_feeds};
	t->map = map_new(0);
	/* Read here and there, so that a pipe will not do. */
	t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (t->fd < 0)
		err = import_error();
	else if (t->map == NULL)
		err = QERR_NOMEM;
	else
		err = look_through(t);
	if (err == 0 && t->n == 0)
		err = QERR_ENCODING; /* no bundle */
	if (err != 0) {
		tar_close(&t->src);
		return err;
	}
	*ret = &t->src;
	return 0;
}

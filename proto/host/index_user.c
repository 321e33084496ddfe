#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/index_inner.h"
#include "proto/host/log.h"
#include "proto/object/follow.h"

#define FOLLOWS_MAX (16 * 1024 * 1024)
#define READ_MAX    (64 * 1024 * 1024)

/*
 * When a feed was synced is the time of an empty file: it changes with every sync,
 * and a line in a list that must never be lost would cost as much as all the rest of
 * a sync with nothing new.
 */
#define SYNCED_MAX 96

static void
synced_name(char dst[SYNCED_MAX], const struct id *feed)
{
	char text[ID_TEXT_LEN + 1];

	id_text(text, feed);
	snprintf(dst, SYNCED_MAX, "synced-%s", text);
}

/* Open a file of the folder that is ours; negative with errno. */
static int
ours_open(const struct index *x, const char *name, int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", store_dir(x->store), name);
	return open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
}

static int64_t
synced_load(const struct index *x, const struct id *feed)
{
	char name[SYNCED_MAX];
	struct stat st;
	int64_t when = 0;
	int fd;

	synced_name(name, feed);
	fd = ours_open(x, name, O_RDONLY);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0)
		when = st.st_mtim.tv_sec;
	close(fd);
	return when;
}

static int
synced_save(const struct index *x, const struct id *feed, int64_t when)
{
	struct timespec t[2] = {{.tv_sec = when}, {.tv_sec = when}};
	char name[SYNCED_MAX];
	int fd, err = 0;

	synced_name(name, feed);
	fd = ours_open(x, name, O_WRONLY | O_CREAT);
	if (fd < 0 || futimens(fd, t) != 0) {
		err = errno == ENOSPC ? QERR_NOSPACE : QERR_IO;
		log_errno("%s/%s cannot be written", store_dir(x->store), name);
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static void
synced_forget(const struct index *x, const struct id *feed)
{
	char name[SYNCED_MAX], path[PATH_MAX];

	synced_name(name, feed);
	snprintf(path, sizeof(path), "%s/%s", store_dir(x->store), name);
	(void)unlink(path);
}

static void
follow_done(struct index_follow *f)
{
	sodium_memzero(&f->key, sizeof(f->key));
	if (f->link != NULL)
		sodium_memzero(f->link, strlen(f->link));
	free(f->link);
}

/* |*ret_other| is set if the feed was followed with another key. */
static int
follow_add(struct index *x, struct bytes link, struct index_follow **ret_other)
{
	struct follow *f = calloc(1, sizeof(*f));
	struct index_follow *p = NULL;
	int err = f == NULL ? QERR_NOMEM : follow_parse(f, link);

	if (err == 0 && (p = index_followed(x, &f->feed)) != NULL) {
		if (sodium_memcmp(&p->key, &f->key, sizeof(p->key)) != 0)
			*ret_other = p;
		follow_done(p);
	} else if (err == 0) {
		p = realloc(x->follow, (x->n_follow + 1) * sizeof(*p));
		if (p == NULL) {
			err = QERR_NOMEM;
		} else {
			x->follow = p;
			p = &x->follow[x->n_follow++];
		}
	}
	if (err == 0) {
		struct buf text;

		buf_init(&text, 0);
		follow_text(&text, f); /* as we write it, white space gone */
		*p = (struct index_follow){f->feed, f->key,
		    strndup((const char *)text.p, text.n),
		    synced_load(x, &f->feed)};
		buf_wipe(&text);
		if (p->link == NULL) {
			x->n_follow--;
			err = QERR_NOMEM;
		}
	}
	if (f != NULL)
		sodium_memzero(f, sizeof(*f));
	free(f);
	return err;
}

static int
follows_save(struct index *x)
{
	struct buf b;
	int err;

	buf_init(&b, FOLLOWS_MAX);
	for (size_t i = 0; i < x->n_follow; i++)
		buf_printf(&b, "%s\n", x->follow[i].link);
	err = buf_err(&b);
	if (err == 0)
		err = store_put_file(x->store, "follows", buf_bytes(&b));
	buf_wipe(&b);
	return err;
}

static int
follows_parse(struct index *x, struct bytes text)
{
	struct index_follow *other;
	int err = 0;

	while (text.n > 0 && err == 0) {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl == NULL ? text.n : (size_t)(nl - text.p);

		err = follow_add(x, bytes_of(text.p, n), &other);
		text.p += nl == NULL ? n : n + 1;
		text.n -= nl == NULL ? n : n + 1;
	}
	return qerr_is_peer_fault(err) ? QERR_ENCODING : err;
}

static void
read_key(struct id *ret, const struct id *feed, const uint8_t *id)
{
	uint8_t both[INDEX_KEY_LEN];

	memcpy(both, feed->b, 32);
	memcpy(both + 32, id, ARTICLE_ID_LEN);
	crypto_generichash(ret->b, sizeof(ret->b), both, sizeof(both), NULL, 0);
}

static int
read_load(struct index *x)
{
	struct buf b;
	struct id feed, key;
	int err;

	buf_init(&b, 0);
	err = store_get_file(x->store, "read", &b, READ_MAX);
	if (err == QERR_ABSENT)
		err = 0;
	/* A torn last entry is no entry. */
	for (size_t at = 0; at + INDEX_KEY_LEN <= b.n && err == 0;
	     at += INDEX_KEY_LEN) {
		memcpy(feed.b, b.p + at, 32);
		read_key(&key, &feed, b.p + at + 32);
		err = map_put(x->read, &key, x);
	}
	buf_done(&b);
	return err;
}

int
index_user_load(struct index *x)
{
	struct buf b;
	int err;

	if ((x->read = map_new(0)) == NULL)
		return QERR_NOMEM;
	buf_init(&b, 0);
	err = store_get_file(x->store, "follows", &b, FOLLOWS_MAX);
	if (err == QERR_ABSENT)
		err = 0;
	else if (err == 0 && (err = follows_parse(x, buf_bytes(&b))) != 0)
		log_error("%s/follows %s: mend the line, or delete the file "
			  "and follow again",
		    store_dir(x->store), qerr_str(err));
	buf_wipe(&b);
	return err != 0 ? err : read_load(x);
}

void
index_user_done(struct index *x)
{
	for (size_t i = 0; i < x->n_follow; i++)
		follow_done(&x->follow[i]);
	free(x->follow);
	map_free(x->read);
}

struct index_follow *
index_followed(struct index *x, const struct id *feed)
{
	for (size_t i = 0; i < x->n_follow; i++)
		if (id_eq(&x->follow[i].feed, feed))
			return &x->follow[i];
	return NULL;
}

int
index_follows(struct index *x,
    int (*fn)(void *, const struct id *feed, const char *link), void *arg)
{
	int err = 0;

	for (size_t i = 0; i < x->n_follow && err == 0; i++)
		err = fn(arg, &x->follow[i].feed, x->follow[i].link);
	return err;
}

int
index_key(struct index *x, const struct id *feed, struct reading_key *ret)
{
	const struct index_follow *f = index_followed(x, feed);

	if (f == NULL)
		return QERR_ABSENT;
	*ret = f->key;
	return 0;
}

int
index_follow(struct index *x, struct bytes link)
{
	struct index_follow *other = NULL;
	int err = follow_add(x, link, &other);

	/* What the one key did not open the other may. */
	if (err == 0 && other != NULL)
		err = index_drop(x, &other->feed);
	return err != 0 ? err : follows_save(x);
}

/* What was read of |feed|: who finds the file learns it. */
static int
read_forget(struct index *x, const struct id *feed)
{
	size_t kept = 0;
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = store_get_file(x->store, "read", &b, READ_MAX);
	for (size_t at = 0; at + INDEX_KEY_LEN <= b.n; at += INDEX_KEY_LEN)
		if (memcmp(b.p + at, feed->b, sizeof(feed->b)) != 0) {
			memmove(b.p + kept, b.p + at, INDEX_KEY_LEN);
			kept += INDEX_KEY_LEN;
		}
	if (err == 0)
		err = store_put_file(x->store, "read", bytes_of(b.p, kept));
	buf_done(&b);
	return err == QERR_ABSENT ? 0 : err;
}

int
index_unfollow(struct index *x, const struct id *feed)
{
	struct index_follow *f = index_followed(x, feed);
	int err;

	if (f == NULL)
		return QERR_ABSENT;
	/* It is followed until nothing tells of it, or nobody could ask for the rest. */
	if ((err = index_drop(x, feed)) != 0 ||
	    (err = read_forget(x, feed)) != 0 ||
	    (err = store_remove_file(x->store, "list")) != 0)
		return err;
	synced_forget(x, feed);
	follow_done(f);
	*f = x->follow[--x->n_follow];
	return follows_save(x);
}

int
index_synced(struct index *x, const struct id *feed, int64_t when)
{
	struct index_follow *f = index_followed(x, feed);

	if (f == NULL)
		return QERR_ABSENT;
	f->synced = when;
	return synced_save(x, feed, when);
}

bool
index_is_read(const struct index *x, const struct id *feed,
    const struct article_id *id)
{
	struct id key;

	read_key(&key, feed, id->b);
	return map_get(x->read, &key) != NULL;
}

/* Appended, so that it needs no lock and costs the same every time. */
int
index_mark_read(struct index *x, const struct index_article *a)
{
	uint8_t entry[INDEX_KEY_LEN];
	struct stat st;
	struct id key;
	int fd, err = 0;

	if (index_is_read(x, &a->feed, &a->id))
		return 0;
	memcpy(entry, a->feed.b, 32);
	memcpy(entry + 32, a->id.b, ARTICLE_ID_LEN);
	fd = ours_open(x, "read", O_WRONLY | O_CREAT | O_APPEND);
	if (fd < 0)
		return QERR_IO;
	/* Behind a torn entry nothing would be found again. */
	if (fstat(fd, &st) == 0 && st.st_size % INDEX_KEY_LEN != 0 &&
	    ftruncate(fd, st.st_size - st.st_size % INDEX_KEY_LEN) != 0)
		err = QERR_IO;
	if (err == 0 &&
	    write(fd, entry, sizeof(entry)) != (ssize_t)sizeof(entry))
		err = errno == ENOSPC ? QERR_NOSPACE : QERR_IO;
	close(fd);
	read_key(&key, &a->feed, a->id.b);
	return err != 0 ? err : map_put(x->read, &key, x);
}

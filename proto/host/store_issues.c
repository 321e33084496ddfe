#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/store_inner.h"

/*
 * Headers stand in blocks.  What is put of a block waits in memory, and becomes its new
 * file when a commit takes it: none is under way then, so that all that was put before
 * is in the tree, or lost.
 */

struct issues_put {
	struct id feed;
	uint64_t block;
	struct buf data;
	struct {
		size_t at, n; /* 0: not put */
	} of[ISSUES_BLOCK];
};

static void
put_free(struct issues_put *p)
{
	buf_done(&p->data);
	free(p);
}

static void
free_all(struct issues_puts *all)
{
	for (size_t i = 0; i < all->n; i++)
		put_free(all->of[i]);
	free(all->of);
	*all = (struct issues_puts){.n = 0};
}

void
store_issues_drop(struct store *s)
{
	free_all(&s->put);
}

void
store_issues_ended(struct store *s)
{
	free_all(&s->going);
	store_issues_changed(s);
}

static struct issues_put *
find(const struct issues_puts *all, const struct id *feed, uint64_t block)
{
	for (size_t i = all->n; i-- > 0;)
		if (all->of[i]->block == block &&
		    id_eq(&all->of[i]->feed, feed))
			return all->of[i];
	return NULL;
}

static bool
has(const struct issues_puts *all, const struct tree_name *t)
{
	const struct issues_put *p = find(all, &t->id, issues_block(t->number));

	return p != NULL && p->of[issues_place(t->number)].n > 0;
}

static struct issues_put *
add(struct store *s, const struct tree_name *t)
{
	struct issues_put *p = calloc(1, sizeof(*p));
	void *more =
	    realloc(s->put.of, (s->put.n + 1) * sizeof(struct issues_put *));

	if (more != NULL)
		s->put.of = more;
	if (p == NULL || more == NULL) {
		free(p);
		return NULL;
	}
	s->put.of[s->put.n++] = p;
	p->feed = t->id;
	p->block = issues_block(t->number);
	buf_init(&p->data, 0);
	return p;
}

/* Said once, not each time that somebody tries: of the last one. */
static void
say_refused(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];

	if (s->refused.number == t->number && id_eq(&s->refused.feed, &t->id))
		return;
	s->refused.feed = t->id;
	s->refused.number = t->number;
	tree_path(path, t);
	log_error("the store: header %llu cannot be added to %s, for those "
		  "before it cannot be read: nothing new of this feed is kept "
		  "until they can, or until a start that fetches them again",
	    (unsigned long long)t->number, path);
}

/*
 * True if a commit can put it behind what is there, or will be.  One that could not would
 * take all others with it.
 */
static bool
can_follow(struct store *s, const struct tree_name *t)
{
	struct tree_name before = *t;
	struct buf b;
	int err;

	before.number--;
	if (has(&s->put, &before) || has(&s->going, &before))
		return true;
	buf_init(&b, 0);
	err = store_issues_get(s, t, &b);
	buf_done(&b);
	return err == 0 || (err == QERR_ABSENT &&
			       (before.number == 0 || store_has(s, &before)));
}

int
store_issues_put(struct store *s, const struct tree_name *t, struct bytes data)
{
	struct issues_put *p = find(&s->put, &t->id, issues_block(t->number));
	size_t i = issues_place(t->number);
	int err;

	if (!can_follow(s, t)) {
		say_refused(s, t);
		return QERR_IO;
	}
	if (id_eq(&s->refused.feed, &t->id))
		s->refused.number = 0;
	if (p == NULL && (p = add(s, t)) == NULL)
		return QERR_NOMEM;
	buf_put(&p->data, data.p, data.n);
	if ((err = buf_err(&p->data)) == 0) {
		p->of[i].at = p->data.n - data.n;
		p->of[i].n = data.n;
	}
	return err;
}

/* The files of block |path| below |dir|, in |b|; none if there is no such block. */
static int
read_block(struct issues *ret, int dir, const char *path, struct buf *b)
{
	int err = file_read(b, dir, path, ISSUES_MAX);

	ret->n = 0;
	if (err == 0)
		issues_split(ret, buf_bytes(b));
	return err == QERR_ABSENT || err == QERR_TOOBIG ? 0 : err;
}

/* What is there with what was put.  Behind a gap nobody would find one. */
static int
merge(struct buf *b, const struct issues_put *p, const struct issues *old)
{
	bool gap = false;

	for (size_t i = 0; i < ISSUES_BLOCK; i++) {
		if (gap && p->of[i].n > 0)
			return QERR_IO;
		if (p->of[i].n > 0)
			buf_put(b, p->data.p + p->of[i].at, p->of[i].n);
		else if (i < old->n)
			buf_put(b, old->file[i].p, old->file[i].n);
		else
			gap = true;
	}
	return buf_err(b);
}

/* True if the block before that of |p| is whole, or will be with this commit. */
static bool
follows(struct store *s, const struct issues_put *p)
{
	struct tree_name t = {.kind = TREE_ISSUE,
	    .id = p->feed,
	    .number = (p->block - 1) * ISSUES_BLOCK};

	return p->block == 1 || has(&s->put, &t) || store_has(s, &t);
}

/* Its new file waits for the commit. */
static int
stage(struct store *s, const struct issues_put *p)
{
	struct tree_name t = {
	    .kind = TREE_ISSUES, .id = p->feed, .number = p->block};
	char path[TREE_PATH_MAX];
	struct issues old;
	struct buf was, b;
	int err;

	tree_path(path, &t);
	buf_init(&was, 0);
	buf_init(&b, 0);
	err = read_block(&old, s->fd, path, &was);
	if (err == 0 && old.n == 0 && !follows(s, p))
		err = QERR_IO;
	if (err == 0)
		err = merge(&b, p, &old);
	if (err == 0)
		err = store_stage_file(s, path, buf_bytes(&b));
	buf_done(&was);
	buf_done(&b);
	return err;
}

int
store_issues_take(struct store *s)
{
	int err = 0;

	for (size_t i = 0; i < s->put.n && err == 0; i++)
		err = stage(s, s->put.of[i]);
	if (err != 0)
		return err;
	for (size_t i = 0; i < s->put.n; i++)
		buf_done(&s->put.of[i]->data);
	s->going = s->put;
	s->put = (struct issues_puts){.n = 0};
	return 0;
}

int
store_issues_waiting(const struct store *s, const struct tree_name *t,
    struct buf *b)
{
	const struct issues_put *p =
	    find(&s->put, &t->id, issues_block(t->number));
	size_t i = issues_place(t->number);

	if (p == NULL || p->of[i].n == 0)
		return QERR_ABSENT;
	buf_put(b, p->data.p + p->of[i].at, p->of[i].n);
	return buf_err(b);
}

int
issues_get(int dir, const struct tree_name *t, struct buf *b)
{
	char path[TREE_PATH_MAX];
	struct issues is;
	size_t i = issues_place(t->number);
	struct buf block;
	int err;

	tree_path(path, t);
	buf_init(&block, 0);
	err = read_block(&is, dir, path, &block);
	if (err == 0 && i >= is.n)
		err = QERR_ABSENT;
	if (err == 0) {
		buf_put(b, is.file[i].p, is.file[i].n);
		err = buf_err(b);
	}
	buf_done(&block);
	return err;
}

/* Read last, by who keeps the tree: peers ask for one after another. */
static bool
is_known(const struct store *s, const struct tree_name *t)
{
	return s->block.number == issues_block(t->number) &&
	       issues_place(t->number) < s->block.issues.n &&
	       id_eq(&s->block.feed, &t->id);
}

void
store_issues_changed(struct store *s)
{
	s->block.number = 0;
}

int
store_issues_get(struct store *s, const struct tree_name *t, struct buf *b)
{
	char path[TREE_PATH_MAX];
	const struct bytes *file;
	int err;

	if (s->readonly) /* another process may change it */
		return issues_get(s->fd, t, b);
	if (!is_known(s, t)) {
		tree_path(path, t);
		store_issues_changed(s);
		buf_clear(&s->block.b);
		if ((err = read_block(&s->block.issues, s->fd, path,
			 &s->block.b)) != 0)
			return err;
		s->block.feed = t->id;
		s->block.number = issues_block(t->number);
	}
	if (!is_known(s, t))
		return QERR_ABSENT;
	file = &s->block.issues.file[issues_place(t->number)];
	buf_put(b, file->p, file->n);
	return buf_err(b);
}

/* Forgetting. */

/* How many of |block| come before issue |from|. */
static size_t
count_before(uint64_t block, uint64_t from)
{
	if (block == issues_block(from))
		return issues_place(from);
	return block < issues_block(from) ? ISSUES_BLOCK : 0;
}

void
store_issues_unwait(struct store *s, const struct id *feed, uint64_t from)
{
	size_t kept = 0, n = s->put.n, keep;

	for (size_t i = 0; i < n; i++) {
		struct issues_put *p = s->put.of[i];

		keep = id_eq(&p->feed, feed) ? count_before(p->block, from)
					     : ISSUES_BLOCK;
		for (size_t k = keep; k < ISSUES_BLOCK; k++)
			p->of[k].n = 0;
		if (keep > 0)
			s->put.of[kept++] = p;
		else
			put_free(p);
	}
	s->put.n = kept;
}

/* The first |n| files of a block stay: that needs no room. */
static int
cut(struct store *s, const char *path, size_t n)
{
	struct issues is;
	struct buf b;
	int err, fd;

	buf_init(&b, 0);
	err = read_block(&is, s->fd, path, &b);
	if (err == 0 && n < is.n) {
		fd = openat(s->fd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 || ftruncate(fd, (off_t)issues_size(&is, n)) != 0 ||
		    fsync(fd) != 0)
			err = store_error("cut off headers");
		if (fd >= 0)
			close(fd);
	}
	buf_done(&b);
	return err;
}

int
store_issues_forget(struct store *s, const struct id *feed, uint64_t from)
{
	struct tree_name t = {.kind = TREE_ISSUES, .id = *feed};
	char path[TREE_PATH_MAX];
	uint64_t first = issues_block(from) + (issues_place(from) > 0);
	int err = 0;

	store_issues_changed(s);
	for (t.number = first; store_has(s, &t);)
		t.number++;
	/* From the end, so that a crash leaves no hole. */
	while (t.number > first && err == 0) {
		t.number--;
		tree_path(path, &t);
		if (unlinkat(s->fd, path, 0) != 0 && errno != ENOENT)
			err = store_error("delete a file");
	}
	if (err == 0 && issues_place(from) > 0) {
		t.number = issues_block(from);
		tree_path(path, &t);
		err = cut(s, path, issues_place(from));
	}
	return err;
}

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/store_inner.h"
#include "proto/host/store_row.h"

int
store_feeds(struct store *s, int (*fn)(void *, const struct id *), void *arg)
{
	DIR *d = file_folder(s->fd, "feed");
	struct dirent *e;
	struct id feed;
	int err = 0;

	if (d == NULL)
		return errno == ENOENT ? 0 : store_error("list feeds");
	while (err == 0 && (e = readdir(d)) != NULL)
		if (id_parse(&feed, e->d_name, strlen(e->d_name)) == 0)
			err = fn(arg, &feed);
	closedir(d);
	return err;
}

/* Append one more to a row.  A file that cannot be one of ours is not there. */
static int
get_next(struct store *s, const struct tree_name *t, struct buf *b,
    struct buf *ends)
{
	size_t before = b->n;
	int err = store_get(s, t, b);

	if (err == QERR_TOOBIG) {
		b->n = before;
		err = QERR_ABSENT;
	}
	if (err == 0)
		buf_put_le32(ends, (uint32_t)b->n);
	return err;
}

static int
get_row(struct store *s, struct tree_name t, struct buf *b, struct buf *ends)
{
	int err;

	while ((err = get_next(s, &t, b, ends)) == 0)
		t.number++;
	return err == QERR_ABSENT ? buf_err(ends) : err;
}

int
store_charters(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	return get_row(s,
	    (struct tree_name){.kind = TREE_CHARTER, .id = *feed, .number = 1},
	    b, ends);
}

static void
say_unreadable(const struct tree_name *t)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	log_error("the store: %s cannot be read: make it readable; what was "
		  "followed is fetched again once it is deleted",
	    path);
}

/* The headers from |number| on, up to |last|, a block at a time. */
static int
get_headers(struct store *s, const struct id *feed, uint64_t number,
    uint64_t last, struct buf *b, struct buf *ends)
{
	struct tree_name t = {.kind = TREE_ISSUES, .id = *feed};
	struct issues is;
	struct buf block;
	bool more = true;
	int err = 0;

	buf_init(&block, 0);
	for (t.number = issues_block(number); more; t.number++) {
		buf_clear(&block);
		if ((err = store_get(s, &t, &block)) != 0)
			break;
		issues_split(&is, buf_bytes(&block));
		for (size_t i = issues_place(number);
		     i < is.n && number <= last; i++, number++) {
			buf_put(b, is.file[i].p, is.file[i].n);
			buf_put_le32(ends, (uint32_t)b->n);
		}
		more = is.n == ISSUES_BLOCK && number <= last;
	}
	buf_done(&block);
	if (err != 0 && err != QERR_ABSENT && err != QERR_TOOBIG) {
		if (err == QERR_IO)
			say_unreadable(&t);
		return err;
	}
	return buf_err(b) != 0 ? buf_err(b) : buf_err(ends);
}

int
store_headers(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	return get_headers(s, feed, 1, UINT64_MAX, b, ends);
}

int
store_proofs(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	char path[TREE_PATH_MAX], name[ID_TEXT_LEN + 1];
	struct tree_name t = {.kind = TREE_PROOF, .id = *feed};
	struct dirent *e;
	int err = 0;
	DIR *d;

	id_text(name, feed);
	snprintf(path, sizeof(path), "feed/%s/proof", name);
	d = file_folder(s->fd, path);
	if (d == NULL)
		return errno == ENOENT ? 0 : store_error("list proofs");
	while (err == 0 && ends->n < 4 * STORE_PROOFS_MAX &&
	       (e = readdir(d)) != NULL) {
		if (dec_parse(&t.number, e->d_name, strlen(e->d_name)) != 0)
			continue;
		err = get_next(s, &t, b, ends);
		if (err == QERR_ABSENT)
			err = 0;
	}
	closedir(d);
	return err != 0 ? err : buf_err(ends);
}

int
store_headers_kept(struct store *s, const struct id *feed, struct row *r)
{
	struct buf ends;
	int err = row_read(r, s->fd, feed);

	buf_init(&ends, 0);
	if (err == 0)
		err = get_headers(s, feed, r->n_kept + 1, UINT64_MAX, &r->tail,
		    &ends);
	if (err == 0)
		err = row_extend(r, buf_bytes(&ends));
	buf_done(&ends);
	return err;
}

/* True if the headers in |r| are |f|'s, to the last. */
static bool
are_accepted(const struct row *r, const struct feed *f)
{
	struct id leaf;

	if (r->n != feed_head(f))
		return false;
	for (size_t i = 0; i < r->n; i++)
		if (row_leaf(r, i, &leaf) != 0 ||
		    !id_eq(&leaf, feed_leaf(f, i + 1)))
			return false;
	return true;
}

/* Read the headers behind those kept anew, up to |last|. */
static int
reread(struct store *s, const struct id *feed, struct row *r, uint64_t last)
{
	struct buf ends;
	int err;

	row_cut(r, r->n_kept);
	buf_clear(&r->tail);
	buf_init(&ends, 0);
	err = get_headers(s, feed, r->n_kept + 1, last, &r->tail, &ends);
	if (err == 0)
		err = row_extend(r, buf_bytes(&ends));
	buf_done(&ends);
	return err;
}

int
store_keep_headers(struct store *s, struct feed *f, struct row *r)
{
	int err = 0;

	if (r->n != feed_head(f))
		err = reread(s, feed_id(f), r, feed_head(f));
	if (err != 0 || !are_accepted(r, f))
		row_done(r);
	else if (!s->readonly)
		err = row_append(s->fd, r, f);
	return err == QERR_NOMEM ? err : 0; /* only time is lost */
}

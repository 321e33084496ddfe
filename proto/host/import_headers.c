#include <string.h>

#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"
#include "proto/object/issues.h"

static int
add_headers(struct import *m, uint64_t first, const struct bytes *file,
    size_t n, size_t *ret_good)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct header h;
	int err = 0;

	for (*ret_good = 0; *ret_good < n; ++*ret_good)
		if ((err = feed_add_header(m->feed, file[*ret_good], &h)) != 0)
			break;
	if (err == 0 || qerr_is_fatal(err))
		return err;
	t.number = first + *ret_good;
	m->r->forked = m->r->forked || err == QERR_FORK;
	import_blame(m, &t, err);
	return err;
}

static int
keep_header(struct import *m, uint64_t number, struct bytes file)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = m->id, .number = number};
	struct header h;
	int err;

	if ((err = header_peek(&h, file)) != 0 ||
	    (err = shelf_add(&m->shelf, &h)) != 0)
		return err;
	if (m->aside != NULL) {
		buf_put(m->aside, file.p, file.n);
		return 0;
	}
	if ((err = store_put(m->store, &t, file, true)) != 0)
		return err;
	m->r->headers++;
	return 0;
}

/* The bytes of ours before issue |number| in its block. */
static size_t
size_of_ours(struct import *m, uint64_t number)
{
	struct tree_name t = {
	    .kind = TREE_ISSUES, .id = m->id, .number = issues_block(number)};
	size_t n = issues_place(number), size = 0;
	struct issues is;
	struct buf b;

	buf_init(&b, 0);
	if (n > 0 && store_get(m->store, &t, &b) == 0) {
		issues_split(&is, buf_bytes(&b));
		size = n <= is.n ? issues_size(&is, n) : 0;
	}
	buf_done(&b);
	return size;
}

/* True if |is| begins with the header of issue |number|. */
static bool
begins_with(const struct issues *is, uint64_t number)
{
	struct header h;

	return is->n > 0 && header_read(&h, is->file[0]) == 0 &&
	       h.number == number;
}

/*
 * The headers from issue |number| on, in its block, which is in |b|: 0 and one at least, or
 * QERR_*.  Those before are ours already, and header files of one body have one size; who
 * has another in our place gives it all.
 */
static int
get_block(struct import *m, uint64_t number, struct buf *b, struct issues *ret)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = m->id, .number = number};
	size_t skip = issues_place(number), size = size_of_ours(m, number);
	int err;

	if (size > 0 && import_get_from(m->src, &t, size, ISSUES_MAX, b) == 0) {
		issues_split(ret, buf_bytes(b));
		if (begins_with(ret, number))
			return 0;
	}
	if ((err = import_try(m, &t, ISSUES_MAX, b)) != 0)
		return err;
	issues_split(ret, buf_bytes(b));
	if (ret->n <= skip)
		return QERR_TRUNCATED;
	ret->n -= skip;
	memmove(ret->file, ret->file + skip, ret->n * sizeof(ret->file[0]));
	return 0;
}

int
import_header(struct import *m, uint64_t number, struct buf *b)
{
	struct issues is;
	struct buf block;
	int err;

	buf_init(&block, 0);
	if ((err = get_block(m, number, &block, &is)) == 0) {
		buf_put(b, is.file[0].p, is.file[0].n);
		err = buf_err(b);
	}
	buf_done(&block);
	return err;
}

/* True if |n| headers from |first| on are those up to |last|, or to the end of its block.
 * Who gave them in drops would have us fetch the block again for each. */
static bool
is_whole(uint64_t first, size_t n, uint64_t last)
{
	return first + n > last || issues_place(first + n) == 0;
}

/* Headers from |first| on, up to |last|, of one block, or as many of them as hold. */
static int
take_block(struct import *m, uint64_t first, uint64_t last)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id, .number = first};
	struct issues is;
	struct buf b;
	size_t n = 0, good = 0;
	int err, fault;

	buf_init(&b, 0);
	err = fault = get_block(m, first, &b, &is);
	if (err == 0) {
		n = last - first < is.n ? (size_t)(last - first) + 1 : is.n;
		err = fault = add_headers(m, first, is.file, n, &good);
		if (fault == 0 && !is_whole(first, n, last))
			fault = QERR_TRUNCATED;
	}
	if (good == n && fault != 0) /* the head said that it is there */
		import_blame(m, &t, fault);
	err = qerr_is_fatal(err) ? err : 0;
	for (size_t i = 0; i < good && err == 0; i++)
		err = keep_header(m, first + i, is.file[i]);
	if (err == 0)
		err = import_commit(m);
	if (err == 0 && fault == QERR_FORK && m->aside == NULL)
		err = import_rival(m, is.file[good]);
	buf_done(&b);
	return err != 0 ? err : fault;
}

/* The head, which could not be compared before what is in front of it was here. */
static int
compare_head(struct import *m, struct bytes file)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	struct header h;

	if (m->r->forked || feed_check_head(m->feed, file, &h) != QERR_FORK)
		return 0;
	import_blame(m, &t, QERR_FORK);
	return import_rival(m, file);
}

/* The head is not to be had.  Where nothing was published there is none. */
static void
miss_head(struct import *m, int err)
{
	struct tree_name head = {.kind = TREE_HEAD, .id = m->id};
	struct buf b;

	buf_init(&b, 0);
	if (!qerr_is_fatal(err) &&
	    (err != QERR_ABSENT ||
		import_header(m, feed_head(m->feed) + 1, &b) == 0))
		import_blame(m, &head, err);
	buf_done(&b);
}

int
import_up_to(struct import *m, uint64_t head)
{
	int err = 0;

	while (err == 0 && !m->r->forked && feed_head(m->feed) < head)
		err = take_block(m, feed_head(m->feed) + 1, head);
	return err;
}

int
import_headers(struct import *m)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	bool proved = m->r->forked;
	struct header h = {.number = 0};
	int err, fault;
	struct buf b;

	buf_init(&b, 0);
	err = import_try(m, &t, HEADER_FILE_MAX, &b);
	if (err != 0) {
		miss_head(m, err);
	} else {
		err = feed_check_head(m->feed, buf_bytes(&b), &h);
		m->r->rollback = err == QERR_ROLLBACK;
		m->r->forked = m->r->forked || err == QERR_FORK;
		if (err != 0 && err != QERR_ROLLBACK && err != QERR_DUPLICATE)
			import_blame(m, &t, err);
		if (err == 0 || err == QERR_DUPLICATE)
			if ((fault = import_proof(m, h.number)) != 0)
				err = fault;
		proved = proved || (m->r->forked && err != QERR_FORK);
	}
	if (err == 0) {
		err = import_up_to(m, h.number);
		/* What we had may be another than the pinned. */
		if (err == QERR_PINNED && (err = import_pinned(m)) == 0)
			err = import_up_to(m, h.number);
	}
	if (!qerr_is_fatal(err) && b.n > 0 &&
	    (fault = compare_head(m, buf_bytes(&b))) != 0)
		err = fault;
	buf_done(&b);
	if (!qerr_is_fatal(err) && m->r->forked && !proved)
		err = import_proof_made(m, h.number);
	return qerr_is_fatal(err) ? err : 0;
}

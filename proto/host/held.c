#include "proto/host/held.h"

#include <stdlib.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/host/log.h"
#include "proto/object/proof.h"

static int
cut_rows(struct bytes **ret, size_t *ret_n, const struct buf *b,
    const struct buf *ends)
{
	size_t n = ends->n / 4;

	if ((*ret = calloc(n + 1, sizeof(**ret))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = bytes_part(buf_bytes(b), buf_bytes(ends), i);
	*ret_n = n;
	return 0;
}

/* The proof that the charters are forked: what it takes back is not here. */
static void
take_fork(struct held *h, struct store *s, struct feed *f)
{
	struct bytes a, b;
	uint64_t floor;

	if (proof_decode(buf_bytes(&h->fork), &a, &b) != 0 ||
	    feed_add_fork(f, a, b, &floor) != 0)
		return;
	h->n_charter = (size_t)feed_charter(f)->version;
	/* After a crash they are still there. */
	(void)store_forget_charters(s, feed_id(f), h->n_charter + 1);
}

static int
take_charters(struct held *h, struct store *s, struct feed *f)
{
	struct id sum;
	uint64_t floor;
	bool known;
	int err = 0;

	charters_sum(&sum, h->charter, h->n_charter, buf_bytes(&h->fork));
	known = id_eq(&sum, &h->row.end.charters);
	for (size_t i = 0; i < h->n_charter && err == 0; i++) {
		err = known ? feed_take_up_charter(f, h->charter[i])
			    : feed_add_charter(f, h->charter[i], &floor);
		if (err != 0)
			h->n_charter = i;
	}
	if (h->n_charter > 0 && h->fork.n > 0 && !qerr_is_fatal(err))
		take_fork(h, s, f);
	return qerr_is_fatal(err) ? err : 0;
}

/* The roots that the headers up to |n| announce, as keys. */
static int
roots_of(const struct row *r, size_t n, struct map **ret)
{
	struct header h;
	int err = 0;

	if ((*ret = map_new(0)) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n && err == 0; i++) {
		if (row_header(r, i, &h) != 0)
			continue;
		for (size_t k = 0; k < h.n_pack && err == 0; k++)
			err = map_put(*ret, &h.pack[k].root, *ret);
	}
	return err;
}

/*
 * A charter ended the key of headers from |i| on, and whoever took it in was killed: their
 * packs go before them, or nothing would know any more that they are to go.
 */
static int
drop_packs(struct store *s, const struct row *r, size_t i)
{
	struct map *stay = NULL;
	struct header h;
	int err = roots_of(r, i, &stay);

	for (; i < r->n && err == 0; i++) {
		if (row_header(r, i, &h) != 0)
			continue;
		for (size_t k = 0; k < h.n_pack && err == 0; k++) {
			struct tree_name t = {
			    .kind = TREE_PACK, .id = h.pack[k].root};

			if (map_get(stay, &t.id) == NULL && store_has(s, &t))
				err = store_forget(s, &t);
		}
	}
	map_free(stay);
	return err;
}

static bool
has_died(int err)
{
	return err == QERR_REVOKED || err == QERR_KEY || err == QERR_QUORUM;
}

/* The headers from |i| on, which follow |f|, as far as they do. */
static int
take_headers(struct held *h, struct store *s, struct feed *f, size_t i)
{
	struct row *r = &h->row;
	struct header got;
	int err = 0, dropped;

	while (i < r->n &&
	       (err = feed_add_header(f, row_file(r, i), &got)) == 0)
		i++;
	if (i == r->n || qerr_is_fatal(err))
		return err;
	if (err == QERR_PINNED) { /* which of them it is nobody knows */
		feed_cut(f, 0);
		i = 0;
	}
	if (has_died(err) && (dropped = drop_packs(s, r, i)) != 0)
		return dropped;
	row_cut(r, i);
	if (!qerr_is_peer_fault(err))
		return 0;
	log_warn("the store: headers of a feed do not follow one another; "
		 "they are fetched again");
	r->end = (struct row_end){.n = 0};
	return store_forget_headers(s, feed_id(f), i + 1);
}

static int
load_charters(struct held *h, struct store *s, struct feed *f)
{
	struct tree_name t = {.kind = TREE_CHARTERS, .id = *feed_id(f)};
	struct buf ends;
	int err;

	buf_init(&ends, 0);
	if ((err = store_charters(s, feed_id(f), &h->charters, &ends)) == 0)
		err = cut_rows(&h->charter, &h->n_charter, &h->charters, &ends);
	buf_done(&ends);
	if (err == 0 && store_get(s, &t, &h->fork) != 0)
		buf_clear(&h->fork);
	return err != 0 ? err : take_charters(h, s, f);
}

static int
read_headers(struct held *h, struct store *s, const struct id *feed, bool kept)
{
	struct buf ends;
	int err;

	if (kept)
		return store_headers_kept(s, feed, &h->row);
	buf_init(&ends, 0);
	if ((err = store_headers(s, feed, &h->row.tail, &ends)) == 0)
		err = row_extend(&h->row, buf_bytes(&ends));
	buf_done(&ends);
	return err;
}

/*
 * Those that are kept.  If the charters do not let them count any more, or not all of
 * them, all come from the tree.
 */
static int
take_kept(struct held *h, struct store *s, struct feed *f)
{
	struct row *r = &h->row;
	struct feed_kept k;
	int err = 0;

	for (size_t i = 0; i < r->n_kept && err == 0; i++) {
		row_kept(r, i, &k);
		err = feed_take_up(f, &k);
	}
	if (err == 0 && r->n_kept > 0)
		err = feed_taken_up(f, &r->history);
	if (err == 0 || err == QERR_NOMEM)
		return err;
	feed_cut(f, 0);
	row_done(r);
	return read_headers(h, s, feed_id(f), false);
}

static void
begin(struct held *h)
{
	*h = (struct held){.n_charter = 0};
	buf_init(&h->charters, 0);
	buf_init(&h->fork, 0);
	row_init(&h->row);
}

int
held_load(struct held *ret, struct store *s, struct feed *f, bool kept)
{
	struct row *r = &ret->row;
	int err;

	begin(ret);
	if ((err = read_headers(ret, s, feed_id(f), kept)) != 0 ||
	    (err = load_charters(ret, s, f)) != 0)
		return err;
	/* Without a charter nothing can be said about headers. */
	if (ret->n_charter == 0) {
		row_cut(r, 0);
		r->end = (struct row_end){.n = 0};
		return 0;
	}
	if ((err = take_kept(ret, s, f)) != 0)
		return err;
	return take_headers(ret, s, f, r->n_kept);
}

int
held_charters(struct store *s, struct feed *f, const struct id *sum)
{
	struct held h;
	struct id is;
	int err;

	begin(&h);
	h.row.end.charters = *sum;
	err = load_charters(&h, s, f);
	charters_sum(&is, h.charter, h.n_charter, buf_bytes(&h.fork));
	if (err == 0 && (!id_eq(&is, sum) || h.n_charter == 0 || h.fork.n > 0))
		err = QERR_ABSENT;
	held_done(&h);
	return err;
}

void
held_done(struct held *h)
{
	free(h->charter);
	buf_done(&h->charters);
	buf_done(&h->fork);
	row_done(&h->row);
	*h = (struct held){.n_charter = 0};
}

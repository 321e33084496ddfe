#include "proto/host/held.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"
#include "proto/host/store_row.h"

static int
cut_rows(struct bytes **ret, size_t *ret_n, const struct buf *b,
    const struct buf *ends)
{
	size_t at = 0, n = ends->n / 4;

	if ((*ret = calloc(n + 1, sizeof(**ret))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t end = load_le32(ends->p + 4 * i);

		(*ret)[i] = bytes_of(b->p + at, end - at);
		at = end;
	}
	*ret_n = n;
	return 0;
}

static int
take_charters(struct held *h, struct feed *f)
{
	uint64_t floor;
	int err = 0;

	for (size_t i = 0; i < h->n_charter && err == 0; i++)
		if ((err = feed_add_charter(f, h->charter[i], &floor)) != 0)
			h->n_charter = i;
	return qerr_is_fatal(err) ? err : 0;
}

/* The headers from |i| on, which follow |f|, as far as they do. */
static int
take_headers(struct held *h, struct store *s, struct feed *f, size_t i)
{
	struct header got;
	int err;

	if (i == h->n_header)
		return 0;
	err = feed_add_headers(f, h->header + i, h->n_header - i);
	if (err == 0 || qerr_is_fatal(err))
		return err;
	/* One by one, to see how far they do. */
	while (i < h->n_header &&
	       (err = feed_add_header(f, h->header[i], &got)) == 0)
		i++;
	h->n_header = i;
	if (!qerr_is_peer_fault(err))
		return qerr_is_fatal(err) ? err : 0;
	log_warn("the store: headers of a feed do not follow one another; "
		 "they are fetched again");
	return store_forget_headers(s, feed_id(f), i + 1);
}

/* Keep all headers for next time, if many of them were read one by one. */
static int
keep(const struct held *h, struct store *s, const struct feed *f,
    const struct buf *ends, size_t n_kept)
{
	struct buf leaves;
	size_t n = (size_t)feed_head(f);
	int err;

	if (n < n_kept + ROW_WORTH)
		return 0;
	buf_init(&leaves, 0);
	for (size_t i = 1; i <= n; i++)
		buf_put(&leaves, feed_leaf(f, i)->b, sizeof(struct id));
	err = buf_err(&leaves);
	if (err == 0)
		err = store_keep_headers(s, feed_id(f),
		    bytes_of(h->headers.p, load_le32(ends->p + 4 * (n - 1))),
		    bytes_of(ends->p, 4 * n), buf_bytes(&leaves));
	buf_done(&leaves);
	return err == QERR_NOMEM ? err : 0; /* only time is lost */
}

static int
load_headers(struct held *h, struct store *s, struct feed *f, bool kept)
{
	struct buf ends, leaves;
	size_t n_kept = 0;
	int err;

	buf_init(&ends, 0);
	buf_init(&leaves, 0);
	if (kept)
		err = store_headers_kept(s, feed_id(f), &h->headers, &ends,
		    &leaves);
	else
		err = store_headers(s, feed_id(f), &h->headers, &ends);
	if (err == 0)
		err = cut_rows(&h->header, &h->n_header, &h->headers, &ends);
	if (err == 0 &&
	    feed_take_up(f, h->header, (const struct id *)(void *)leaves.p,
		leaves.n / sizeof(struct id)) == 0)
		n_kept = leaves.n / sizeof(struct id);
	if (err == 0)
		err = take_headers(h, s, f, n_kept);
	if (err == 0 && kept)
		err = keep(h, s, f, &ends, n_kept);
	buf_done(&ends);
	buf_done(&leaves);
	return err;
}

int
held_load(struct held *ret, struct store *s, struct feed *f, bool kept)
{
	struct buf ends;
	int err;

	*ret = (struct held){.n_charter = 0};
	buf_init(&ret->charters, 0);
	buf_init(&ret->headers, 0);
	buf_init(&ends, 0);
	if ((err = store_charters(s, feed_id(f), &ret->charters, &ends)) == 0)
		err = cut_rows(&ret->charter, &ret->n_charter, &ret->charters,
		    &ends);
	if (err == 0)
		err = take_charters(ret, f);
	/* Without a charter nothing can be said about headers. */
	if (err == 0 && ret->n_charter > 0)
		err = load_headers(ret, s, f, kept);
	buf_done(&ends);
	return err;
}

void
held_done(struct held *h)
{
	free(h->charter);
	free(h->header);
	buf_done(&h->charters);
	buf_done(&h->headers);
	*h = (struct held){.n_charter = 0};
}

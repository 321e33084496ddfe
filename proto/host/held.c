#include "proto/host/held.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

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

static int
take_headers(struct held *h, struct store *s, struct feed *f)
{
	struct header got;
	int err = feed_add_headers(f, h->header, h->n_header);
	size_t i = 0;

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

int
held_load(struct held *ret, struct store *s, struct feed *f)
{
	const struct id *id = feed_id(f);
	struct buf ends;
	int err;

	*ret = (struct held){.n_charter = 0};
	buf_init(&ret->charters, 0);
	buf_init(&ret->headers, 0);
	buf_init(&ends, 0);
	if ((err = store_charters(s, id, &ret->charters, &ends)) == 0)
		err = cut_rows(&ret->charter, &ret->n_charter, &ret->charters,
		    &ends);
	if (err == 0)
		err = take_charters(ret, f);
	buf_clear(&ends);
	/* Without a charter nothing can be said about headers. */
	if (err == 0 && ret->n_charter > 0)
		err = store_headers(s, id, 1, &ret->headers, &ends);
	if (err == 0)
		err = cut_rows(&ret->header, &ret->n_header, &ret->headers,
		    &ends);
	if (err == 0 && ret->n_header > 0)
		err = take_headers(ret, s, f);
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

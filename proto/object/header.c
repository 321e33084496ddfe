#include "proto/object/header.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/object/hash.h"

/* PROTOCOL.md §5: keys of the body map. */
enum {
	FIELD_KIND,
	FIELD_FEED,
	FIELD_CHARTER,
	FIELD_NUMBER,
	FIELD_TIME,
	FIELD_NEXT,
	FIELD_HISTORY,
	FIELD_PACKS,
	FIELD_SIGNATURES,
	FIELDS
};
#define KIND_HEADER 2
#define NUMBER_MAX  UINT32_MAX
#define TIME_MAX    ((uint64_t)1 << 40)
#define NEED        0x7fu /* all but the packs */

/* A pack of a higher tier is cut by the heads of the same cover (§6). */
static bool
has_heads(const struct header *h, const struct pack_entry *p)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == TIER_HEADS &&
		    h->pack[i].first == p->first && h->pack[i].last == p->last)
			return true;
	return false;
}

static void
read_packs(struct reader *r, struct header *h)
{
	h->n_pack = cbor_array(r, HEADER_PACKS_MAX);
	if (h->n_pack == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < h->n_pack && r->err == 0; i++) {
		pack_entry_read(r, &h->pack[i], h->number);
		if (i > 0 && pack_entry_cmp(&h->pack[i - 1], &h->pack[i]) >= 0)
			reader_fail(r, QERR_ORDER);
		if (r->err == 0 && !has_heads(h, &h->pack[i]) &&
		    h->pack[i].tier != TIER_HEADS)
			reader_fail(r, QERR_MISSING);
	}
}

static void
read_field(struct reader *r, struct header *h, uint64_t field)
{
	switch (field) {
	case FIELD_KIND:
		if (cbor_uint(r) != KIND_HEADER)
			reader_fail(r, QERR_VERSION);
		break;
	case FIELD_FEED:
		cbor_bytes_exact(r, h->feed.b, 32);
		break;
	case FIELD_CHARTER:
		h->charter = cbor_uint_in(r, 1, UINT32_MAX);
		break;
	case FIELD_NUMBER:
		h->number = cbor_uint_in(r, 1, NUMBER_MAX);
		break;
	case FIELD_TIME:
		h->time = cbor_uint_in(r, 0, TIME_MAX);
		break;
	case FIELD_NEXT:
		h->next = cbor_uint_in(r, 0, UINT32_MAX);
		break;
	case FIELD_HISTORY:
		cbor_bytes_exact(r, h->history.b, 32);
		break;
	case FIELD_PACKS:
		read_packs(r, h);
		break;
	case FIELD_SIGNATURES:
		h->m = (unsigned)cbor_uint_in(r, 2, HEADER_SIGNERS_MAX);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

int
header_read_body(struct header *ret, struct bytes body)
{
	struct cbor_fields f;
	struct reader r;

	*ret = (struct header){.m = 1};
	if (body.n == 0)
		return QERR_TRUNCATED;
	reader_init(&r, body.p, body.n);
	f = cbor_fields(&r, FIELDS);
	while (cbor_next(&f, &r)) {
		/* The packs' defaults hang on the number, which comes before. */
		if (f.key == FIELD_PACKS)
			cbor_need(&f, &r, NEED);
		read_field(&r, ret, f.key);
	}
	cbor_need(&f, &r, NEED);
	return reader_end(&r);
}

int
header_decode_body(struct header *ret, struct bytes body)
{
	int err = header_read_body(ret, body);

	if (err == 0)
		hash(&ret->hash, HASH_HEADER, body);
	return err;
}

int
header_encode(struct buf *b, const struct header *h)
{
	size_t start = b->n;
	struct header check;
	int err;

	cbor_put_map(b, 7u + (h->n_pack > 0) + (h->m > 1));
	cbor_put_uint(b, FIELD_KIND);
	cbor_put_uint(b, KIND_HEADER);
	cbor_put_uint(b, FIELD_FEED);
	cbor_put_bytes(b, h->feed.b, 32);
	cbor_put_uint(b, FIELD_CHARTER);
	cbor_put_uint(b, h->charter);
	cbor_put_uint(b, FIELD_NUMBER);
	cbor_put_uint(b, h->number);
	cbor_put_uint(b, FIELD_TIME);
	cbor_put_uint(b, h->time);
	cbor_put_uint(b, FIELD_NEXT);
	cbor_put_uint(b, h->next);
	cbor_put_uint(b, FIELD_HISTORY);
	cbor_put_bytes(b, h->history.b, 32);
	if (h->n_pack > 0) {
		cbor_put_uint(b, FIELD_PACKS);
		cbor_put_array(b, h->n_pack);
		for (size_t i = 0; i < h->n_pack; i++)
			pack_entry_put(b, &h->pack[i], h->number);
	}
	if (h->m > 1) {
		cbor_put_uint(b, FIELD_SIGNATURES);
		cbor_put_uint(b, h->m);
	}
	if (buf_err(b) != 0)
		return buf_err(b);

	/* What we would not accept, we do not write. */
	err = header_decode_body(&check, bytes_of(b->p + start, b->n - start));
	if (err != 0)
		b->n = start;
	return err;
}

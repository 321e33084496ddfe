#include "proto/object/edition.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/object/article.h"
#include "proto/object/hash.h"
#include "proto/object/markup.h"

enum {
	KIND_DRAFT = 4,
	KIND_SIGNED = 5,
};

enum key_of_edition {
	K_KIND,
	K_HEADER,
	K_CHARTERS,
	K_READING_KEY,
	K_PACKS,
};
#define K_COUNT 5

static void
put_files(struct buf *b, enum key_of_edition key, const struct bytes *file,
    size_t n)
{
	cbor_put_uint(b, key);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_bytes(b, file[i].p, file[i].n);
}

int
edition_encode(struct buf *b, const struct edition *e)
{
	if (e->n_charter < 1 || e->n_charter > EDITION_CHARTERS_MAX ||
	    e->n_pack < 1 || e->n_pack > HEADER_PACKS_MAX)
		return QERR_TOOBIG;
	cbor_put_map(b, K_COUNT);
	cbor_put_uint(b, K_KIND);
	cbor_put_uint(b, e->is_signed ? KIND_SIGNED : KIND_DRAFT);
	cbor_put_uint(b, K_HEADER);
	cbor_put_bytes(b, e->header.p, e->header.n);
	put_files(b, K_CHARTERS, e->charter, e->n_charter);
	cbor_put_uint(b, K_READING_KEY);
	cbor_put_bytes(b, e->key.b, sizeof(e->key.b));
	put_files(b, K_PACKS, e->pack, e->n_pack);
	return buf_err(b);
}

static size_t
get_files(struct reader *r, struct bytes *ret, size_t max, size_t size)
{
	size_t n = cbor_array(r, max);

	if (n == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < n && r->err == 0; i++)
		ret[i] = cbor_bytes_in(r, 1, size);
	return n;
}

/* The next key has to be |want|: all are there, in order. */
static void
want_key(struct reader *r, enum key_of_edition want)
{
	if (cbor_uint(r) != want)
		reader_fail(r, QERR_MISSING);
}

int
edition_decode(struct edition *ret, struct bytes file)
{
	struct reader r;

	memset(ret, 0, sizeof(*ret));
	if (file.n > EDITION_MAX)
		return QERR_TOOBIG;
	reader_init(&r, file.p != NULL ? file.p : (const uint8_t *)"", file.n);
	if (cbor_map(&r, K_COUNT) != K_COUNT)
		reader_fail(&r, QERR_MISSING);
	want_key(&r, K_KIND);
	ret->is_signed =
	    cbor_uint_in(&r, KIND_DRAFT, KIND_SIGNED) == KIND_SIGNED;
	want_key(&r, K_HEADER);
	ret->header = cbor_bytes_in(&r, 1, HEADER_FILE_MAX);
	want_key(&r, K_CHARTERS);
	ret->n_charter =
	    get_files(&r, ret->charter, EDITION_CHARTERS_MAX, CHARTER_FILE_MAX);
	want_key(&r, K_READING_KEY);
	cbor_bytes_exact(&r, ret->key.b, sizeof(ret->key.b));
	want_key(&r, K_PACKS);
	ret->n_pack = get_files(&r, ret->pack, HEADER_PACKS_MAX, PACK_SIZE_MAX);
	return reader_end(&r);
}

/* Checking. */

static int
open_charters(struct edition_verdict *v, const struct edition *e)
{
	struct charter next;
	int r = charter_open(&v->charter, e->charter[0], NULL);

	v->feed = v->charter.hash;
	for (size_t i = 1; i < e->n_charter && r == 0; i++)
		if ((r = charter_open(&next, e->charter[i], &v->charter)) == 0)
			v->charter = next;
	return r;
}

static int
open_header(struct edition_verdict *v, const struct edition *e)
{
	struct header *h = &v->header;
	int r = e->is_signed ? header_open(h, e->header, &v->charter)
			     : header_decode_body(h, e->header);

	if (r != 0)
		return r;
	if (!id_eq(&h->feed, &v->feed))
		return QERR_FEED;
	if (h->charter != v->charter.version)
		return QERR_CHARTER;
	return h->m < charter_quorum(&v->charter, h->number) ? QERR_QUORUM : 0;
}

/* Body |i| of the text pack is one, and shows pictures that its head has. */
static int
check_body(const struct edition_verdict *v, size_t i, struct bytes body)
{
	struct article a;
	int r =
	    article_decode(&a, records_at(&v->head, buf_bytes(&v->heads), i));

	return r != 0 ? r : markup_check(body, a.n_picture, NULL);
}

static bool
has_tier(const struct header *h, enum tier tier)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == tier)
			return true;
	return false;
}

/* Each is one, and the packs of what it names are there. */
static int
check_heads(const struct edition_verdict *v)
{
	struct article a;
	int r = has_tier(&v->header, TIER_TEXT) ? 0 : QERR_MISSING;

	for (size_t i = 0; i < v->head.n && r == 0; i++) {
		r = article_decode(&a,
		    records_at(&v->head, buf_bytes(&v->heads), i));
		for (size_t k = 0; k < a.n_picture && r == 0; k++)
			if (!has_tier(&v->header, a.picture[k].tier))
				r = QERR_MISSING;
	}
	return r;
}

/* Pictures are what their heads say. */
static int
check_pictures(const struct edition_verdict *v, enum tier tier,
    const struct records *rec, struct bytes raw)
{
	size_t next = 0;
	struct article a;
	struct id h;
	int r = 0;

	for (size_t i = 0; i < v->head.n && next < rec->n && r == 0; i++) {
		r = article_decode(&a,
		    records_at(&v->head, buf_bytes(&v->heads), i));
		for (size_t k = 0; k < a.n_picture && next < rec->n; k++) {
			if (a.picture[k].tier != tier)
				continue;
			picture_hash(&h, records_at(rec, raw, next));
			next += id_eq(&h, &a.picture[k].hash);
		}
	}
	return r != 0 ? r : next == rec->n ? 0 : QERR_BADHASH;
}

static int
check_records(const struct edition_verdict *v, const struct pack_entry *k,
    const struct records *rec, struct bytes raw)
{
	int r = 0;

	if (k->tier >= TIER_SMALL)
		return check_pictures(v, k->tier, rec, raw);
	for (size_t i = 0; i < rec->n && r == 0; i++)
		r = check_body(v, i, records_at(rec, raw, i));
	return r;
}

/* An issue's own pack, which leans on nothing. */
static int
open_pack(struct edition_verdict *v, const struct edition *e, size_t i)
{
	const struct pack_entry *k = &v->header.pack[i];
	const struct bytes none = {NULL, 0};
	struct records rec = {NULL, 0};
	struct buf raw;
	int r = pack_check(k, e->pack[i]);

	if (r == 0 &&
	    (k->first != v->header.number || k->last != v->header.number ||
		k->only || k->has_base))
		r = QERR_RANGE;
	buf_init(&raw, PACK_SIZE_MAX);
	if (r == 0)
		r = pack_open(&raw, k, &v->feed, &e->key, e->pack[i], none);
	if (r == 0 && k->tier == TIER_HEADS) {
		r = records_open(&v->head, k, buf_bytes(&raw), none, NULL);
		v->heads = raw;
		buf_init(&raw, 0);
		if (r == 0)
			r = check_heads(v);
	} else if (r == 0) {
		r = records_open(&rec, k, buf_bytes(&raw), buf_bytes(&v->heads),
		    &v->head);
		if (r == 0)
			r = check_records(v, k, &rec, buf_bytes(&raw));
	}
	records_done(&rec);
	buf_done(&raw);
	return r;
}

int
edition_open(struct edition_verdict *ret, const struct edition *e)
{
	int r = open_charters(ret, e);

	if (r == 0)
		r = open_header(ret, e);
	/* Tiers ascend: the heads are the first, and each tier is there once. */
	if (r == 0 && (ret->header.n_pack != e->n_pack ||
			  ret->header.pack[0].tier != TIER_HEADS))
		r = QERR_MISSING;
	for (size_t i = 0; i < e->n_pack && r == 0; i++)
		r = open_pack(ret, e, i);
	return r;
}

void
edition_verdict_done(struct edition_verdict *v)
{
	records_done(&v->head);
	buf_done(&v->heads);
}

int
edition_sign(struct buf *b, const struct edition *e,
    const struct edition_verdict *v, const struct key_sig *sig, size_t n)
{
	struct header h = v->header;
	struct edition out = *e;
	struct buf file;
	int r;

	buf_init(&file, 0);
	r = e->is_signed ? QERR_DUPLICATE : header_file(&file, &h, sig, n);
	/* What nobody would accept is not given out. */
	if (r == 0)
		r = header_open(&h, buf_bytes(&file), &v->charter);
	out.is_signed = true;
	out.header = buf_bytes(&file);
	if (r == 0)
		r = edition_encode(b, &out);
	buf_done(&file);
	return r;
}

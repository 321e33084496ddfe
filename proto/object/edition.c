#include "proto/object/edition.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

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
	K_BEFORE, /* only if packs are made anew */
	K_BASE,   /* only if the issue's own lean on earlier ones */
};
#define K_NEEDED 5
#define K_COUNT  7

static void
put_files(struct buf *b, enum key_of_edition key, const struct bytes *file,
    size_t n)
{
	cbor_put_uint(b, key);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_bytes(b, file[i].p, file[i].n);
}

static void
put_before(struct buf *b, const struct edition_before *e, size_t n)
{
	cbor_put_uint(b, K_BEFORE);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++) {
		cbor_put_array(b, 3);
		cbor_put_bytes(b, e[i].header.p, e[i].header.n);
		cbor_put_bytes(b, e[i].heads.p, e[i].heads.n);
		cbor_put_bytes(b, e[i].bodies.p, e[i].bodies.n);
	}
}

static bool
has_base(const struct edition *e)
{
	return e->base[TIER_HEADS].n > 0 || e->base[TIER_TEXT].n > 0;
}

static void
put_base(struct buf *b, const struct bytes base[TIER_TEXT + 1])
{
	cbor_put_uint(b, K_BASE);
	cbor_put_array(b, TIER_TEXT + 1);
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++)
		cbor_put_bytes(b, base[t].p, base[t].n);
}

int
edition_encode(struct buf *b, const struct edition *e)
{
	if (e->n_charter < 1 || e->n_charter > EDITION_CHARTERS_MAX ||
	    e->n_pack > HEADER_PACKS_MAX || e->n_before > EDITION_BEFORE_MAX)
		return QERR_TOOBIG;
	cbor_put_map(b, (size_t)(K_NEEDED + (e->n_before > 0) + has_base(e)));
	cbor_put_uint(b, K_KIND);
	cbor_put_uint(b, e->is_signed ? KIND_SIGNED : KIND_DRAFT);
	cbor_put_uint(b, K_HEADER);
	cbor_put_bytes(b, e->header.p, e->header.n);
	put_files(b, K_CHARTERS, e->charter, e->n_charter);
	cbor_put_uint(b, K_READING_KEY);
	cbor_put_bytes(b, e->key.b, sizeof(e->key.b));
	put_files(b, K_PACKS, e->pack, e->n_pack);
	if (e->n_before > 0)
		put_before(b, e->before, e->n_before);
	if (has_base(e))
		put_base(b, e->base);
	return buf_err(b);
}

static size_t
get_files(struct reader *r, struct bytes *ret, size_t max, size_t size)
{
	size_t n = cbor_array(r, max);

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

static size_t
get_before(struct reader *r, struct edition_before *ret)
{
	size_t n;

	n = cbor_array(r, EDITION_BEFORE_MAX);
	if (n == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < n && r->err == 0; i++) {
		if (cbor_array(r, 3) != 3)
			reader_fail(r, QERR_MISSING);
		ret[i].header = cbor_bytes_in(r, 1, HEADER_FILE_MAX);
		ret[i].heads = cbor_bytes_in(r, 0, PACK_SIZE_MAX);
		ret[i].bodies =
		    cbor_bytes_in(r, 0, PACK_COUNT_MAX * sizeof(struct id));
	}
	return n;
}

static void
get_base(struct reader *r, struct edition *ret)
{
	if (cbor_array(r, TIER_TEXT + 1) != TIER_TEXT + 1)
		reader_fail(r, QERR_MISSING);
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++)
		ret->base[t] = cbor_bytes_in(r, 0, PACK_PREFIX_MAX);
	if (r->err == 0 && !has_base(ret))
		reader_fail(r, QERR_MISSING);
}

/* What is there only sometimes: |n| fields. */
static void
get_rest(struct reader *r, struct edition *ret, size_t n)
{
	uint64_t key, before = K_PACKS;

	for (; n > 0 && r->err == 0; n--, before = key) {
		key = cbor_uint(r);
		if (r->err == 0 && (key <= before || key >= K_COUNT))
			reader_fail(r, QERR_MISSING);
		else if (key == K_BEFORE)
			ret->n_before = get_before(r, ret->before);
		else
			get_base(r, ret);
	}
}

int
edition_decode(struct edition *ret, struct bytes file)
{
	struct reader r;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	if (file.n > EDITION_MAX)
		return QERR_TOOBIG;
	reader_init(&r, file.p != NULL ? file.p : (const uint8_t *)"", file.n);
	n = cbor_map(&r, K_COUNT);
	if (n < K_NEEDED)
		reader_fail(&r, QERR_MISSING);
	want_key(&r, K_KIND);
	ret->is_signed =
	    cbor_uint_in(&r, KIND_DRAFT, KIND_SIGNED) == KIND_SIGNED;
	want_key(&r, K_HEADER);
	ret->header = cbor_bytes_in(&r, 1, HEADER_FILE_MAX);
	want_key(&r, K_CHARTERS);
	ret->n_charter =
	    get_files(&r, ret->charter, EDITION_CHARTERS_MAX, CHARTER_FILE_MAX);
	if (ret->n_charter == 0)
		reader_fail(&r, QERR_MISSING);
	want_key(&r, K_READING_KEY);
	cbor_bytes_exact(&r, ret->key.b, sizeof(ret->key.b));
	want_key(&r, K_PACKS);
	ret->n_pack = get_files(&r, ret->pack, HEADER_PACKS_MAX, PACK_SIZE_MAX);
	if (n > K_NEEDED)
		get_rest(&r, ret, n - K_NEEDED);
	return reader_end(&r);
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

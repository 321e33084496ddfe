#include "proto/object/signed.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

struct bytes
signed_body(struct reader *r, struct bytes file)
{
	reader_init(r, file.n > 0 ? (const void *)file.p : "", file.n);
	if (cbor_array(r, 2) != 2)
		reader_fail(r, QERR_TYPE);
	return cbor_bytes(r);
}

void
signed_sigs(struct signed_file *ret, struct reader *r, size_t max_sig)
{
	ret->n_sig = cbor_array(r, max_sig);
	if (ret->n_sig == 0)
		reader_fail(r, QERR_MISSING);
	for (size_t i = 0; i < ret->n_sig && r->err == 0; i++) {
		key_sig_decode(&ret->sig[i], r);
		if (i > 0 &&
		    memcmp(ret->sig[i - 1].id, ret->sig[i].id, KEY_ID_LEN) >= 0)
			reader_fail(r, QERR_ORDER);
	}
}

int
signed_decode(struct signed_file *ret, struct bytes file, size_t max_sig)
{
	struct reader r;

	*ret = (struct signed_file){0};
	ret->body = signed_body(&r, file);
	signed_sigs(ret, &r, max_sig);
	return reader_end(&r);
}

void
signed_encode(struct buf *b, const struct signed_file *f)
{
	cbor_put_array(b, 2);
	cbor_put_bytes(b, f->body.p, f->body.n);
	cbor_put_array(b, f->n_sig);
	for (size_t i = 0; i < f->n_sig; i++)
		key_sig_encode(b, &f->sig[i]);
}

/* The places, a bit each, and the signatures one behind another. */

void
signed_short_sigs(struct signed_short *ret, struct reader *r)
{
	struct bytes s =
	    cbor_bytes_in(r, 1 + 64, 1 + 64 * (size_t)SIGNED_PLACES_MAX);
	size_t at = 1;

	if (r->err != 0)
		return;
	ret->places = s.p[0];
	for (unsigned i = 0; i < SIGNED_PLACES_MAX; i++) {
		if ((ret->places >> i & 1) == 0)
			continue;
		if (s.n - at < 64) {
			reader_fail(r, QERR_MISSING);
			return;
		}
		memcpy(ret->sig[i], s.p + at, 64);
		at += 64;
	}
	if (at != s.n)
		reader_fail(r, QERR_TRAILING);
}

void
signed_short_encode(struct buf *b, const struct signed_short *f)
{
	uint8_t s[1 + 64 * SIGNED_PLACES_MAX] = {f->places};
	size_t n = 1;

	for (unsigned i = 0; i < SIGNED_PLACES_MAX; i++) {
		if ((f->places >> i & 1) == 0)
			continue;
		memcpy(s + n, f->sig[i], 64);
		n += 64;
	}
	cbor_put_array(b, 2);
	cbor_put_bytes(b, f->body.p, f->body.n);
	cbor_put_bytes(b, s, n);
}

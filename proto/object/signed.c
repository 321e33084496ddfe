#include "proto/object/signed.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

int
signed_decode(struct signed_file *ret, struct bytes file, size_t max_sig)
{
	struct reader r;

	*ret = (struct signed_file){0};
	if (file.n == 0)
		return QERR_TRUNCATED;
	reader_init(&r, file.p, file.n);
	if (cbor_array(&r, 2) != 2)
		reader_fail(&r, QERR_TYPE);
	ret->body = cbor_bytes(&r);
	ret->n_sig = cbor_array(&r, max_sig);
	if (ret->n_sig == 0)
		reader_fail(&r, QERR_MISSING);
	for (size_t i = 0; i < ret->n_sig && r.err == 0; i++) {
		key_sig_decode(&ret->sig[i], &r);
		if (i > 0 &&
		    memcmp(ret->sig[i - 1].id, ret->sig[i].id, KEY_ID_LEN) >= 0)
			reader_fail(&r, QERR_ORDER);
	}
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

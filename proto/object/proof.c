#include "proto/object/proof.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

void
proof_encode(struct buf *b, struct bytes one, struct bytes other)
{
	cbor_put_array(b, 2);
	cbor_put_bytes(b, one.p, one.n);
	cbor_put_bytes(b, other.p, other.n);
}

int
proof_decode(struct bytes file, struct bytes *ret_one, struct bytes *ret_other)
{
	struct reader r;

	reader_init(&r, file.p, file.n);
	if (cbor_array(&r, 2) != 2 && r.err == 0)
		return QERR_MISSING;
	*ret_one = cbor_bytes_in(&r, 1, CHARTER_FILE_MAX);
	*ret_other = cbor_bytes_in(&r, 1, CHARTER_FILE_MAX);
	return reader_end(&r);
}

#include "proto/base/cbor.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value that is canonical is passed over whole. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r;
	struct bytes all;

	if (cbor_check(bytes_of(data, size)) != 0)
		return 0;
	reader_init(&r, data, size);
	all = cbor_skip(&r);
	check(reader_end(&r) == 0 && all.p == data && all.n == size);
	return 0;
}

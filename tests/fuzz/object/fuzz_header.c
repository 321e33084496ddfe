#include "proto/object/header.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A header body that is read is written again as it was; a file is looked at. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct header h;
	struct buf b;

	(void)header_peek(&h, bytes_of(data, size));
	if (header_decode_body(&h, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&b, 0);
	check(header_encode(&b, &h) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(data, size)));
	buf_done(&b);
	return 0;
}

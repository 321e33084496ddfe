#include "proto/object/charter.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A charter body that is read is written again as it was; a file is checked. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct charter c;
	struct buf b;

	(void)charter_open(&c, bytes_of(data, size), NULL);
	if (charter_decode_body(&c, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&b, 0);
	check(charter_encode(&b, &c) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(data, size)));
	buf_done(&b);
	return 0;
}

#include "proto/object/frame.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A frame gives exactly as many bytes as were said, or none. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf raw;
	size_t want;

	if (size < 2)
		return 0;
	want = (size_t)data[0] << 8 | data[1];
	buf_init(&raw, 0);
	if (frame_inflate(&raw, bytes_of(data + 2, size - 2), want,
		(struct bytes){NULL, 0}) == 0)
		check(raw.n == want);
	buf_done(&raw);
	return 0;
}

#include "proto/wire/message.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read as a message is written again as it was. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct msg m;
	struct buf b;

	if (msg_decode(&m, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&b, 0);
	check(msg_encode(&b, &m) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(data, size)));
	buf_done(&b);
	return 0;
}

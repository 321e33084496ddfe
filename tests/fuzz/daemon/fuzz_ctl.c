#include "proto/host/ctl.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is decoded has one encoding: its own. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct ctl_request rq;
	static struct ctl_answer a;
	struct buf b;

	buf_init(&b, 0);
	if (ctl_request_decode(&rq, in) == 0) {
		check(ctl_request_encode(&b, &rq) == 0);
		check(bytes_eq(buf_bytes(&b), in));
	}
	buf_clear(&b);
	if (ctl_answer_decode(&a, in) == 0)
		check(ctl_answer_encode(&b, &a) == 0);
	buf_done(&b);
	return 0;
}

#include "proto/object/follow.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A follow link that is read is, as we write it, read the same. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct follow f, g;
	struct buf a, b;

	if (follow_parse(&f, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&a, 0);
	buf_init(&b, 0);
	follow_text(&a, &f);
	check(follow_parse(&g, buf_bytes(&a)) == 0);
	follow_text(&b, &g);
	check(bytes_eq(buf_bytes(&a), buf_bytes(&b)));
	buf_done(&a);
	buf_done(&b);
	return 0;
}

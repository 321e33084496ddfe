#include "proto/object/article.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A head that is read is written again as it was. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct article a;
	struct buf b;

	if (article_decode(&a, bytes_of(data, size)) != 0)
		return 0;
	buf_init(&b, 0);
	check(article_encode(&b, &a) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(data, size)));
	buf_done(&b);
	return 0;
}

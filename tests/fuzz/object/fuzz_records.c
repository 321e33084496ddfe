#include "proto/object/article.h"
#include "proto/object/pack.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Raw heads are cut into records that are the raw bytes again. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct records r, s;
	size_t count = size > 0 ? data[0] : 0;
	struct bytes raw = bytes_of(data + (size > 0), size - (size > 0));
	size_t sum = 0;

	if (records_of_heads(&r, raw, count) == 0) {
		for (size_t i = 0; i < r.n; i++)
			sum += records_at(&r, raw, i).n;
		check(sum == raw.n && r.n == count);
		if (records_of_tier(&s, TIER_SMALL, raw, &r) == 0)
			check(s.n <= ARTICLE_PICTURES_MAX * count);
		records_done(&s);
	}
	records_done(&r);
	return 0;
}

#include "proto/host/rate.h"

#include "tests/lib/check.h"

static void
lets_pass_what_a_second_brings(void)
{
	struct rate r = {.per_second = 4096, .at = 1000};
	size_t sum = 0;

	check(rate_allow(&r, 1000, 100) == 0);
	check(rate_allow(&r, 1001, 100) == 4);
	check(rate_allow(&r, 1500, 100) == 100);
	check(rate_allow(&r, 99999, 1 << 20) == 4096); /* no more is saved up */
	for (when_ms now = 100000; now <= 110000; now += 7) {
		size_t n = rate_allow(&r, now, 1000);

		check(n <= 1000);
		rate_spend(&r, n);
		sum += n;
	}
	check(sum > 10 * 4096 && sum <= 11 * 4096);
}

static void
no_limit_is_none(void)
{
	struct rate r = {0};

	check(rate_allow(&r, 5, SIZE_MAX) == SIZE_MAX);
	rate_spend(&r, SIZE_MAX);
	check(rate_allow(&r, 5, 7) == 7);
}

int
main(void)
{
	lets_pass_what_a_second_brings();
	no_limit_is_none();
	return 0;
}

#include "proto/host/pace.h"

#include "tests/lib/check.h"

#define SECOND 1000u

/* Who is a little slower than asked is borne with, for as long as it takes to lose it. */
static void
test_slow(void)
{
	struct pace p;
	unsigned n = 0;

	pace_init(&p, 30 * SECOND, 4096, SECOND);
	while (pace_spend(&p, 4 * SECOND, 4096) >= 0)
		n++;
	check(n == 15);
}

/* Many little things, each of which looks like nothing. */
static void
test_drip(void)
{
	struct pace p;
	uint64_t ms = 0;

	pace_init(&p, 30 * SECOND, 4096, SECOND);
	while (pace_spend(&p, 11 * SECOND, 600) >= 0)
		ms += 11 * SECOND;
	check(ms < 40 * SECOND);
}

/* 16 MiB at once buy nothing. */
static void
test_quick_first(void)
{
	struct pace p;

	pace_init(&p, 30 * SECOND, 4096, SECOND);
	check(pace_spend(&p, 10, 16 << 20) == 30 * SECOND);
	check(pace_left(&p, 20 * SECOND, 1000) > 0);
	check(pace_left(&p, 32 * SECOND, 1000) < 0);
}

/* A far one with whom each takes a second, and a quick one, lose nothing. */
static void
test_fair(void)
{
	struct pace p;

	pace_init(&p, 30 * SECOND, 4096, SECOND);
	for (int i = 0; i < 10000; i++)
		check(pace_spend(&p, SECOND, 300) > 0);
	for (int i = 0; i < 10000; i++)
		check(pace_spend(&p, 9 * SECOND, 40000) > 0);
	check(p.left == p.most);
}

int
main(void)
{
	test_slow();
	test_drip();
	test_quick_first();
	test_fair();
	return 0;
}

/* What is kept of issues that were opened: a hostile publisher can fill no more of it. */
#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/recent.h"
#include "tests/lib/check.h"

#define MIB (1024 * 1024)

static struct recent r;
static uint8_t *much;

static int
put(uint64_t number, size_t n, uint64_t next, uint32_t base)
{
	much[0] = (uint8_t)number;
	return recent_put(&r, number, bytes_of(much, n), next, base);
}

static void
joins_in_order(void)
{
	struct bytes b;

	recent_init(&r);
	check(put(7, 1, 7, 0) == 0 && put(5, 1, 7, 0) == 0);
	check(recent_put(&r, 6, bytes_of(NULL, 0), 7, 0) == 0);
	check(recent_join(&r, 8, 7, &b) == 0);
	check(b.n == 2 && b.p[0] == 5 && b.p[1] == 7);
	check(recent_join(&r, 8, 1, &b) == 0 && b.n == 1 && b.p[0] == 7);
	check(recent_join(&r, 8, 8, &b) == QERR_BASE); /* the fourth */
	/* As far back as one can name, and no further. */
	check(recent_join(&r, 37, 1u << 31, &b) == 0 && b.p[0] == 5);
	check(put(37, 1, 37, 0) == 0 && !recent_has(&r, 5));
	check(!recent_has(&r, 0));
	recent_done(&r);
}

static void
is_no_larger(void)
{
	struct bytes b;

	recent_init(&r);
	check(put(1, PACK_PREFIX_MAX + 1, 2, 0) == QERR_TOOBIG);
	for (uint64_t n = 1; n <= 40; n++) {
		check(put(n, MIB, n + 1, 3) == 0);
		check(r.bytes <= RECENT_BYTES);
	}
	check(recent_has(&r, 40) && recent_has(&r, 33));
	check(!recent_has(&r, 32)); /* the oldest went */

	/* What is needed stays, even if nothing more goes in. */
	check(put(41, MIB, 42, UINT32_MAX) == QERR_TOOBIG);
	check(recent_has(&r, 40) && recent_has(&r, 39));
	check(put(41, MIB, 42, 1) == 0 && recent_has(&r, 40));

	/* A prefix is half of it at most. */
	recent_done(&r);
	for (uint64_t n = 1; n <= 5; n++)
		check(put(n, MIB, 6, 31) == 0);
	check(recent_join(&r, 6, 15, &b) == 0 && b.n == PACK_PREFIX_MAX);
	check(recent_join(&r, 6, 31, &b) == QERR_TOOBIG);
	recent_done(&r);
}

int
main(void)
{
	much = calloc(1, PACK_PREFIX_MAX + 1);
	check(much != NULL);
	joins_in_order();
	is_no_larger();
	free(much);
	return 0;
}

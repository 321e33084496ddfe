#ifndef QUIRE_OVERDUE_H
#define QUIRE_OVERDUE_H

#include <stdint.h>

#include "client/home.h"

/*
 * A newsroom promises in each header when its next issue comes at the latest
 * (PROTOCOL.md §5).  One that is long past may be held back by those who carry it.  By
 * this device's clock, which may be wrong: only a warning, never a verdict.
 */
struct overdue {
	int64_t issued, promised; /* UNIX seconds */
	bool
	    ahead; /* issued more than a day after |now|: one of the clocks is wrong */
};

/* True if the next issue of |feed| is overdue at |now|: by half of the time promised.
 * |ret| is zero if nothing is known of it. */
bool overdue_look(struct overdue *ret, const struct home *h,
    const struct id *feed, int64_t now);

#endif

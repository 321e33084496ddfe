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
};

/* True if the next issue of |feed| is overdue at |now|: by half of the time promised. */
bool overdue_look(struct overdue *ret, const struct home *h,
    const struct id *feed, int64_t now);

#endif

#ifndef QUIRE_PACE_H
#define QUIRE_PACE_H

#include <stdint.h>

/*
 * Patience with somebody who gives things one after the other: milliseconds that he may
 * take longer than it takes at |rate|.  What he is late with one of them is gone; what
 * he is early with the next gives some of it back, but never more than there was at
 * first.  So nobody buys with what was quick the right to be slow for hours, and nobody
 * hides behind many little things.
 */
struct pace {
	int64_t left, most;
	uint64_t rate;   /* bytes a second */
	int64_t a_thing; /* ms that a thing may take however small it is */
};

void pace_init(struct pace *p, uint64_t most, uint64_t rate, uint64_t a_thing);
/* What is left once a thing took |ms| so far and |bytes| of it came; < 0: none. */
int64_t pace_left(const struct pace *p, uint64_t ms, uint64_t bytes);
/* That was all of it.  Returns what is left. */
int64_t pace_spend(struct pace *p, uint64_t ms, uint64_t bytes);

#endif

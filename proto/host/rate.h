#ifndef QUIRE_RATE_H
#define QUIRE_RATE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/when.h"

/*
 * How much may pass in a while: a token bucket (Turner, 1986) that holds what a second
 * brings.
 */
#define RATE_MIN      4096 /* with less no link would stay up */
#define RATE_RETRY_MS 50   /* until it is asked again, when nothing may pass */

struct rate {
	uint64_t per_second; /* bytes; 0: no limit */
	double tokens;
	when_ms at;
};

/* How many of |want| bytes may pass at |now|. */
size_t rate_allow(struct rate *r, when_ms now, size_t want);
/* |n| bytes have passed. */
void rate_spend(struct rate *r, size_t n);

#endif

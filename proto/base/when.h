#ifndef QUIRE_WHEN_H
#define QUIRE_WHEN_H

#include <stdint.h>

/* Milliseconds on a clock that never goes back; the driver says what time it is. */
typedef uint64_t when_ms;
#define WHEN_NEVER UINT64_MAX

/* |t| + |d|, stopping at WHEN_NEVER. */
static inline when_ms
when_add(when_ms t, uint64_t d)
{
	return d > WHEN_NEVER - t ? WHEN_NEVER : t + d;
}

static inline when_ms
when_min(when_ms a, when_ms b)
{
	return a < b ? a : b;
}

#endif

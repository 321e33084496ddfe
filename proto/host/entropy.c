#include "proto/host/entropy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

void
entropy_bytes(void *dst, size_t n)
{
	uint8_t *p = dst;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort(); /* keys made without luck are worse than none */
		p += got;
		n -= (size_t)got;
	}
}

static struct timespec
read_clock(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) != 0)
		abort();
	return t;
}

when_ms
clock_now(void)
{
	struct timespec t = read_clock(CLOCK_BOOTTIME);

	return (when_ms)t.tv_sec * 1000 + (when_ms)t.tv_nsec / 1000000;
}

uint64_t
clock_wall(void)
{
	struct timespec t = read_clock(CLOCK_REALTIME);

	return t.tv_sec < 0 ? 0 : (uint64_t)t.tv_sec;
}

#include "proto/base/padme.h"

static unsigned
log2_floor(uint64_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

uint64_t
padme(uint64_t n)
{
	unsigned e, s;
	uint64_t mask;

	if (n < 2)
		return n;
	e = log2_floor(n);
	s = log2_floor(e) + 1;
	mask = ((uint64_t)1 << (e - s)) - 1;
	return (n + mask) & ~mask;
}

uint64_t
padme_ladder(uint64_t n)
{
	uint64_t step = 4096;

	if (n > 1024 * 1024)
		return padme(n);
	while (step < n) {
		if (step + step / 2 >= n)
			return step + step / 2;
		step *= 2;
	}
	return step;
}

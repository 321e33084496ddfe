#include "proto/host/rate.h"

size_t
rate_allow(struct rate *r, when_ms now, size_t want)
{
	double full = (double)r->per_second;

	if (r->per_second == 0)
		return want;
	r->tokens += full * (double)(now - r->at) / 1000;
	r->at = now;
	if (r->tokens > full)
		r->tokens = full;
	if (r->tokens < 1)
		return 0;
	return (double)want < r->tokens ? want : (size_t)r->tokens;
}

void
rate_spend(struct rate *r, size_t n)
{
	if (r->per_second != 0)
		r->tokens -= (double)n;
}

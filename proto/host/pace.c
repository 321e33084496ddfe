#include "proto/host/pace.h"

void
pace_init(struct pace *p, uint64_t most, uint64_t rate, uint64_t a_thing)
{
	*p = (struct pace){.left = (int64_t)most,
	    .most = (int64_t)most,
	    .rate = rate,
	    .a_thing = (int64_t)a_thing};
}

int64_t
pace_left(const struct pace *p, uint64_t ms, uint64_t bytes)
{
	int64_t left = p->left + p->a_thing +
		       (int64_t)(bytes * 1000 / p->rate) - (int64_t)ms;

	return left < p->most ? left : p->most;
}

int64_t
pace_spend(struct pace *p, uint64_t ms, uint64_t bytes)
{
	p->left = pace_left(p, ms, bytes);
	return p->left;
}

#include "tests/lib/fet.h"
#include "tests/sim/sim.h"

/*
 * A censor stands between the countries.  Every link across has a rate, and a
 * number of bytes after which it is cut; one in some is let rot by its first byte.
 * And what looks encrypted from the first bit on would be blocked: that must be
 * nothing of ours.
 */
static bool
is_his(const struct conn *c)
{
	return c->end[0]->w->censor && c->end[0]->country != c->end[1]->country;
}

void
censor_meet(struct conn *c)
{
	struct dice *d = &c->end[0]->dice;

	if (!is_his(c))
		return;
	c->rate = 2000 + dice_roll(d, 20000);
	c->left = 20000 + dice_roll(d, 150000);
}

/* The first packet of the dialler is looked at. */
void
censor_judge(struct conn *c, int end, struct bytes data)
{
	if (c->judged || end != 0 || !is_his(c))
		return;
	c->judged = true;
	if (fet_exempt(data.p, data.n) == 0)
		world_fail(c->end[0]->w, "a first flight looks encrypted",
		    c->end[0]);
	c->frozen = data.p[0] >= 'A' && data.p[0] <= 'J';
}

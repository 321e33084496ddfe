#include "tests/sim/crowd.h"

/*
 * A publisher is gone for good, with all its links, once enough have receipts of its
 * issue, and three of ten others die in the same moment: all who live end up with the
 * issue whole (gossip research §5.3, §9.11).
 */
#define FEW      60
#define OUT      6
#define RECEIPTS 6

static void
die(struct world *w)
{
	host_vanish(w->host[0]);
	for (size_t i = 1; i < w->n_host; i++)
		if (world_roll(w, 10) < 3)
			host_vanish(w->host[i]);
}

void
scene_receipts(struct world *w)
{
	struct paper *p;
	when_ms from, took;

	crowd_make(w, FEW, OUT);
	crowd_uplinks(w, 1250000);
	p = w->paper[0];
	p->text = 300000;
	p->home = w->host[0];
	crowd_boot(w);
	press_publish(p);
	from = w->now;
	while (w->host[0]->receipts < RECEIPTS && w->now < from + HOUR)
		world_run(w, 10);
	took = w->now - from;
	if (w->host[0]->receipts < RECEIPTS)
		world_fail(w, "there are no receipts", w->host[0]);
	die(w);
	from = w->now;
	crowd_wait(w, p, true, crowd_up(w), HOUR);
	say(w, "%d receipts after %zu ms; %zu of %zu whole %zu ms later",
	    RECEIPTS, (size_t)took, crowd_reached(w, p, true), crowd_up(w),
	    (size_t)(w->now - from));
	if (crowd_reached(w, p, true) != crowd_up(w))
		world_fail(w, "an issue is lost", NULL);
}

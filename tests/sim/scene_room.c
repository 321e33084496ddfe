#include "tests/sim/crowd.h"

/*
 * Mirrors of many sizes: some have a quota, some a disk that is full now and then.
 * No quota is passed by a byte, who comes later gets everything from those who have
 * it, and what the publisher withdraws is gone everywhere within ten minutes (gossip
 * research §9.19).
 */
#define FEW    30
#define OUT    5
#define ISSUES 12
#define QUOTA  150000
#define GONE   (10 * MINUTE)

static void
make(struct world *w)
{
	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 30000;
	w->paper[0]->home = w->host[0];
	for (size_t i = 3; i < w->n_host; i++)
		if (i % 3 == 0)
			w->host[i]->quota = QUOTA + world_roll(w, QUOTA);
	crowd_boot(w);
	world_at(w, MINUTE, adversary_tend);
}

static void
fill_disks(struct world *w)
{
	for (size_t i = 1; i < w->n_host; i++)
		if (world_roll(w, 4) == 0)
			w->host[i]->full_until =
			    w->now + world_roll(w, 2 * MINUTE);
}

static size_t
holders(const struct world *w, const struct issue *is)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_host; i++)
		for (size_t t = 0; t < is->n_pack; t++)
			n += disk_find(w->host[i], OBJECT_PIECE,
				 &is->pack[t].root, 0) != NULL;
	return n;
}

static void
withdraw(struct world *w)
{
	uint64_t number = 1 + world_roll(w, ISSUES - 1);
	struct issue *old = press_issue(w->paper[0], number);
	size_t before = holders(w, old);
	when_ms from = w->now;

	press_withdraw(w->paper[0], number);
	while (holders(w, old) > 0 && w->now < from + GONE)
		world_run(w, 250);
	say(w, "issue %zu: %zu packs of it, %zu %zu ms after it is withdrawn",
	    (size_t)number, before, holders(w, old), (size_t)(w->now - from));
	if (before == 0 || holders(w, old) > 0)
		world_fail(w, "what was withdrawn is still kept", NULL);
}

static void
check(struct world *w)
{
	struct host *late = host_new(w, NODE_MIRROR);
	size_t small = 0;

	for (size_t i = 0; i < OUT; i++)
		host_knows(late, w->host[3 * (1 + world_roll(w, 5)) + i % 3]);
	host_boot(late);
	world_run(w, 5 * MINUTE);
	for (size_t i = 0; i < w->n_host; i++) {
		invariant_whole(w->host[i], w->host[i]->quota == 0);
		small += w->host[i]->quota != 0 && w->host[i]->used > 0;
	}
	if (small == 0)
		world_fail(w, "nobody has a quota", NULL);
}

void
scene_room(struct world *w)
{
	make(w);
	for (int i = 0; i < ISSUES; i++) {
		press_publish(w->paper[0]);
		if (i > 2)
			fill_disks(w);
		world_run(w, MINUTE);
	}
	world_run(w, 5 * MINUTE);
	withdraw(w);
	world_run(w, 5 * MINUTE);
	check(w);
	invariant_rest(w);
}

#include "tests/sim/sim.h"

/*
 * Mirrors that begin with nothing, each knowing but the one before it, while some
 * issues are published, and then none for long: nobody waits for the next issue to
 * hear of those.
 */
#define SETTLE (5 * MINUTE)

static void
boot_next(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++)
		if (!host_is_up(w->host[i])) {
			host_boot(w->host[i]);
			return;
		}
}

static void
publish(struct world *w)
{
	press_publish(w->paper[0]);
}

void
scene_chain(struct world *w)
{
	size_t n = 3 + world_roll(w, 6);
	uint64_t issues = 1 + world_roll(w, 4);
	when_ms span = 1 + world_roll(w, 4000);

	for (size_t i = 0; i < n; i++) {
		struct host *h = host_new(w, NODE_MIRROR);

		h->slow = world_roll(w, 50);
		if (i > 0)
			host_knows(h, w->host[i - 1]);
	}
	boot_next(w);
	for (size_t i = 1; i < n; i++)
		world_at(w, world_roll(w, span), boot_next);
	for (uint64_t i = 0; i < issues; i++)
		world_at(w, world_roll(w, span), publish);
	world_run(w, span + SETTLE);
	for (size_t i = 0; i < n; i++)
		invariant_whole(w->host[i], true);
}

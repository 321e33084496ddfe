#include "tests/sim/crowd.h"

/*
 * A pack spreads among many whose uplinks are those of homes (gossip research §9.3,
 * §9.4): in time, hardly anything comes twice, and telling who has what costs little;
 * also where some crawl, some answer nothing and some give what is wrong.
 */
#define FEW    60
#define OUT    5
#define UPLINK 1250000 /* bytes a second: 10 Mbit/s */
#define SMALL  (192 * 1024)
#define LARGE  (2 * 1024 * 1024)

struct waste {
	uint64_t twice, talk; /* bytes */
};

static struct waste
waste(const struct world *w)
{
	struct waste sum = {
	    .talk = w->heard_bytes[MSG_HOLDS] + w->heard_bytes[MSG_ASK]};
	struct node_stat st;

	for (size_t i = 0; i < w->n_host; i++) {
		node_stat(w->host[i]->node, &st);
		if (w->host[i]->lie == HONEST)
			sum.twice += st.bytes_wasted;
	}
	return sum;
}

static size_t
honest(struct host *const *h, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += h[i]->lie == HONEST;
	return sum;
}

/* Honest ones who by lot know, and are known by, none but those who give nothing right. */
static size_t
surrounded(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_host; i++) {
		const struct host *h = w->host[i];

		n += h->lie == HONEST && honest(h->peer, h->n_peer) == 0 &&
		     honest(h->guest, h->n_guest) == 0;
	}
	return n;
}

static void
spread(struct world *w, size_t size, when_ms t99, unsigned twice, unsigned talk)
{
	struct paper *p = w->paper[0];
	struct waste before = waste(w), after;
	size_t n = crowd_up(w) - surrounded(w);
	uint64_t all = (uint64_t)size * n;
	struct issue *is;

	p->text = size;
	is = press_publish(p);
	crowd_wait(w, p, true, n, 10 * MINUTE);
	after = waste(w);
	after.twice = (after.twice - before.twice) * 100000 / all;
	after.talk = (after.talk - before.talk) * 100000 / all;
	say(w,
	    "%zu KiB: %zu of %zu, t50 %zu ms, t99 %zu ms, last %zu ms; "
	    "wasted %zu.%03zu %%, HOLDS and ASK %zu.%03zu %%",
	    size / 1024, crowd_reached(w, p, true), n,
	    (size_t)tally_at(&is->packs, 500),
	    (size_t)tally_at(&is->packs, 990),
	    (size_t)tally_at(&is->packs, 1000), (size_t)after.twice / 1000,
	    (size_t)after.twice % 1000, (size_t)after.talk / 1000,
	    (size_t)after.talk % 1000);
	if (crowd_reached(w, p, true) < n)
		world_fail(w, "not everybody has the pack", NULL);
	if (tally_at(&is->packs, 990) > t99)
		world_fail(w, "a pack spreads slowly", NULL);
	if (after.twice > twice || after.talk > talk)
		world_fail(w, "a pack costs more than it is", NULL);
}

void
scene_swarm(struct world *w)
{
	crowd_make(w, FEW, OUT);
	crowd_uplinks(w, UPLINK);
	w->paper[0]->text = 1000;
	w->paper[0]->home = w->host[0];
	w->host[0]->up = UPLINK;
	crowd_boot(w);
	press_publish(w->paper[0]);
	world_run(w, MINUTE);
	spread(w, SMALL, 8000, 1000, 3000);
	spread(w, LARGE, 20000, 1000, 3000);
	crowd_cost(w);
	crowd_lie(w, CRAWLS, 100);
	spread(w, LARGE, 30000, 1000, 3000);
	crowd_honest(w);
	/* Who crawled takes long to finish, and what he wastes is not counted below. */
	world_run(w, 3 * MINUTE);
	crowd_lie(w, MUTE, 200);
	crowd_lie(w, CORRUPTS, 200);
	spread(w, SMALL, 60000, 4000, 3000);
	spread(w, LARGE, 60000, 3000, 3000);
}

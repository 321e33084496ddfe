#include "tests/sim/crowd.h"

/*
 * An issue is published among many (gossip research §9.1): every mirror has its head
 * in seconds, for at most six copies each, and its packs soon after.
 */
#define FEW      200
#define OUT      5
#define COPIES   6 /* at most, on average */
#define HEAD_T99 1500
#define HEAD_ALL 3000

static void
check_heads(struct issue *is)
{
	struct world *w = is->paper->w;
	size_t n = crowd_up(w);
	uint64_t copies = w->heard[MSG_NEWS] * 100 / n;

	say(w,
	    "heads: %zu of %zu, t50 %zu ms, t99 %zu ms, last %zu ms, "
	    "%zu.%02zu copies",
	    crowd_reached(w, is->paper, false), n,
	    (size_t)tally_at(&is->heads, 500),
	    (size_t)tally_at(&is->heads, 990),
	    (size_t)tally_at(&is->heads, 1000), (size_t)copies / 100,
	    (size_t)copies % 100);
	if (crowd_reached(w, is->paper, false) != n)
		world_fail(w, "not everybody has the head", NULL);
	if (tally_at(&is->heads, 990) > HEAD_T99 ||
	    tally_at(&is->heads, 1000) > HEAD_ALL)
		world_fail(w, "heads are slow", NULL);
	if (copies > COPIES * 100)
		world_fail(w, "heads come too often", NULL);
}

void
scene_publish(struct world *w)
{
	struct issue *is;

	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 20000;
	w->paper[0]->home = w->host[world_roll(w, w->n_host)];
	crowd_boot(w);
	press_publish(w->paper[0]);
	world_run(w, MINUTE);
	crowd_cost(w);
	w->heard[MSG_NEWS] = 0;
	is = press_publish(w->paper[0]);
	world_run(w, 20 * 1000);
	check_heads(is);
	world_run(w, MINUTE);
	say(w, "packs: t50 %zu ms, t99 %zu ms, last %zu ms",
	    (size_t)tally_at(&is->packs, 500),
	    (size_t)tally_at(&is->packs, 990),
	    (size_t)tally_at(&is->packs, 1000));
	if (crowd_reached(w, w->paper[0], true) != crowd_up(w))
		world_fail(w, "not everybody has the packs", NULL);
	crowd_cost(w);
}

#include "tests/sim/crowd.h"

/*
 * Half of all hosts are the censor's, and show it all at once, after long good
 * behaviour: they pass nothing on, take in nothing, boast, give bad pieces or none,
 * or are honest to who looks in only (gossip research §9.7, one to one).
 */
#define FEW    120
#define OUT    8
#define ISSUES 5
#define WASTE  50           /* in a thousand */
#define SOON   (3 * MINUTE) /* nearly all honest hosts have a head */

static void
flash(struct world *w)
{
	static const enum lie lies[] = {
	    SILENT, SELECTS, STALE, BOASTS, MUTE, CORRUPTS};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		crowd_lie(w, lies[i], 500 / (sizeof(lies) / sizeof(lies[0])));
}

static uint64_t
wasted(const struct world *w)
{
	struct node_stat st;
	uint64_t sum = 0;

	for (size_t i = 0; i < w->n_host; i++) {
		node_stat(w->host[i]->node, &st);
		sum += w->host[i]->lie == HONEST ? st.bytes_wasted : 0;
	}
	return sum;
}

/* Returns ms to 99 in 100 heads. */
static uint64_t
spread(struct world *w)
{
	struct issue *is = press_publish(w->paper[0]);
	size_t n = crowd_up(w), most = n - n / 1000;
	uint64_t before = wasted(w), waste;
	when_ms heads = crowd_wait(w, is->paper, false, most, HOUR);
	when_ms packs = crowd_wait(w, is->paper, true, n, HOUR);

	waste = (wasted(w) - before) * 1000 / (n * w->paper[0]->text);
	say(w,
	    "issue %zu: of %zu heads t50 %zu, t99 %zu, 99.9 %% after %zu ms, "
	    "all and packs %zu ms later; wasted %zu in a thousand",
	    (size_t)is->number, n, (size_t)tally_at(&is->heads, 500),
	    (size_t)tally_at(&is->heads, 990), (size_t)heads, (size_t)packs,
	    (size_t)waste);
	if (heads > SOON)
		world_fail(w, "the honest hear late", NULL);
	if (crowd_reached(w, is->paper, true) != n || waste > WASTE)
		world_fail(w, "the honest lack packs, or waste", NULL);
	world_run(w, MINUTE);
	return tally_at(&is->heads, 990);
}

void
scene_half(struct world *w)
{
	uint64_t calm;

	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 100000;
	w->paper[0]->home = w->host[0];
	crowd_boot(w);
	calm = spread(w) + spread(w);
	flash(w);
	for (int i = 0; i < ISSUES; i++)
		if (spread(w) > 3 * calm / 2)
			world_fail(w, "the censor makes heads slow", NULL);
	crowd_cost(w);
}

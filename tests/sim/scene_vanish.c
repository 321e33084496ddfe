#include <stdlib.h>

#include "tests/sim/crowd.h"

/*
 * Four of five hosts are gone at once, or a censor blocks the fifth that is best
 * connected, without a word; and then there is news (gossip research §9.5, §9.6).
 * Books are as long as twelve weeks of introductions leave them.
 */
#define FEW    150
#define BOOK   39
#define SOON   (3 * MINUTE)
#define AT_ALL (30 * MINUTE)

static void
check(struct world *w, const char *what, when_ms all)
{
	struct issue *is;
	when_ms took;
	size_t n;

	world_run(w, 5000);
	is = press_publish(w->paper[0]);
	n = crowd_up(w);
	took = crowd_wait(w, is->paper, false, n - n / 1000, all);
	say(w, "%s: 99.9 %% of %zu after %zu ms, t50 %zu, t99 %zu", what, n,
	    (size_t)took, (size_t)tally_at(&is->heads, 500),
	    (size_t)tally_at(&is->heads, 990));
	if (took > SOON)
		world_fail(w, "the rest hears late", NULL);
	took += crowd_wait(w, is->paper, false, n, all);
	say(w, "all after %zu ms", (size_t)took);
	if (crowd_reached(w, is->paper, false) != n)
		world_fail(w, "somebody hears nothing", NULL);
}

static int
by_degree(const void *x, const void *y)
{
	const struct host *a = *(struct host *const *)x;
	const struct host *b = *(struct host *const *)y;

	if (a->n_conn != b->n_conn)
		return a->n_conn < b->n_conn ? 1 : -1;
	return (a->index > b->index) - (a->index < b->index);
}

static void
block_best(struct world *w)
{
	struct host **best = calloc(w->n_host, sizeof(struct host *));

	for (size_t i = 0; i < w->n_host; i++)
		best[i] = w->host[i];
	qsort(best, w->n_host, sizeof(struct host *), by_degree);
	for (size_t i = 0; i < w->n_host / 5; i++)
		if (best[i] != w->paper[0]->home)
			host_block(best[i]);
	free(best);
}

static void
vanish(struct world *w)
{
	for (size_t i = 1; i < w->n_host; i++)
		if (i % 5 != 0)
			host_crash(w->host[i]);
}

void
scene_vanish(struct world *w)
{
	crowd_make(w, FEW, BOOK);
	w->paper[0]->text = 1000;
	w->paper[0]->home = w->host[0];
	crowd_boot(w);
	press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	if (world_roll(w, 2) == 0) {
		vanish(w);
		check(w, "80 % gone", AT_ALL);
	} else {
		block_best(w);
		check(w, "best 20 % blocked", AT_ALL);
	}
	crowd_cost(w);
}

#include "tests/sim/crowd.h"

/*
 * Somebody's links are all the censor's, who withholds new heads from him and is
 * honest to who only looks in (gossip research §9.17).  He is told that the feed is
 * overdue, at its time and not before (that is an invariant); and if his book has one
 * honest contact, a look there finds the issue.
 */
#define PROMISE 3600 /* seconds to the next issue */
#define LIARS   8
#define VICTIM  (w->host[2])

static void
make(struct world *w, bool way_out)
{
	crowd_make(w, 3 + LIARS, 0);
	for (size_t i = 1; i < w->n_host; i++)
		if (i != 2)
			host_knows(w->host[i], w->host[0]);
	for (size_t i = 3; i < w->n_host; i++)
		host_knows(VICTIM, w->host[i]);
	w->paper[0]->home = w->host[0];
	w->paper[0]->promise = PROMISE;
	crowd_boot(w);
	if (way_out) { /* the slots are taken: only a feeler goes there */
		host_knows(VICTIM, w->host[1]);
		host_meet(VICTIM, w->host[1]);
	}
	press_publish(w->paper[0]);
	world_run(w, 5 * MINUTE);
	for (size_t i = 3; i < w->n_host; i++)
		w->host[i]->lie = SELECTS;
}

void
scene_frozen(struct world *w)
{
	bool way_out = world_roll(w, 2) == 0;
	struct node_feed_stat st;
	when_ms from, took;

	make(w, way_out);
	invariant_whole(VICTIM, true);
	from = VICTIM->head_at;
	press_publish(w->paper[0]);
	world_run(w, (from + PROMISE * 1500) - w->now + 2000);
	if (!way_out && !VICTIM->told_overdue)
		world_fail(w, "he is not told that it is overdue", VICTIM);
	took = crowd_wait(w, w->paper[0], false, 3, HOUR);
	node_feed_stat(VICTIM->node, &w->paper[0]->feed, &st);
	say(w, "%s way out: overdue %d, head %zu of %zu after %zu ms more",
	    way_out ? "a" : "no", VICTIM->told_overdue, (size_t)st.head,
	    (size_t)w->paper[0]->head, (size_t)took);
	if (way_out && st.head != w->paper[0]->head)
		world_fail(w, "no feeler finds the issue", VICTIM);
}

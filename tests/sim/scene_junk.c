#include <malloc.h>

#include "tests/sim/crowd.h"

/*
 * A tenth of all hosts publish junk, as many feeds each as one link may bring that
 * nobody else shows, and again and again (gossip research §9.18).  Others carry some
 * of it; it fills no table beyond its limit, and what people follow is not late.
 */
#define FEW    40
#define OUT    5
#define FEEDS  64
#define ROUNDS 2
#define ROOM   (2 * 1024 * 1024) /* bytes that junk may take of a host */

static uint64_t
t99(struct world *w)
{
	struct issue *is = press_publish(w->paper[0]);

	crowd_wait(w, is->paper, false, crowd_up(w), MINUTE);
	if (crowd_reached(w, is->paper, false) != crowd_up(w))
		world_fail(w, "not everybody has the head", NULL);
	return tally_at(&is->heads, 990);
}

static void
be_junk(struct world *w)
{
	for (size_t i = 5; i < w->n_host; i += 10)
		for (size_t k = 0; k < FEEDS; k++) {
			struct paper *p = press_new(w);

			p->text = 400;
			p->home = w->host[i];
			host_read(w->host[i], p);
		}
}

static void
publish_junk(struct world *w)
{
	for (size_t i = 1; i < w->n_paper; i++) {
		press_publish(w->paper[i]);
		if (i % 20 == 0)
			world_run(w, 1000);
	}
}

static size_t
memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* The most that anybody carries. */
static size_t
carried(const struct world *w)
{
	struct node_stat st;
	size_t most = 0;

	for (size_t i = 0; i < w->n_host; i++) {
		node_stat(w->host[i]->node, &st);
		if (st.carried > NODE_CARRIED_MAX)
			world_fail(w->host[i]->w, "too much is carried",
			    w->host[i]);
		most = st.carried > most ? st.carried : most;
	}
	return most;
}

void
scene_junk(struct world *w)
{
	uint64_t quiet = 0, loud = 0;
	size_t before, more;

	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 1000;
	w->paper[0]->home = w->host[0];
	crowd_boot(w);
	t99(w);
	for (int i = 0; i < ROUNDS; i++)
		quiet += t99(w);
	before = memory();
	be_junk(w);
	for (int i = 0; i < ROUNDS; i++) {
		publish_junk(w);
		loud += t99(w);
	}
	world_run(w, 5 * MINUTE);
	more = (memory() - before) / w->n_host;
	say(w,
	    "t99 %zu ms, with %zu feeds of junk %zu ms; %zu carried at most, "
	    "%zu bytes more a host",
	    (size_t)quiet / ROUNDS, w->n_paper - 1, (size_t)loud / ROUNDS,
	    carried(w), more);
	if (carried(w) == 0 || loud > quiet * 12 / 10 + ROUNDS * 500)
		world_fail(w, "junk is in the way", NULL);
	if (more > ROOM)
		world_fail(w, "junk takes too much room", NULL);
}

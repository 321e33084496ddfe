#include "tests/sim/puppet.h"

/*
 * Of five sources four are no good, in any order: one corrupts, one truncates, one
 * stalls, one shows new heads and gives old ones.  A mirror and a reader who know
 * just these five end up with everything, and lose at most one piece to a liar.
 */
#define SOURCES 5
#define ISSUES  8

static void
make_sources(struct world *w)
{
	size_t good = 1 + world_roll(w, SOURCES);

	for (size_t i = 1; i <= SOURCES; i++) {
		struct host *h = host_new(w, NODE_MIRROR);
		unsigned lie = (unsigned)((i + SOURCES - good) % SOURCES);
		struct puppet *p = puppet_new(h, &source_play, lie);

		for (uint64_t k = 1; k <= w->paper[0]->head; k++)
			p->line[p->n_line++] = press_issue(w->paper[0], k);
	}
}

static struct host *
make_victim(struct world *w, enum node_role role)
{
	struct host *h = host_new(w, role);

	for (size_t i = 1; i <= SOURCES; i++)
		host_knows(h, w->host[i]);
	host_boot(h);
	return h;
}

static void
check_victim(struct host *h)
{
	struct node_stat st;

	invariant_whole(h, true);
	node_stat(h->node, &st);
	if (st.bytes_wasted > (SOURCES - 1) * PIECE_SIZE)
		world_fail(h->w, "a liar wasted more than a piece", h);
}

void
scene_liars(struct world *w)
{
	struct node_event sync = {.type = NODE_SYNC};
	struct host *mirror, *reader;

	host_boot(host_new(w, NODE_MIRROR));
	for (int i = 0; i < ISSUES; i++)
		press_publish(w->paper[0]);
	make_sources(w);
	mirror = make_victim(w, NODE_MIRROR);
	reader = make_victim(w, NODE_READER);
	host_step(reader, &sync);
	world_run(w, 20 * MINUTE);
	if (!reader->synced)
		world_fail(w, "the reader's sync does not end", reader);
	check_victim(mirror);
	check_victim(reader);
	/* One piece, or small ones that are no more, for each of the two. */
	for (size_t i = 1; i <= SOURCES; i++)
		if (w->host[i]->puppet->bad > 2 * PIECE_SIZE)
			world_fail(w, "a liar is asked for more than a piece",
			    w->host[i]);
}

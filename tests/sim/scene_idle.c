#include "tests/sim/crowd.h"

/*
 * Where nothing is new, a link costs a few bytes a second and a node a few hundred
 * events an hour (gossip research §9.20), and nothing is left open.
 */
#define FEW    30
#define OUT    5
#define EVENTS 46 /* an hour and link: a ping each way, and its timer; .. */
#define MORE   90 /* .. and of the node itself */
#define BYTES  50 /* a second and link, both ways */

void
scene_idle(struct world *w)
{
	uint64_t steps, sent, links = 0;
	size_t n;

	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 100000;
	crowd_boot(w);
	for (int i = 0; i < 3; i++)
		press_publish(w->paper[0]);
	world_run(w, HOUR);
	n = w->n_host;
	for (size_t i = 0; i < n; i++)
		links += w->host[i]->n_conn;
	steps = w->steps;
	sent = w->sent;
	world_run(w, 4 * HOUR);
	steps = (w->steps - steps) / 4 / n;
	sent = (w->sent - sent) * 1000 / (4 * 3600 * (links / 2));
	say(w,
	    "%zu.%zu links a node: %zu events a node and hour, %zu.%03zu bytes "
	    "a link and second",
	    links / n, links * 10 / n % 10, (size_t)steps, (size_t)sent / 1000,
	    (size_t)sent % 1000);
	if (steps > EVENTS * links / n + MORE)
		world_fail(w, "an idle node is busy", NULL);
	if (sent > BYTES * 1000)
		world_fail(w, "an idle link talks", NULL);
	invariant_rest(w);
}

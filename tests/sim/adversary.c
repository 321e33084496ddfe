#include "tests/sim/sim.h"

void
adversary_split(struct world *w)
{
	struct border b = {.cut = !w->border[0][1].cut};

	b.quiet = world_roll(w, 2) == 0;
	net_border(w, 0, 1, b);
}

void
adversary_weather(struct world *w)
{
	struct host *h = w->host[world_roll(w, w->n_host)];

	uint64_t kind = world_roll(w, 8);

	if (!w->storm)
		return;
	switch ((w->faults >> kind & 1) != 0 ? kind : 7) {
	case 0:
		if (h->node != NULL && world_roll(w, 2) == 0)
			host_crash(h);
		else if (h->node != NULL)
			host_vanish(h);
		break;
	case 1:
		if (h->index != 0 && h->lie == HONEST)
			h->full_until = w->now + world_roll(w, 120000);
		break;
	case 2:
		adversary_split(w);
		break;
	case 3:
		h->slow = world_roll(w, 2000);
		break;
	case 4:
		if (h->n_conn > 0)
			net_cut(h->conn[world_roll(w, h->n_conn)]);
		break;
	default:
		if (w->paper[0]->head < w->paper[0]->head_max)
			press_publish(w->paper[0]);
		break;
	}
	world_at(w, 1000 + world_roll(w, 40000), adversary_weather);
}

void
adversary_begin(struct world *w)
{
	w->storm = true;
	/* Half of all kinds at a time: some hide others. */
	w->faults = world_roll(w, 0);
	if (world_roll(w, 2) == 0)
		w->cut = (unsigned)world_roll(w, 500);
	if (world_roll(w, 2) == 0)
		w->corrupt = 1 + (unsigned)world_roll(w, 2);
	if (world_roll(w, 2) == 0)
		w->freeze = (unsigned)world_roll(w, 300);
}

void
adversary_tend(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];
		struct node_event e = {.type = NODE_SPACE};

		if (h->node == NULL && w->now >= h->down_until)
			host_boot(h);
		if (w->now >= h->full_until && h->lie != STALE) {
			e.space.free = 1 << 30;
			host_step(h, &e);
		}
	}
	world_at(w, 10000, adversary_tend);
}

void
adversary_end(struct world *w)
{
	w->storm = false;
	net_border(w, 0, 1, (struct border){0});
	for (size_t i = 0; i < w->n_host; i++) {
		w->host[i]->slow = 5;
		w->host[i]->full_until = w->host[i]->down_until = 0;
	}
	for (size_t i = 0; i < w->n_host; i++)
		for (size_t k = w->host[i]->n_conn; k-- > 0;) {
			struct conn *c = w->host[i]->conn[k];

			if (c->frozen || c->left != UINT64_MAX)
				net_cut(c);
		}
}

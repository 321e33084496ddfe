#include "tests/sim/sim.h"

void
adversary_split(struct world *w)
{
	w->split = !w->split;
	for (size_t i = 0; i < w->n_conn && w->split; i++)
		if (w->conn[i].end[0]->side != w->conn[i].end[1]->side)
			net_cut(&w->conn[i]);
}

void
adversary_weather(struct world *w)
{
	struct host *h = &w->host[world_roll(w, w->n_host)];

	if (!w->storm)
		return;
	switch (world_roll(w, 8)) {
	case 0:
		if (h->node != NULL)
			host_crash(h);
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
		if (w->n_conn > 0)
			net_cut(&w->conn[world_roll(w, w->n_conn)]);
		break;
	default:
		if (w->head < w->head_max)
			press_publish(w);
		break;
	}
	world_at(w, 1000 + world_roll(w, 40000), adversary_weather);
}

void
adversary_begin(struct world *w)
{
	w->storm = true;
	w->cut = (unsigned)world_roll(w, 500);
	w->corrupt = (unsigned)world_roll(w, 3);
	w->freeze = (unsigned)world_roll(w, 300);
}

void
adversary_tend(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = &w->host[i];
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
	w->storm = w->split = false;
	for (size_t i = 0; i < w->n_host; i++) {
		w->host[i].slow = 5;
		w->host[i].full_until = w->host[i].down_until = 0;
	}
	for (size_t i = 0; i < w->n_conn; i++)
		if (w->conn[i].frozen || w->conn[i].left != UINT64_MAX)
			net_cut(&w->conn[i]);
}

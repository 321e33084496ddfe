#include "proto/node/inner.h"
#include "tests/sim/sim.h"

static struct conn *
conn_of(struct world *w, uint64_t id, int *end)
{
	for (size_t i = w->n_conn; i-- > 0;)
		for (*end = 0; *end < 2; (*end)++)
			if (w->conn[i].id[*end] == id)
				return &w->conn[i];
	return NULL;
}

static void
say_down(struct conn *c, int end)
{
	struct node_event e = {.type = NODE_LINK_DOWN};

	e.link_down.link = c->id[end];
	if (host_is_up(c->end[end]) && c->end[end]->boots == c->boots[end])
		world_post(c->end[end], c->delay, &e, bytes_of("", 0));
}

void
net_cut(struct conn *c)
{
	if (!c->open)
		return;
	c->open = false;
	say_down(c, 0);
	say_down(c, 1);
}

void
net_drop(struct host *h, uint64_t link)
{
	int end;
	struct conn *c = conn_of(h->w, link, &end);

	if (c == NULL || !c->open)
		return;
	c->open = false;
	say_down(c, 1 - end);
}

void
net_deafen(struct host *h, uint64_t link)
{
	int end;
	struct conn *c = conn_of(h->w, link, &end);

	if (c != NULL)
		c->deaf = true;
}

static bool
reachable(struct world *w, struct host *a, struct host *b)
{
	return host_is_up(a) && host_is_up(b) &&
	       !(w->split && a->side != b->side) && w->n_conn < CONNS_MAX;
}

static struct conn *
conn_new(struct world *w, struct host *from, struct host *to)
{
	struct conn *c = &w->conn[w->n_conn++];

	*c = (struct conn){.open = true,
	    .end = {from, to},
	    .id = {w->ids + 1, w->ids + 2},
	    .boots = {from->boots, to->boots},
	    .delay = 5 + world_roll(w, 200),
	    .left = UINT64_MAX};
	w->ids += 2;
	if (w->storm && world_roll(w, 1000) < w->cut)
		c->left = world_roll(w, 200000);
	c->frozen = w->storm && world_roll(w, 1000) < w->freeze;
	censor_meet(c);
	return c;
}

void
net_dial(struct host *h, const struct node_dial *d)
{
	struct world *w = h->w;
	struct host *to = &w->host[d->to.port - 1];
	struct node_event e = {.type = NODE_LINK_DOWN};
	struct conn *c;

	if (!reachable(w, h, to)) {
		e.link_down.dial = d->token;
		world_post(h, 100 + world_roll(w, 3000), &e, bytes_of("", 0));
		return;
	}
	c = conn_new(w, h, to);
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[0];
	e.link_up.we_dialled = true;
	e.link_up.dial = d->token;
	world_post(h, c->delay, &e, bytes_of("", 0));
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[1];
	world_post(to, c->delay, &e, bytes_of("", 0));
}

/* In order, each after the one before it. */
static void
carry(struct world *w, struct conn *c, int end, struct bytes data)
{
	struct node_event e = {.type = NODE_LINK_DATA};
	when_ms in = c->busy[end] > w->now ? c->busy[end] - w->now : 0;
	struct event *ev;

	in += c->delay + data.n / 1000;
	c->busy[end] = w->now + in;
	e.link_data.link = c->id[1 - end];
	ev = world_post(c->end[1 - end], in, &e, data);
	ev->boots = c->boots[1 - end];
	if (w->storm && world_roll(w, 1000000) < w->corrupt * data.n / 1000)
		ev->data.p[world_roll(w, data.n)] ^=
		    (uint8_t)(1 << world_roll(w, 8));
}

void
net_send(struct host *h, const struct node_send *s)
{
	struct node_event e = {.type = NODE_LINK_ROOM};
	int end;
	struct conn *c = conn_of(h->w, s->link, &end);

	if (c != NULL && c->deaf && c->end[1] == h) {
		c->unread += s->data.n;
		if (c->unread > UNREAD_MAX + 2 * SERVE_BELOW && c->open)
			world_fail(h->w, "what is not read piles up", h);
		return;
	}
	if (c != NULL && c->open && c->rate != 0) {
		censor_send(c, end, s->link, s->data);
		return;
	}
	e.link_room.link = s->link;
	world_post(h, 1 + s->data.n / 2000, &e, bytes_of("", 0));
	if (c == NULL || !c->open)
		return;
	if (c->left < s->data.n) {
		net_cut(c);
		return;
	}
	c->left -= c->left == UINT64_MAX ? 0 : s->data.n;
	if (c->frozen && end == 1 && s->data.n > 4000)
		return; /* the censor lets the handshake through, and no more */
	carry(h->w, c, end, s->data);
}

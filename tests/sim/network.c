#include <stdlib.h>

#include "proto/node/inner.h"
#include "tests/sim/sim.h"

#define LINE     1000000 /* bytes a second, of who has no uplink of its own */
#define SOCKET   262144  /* bytes that a system takes for a peer that is gone */
#define SEGMENT  1400
#define SLOW     50000 /* bytes a second */
#define CRAWL    1000
#define MICROSEC 1000

struct conn *
net_conn(struct host *h, uint64_t id, int *end)
{
	struct world *w = h->w;
	struct conn *c = id < w->n_conn ? w->conn[id] : NULL;

	if (c == NULL)
		return NULL;
	*end = c->id[1] == id;
	return c->end[*end] == h ? c : NULL;
}

static void
keep(struct host *h, struct conn *c)
{
	h->conn = world_grow(h->conn, h->n_conn, &h->cap_conn);
	h->conn[h->n_conn++] = c;
}

static void
forget(struct host *h, struct conn *c)
{
	for (size_t i = 0; i < h->n_conn; i++)
		if (h->conn[i] == c)
			h->conn[i] = h->conn[--h->n_conn];
}

static void
conn_free(struct conn *c)
{
	for (int end = 0; end < 2; end++) {
		forget(c->end[end], c);
		c->end[end]->w->conn[c->id[end]] = NULL;
	}
	free(c);
}

/* Milliseconds until |us|, which may be over. */
static when_ms
until(const struct world *w, uint64_t us)
{
	uint64_t now = w->now * MICROSEC;

	return us <= now ? 0 : (us - now + MICROSEC - 1) / MICROSEC;
}

/* Behind what is on its way to |end|. */
static void
say_down(struct conn *c, int end)
{
	struct host *h = c->end[end];
	struct node_event e = {.type = NODE_LINK_DOWN};

	e.link_down.link = c->id[end];
	if (host_is_up(h) && h->boots == c->boots[end] && !c->frozen)
		world_post(h, until(h->w, c->busy[1 - end]) + c->delay, &e,
		    bytes_of("", 0));
}

void
net_cut(struct conn *c)
{
	c->frozen = false;
	say_down(c, 0);
	say_down(c, 1);
	conn_free(c);
}

void
net_drop(struct host *h, uint64_t link)
{
	int end;
	struct conn *c = net_conn(h, link, &end);

	if (c == NULL)
		return;
	say_down(c, 1 - end);
	conn_free(c);
}

void
net_deafen(struct host *h, uint64_t link)
{
	int end;
	struct conn *c = net_conn(h, link, &end);

	if (c != NULL)
		c->deaf = true;
}

static struct border *
border(const struct host *from, const struct host *to)
{
	return &from->w->border[from->country][to->country];
}

void
net_border(struct world *w, size_t a, size_t b, struct border what)
{
	w->border[a][b] = w->border[b][a] = what;
	for (size_t i = 0; i < w->n_host && what.cut; i++)
		for (size_t k = w->host[i]->n_conn; k-- > 0;) {
			struct conn *c = w->host[i]->conn[k];

			if (c->end[0]->country == c->end[1]->country ||
			    !border(c->end[0], c->end[1])->cut)
				continue;
			if (what.quiet)
				c->frozen = true;
			else
				net_cut(c);
		}
}

/* What the weather and the border make of a new link. */
static void
draw(struct conn *c)
{
	struct host *h = c->end[0];
	struct world *w = h->w;
	const struct border *b = border(h, c->end[1]);

	c->delay = w->far ? 1 + dice_spread(&h->dice, DELAY)
			  : 5 + dice_roll(&h->dice, 200);
	if (w->storm && dice_roll(&h->dice, 1000) < w->cut)
		c->left = dice_roll(&h->dice, 200000);
	if (w->storm && dice_roll(&h->dice, 1000) < w->freeze) {
		c->left = 3000 + dice_roll(&h->dice, 20000);
		c->freezes = true;
	}
	if (b->freeze != 0) {
		c->left = b->freeze + dice_roll(&h->dice, b->span + 1);
		c->freezes = true;
	}
	censor_meet(c);
}

static uint64_t
new_id(struct world *w, struct conn *c)
{
	w->conn = world_grow(w->conn, w->n_conn, &w->cap_conn);
	w->conn[w->n_conn] = c;
	return w->n_conn++;
}

static struct conn *
conn_new(struct world *w, struct host *from, struct host *to)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (w->n_conn == 0)
		new_id(w, NULL); /* 0 is no link */
	*c = (struct conn){.end = {from, to},
	    .boots = {from->boots, to->boots},
	    .left = UINT64_MAX};
	c->id[0] = new_id(w, c);
	c->id[1] = new_id(w, c);
	w->n_links++;
	draw(c);
	keep(from, c);
	keep(to, c);
	return c;
}

/* 0: it can be reached; else how long it takes to see that it cannot. */
static when_ms
unreachable(struct host *h, struct host *to, const struct node_dial *d)
{
	if (h->blocked || to->blocked || border(h, to)->cut ||
	    border(h, to)->shut || border(to, h)->cut)
		return d->timeout;
	if (!host_is_up(h) || !host_is_up(to))
		return 100 + dice_roll(&h->dice, 3000);
	return 0;
}

void
net_dial(struct host *h, const struct node_dial *d)
{
	struct world *w = h->w;
	struct host *to = host_of(w, &d->to);
	when_ms in = unreachable(h, to, d);
	struct node_event e = {.type = NODE_LINK_DOWN};
	struct conn *c;

	if (in > 0) {
		e.link_down.dial = d->token;
		world_post(h, in, &e, bytes_of("", 0));
		return;
	}
	c = conn_new(w, h, to);
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[0];
	e.link_up.we_dialled = true;
	e.link_up.dial = d->token;
	e.link_up.group = to->group;
	world_post(h, 2 * c->delay, &e, bytes_of("", 0));
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[1];
	e.link_up.group = h->group;
	world_post(to, 2 * c->delay, &e, bytes_of("", 0));
}

/* Bytes a second on the way of |end|. */
static uint64_t
rate(const struct conn *c, int end)
{
	uint64_t up = c->end[end]->up;

	if (c->end[end]->lie == CRAWLS)
		return CRAWL;
	if (c->rate != 0)
		return c->rate;
	return up != 0 ? up : LINE;
}

/* In order, each after the one before it; returns when the last byte has left. */
static when_ms
occupy(struct conn *c, int end, size_t n)
{
	struct host *h = c->end[end];
	uint64_t from = h->w->now * MICROSEC;

	if (from < c->busy[end])
		from = c->busy[end];
	if (h->up != 0 && from < h->up_busy)
		from = h->up_busy;
	from += n * 1000000 / rate(c, end);
	c->busy[end] = from;
	if (h->up != 0)
		h->up_busy = from;
	return until(h->w, from);
}

static void
flip(struct dice *d, struct event *ev)
{
	ev->data.p[dice_roll(d, ev->data.n)] ^= (uint8_t)(1 << dice_roll(d, 8));
}

static void
carry(struct conn *c, int end, struct bytes data)
{
	struct node_event e = {.type = NODE_LINK_DATA};
	struct world *w = c->end[end]->w;
	struct dice *d = &c->end[end]->dice;
	struct event *ev;

	e.link_data.link = c->id[1 - end];
	ev = world_post(c->end[1 - end], occupy(c, end, data.n) + c->delay, &e,
	    data);
	ev->boots = c->boots[1 - end];
	if (w->storm && dice_roll(d, 1000000) < w->corrupt * data.n / 1000)
		flip(d, ev);
}

/* A slow line brings a little at a time. */
static void
carry_all(struct conn *c, int end, struct bytes data)
{
	size_t step = rate(c, end) < SLOW ? SEGMENT : SIZE_MAX;

	while (data.n > 0) {
		size_t n = data.n < step ? data.n : step;

		carry(c, end, bytes_of(data.p, n));
		data = bytes_of(data.p + n, data.n - n);
	}
}

/* |data| goes nowhere: false once nobody takes more of it. */
static bool
sink(struct conn *c, struct host *h, size_t n)
{
	c->unread += n;
	if (c->deaf && c->unread > UNREAD_MAX + 2 * SERVE_BELOW)
		world_fail(h->w, "what is not read piles up", h);
	return !c->deaf && c->unread <= SOCKET;
}

/* How much of |n| bytes comes through; then the link is cut, or it freezes. */
static size_t
through(struct conn *c, size_t n)
{
	if (c->left == UINT64_MAX)
		return n;
	n = n < c->left ? n : (size_t)c->left;
	c->left -= n;
	c->frozen |= c->freezes && c->left == 0;
	return n;
}

void
net_send(struct host *h, const struct node_send *s)
{
	struct node_event e = {.type = NODE_LINK_ROOM};
	int end;
	struct conn *c = net_conn(h, s->link, &end);
	when_ms in;

	if (c == NULL)
		return;
	h->w->sent += s->data.n;
	censor_judge(c, end, s->data);
	c->frozen |= border(h, c->end[1 - end])->cut;
	if (((c->deaf && end == 1) || c->frozen) && !sink(c, h, s->data.n))
		return;
	if (!c->frozen)
		carry_all(c, end, bytes_of(s->data.p, through(c, s->data.n)));
	if (c->left == 0 && !c->freezes) {
		net_cut(c);
		return;
	}
	in = occupy(c, end, 0);
	e.link_room.link = s->link;
	world_post(h, in > 0 ? in : 1, &e, bytes_of("", 0));
}

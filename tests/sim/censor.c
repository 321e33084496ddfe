#include "tests/lib/fet.h"
#include "tests/sim/sim.h"

/*
 * A censor stands between the two sides.  Every link across has a rate, and a
 * number of bytes after which it is cut; one in some is let rot by its first byte.
 * And what looks encrypted from the first bit on would be blocked: that must be
 * nothing of ours.
 */
#define SEGMENT 1400

void
censor_meet(struct conn *c)
{
	struct world *w = c->end[0]->w;

	if (!w->censor || c->end[0]->side == c->end[1]->side)
		return;
	c->rate = 2000 + world_roll(w, 20000);
	c->left = 20000 + world_roll(w, 150000);
}

/* The first packet of the dialler is looked at. */
static void
judge(struct conn *c, struct bytes data)
{
	struct world *w = c->end[0]->w;

	if (c->judged)
		return;
	c->judged = true;
	if (fet_exempt(data.p, data.n) == 0)
		world_fail(w, "a first flight looks encrypted", c->end[0]);
	c->frozen = data.p[0] >= 'A' && data.p[0] <= 'J';
}

/* The way of |end| is busy for as long as |n| more bytes take. */
static when_ms
occupy(struct conn *c, int end, size_t n)
{
	when_ms now = c->end[0]->w->now;

	if (c->busy[end] < now)
		c->busy[end] = now;
	c->busy[end] += n * 1000 / c->rate;
	return c->busy[end] - now;
}

static void
segment(struct conn *c, int end, struct bytes data)
{
	struct node_event e = {.type = NODE_LINK_DATA};
	when_ms in = occupy(c, end, data.n) + c->delay;

	e.link_data.link = c->id[1 - end];
	world_post(c->end[1 - end], in, &e, data)->boots = c->boots[1 - end];
}

/* What is under way arrives, and then the link is gone. */
static void
reset(struct conn *c)
{
	when_ms in = 0;

	for (int end = 0; end < 2; end++)
		in = in > occupy(c, end, 0) ? in : occupy(c, end, 0);
	c->delay += in;
	net_cut(c);
}

void
censor_send(struct conn *c, int end, uint64_t link, struct bytes data)
{
	struct node_event room = {.type = NODE_LINK_ROOM};

	if (end == 0)
		judge(c, data);
	for (size_t at = 0; at < data.n && c->open; at += SEGMENT) {
		size_t n = data.n - at < SEGMENT ? data.n - at : SEGMENT;

		c->left -= n < c->left ? n : c->left;
		if (c->left == 0)
			reset(c);
		else if (c->frozen)
			occupy(c, end, n);
		else
			segment(c, end, bytes_of(data.p + at, n));
	}
	room.link_room.link = link;
	world_post(c->end[end], 1 + occupy(c, end, 0), &room, bytes_of("", 0));
}

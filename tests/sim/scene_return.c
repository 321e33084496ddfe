#include "tests/sim/sim.h"

/*
 * A mirror comes back, and fetches what was published meanwhile: beside the packs
 * themselves that is to cost little, in all that goes over the wire both ways.  So does a
 * new link between two that have a thousand feeds in common, as they remember each other.
 */
#define BEFORE 200 /* issues */
#define MISSED 5
#define TEXT   45000
#define EXTRA  13500 /* bytes, of which headers are 2,300 */

#define FEEDS 1000
#define AGAIN 4000  /* bytes, .. */
#define FIRST 60000 /* .. or where one of the two remembers nothing */

static const char *const kind[] = {"", "HELLO", "HEADS", "NEWS", "HOLDS", "ASK",
    "GIVE", "PROOF", "PEERS", "BYE"};

struct bill {
	uint64_t sent, bytes[MSG_BYE + 1], count[MSG_BYE + 1];
};

static struct bill
bill(const struct world *w)
{
	struct bill b = {.sent = w->sent};

	for (size_t k = MSG_HELLO; k <= MSG_BYE; k++) {
		b.bytes[k] = w->heard_bytes[k];
		b.count[k] = w->heard[k];
	}
	return b;
}

/* What there was to pay since |was|, of which |packs| bytes were packs. */
static uint64_t
pay(struct world *w, const char *what, const struct bill *was, uint64_t packs)
{
	struct bill b = bill(w);
	uint64_t extra = b.sent - was->sent - packs;

	for (size_t k = MSG_HELLO; k <= MSG_BYE; k++)
		if (b.count[k] > was->count[k])
			say(w, "  %-5s %4zu  %7zu bytes", kind[k],
			    (size_t)(b.count[k] - was->count[k]),
			    (size_t)(b.bytes[k] - was->bytes[k]));
	say(w, "%s: %zu bytes beside %zu of packs", what, (size_t)extra,
	    (size_t)packs);
	return extra;
}

static uint64_t
publish(struct world *w, size_t n, size_t text)
{
	uint64_t packs = 0;

	w->paper[0]->text = text;
	for (size_t i = 0; i < n; i++) {
		struct issue *is = press_publish(w->paper[0]);

		for (size_t k = 0; k < is->n_pack; k++)
			packs += is->pack[k].size;
	}
	return packs;
}

/* All are of a third one, who then goes. */
static void
follow_many(struct world *w, struct host *a, struct host *b)
{
	struct host *desk = host_new(w, NODE_MIRROR);

	host_boot(desk);
	host_meet(a, desk);
	for (size_t i = 0; i < FEEDS; i++) {
		struct paper *p = press_new(w);

		p->text = 300;
		p->home = desk;
		host_read(desk, p);
		host_read(a, p);
		host_read(b, p);
		press_publish(p);
		if (i % 20 == 0)
			world_run(w, 1000);
	}
	world_run(w, 10 * MINUTE);
	invariant_whole(b, true);
	host_crash(desk);
	world_run(w, HOUR);
}

/* What it costs them to go on with one another, without and with an issue more. */
static void
meet_again(struct world *w, struct host *mirror)
{
	struct bill was = bill(w);

	net_cut(mirror->conn[0]);
	world_run(w, 2 * MINUTE);
	if (mirror->n_conn != 1 ||
	    pay(w, "a thousand feeds, nothing new", &was, 0) > AGAIN)
		world_fail(w, "a new link costs too much", mirror);
	net_cut(mirror->conn[0]);
	press_publish(w->paper[0]);
	world_run(w, 2 * MINUTE);
	invariant_whole(mirror, true);

	host_crash(mirror);
	world_run(w, MINUTE);
	was = bill(w);
	host_boot(mirror);
	world_run(w, 2 * MINUTE);
	if (pay(w, "a thousand feeds, after a restart", &was, 0) > FIRST)
		world_fail(w, "a restart costs too much", mirror);
}

void
scene_return(struct world *w)
{
	struct host *room = host_new(w, NODE_MIRROR);
	struct host *mirror = host_new(w, NODE_MIRROR);
	struct bill was;
	uint64_t packs;

	w->far = true;
	w->paper[0]->home = room;
	host_knows(mirror, room);
	host_boot(room);
	host_boot(mirror);
	publish(w, BEFORE, 400);
	world_run(w, 10 * MINUTE);
	invariant_whole(mirror, true);
	host_crash(mirror);
	world_run(w, MINUTE);
	packs = publish(w, MISSED, TEXT);
	was = bill(w);
	host_boot(mirror);
	world_run(w, MINUTE);
	invariant_whole(mirror, true);
	if (pay(w, "five issues", &was, packs) > EXTRA)
		world_fail(w, "coming back costs too much", mirror);
	follow_many(w, room, mirror);
	meet_again(w, mirror);
}

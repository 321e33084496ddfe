#include "tests/sim/crowd.h"

/*
 * A country with a tenth of all hosts is cut off, for a day (in large worlds a week);
 * on both sides a publisher goes on.  Then one host finds a way, or one stick is
 * carried across; or the first publisher's key was stolen inside, and signed other
 * issues there (gossip research §9.8, §9.15).
 */
#define FEW    30
#define OUT    5
#define SOON   MINUTE /* from the first link across */
#define BODIES (10 * MINUTE)
#define FORKED 2 /* the first issue that does not get inside */

enum way {
	LINK,
	STICK,
	FORK,
	WAYS
};

#define OUTSIDE 0
#define INSIDE  1
#define BETWEEN 2

static bool
is_inside(const struct host *h)
{
	return h->index % 10 == 9;
}

static void
make(struct world *w)
{
	crowd_make(w, FEW, OUT);
	press_new(w);
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		host_follow(h, w->paper[1]);
		h->country = is_inside(h) ? INSIDE : OUTSIDE;
		/* They know each other there. */
		if (i >= 10 && is_inside(h))
			host_knows(h, w->host[i - 10]);
	}
	for (size_t i = 0; i < 2; i++) {
		w->paper[i]->text = 3000;
		w->paper[i]->home = w->host[i == 0 ? 0 : 9];
	}
	crowd_boot(w);
}

static void
publish(struct world *w, size_t hours)
{
	for (size_t i = 0; i < hours; i++) {
		press_publish(w->paper[0]);
		press_publish(w->paper[1]);
		world_run(w, HOUR);
	}
}

static void
check_sides(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		const struct host *h = w->host[i];
		const struct paper *own = w->paper[is_inside(h)];
		struct node_feed_stat st;

		if (node_feed_stat(h->node, &own->feed, &st) != 0 ||
		    st.head != own->head)
			world_fail(w, "a side lacks its own issues", h);
	}
}

/* The first link of |h| to the outside. */
static when_ms
contact(struct host *h)
{
	when_ms from = h->w->now;

	h->country = BETWEEN;
	while (h->w->now < from + HOUR) {
		for (size_t i = 0; i < h->n_conn; i++)
			for (size_t e = 0; e < 2; e++)
				if (h->conn[i]->end[e]->country == OUTSIDE &&
				    !h->conn[i]->frozen)
					return h->w->now;
		world_run(h->w, 250);
	}
	world_fail(h->w, "it finds no way out", h);
}

static void
copy(struct host *from, struct host *to, enum node_object kind,
    const struct id *id, uint64_t n)
{
	struct blob *b = disk_find(from, kind, id, n);

	if (b != NULL && disk_find(to, kind, id, n) == NULL)
		disk_keep(to, kind, id, n, blob_bytes(b));
}

/* What |from| has goes onto the disk of |to|. */
static void
carry(struct host *from, struct host *to)
{
	host_crash(to);
	for (size_t i = 0; i < from->w->n_paper; i++) {
		const struct paper *p = from->w->paper[i];

		copy(from, to, OBJECT_CHARTER, &p->feed, 1);
		for (uint64_t k = 1; k <= p->head; k++) {
			const struct issue *is = press_issue(p, k);

			copy(from, to, OBJECT_HEADER, &p->feed, k);
			for (size_t t = 0; t < is->n_pack; t++)
				copy(from, to, OBJECT_PIECE, &is->pack[t].root,
				    0);
		}
	}
	host_boot(to);
}

/* All of both papers is everywhere, soon after |at|. */
static void
check_whole(struct world *w, when_ms at)
{
	when_ms heads;

	crowd_wait(w, w->paper[0], false, w->n_host, HOUR);
	crowd_wait(w, w->paper[1], false, w->n_host, HOUR);
	heads = w->now - at;
	crowd_wait(w, w->paper[0], true, w->n_host, HOUR);
	crowd_wait(w, w->paper[1], true, w->n_host, HOUR);
	say(w, "heads everywhere %zu ms after the first contact, packs %zu ms",
	    (size_t)heads, (size_t)(w->now - at));
	if (heads > SOON)
		world_fail(w, "heads of the other side come late", NULL);
	if (w->now - at > BODIES)
		world_fail(w, "packs of the other side come late", NULL);
}

static size_t
proved(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_host; i++)
		n += disk_find(w->host[i], OBJECT_PROOF, &w->paper[0]->feed,
			 FORKED) != NULL;
	return n;
}

static void
check_proof(struct world *w, when_ms at)
{
	when_ms until = w->now + SOON;

	while (w->now < until && proved(w) < w->n_host)
		world_run(w, 250);
	say(w, "proof at %zu of %zu, %zu ms after the first contact", proved(w),
	    w->n_host, (size_t)(w->now - at));
	if (proved(w) != w->n_host)
		world_fail(w, "the fork is not proved everywhere", NULL);
}

void
scene_country(struct world *w)
{
	uint64_t way = world_roll(w, WAYS);
	struct host *gate;

	make(w);
	gate = w->host[19 + 10 * world_roll(w, (w->n_host - 10) / 10 - 1)];
	publish(w, 1);
	net_border(w, OUTSIDE, INSIDE,
	    (struct border){.cut = true, .quiet = world_roll(w, 2) == 0});
	publish(w, w->n_want == 0 ? 23 : 7 * 24 - 1);
	check_sides(w);
	if (way == FORK) {
		press_plant(w->host[9],
		    press_steal(w->paper[0], FORKED, NULL, NULL));
		world_run(w, MINUTE);
		check_proof(w, contact(gate));
	} else if (way == LINK) {
		check_whole(w, contact(gate));
	} else {
		carry(w->host[9], w->host[0]);
		carry(w->host[0], w->host[9]);
		check_whole(w, w->now);
	}
	crowd_cost(w);
}

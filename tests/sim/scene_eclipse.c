#include "tests/sim/book.h"
#include "tests/sim/crowd.h"

/*
 * Nodes restart into books of which nine in ten are the censor's, told of by four
 * introducers; so are two of their four anchors and one of three operator's peers, and a
 * quarter of the honest are away (Heilman et al. 2015, where 85 % were lost; gossip
 * research §5.1, §9.9).  The censor passes nothing on.  Hardly anyone is eclipsed, and
 * whoever is finds out, if one honest node of his book is left: the next issue is overdue,
 * and somebody honest is met.
 *
 * Of each three hosts one is honest, one the censor's, and one restarts.
 */
#define FEW         90
#define OUT         5
#define BOOK        30 /* of the censor's */
#define HONEST_BOOK 3
#define PROMISE     600        /* seconds */
#define ECLIPSED    3          /* in a hundred, and two by bad luck */
#define FOUND       (3 * HOUR) /* all have the next issue; half are much sooner */

static bool
is_victim(const struct host *h)
{
	return h->index % 3 == 2;
}

/* One of those whose index is |rest| by three. */
static struct host *
any(struct world *w, size_t rest)
{
	return w->host[world_roll(w, w->n_host / 3) * 3 + rest];
}

static void
meet_friends(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		while (!is_victim(h) && h->n_peer < OUT) {
			struct host *to = any(w, i % 3);

			if (to != h)
				host_knows(h, to);
		}
		while (is_victim(h) && h->n_peer < 2)
			host_knows(h, any(w, 0));
		if (i % 3 == 1) {
			h->lie = SILENT;
			host_knows(h, any(w, 0));
		}
	}
}

static void
fill_book(struct host *h)
{
	struct world *w = h->w;
	size_t from = world_roll(w, w->n_host / 3);
	struct book b;

	book_begin(&b, h);
	for (size_t i = 0; i < BOOK; i++)
		book_add(&b, w->host[(from + i) % (w->n_host / 3) * 3 + 1],
		    (uint8_t)(i % 4), i < 2);
	from = world_roll(w, w->n_host / 3);
	for (size_t i = 0; i < HONEST_BOOK; i++)
		book_add(&b, w->host[(from + i) % (w->n_host / 3) * 3],
		    (uint8_t)(10 + i), i < 2);
	book_end(&b);
	host_knows(h, any(w, 1)); /* his operator trusts the censor, too */
}

/* Nobody of those it is linked to is honest. */
static bool
is_eclipsed(const struct host *h)
{
	for (size_t i = 0; i < h->n_conn; i++) {
		const struct conn *c = h->conn[i];
		const struct host *to = c->end[c->end[0] == h];

		if (to->index % 3 == 0)
			return false;
	}
	return true;
}

static void
boot(struct host *h)
{
	struct node_stat st;

	host_boot(h);
	node_stat(h->node, &st);
	if (st.contacts < BOOK + HONEST_BOOK)
		world_fail(h->w, "its book is not read", h);
}

static void
restart(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++)
		if (is_victim(w->host[i])) {
			host_crash(w->host[i]);
			fill_book(w->host[i]);
		}
	for (size_t i = 3; i < w->n_host; i += 3)
		if (world_roll(w, 4) == 0)
			host_vanish(w->host[i]);
	world_run(w, MINUTE);
	press_publish(w->paper[0]);
	for (size_t i = 0; i < w->n_host; i++)
		if (is_victim(w->host[i]))
			boot(w->host[i]);
}

static size_t
count_eclipsed(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 2; i < w->n_host; i += 3)
		n += is_eclipsed(w->host[i]);
	return n;
}

static bool
is_hope(const struct host *h)
{
	return h->index % 3 == 0 && host_is_up(h);
}

/* Of the honest that it knows of, all are away: nothing can be promised. */
static bool
is_lost(const struct host *h)
{
	struct node_contact c;

	for (size_t i = 0; i < h->n_peer; i++)
		if (is_hope(h->peer[i]))
			return false;
	for (size_t at = 0; node_next_contact(h->node, &at, &c);)
		if (c.class == CONTACT_TESTED && is_hope(book_host(h->w, c.id)))
			return false;
	return true;
}

static size_t
count_lost(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 2; i < w->n_host; i += 3)
		n += is_lost(w->host[i]);
	return n;
}

/* Anchors that are there, and that nobody dialled. */
static size_t
count_missed(const struct world *w)
{
	struct node_contact c;
	size_t n = 0;

	for (size_t i = 2; i < w->n_host; i += 3)
		for (size_t at = 0;
		     node_next_contact(w->host[i]->node, &at, &c);)
			n += c.anchor && c.link == 0 &&
			     host_is_up(book_host(w, c.id));
	return n;
}

void
scene_eclipse(struct world *w)
{
	struct paper *p = w->paper[0];
	size_t eclipsed, victims, lost;
	when_ms soon, all;

	crowd_make(w, FEW, 0);
	victims = w->n_host / 3;
	meet_friends(w);
	p->promise = PROMISE;
	p->home = w->host[0];
	crowd_boot(w);
	press_publish(p);
	crowd_wait(w, p, false, crowd_up(w), HOUR);
	restart(w);
	world_run(w, 2 * MINUTE);
	eclipsed = count_eclipsed(w);
	lost = count_lost(w);
	if (count_missed(w) > victims / 10) /* who are full */
		world_fail(w, "anchors are not dialled first", NULL);
	soon = crowd_wait(w, p, false, crowd_up(w) - victims / 20, FOUND);
	all = soon + crowd_wait(w, p, false, crowd_up(w) - lost, FOUND - soon);
	say(w,
	    "%zu of %zu eclipsed, %zu of whom have nobody; 95 in 100 have the next issue %zu s later, "
	    "all %zu s",
	    eclipsed, victims, lost, (size_t)soon / 1000, (size_t)all / 1000);
	if (eclipsed > lost + 2 + victims * ECLIPSED / 100)
		world_fail(w, "too many are eclipsed", NULL);
	if (crowd_reached(w, p, false) < crowd_up(w) - lost)
		world_fail(w, "somebody stays eclipsed", NULL);
	crowd_cost(w);
}

#include "tests/sim/book.h"
#include "tests/sim/crowd.h"

/*
 * Four of five hosts, whom operators and books trust as they trust all, turn out to be
 * the censor's at one moment: they pass nothing on, take in nothing, boast, or are honest
 * only to who looks in (gossip research §5.2, §9.7, one to four).  Issues are promised
 * each ten minutes: who hears of none looks around, and misses cost the liars their
 * places, so that from issue to issue more of the honest hear at once.
 */
#define FEW     75
#define OUT     3
#define BOOK    36
#define LIARS   800 /* of a thousand */
#define ISSUES  10
#define PROMISE 600 /* seconds */
#define EACH    (10 * MINUTE)
#define SOON    (3 * MINUTE)
#define LATE    (20 * MINUTE)
#define AT_ONCE 950 /* of a thousand, of the last issue */

static void
fill_book(struct host *h)
{
	struct world *w = h->w;
	struct book b;

	book_begin(&b, h);
	for (size_t i = 0, from = world_roll(w, w->n_host); i < BOOK; i++) {
		struct host *to = w->host[(from + 7 * i) % w->n_host];

		if (to != h)
			book_add(&b, to, (uint8_t)(i / 2), i % 9 == 0);
	}
	book_end(&b);
}

static void
flash(struct world *w)
{
	static const enum lie lies[] = {SILENT, SELECTS, STALE, BOASTS};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		crowd_lie(w, lies[i], LIARS / (sizeof(lies) / sizeof(lies[0])));
}

void
scene_sybils(struct world *w)
{
	struct paper *p = w->paper[0];
	size_t at_once = 0, n;
	when_ms took;

	crowd_make(w, FEW, OUT);
	for (size_t i = 0; i < w->n_host; i++)
		fill_book(w->host[i]);
	p->text = 1000;
	p->promise = PROMISE;
	p->home = w->host[0];
	crowd_boot(w);
	press_publish(p);
	world_run(w, EACH);
	flash(w);
	n = crowd_up(w);
	for (int i = 0; i < ISSUES; i++) {
		press_publish(p);
		world_run(w, SOON);
		at_once = crowd_reached(w, p, false);
		took = SOON + crowd_wait(w, p, false, n, LATE - SOON);
		say(w,
		    "issue %d: %zu of %zu honest in 3 minutes, all after "
		    "%zu s",
		    i + 1, at_once, n, (size_t)took / 1000);
		if (crowd_reached(w, p, false) < n)
			world_fail(w, "Sybils keep an issue away", NULL);
		world_run(w, took < EACH ? EACH - took : 0);
	}
	if (at_once * 1000 < n * AT_ONCE)
		world_fail(w, "the liars keep their places", NULL);
	crowd_cost(w);
}

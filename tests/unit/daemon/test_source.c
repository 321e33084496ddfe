#include "daemon/source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/source/manner.h"
#include "daemon/source/robots.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"

#define MINUTE (60 * 1000ULL)
#define DAY    (24 * 3600 * 1000ULL)
#define EVERY  (15 * 60) /* seconds */

static const uint8_t seed[32] = {7};

/* A source, and what it asks for now. */
struct world {
	struct source s;
	struct source_ask ask;
	when_ms now;
	uint64_t wall;
};

static void
start(struct world *w, const char *address)
{
	struct bytes none = {NULL, 0};

	*w = (struct world){.now = 1000, .wall = 1800000000};
	check(source_init(&w->s, address, EVERY, seed, none, w->now, w->wall) ==
	      0);
}

static void
tell(struct world *w, struct source_event ev)
{
	ev.now = w->now;
	ev.wall = w->wall;
	source_step(&w->s, &ev, &w->ask);
}

static void
pass(struct world *w, uint64_t ms)
{
	w->now += ms;
	w->wall += ms / 1000;
	tell(w, (struct source_event){.type = SOURCE_TIME});
}

/* Wait until it is due: it asks for its list. */
static void
come_due(struct world *w)
{
	pass(w, w->s.due > w->now ? w->s.due - w->now : 0);
	check(w->ask.type == SOURCE_FETCH && !w->ask.page);
}

static void
answer(struct world *w, enum fetch_error error, unsigned status)
{
	struct fetch_answer a = {.error = error,
	    .status = status,
	    .etag = bytes_str("\"e\""),
	    .body = bytes_str("x"),
	    .type = bytes_str("text/html")};

	tell(w, (struct source_event){.type = SOURCE_ANSWER, .answer = &a});
}

/* An entry: its name, what it says, its page (NULL: it is whole). */
static void
add(struct ingest_list *l, int name, int text, const char *link)
{
	struct ingest_entry e = {
	    .number = l->n, .whole = link == NULL, .changed = name};

	memcpy(e.name.b, &name, sizeof(name));
	memcpy(e.text.b, &text, sizeof(text));
	check(ingest_list_add(l, &e,
		  link != NULL ? bytes_str(link) : bytes_of(NULL, 0)) == 0);
}

static void
listed(struct world *w, struct ingest_list *l)
{
	check(w->ask.type == SOURCE_LIST);
	tell(w, (struct source_event){.type = SOURCE_LISTED, .list = l});
	check(l->n == 0);
}

static void
taken(struct world *w)
{
	check(w->ask.type == SOURCE_TAKE);
	tell(w, (struct source_event){.type = SOURCE_TAKEN});
}

/* The end of a turn: it rests for as long as agreed, give or take a tenth. */
static void
rests(struct world *w)
{
	uint64_t wait;

	check(w->ask.type == SOURCE_END);
	tell(w, (struct source_event){.type = SOURCE_ENDED});
	check(w->ask.type == SOURCE_WAIT);
	wait = w->ask.until - w->now;
	check(wait >= 15 * MINUTE * 9 / 10 && wait <= 15 * MINUTE * 11 / 10);
}

/* A turn with these entries, all whole, of which |n_taken| are taken. */
static void
turn(struct world *w, const int *names, const int *texts, size_t n,
    size_t n_taken)
{
	struct ingest_list l = {0};

	for (size_t i = 0; i < n; i++)
		add(&l, names[i], texts[i], NULL);
	come_due(w);
	answer(w, FETCH_OK, 200);
	listed(w, &l);
	for (size_t i = 0; i < n_taken; i++)
		taken(w);
	rests(w);
}

static void
news_edits_and_returns(void)
{
	static const int abc[] = {1, 2, 3}, b[] = {2}, one[] = {5, 5, 5};
	static const int edited[] = {5, 6, 5};
	struct world w;

	start(&w, "https://a.example/feed");
	turn(&w, abc, one, 3, 3);
	turn(&w, abc, one, 3, 0);
	turn(&w, abc, edited, 3, 1);   /* one changed its mind */
	turn(&w, b, edited + 1, 1, 0); /* two vanish: nothing follows */
	turn(&w, abc, edited, 3, 0);   /* and return */
	turn(&w, b, one, 1, 1);        /* back to what it said at first */
	source_done(&w.s);
}

/* A turn of one entry that is taken but for pictures. */
static void
partly(struct world *w, int text, bool again)
{
	struct ingest_list l = {0};

	add(&l, 1, text, NULL);
	come_due(w);
	check(w->ask.request.etag.n == 0); /* or the list would not come */
	answer(w, FETCH_OK, 200);
	listed(w, &l);
	check(w->ask.type == SOURCE_TAKE && w->ask.again == again);
	tell(w, (struct source_event){.type = SOURCE_TAKEN, .partly = true});
	rests(w);
}

static void
pictures_come_later(void)
{
	static const int a[] = {1}, one[] = {1}, two[] = {2};
	struct fetch_answer missing = {.status = 404},
			    refused = {.status = 403},
			    lost = {.error = FETCH_TIME};
	struct world w;

	check(source_may_come(&missing) && source_may_come(&lost));
	check(!source_may_come(&refused));
	start(&w, "https://a.example/feed");
	partly(&w, 1, false);
	partly(&w, 1, true);
	turn(&w, a, one, 1, 1); /* they came */
	turn(&w, a, one, 1, 0);
	source_done(&w.s);

	start(&w, "https://a.example/feed");
	partly(&w, 1, false);
	partly(&w, 2,
	    false); /* it says something else: that is news by itself */
	for (int i = 1; i < SOURCE_TRIES_MAX; i++)
		partly(&w, 2, true);
	turn(&w, a, two, 1, 0); /* they never came */
	source_done(&w.s);
}

static void
asks_with_its_tag(void)
{
	static const int a[] = {1}, t[] = {1};
	struct world w;

	start(&w, "https://a.example/feed");
	come_due(&w);
	check(w.ask.request.etag.n == 0);
	answer(&w, FETCH_OK, 200);
	tell(&w, (struct source_event){.type = SOURCE_LISTED, .why = "No."});
	check(w.ask.type == SOURCE_WAIT && w.s.trouble == SOURCE_UNREAD);
	come_due(&w);
	check(w.ask.request.etag.n == 0); /* it was no good */
	answer(&w, FETCH_CONNECT, 0);
	turn(&w, a, t, 1, 1);
	check(w.s.trouble == SOURCE_FINE);
	come_due(&w);
	check(bytes_eq(w.ask.request.etag, bytes_str("\"e\"")));
	answer(&w, FETCH_OK, 304);
	check(w.ask.type == SOURCE_WAIT && w.s.errors == 0);
	source_done(&w.s);
}

/* What comes for the page that is asked for. */
static void
page_says(struct world *w, unsigned status, const char *text)
{
	struct fetch_answer a = {.status = status,
	    .body = bytes_str(text),
	    .type = bytes_str("text/html")};

	check(w->ask.type == SOURCE_FETCH && w->ask.page);
	tell(w, (struct source_event){.type = SOURCE_ANSWER, .answer = &a});
}

/* A turn begins with a list of |n| entries that have pages; |wanted| even if it is the
 * same as before. */
static void
list_of_pages(struct world *w, int n, bool wanted)
{
	struct ingest_list l = {0};

	for (int i = 1; i <= n; i++)
		add(&l, i, 1, "https://a.example/page");
	come_due(w);
	check((w->ask.request.etag.n == 0) == wanted);
	answer(w, FETCH_OK, 200);
	listed(w, &l);
}

/* The list says the same, but its pages may not. */
static void
pages_are_looked_at_again(void)
{
	struct world w;

	start(&w, "https://a.example/feed");
	list_of_pages(&w, 7, true);
	for (int i = 0; i < 7; i++) {
		page_says(&w, 200, "one");
		check(!w.ask.again);
		taken(&w);
	}
	rests(&w);
	list_of_pages(&w, 7, false);
	check(w.ask.type == SOURCE_END); /* too early */
	rests(&w);
	w.now += 3600 * 1000;
	w.wall += 3600;
	list_of_pages(&w, 7, true);
	page_says(&w, 200, "one"); /* as it was */
	page_says(&w, 200, "two");
	check(w.ask.again && w.ask.entry->number == 1);
	taken(&w);
	for (int i = 2; i < SOURCE_LOOKS_MAX; i++)
		page_says(&w, 404,
		    "gone"); /* is not told, and changes nothing */
	rests(&w);
	check(w.s.trouble == SOURCE_FINE);
	list_of_pages(&w, 7, true); /* then the others */
	page_says(&w, 200, "one");
	page_says(&w, 200, "one");
	rests(&w);
	for (int i = 1; i < KNOWN_LOOKS_MAX; i++) {
		w.now += 3600 * 1000ULL << i;
		w.wall += 3600ULL << i;
		list_of_pages(&w, 1, true);
		page_says(&w, 200, "one");
		rests(&w);
	}
	w.now += 100 * DAY;
	w.wall += 100 * DAY / 1000;
	come_due(&w);
	check(w.ask.request.etag.n > 0); /* it was looked at often enough */
	source_done(&w.s);
}

/* A server that knows what was seen last need not send it: a page by its own tag, or
 * by its date where it has none that is short. */
static void
pages_that_are_the_same_do_not_come(void)
{
	static const struct {
		const char *etag, *modified, *asks_etag, *asks_modified;
	} scene[] = {{"\"p\"", "", "\"p\"", ""},
	    {"W/\"p\"", "Sun, 29 Nov 2026 12:00:00 GMT", "W/\"p\"", ""},
	    {"", "Sun, 29 Nov 2026 12:00:00 GMT", "",
		"Sun, 29 Nov 2026 12:00:00 GMT"},
	    {"\"0123456789012345678901234567890123456789012345678901234567890123"
	     "\"",
		"Sun, 29 Nov 2026 12:00:00 GMT", "",
		"Sun, 29 Nov 2026 12:00:00 GMT"},
	    {"p", "\"", "", ""}, {"", "", "", ""}};

	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		struct fetch_answer a = {.status = 200,
		    .etag = bytes_str(scene[i].etag),
		    .modified = bytes_str(scene[i].modified),
		    .body = bytes_str("one")};
		struct source_event ev = {.type = SOURCE_ANSWER, .answer = &a};
		const struct fetch_request *rq;
		struct world w;

		start(&w, "https://a.example/feed");
		rq = &w.ask.request;
		list_of_pages(&w, 1, true);
		tell(&w, ev);
		taken(&w);
		rests(&w);
		for (int k = 0; k < KNOWN_LOOKS_MAX; k++) {
			w.now += 3600 * 1000ULL << k;
			w.wall += 3600ULL << k;
			list_of_pages(&w, 1, true);
			check(w.ask.type == SOURCE_FETCH && w.ask.page);
			check(bytes_eq(rq->etag,
			    bytes_str(scene[i].asks_etag)));
			check(bytes_eq(rq->modified,
			    bytes_str(scene[i].asks_modified)));
			a.status = 304;
			tell(&w, ev);
			rests(&w);
			check(w.s.trouble == SOURCE_FINE);
		}
		source_done(&w.s);
	}
}

/* Each failure of a list is told, and waits twice as long, up to a day. */
static void
outages(void)
{
	static const struct {
		enum fetch_error error;
		unsigned status;
		const char *word;
	} scene[] = {{FETCH_CONNECT, 0, "does not answer"},
	    {FETCH_OK, 404, "404"}, {FETCH_OK, 410, "410"},
	    {FETCH_OK, 500, "500"}, {FETCH_REDIRECTS, 0, "five times"},
	    {FETCH_TLS, 0, "certificate"}, {FETCH_TOOBIG, 0, "larger"},
	    {FETCH_CHILD, 0, "died"}, {FETCH_OK, 403, "403"}};
	static const int a[] = {1}, t[] = {1};
	uint64_t expect = 15 * MINUTE, wait;
	struct buf what, hint;
	struct world w;

	buf_init(&what, 0);
	buf_init(&hint, 0);
	start(&w, "https://a.example/feed");
	turn(&w, a, t, 1, 1);
	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		come_due(&w);
		answer(&w, scene[i].error, scene[i].status);
		check(w.ask.type == SOURCE_WAIT);
		wait = w.ask.until - w.now;
		check(wait >= expect * 9 / 10 && wait <= expect * 11 / 10);
		expect = expect * 2 < DAY ? expect * 2 : DAY;
		buf_clear(&what);
		buf_clear(&hint);
		check(source_tell(&w.s, &what, &hint) && hint.n > 0);
		check(memmem(what.p, what.n, scene[i].word,
			  strlen(scene[i].word)) != NULL);
	}
	turn(&w, a, t, 1, 0); /* nothing is taken twice */
	check(!source_tell(&w.s, &what, &hint));
	buf_done(&what);
	buf_done(&hint);
	source_done(&w.s);
}

static void
retry_after_is_kept(void)
{
	struct fetch_answer a = {.status = 429, .retry = 7200};
	struct source_event ev = {.type = SOURCE_ANSWER, .answer = &a};
	struct world w, later;
	struct buf b;

	start(&w, "https://a.example/feed");
	come_due(&w);
	tell(&w, ev);
	check(w.ask.type == SOURCE_WAIT && w.ask.until - w.now == 7200 * 1000);
	buf_init(&b, 0);
	source_save(&b, &w.s);
	check(source_init(&later.s, "https://a.example/feed", EVERY, seed,
		  buf_bytes(&b), 5, w.wall + 200) == 0);
	check(later.s.due == 5 + 7000 * 1000);
	source_done(&later.s);
	buf_done(&b);
	a.retry = 90 * 24 * 3600; /* not for ever */
	pass(&w, 7200 * 1000);
	tell(&w, ev);
	check(w.ask.until - w.now == DAY);
	source_done(&w.s);
}

static void
pages_are_fetched(void)
{
	struct ingest_list l = {0};
	struct world w;

	start(&w, "https://a.example/feed");
	add(&l, 1, 1, "https://a.example/1");
	add(&l, 2, 1, NULL);
	add(&l, 3, 1, "file:///etc/passwd"); /* the web leads to the web */
	add(&l, 4, 1, "https://b.example/4");
	add(&l, 5, 1, "https://a.example/5");
	come_due(&w);
	answer(&w, FETCH_OK, 200);
	listed(&w, &l);
	check(w.ask.type == SOURCE_FETCH && w.ask.page && !w.ask.request.local);
	check(bytes_eq(w.ask.request.address,
	    bytes_str("https://a.example/1")));
	check(w.ask.request.etag.n == 0);
	answer(&w, FETCH_OK, 200);
	check(w.ask.type == SOURCE_TAKE && w.ask.page &&
	      w.ask.entry->number == 0);
	taken(&w);
	check(w.ask.type == SOURCE_TAKE && !w.ask.page &&
	      w.ask.entry->number == 1);
	taken(&w);
	check(bytes_eq(w.ask.request.address,
	    bytes_str("https://b.example/4")));
	answer(&w, FETCH_PRIVATE, 0);
	answer(&w, FETCH_OK, 404);
	rests(&w);
	check(w.s.trouble == SOURCE_PAGES && w.s.failed == 2);
	check(w.s.told.skipped[SOURCE_SKIP_NOWHERE] == 1);
	check(w.s.told.skipped[SOURCE_SKIP_PAGE] == 2);
	check(w.s.told.looked == w.wall && w.s.told.listed == w.wall);
	check(strcmp(w.s.last, "https://a.example/5") == 0);
	source_done(&w.s);
}

/* A page that is not there is asked for so often; one whose host is down for ever. */
static void
missing_pages(unsigned status, bool for_ever)
{
	struct world w;

	start(&w, "https://a.example/feed");
	for (int i = 0; i < 6; i++) {
		struct ingest_list l = {0};

		add(&l, 1, 1, "https://a.example/1");
		come_due(&w);
		/* A 304 would hide what is still to be done. */
		check(i == 0 || i > 3 || w.ask.request.etag.n == 0 ||
		      !for_ever);
		answer(&w, FETCH_OK, 200);
		listed(&w, &l);
		check((w.ask.type == SOURCE_FETCH) ==
		      (for_ever || i < SOURCE_TRIES_MAX));
		if (w.ask.type == SOURCE_FETCH)
			answer(&w, FETCH_OK, status);
		rests(&w);
	}
	source_done(&w.s);
}

/* A site that goes down in a turn is left alone for it. */
static void
a_bad_turn_ends(void)
{
	struct ingest_list l = {0};
	struct world w;
	char link[64];

	start(&w, "https://a.example/feed");
	for (int i = 0; i < 20; i++) {
		snprintf(link, sizeof(link), "https://a.example/%d", i);
		add(&l, i, 1, link);
	}
	come_due(&w);
	answer(&w, FETCH_OK, 200);
	listed(&w, &l);
	for (int i = 0; i < SOURCE_BAD_MAX; i++) {
		check(w.ask.type == SOURCE_FETCH);
		answer(&w, FETCH_TIME, 0);
	}
	check(w.ask.type == SOURCE_END);
	tell(&w, (struct source_event){.type = SOURCE_ENDED});
	check(w.s.errors == 1 && w.s.etag[0] == '\0');
	check(w.s.told.skipped[SOURCE_SKIP_PAGE] == SOURCE_BAD_MAX);
	check(w.s.told.skipped[SOURCE_SKIP_LATER] == 20 - SOURCE_BAD_MAX);
	source_done(&w.s);
}

/* The limits of a turn: pages, and of a sitemap the newest. */
static void
turns_are_limited(enum ingest_list_kind kind, int first, int second)
{
	struct world w;

	start(&w, "https://a.example/map.xml");
	for (int k = 0; k < 2; k++) {
		struct ingest_list l = {.kind = kind};
		int pages = 0;

		for (int i = 0; i < 300; i++) {
			char link[64];

			snprintf(link, sizeof(link), "https://a.example/%d", i);
			add(&l, i + 1, 1, link);
		}
		come_due(&w);
		answer(&w, FETCH_OK, 200);
		listed(&w, &l);
		while (w.ask.type == SOURCE_FETCH) {
			pages++;
			answer(&w, FETCH_OK, 200);
			check(kind != INGEST_LIST_SITEMAP ||
			      w.ask.entry->changed > 200); /* the newest */
			taken(&w);
		}
		check(pages == (k == 0 ? first : second));
		check(w.s.told.skipped[kind == INGEST_LIST_SITEMAP
					   ? SOURCE_SKIP_OLD
					   : SOURCE_SKIP_LATER] ==
		      (size_t)(k == 0 ? 300 - first : 0));
		check(w.s.told.skipped[SOURCE_SKIP_SAME] ==
		      (size_t)(k == 0 ? 0 : 300 - second));
		rests(&w);
	}
	source_done(&w.s);
}

static void
indexes_lead_to_lists(void)
{
	struct ingest_list index = {.kind = INGEST_LIST_INDEX};
	struct ingest_list map = {.kind = INGEST_LIST_SITEMAP};
	struct ingest_list deeper = {.kind = INGEST_LIST_INDEX};
	struct world w;

	start(&w, "https://a.example/index.xml");
	add(&index, 1, 1, "https://a.example/m1");
	add(&index, 2, 1, "https://a.example/m2");
	add(&index, 3, 1, "https://a.example/m3");
	add(&map, 9, 1, "https://a.example/9");
	add(&deeper, 7, 1, "https://a.example/index.xml");
	come_due(&w);
	answer(&w, FETCH_OK, 200);
	listed(&w, &index);
	check(w.ask.type == SOURCE_FETCH && !w.ask.page);
	check(bytes_eq(w.ask.request.address,
	    bytes_str("https://a.example/m3")));
	answer(&w, FETCH_OK, 200);
	listed(&w, &map);
	check(w.ask.page);
	answer(&w, FETCH_OK, 200);
	taken(&w);
	answer(&w, FETCH_OK, 200); /* m2 */
	check(w.ask.type == SOURCE_LIST);
	tell(&w, (struct source_event){.type = SOURCE_LISTED, .list = &deeper});
	ingest_list_done(&deeper);
	answer(&w, FETCH_OK, 404); /* m1 */
	rests(&w);
	source_done(&w.s);
}

/* An index of one list with two pages, which says nothing of when that changed. */
static void
index_of_one(struct world *w)
{
	struct ingest_list index = {.kind = INGEST_LIST_INDEX};

	add(&index, 0, 1, "https://a.example/m");
	come_due(w);
	answer(w, FETCH_OK, 200);
	listed(w, &index);
	check(w->ask.type == SOURCE_FETCH && !w->ask.page);
}

static void
list_of_two(struct world *w)
{
	struct ingest_list map = {.kind = INGEST_LIST_SITEMAP};

	add(&map, 8, 1, "https://a.example/8");
	add(&map, 9, 1, "https://a.example/9");
	answer(w, FETCH_OK, 200);
	listed(w, &map);
}

/* One whose pages did not all come is asked for as if it were new. */
static void
lists_that_are_the_same_do_not_come(void)
{
	struct world w;

	start(&w, "https://a.example/index.xml");
	index_of_one(&w);
	check(w.ask.request.etag.n == 0);
	list_of_two(&w);
	page_says(&w, 200, "nine");
	taken(&w);
	page_says(&w, 500, "");
	rests(&w);
	index_of_one(&w);
	check(w.ask.request.etag.n == 0);
	list_of_two(&w);
	page_says(&w, 200, "eight");
	taken(&w);
	rests(&w);
	index_of_one(&w);
	check(bytes_eq(w.ask.request.etag, bytes_str("\"e\"")));
	answer(&w, FETCH_OK, 304);
	rests(&w);
	check(w.s.trouble == SOURCE_FINE);
	index_of_one(&w);
	check(bytes_eq(w.ask.request.etag, bytes_str("\"e\"")));
	answer(&w, FETCH_OK, 304);
	rests(&w);
	/* Its pages are to be looked at again: it is wanted for that. */
	w.now += 3600 * 1000;
	w.wall += 3600;
	index_of_one(&w);
	check(w.ask.request.etag.n == 0);
	list_of_two(&w);
	page_says(&w, 200, "nine");
	page_says(&w, 304, "");
	rests(&w);
	source_done(&w.s);
}

/* More entries than are remembered: the limit holds, and those listed stay. */
static void
too_many_entries(void)
{
	struct world w;
	struct known_entry *e;
	struct id name = {{0}};
	struct buf b;

	start(&w, "https://a.example/feed");
	for (int k = 0; k < 3; k++) {
		struct ingest_list l = {0};

		for (int i = 0; i < 4000; i++)
			add(&l, k * 4000 + i, 1, NULL);
		come_due(&w);
		answer(&w, FETCH_OK, 200);
		listed(&w, &l);
		while (w.ask.type == SOURCE_TAKE)
			taken(&w);
		rests(&w);
	}
	check(w.s.known.n == KNOWN_MAX);
	check(map_count(w.s.known.by_name) == KNOWN_MAX);
	for (int i = 8000; i < 12000; i++) {
		memcpy(name.b, &i, sizeof(i));
		e = known_find(&w.s.known, &name);
		check(e != NULL && id_eq(&e->name, &name));
	}
	for (size_t i = 0; i < w.s.known.n; i++) {
		e = &w.s.known.entry[i];
		memset(e->tag, '"', KNOWN_TAG_MAX);
		e->list = e->turn = e->seen = e->tries = UINT64_MAX;
	}
	buf_init(&b, SOURCE_FILE_MAX);
	source_save(&b, &w.s);
	check(buf_err(&b) == 0);
	buf_done(&b);
	source_done(&w.s);
}

/* What was saved is known again; what is damaged begins anew, and says so. */
static void
saves(void)
{
	static const int abc[] = {1, 2, 3}, t[] = {5, 5, 5};
	struct world w, v;
	struct buf b;

	start(&w, "https://a.example/feed");
	turn(&w, abc, t, 3, 3);
	w.s.told.outcome[PUBLISHER_CORRECTED] = 7;
	w.s.told.error_at = 8;
	snprintf(w.s.told.error, sizeof(w.s.told.error), "cut \xe2\x80");
	buf_init(&b, 0);
	source_save(&b, &w.s);
	v = w;
	check(source_init(&v.s, "https://a.example/feed", EVERY, seed,
		  buf_bytes(&b), v.now, v.wall) == 0);
	check(v.s.told.looked == w.s.told.looked && v.s.told.listed > 0);
	check(memcmp(v.s.told.outcome, w.s.told.outcome,
		  sizeof(v.s.told.outcome)) == 0);
	check(v.s.told.error_at == 8 &&
	      strcmp(v.s.told.error, w.s.told.error) == 0);
	turn(&v, abc, t, 3, 0);
	source_done(&v.s);
	for (size_t n = 1; n < b.n; n++) {
		check(source_init(&v.s, "https://a.example/feed", EVERY, seed,
			  bytes_of(b.p, n), v.now, v.wall) != 0);
		check(v.s.known.n == 0 && v.s.etag[0] == '\0');
		check(v.s.told.listed == 0 && v.s.told.error[0] == '\0');
		source_done(&v.s);
	}
	buf_done(&b);
	source_done(&w.s);
}

/* --- manners --- */

static void
obeys_robots(void)
{
	static const struct {
		const char *text, *path;
		bool allow;
	} scene[] = {
	    {"", "/", true},
	    {"User-agent: *\nDisallow: /", "/a", false},
	    {"User-agent: *\nDisallow:", "/a", true},
	    {"User-agent: other\nDisallow: /", "/a", true},
	    {"User-agent: *\nDisallow: /\n\nUser-agent: Quire\nAllow: /", "/a",
		true},
	    {"User-agent: quire\nUser-agent: x\nDisallow: /a", "/ab", false},
	    {"User-agent: x\nUser-agent: quire/1\nDisallow: /a", "/ab", false},
	    {"User-agent: x\nDisallow: /\nUser-agent: *\nDisallow: /b", "/a",
		true},
	    {"user-agent:*\r\ndisallow:/a\r\nallow:/a/b # yes\r\n", "/a/b/c",
		true},
	    {"user-agent:*\r\ndisallow:/a\r\nallow:/a/b # yes\r\n", "/a/c",
		false},
	    {"User-agent: *\nAllow: /a\nDisallow: /a", "/a", true},
	    {"User-agent: *\nDisallow: /a\nAllow: /a", "/a", true},
	    {"User-agent: *\nDisallow: /*.pdf$", "/x.pdf", false},
	    {"User-agent: *\nDisallow: /*.pdf$", "/x.pdf?1", true},
	    {"User-agent: *\nDisallow: /*.pdf$", "/x.pdf.pdf", false},
	    {"User-agent: *\nDisallow: /*a*b", "/xxaxxb", false},
	    {"User-agent: *\nDisallow: /*a*b", "/xxaxx", true},
	    {"User-agent: *\nDisallow: *", "/", false},
	    {"Disallow: /", "/", true},
	    {"<html>no such page</html>", "/", true},
	};

	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		bool allow = robots_allow(bytes_str(scene[i].text),
		    bytes_str(scene[i].path));

		if (allow != scene[i].allow)
			fprintf(stderr, "scene %zu: %s\n", i, scene[i].text);
		check(allow == scene[i].allow);
	}
	check(robots_delay(bytes_str("User-agent: *\nCrawl-delay: 7")) == 7);
	check(robots_delay(bytes_str("User-agent: *\nCrawl-delay: 9999")) ==
	      60);
	check(robots_delay(bytes_str("User-agent: x\nCrawl-delay: 7")) == 0);
}

static void
keeps_its_manners(void)
{
	struct manner *m = calloc(1, sizeof(*m));
	struct fetch_answer a = {.status = 200,
	    .body = bytes_str("User-agent: *\nDisallow: /no\nCrawl-delay: 5")};
	struct bytes yes = bytes_str("http://h.example/yes");
	struct bytes no = bytes_str("http://h.example/no");
	when_ms until;

	check(m != NULL);
	check(manner_ask(m, bytes_str("file:///a"), 2000, 1, &until) ==
	      MANNER_GO);
	check(manner_ask(m, yes, 2000, 10, &until) == MANNER_ASK);
	manner_went(m, yes, 10);
	check(manner_ask(m, yes, 2000, 11, &until) == MANNER_WAIT);
	check(until == 10 + 2000);
	check(manner_ask(m, yes, 0, 11, &until) == MANNER_ASK);
	check(manner_learn(m, yes, &a, 20));
	check(manner_ask(m, no, 2000, 9000, &until) == MANNER_FORBID);
	check(manner_ask(m, yes, 2000, 2010, &until) == MANNER_WAIT);
	check(until == 10 + 5000);
	/* Who asks for less is held to what robots.txt says; who asks for more gets it. */
	check(manner_ask(m, yes, 0, 2010, &until) == MANNER_WAIT);
	check(until == 10 + 5000);
	check(manner_ask(m, yes, 9000, 2010, &until) == MANNER_WAIT);
	check(until == 10 + 9000);
	until = 10 + 5000;
	check(manner_ask(m, yes, 2000, until, &until) == MANNER_GO);
	check(manner_ask(m, no, 2000, 20 + MANNER_ROBOTS, &until) ==
	      MANNER_ASK);
	a.status = 503;
	check(!manner_learn(m, yes, &a, 30 + MANNER_ROBOTS));
	a.status = 404;
	check(manner_learn(m, yes, &a, 30 + MANNER_ROBOTS));
	check(manner_ask(m, no, 2000, 30 + MANNER_ROBOTS, &until) == MANNER_GO);
	for (unsigned i = 0; i < 3 * MANNER_HOSTS_MAX; i++) {
		char host[64];

		snprintf(host, sizeof(host), "http://h%u.example/", i);
		manner_went(m, bytes_str(host), 40 + MANNER_ROBOTS + i);
	}
	check(m->n == MANNER_HOSTS_MAX);
	manner_done(m);
	free(m);
}

/* --- addresses: RFC 3986 §5.4 --- */

static void
resolves(void)
{
	static const struct {
		const char *address, *whole;
	} scene[] = {{"g:h", "g:h"}, {"g", "http://a/b/c/g"},
	    {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"},
	    {"/g", "http://a/g"}, {"//g", "http://g"},
	    {"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"},
	    {"#s", "http://a/b/c/d;p?q#s"}, {"g#s", "http://a/b/c/g#s"},
	    {";x", "http://a/b/c/;x"}, {"", "http://a/b/c/d;p?q"},
	    {".", "http://a/b/c/"}, {"./", "http://a/b/c/"},
	    {"..", "http://a/b/"}, {"../", "http://a/b/"},
	    {"../g", "http://a/b/g"}, {"../..", "http://a/"},
	    {"../../g", "http://a/g"}, {"../../../g", "http://a/g"},
	    {"/./g", "http://a/g"}, {"/../g", "http://a/g"},
	    {"g.", "http://a/b/c/g."}, {"..g", "http://a/b/c/..g"},
	    {"./../g", "http://a/b/g"}, {"g/./h", "http://a/b/c/g/h"},
	    {"g/../h", "http://a/b/c/h"}, {"g;x=1/../y", "http://a/b/c/y"},
	    {"g?y/../x", "http://a/b/c/g?y/../x"}};
	struct bytes origin = bytes_str("http://a");
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < sizeof(scene) / sizeof(scene[0]); i++) {
		buf_clear(&b);
		address_resolve(&b, bytes_str("http://a/b/c/d;p?q"),
		    bytes_str(scene[i].address));
		if (!bytes_eq(buf_bytes(&b), bytes_str(scene[i].whole)))
			fprintf(stderr, "%s: %.*s\n", scene[i].address,
			    (int)b.n, (const char *)b.p);
		check(bytes_eq(buf_bytes(&b), bytes_str(scene[i].whole)));
	}
	address_resolve(&b, bytes_str("http://a/b"), bytes_of("c\0/\0d", 5));
	buf_done(&b);
	check(bytes_eq(address_origin(bytes_str("http://a/b")), origin));
	check(address_at(bytes_str("http://a"), origin));
	check(address_at(bytes_str("http://a/b"), origin));
	check(!address_at(bytes_str("http://ab/"), origin));
	check(!address_at(bytes_str("http://a@b/"), origin));
	check(!address_at(bytes_str("http://a:80/"), origin));
	check(!address_at(bytes_str("https://a/"), origin));
	check(!address_at(bytes_str("/b"), bytes_of(NULL, 0)));
}

int
main(void)
{
	news_edits_and_returns();
	pictures_come_later();
	pages_are_looked_at_again();
	pages_that_are_the_same_do_not_come();
	asks_with_its_tag();
	outages();
	retry_after_is_kept();
	pages_are_fetched();
	missing_pages(404, false);
	missing_pages(503, true);
	a_bad_turn_ends();
	turns_are_limited(INGEST_LIST_FEED, SOURCE_PAGES_MAX, 100);
	turns_are_limited(INGEST_LIST_SITEMAP, SOURCE_NEWEST, 0);
	indexes_lead_to_lists();
	lists_that_are_the_same_do_not_come();
	too_many_entries();
	saves();
	obeys_robots();
	keeps_its_manners();
	resolves();
	return 0;
}

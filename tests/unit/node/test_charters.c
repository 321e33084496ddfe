#include "proto/base/qerr.h"
#include "tests/unit/node/town.h"

/* Two charters of one version, on two sides of a cut, and what becomes of it. */

static struct town w;
static struct press p;

/* The root signs a second version at |h|, called |name|. */
static void
amend(struct house *h, const char *name)
{
	struct node_event e = {.type = NODE_PUBLISHED};
	struct charter first, c;
	struct buf body = {0}, file = {0};

	check(charter_open(&first, buf_bytes(&p.charter), NULL) == 0);
	c = first;
	c.version = 2;
	c.previous = first.hash;
	c.name = bytes_str(name);
	check(charter_encode(&body, &c) == 0);
	check(charter_sign(&file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &p.k) == 0);
	house_put(h, OBJECT_CHARTER, &p.feed, 2, buf_bytes(&file));
	e.published.feed = p.feed;
	e.published.charter = buf_bytes(&file);
	house_event(h, &e);
	buf_done(&body);
	buf_done(&file);
}

static void
check_forked(struct house *h)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p.feed, &st) == 0);
	check(st.forked_charter == 2 && st.charter == 1 && !st.forked);
	check(st.head == p.number);
	check(h->told[FACT_FORK] == 1 && h->told[FACT_FAULT] == 0);
	check(h->last[FACT_FORK].number == 0 && h->last[FACT_FORK].value == 2);
	check(house_find(h, OBJECT_CHARTERS, &p.feed, 0) != NULL);
	check(house_find(h, OBJECT_CHARTER, &p.feed, 2) == NULL);
}

/* |r| asks |from| after a start at which what is whole sleeps. */
static void
sync_asleep(struct house *r, struct house *from)
{
	check(house_sleep(r) == 1);
	house_peer(r, from);
	house_sync(r);
	town_run(&w, MINUTE);
	check(r->told[FACT_SYNCED] >= 3);
}

static uint64_t
charter_of(struct house *h)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p.feed, &st) == 0);
	return st.charter;
}

/*
 * When the sides meet, all know, readers too, and what all three charters let count goes
 * on; whether followers meet, or with |between| somebody who only carries the head.
 */
static void
sides_meet(bool between)
{
	struct house *a = house_new(&w, NODE_MIRROR);
	struct house *b = house_new(&w, NODE_MIRROR);
	struct house *c = house_new(&w, NODE_MIRROR);
	struct house *r = house_new(&w, NODE_READER);
	struct house *late = house_new(&w, NODE_READER);
	struct house *mid = house_new(&w, NODE_MIRROR);
	struct house *all[] = {a, b, c, r, late};

	press_new(&p, between ? 7 : 6);
	for (size_t i = 0; i < 5; i++)
		house_follow(all[i], &p.feed);
	house_peer(b, a);
	house_peer(c, b);
	house_peer(r, c);
	house_peer(late, c);
	press_publish(&p, a, 1000);
	press_publish(&p, a, 1000);
	house_sync(r);
	town_run(&w, MINUTE);
	press_check(&p, c);
	a->away = true;
	house_cut(a);
	amend(a, "One");
	amend(b, "Two");
	town_run(&w, MINUTE);
	house_sync(r);
	town_run(&w, MINUTE);
	sync_asleep(r, c);
	check(r->told[FACT_WOKEN] == 0);
	check(charter_of(a) == 2 && charter_of(c) == 2 && charter_of(r) == 2);
	for (size_t i = 0; i < 5; i++)
		check(all[i]->told[FACT_FORK] == 0);

	a->away = between;
	if (between) {
		house_peer(a, mid);
		house_peer(c, mid);
	}
	town_run(&w, HOUR);
	sync_asleep(r, c);
	check(r->told[FACT_WOKEN] == (between ? 0 : 1)); /* c heard of it */
	house_sync(late);
	town_run(&w, MINUTE);
	press_publish(&p, a, 1000);
	town_run(&w, HOUR);
	house_sync(r);
	house_sync(late);
	town_run(&w, MINUTE);
	for (size_t i = 0; i < 5; i++)
		check_forked(all[i]);
	press_done(&p);
	town_done(&w);
}

int
main(void)
{
	check(sodium_init() >= 0);
	sides_meet(false);
	sides_meet(true);
	return 0;
}

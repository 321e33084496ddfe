#include "tests/unit/node/town.h"

/* Receipts: who holds what is published here, and has shown that it does. */

#define LARGE       50000
#define PART_LEN    256 /* bytes asked back at most */
#define RECEIPT_ROW 32  /* as many are asked for at a time */

static struct town t;
static struct press p;

static struct node_feed_stat
stat_of(struct house *h)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p.feed, &st) == 0);
	return st;
}

/* A publisher with an issue of |size| bytes a tier. */
static struct house *
newsroom(size_t size)
{
	struct house *a = house_new(&t, NODE_MIRROR);

	press_new(&p, 1);
	house_follow(a, &p.feed);
	press_publish(&p, a, size);
	return a;
}

static struct house *
mirror(struct house *a)
{
	struct house *m = house_new(&t, NODE_MIRROR);

	house_follow(m, &p.feed);
	house_peer(m, a);
	return m;
}

/* |h|, by its invite of |a|'s, says that it holds all of the newest issue. */
static struct mouth *
boast(struct house *h, struct house *a)
{
	struct mouth *m = mouth_dial_own(h, a);
	struct msg x = {.kind = MSG_HOLDS};

	mouth_hello(m, ROLE_NODE, (uint8_t)m->h->index);
	msg_tag(&x.holds.tag, veil_hash(m->veil), m->dialled, &p.feed);
	x.holds.n = 2;
	for (unsigned tier = 0; tier < 2; tier++)
		x.holds.run[tier] = (struct msg_run){tier, p.number, p.number};
	mouth_say(m, &x);
	town_run(&t, SECOND);
	return m;
}

static struct mouth *
boaster(struct house *a)
{
	return boast(mouth_house(&t), a);
}

/* |m| does not have what it was asked for, and is off. */
static void
decline(struct mouth *m)
{
	struct msg ask, x = {.kind = MSG_GIVE};

	mouth_last(m, MSG_ASK, &ask);
	x.give.id = ask.ask.id;
	x.give.status = GIVE_NOT_HELD;
	mouth_say(m, &x);
	town_run(&t, SECOND);
	house_cut(m->h);
	town_run(&t, SECOND);
}

/* |m| answers what it was asked last: a part of a piece, each bit of it wrong if |lie|. */
static void
answer(struct mouth *m, struct house *a, bool lie)
{
	struct msg ask, x = {.kind = MSG_GIVE};
	struct buf part = {0};
	struct object *o;
	size_t n;

	mouth_last(m, MSG_ASK, &ask);
	check(ask.ask.what == ASK_PART);
	o = house_find(a, OBJECT_PIECE, &ask.ask.pack, ask.ask.first);
	check(o != NULL && ask.ask.last < o->data.n);
	n = o->data.n - ask.ask.last;
	n = n < ask.ask.budget ? n : ask.ask.budget;
	buf_put(&part, o->data.p + ask.ask.last, n);
	for (size_t i = 0; lie && i < part.n; i++)
		part.p[i] ^= 0xff;
	x.give = (struct msg_give){
	    ask.ask.id, GIVE_LAST, ask.ask.last, buf_bytes(&part)};
	mouth_say(m, &x);
	town_run(&t, SECOND);
	buf_done(&part);
}

/* Two who hold it, and a third who never comes. */
static void
test_count(void)
{
	struct house *a = newsroom(LARGE), *away = mouth_house(&t);

	away->away = true;
	house_peer(a, away);
	check(stat_of(a).receipts_due == 1 && !stat_of(a).settled);
	mirror(a);
	mirror(a);
	town_run(&t, MINUTE);
	check(stat_of(a).receipts == 2 && stat_of(a).receipts_due == 3);
	check(!stat_of(a).settled);
	check(a->last[FACT_RECEIPTS].value == 2);
	house_unpeer(a, away);
	check(stat_of(a).settled);
	/* Another issue, which is empty: the header is all that there is to hold. */
	press_publish(&p, a, 0);
	check(stat_of(a).receipts == 0 && !stat_of(a).settled);
	town_run(&t, 2 * MINUTE);
	check(stat_of(a).receipts == 2 && stat_of(a).settled);
	/* After a restart they are asked anew. */
	press_publish(&p, a, LARGE);
	town_run(&t, MINUTE);
	check(stat_of(a).receipts == 2);
	house_restart(a);
	check(stat_of(a).receipts == 0);
	town_run(&t, 2 * MINUTE);
	check(stat_of(a).receipts == 2 && stat_of(a).settled);
	town_done(&t);
}

/* Six are enough to be told, and nobody else is asked. */
static void
test_enough(void)
{
	struct house *a = newsroom(LARGE);

	for (int i = 0; i < 9; i++)
		mirror(a);
	town_run(&t, MINUTE);
	check(stat_of(a).receipts >= 6 && stat_of(a).receipts_due == 6);
	check(stat_of(a).settled);
	check(boaster(a)->heard[MSG_ASK] == 0);
	town_done(&t);
}

/* Who says that it holds the issue and does not is asked three times. */
static void
test_boast(void)
{
	struct house *a = newsroom(LARGE), *h = mouth_house(&t);

	for (int i = 0; i < 3; i++)
		decline(boast(h, a));
	check(boast(h, a)->heard[MSG_ASK] == 0);
	check(stat_of(a).receipts == 0 && a->told[FACT_RECEIPTS] == 0);
	town_done(&t);
}

/* A part of one of many pieces, or of the only one, that is made up is no receipt. */
static void
test_made_up(void)
{
	static const size_t size[] = {LARGE, 1000};

	for (size_t i = 0; i < 2; i++) {
		struct house *a = newsroom(size[i]);

		answer(boaster(a), a, true);
		check(stat_of(a).receipts == 0 && !stat_of(a).settled);
		answer(boaster(a), a, false);
		check(stat_of(a).receipts == 1);
		check(a->last[FACT_RECEIPTS].value == 1);
		town_done(&t);
	}
}

/* Other bytes than were asked for, however right they are, break a rule. */
static void
test_bent(void)
{
	static const struct {
		uint64_t skip;
		int more;
	} bad[] = {{1, -1}, {0, -1}, {0, 1}, {UINT64_C(1) << 40, 0}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct house *a = newsroom(LARGE);
		struct mouth *m = boaster(a);
		struct msg ask, x = {.kind = MSG_GIVE};
		uint8_t part[PART_LEN + 1] = {0};
		struct object *o;
		size_t n;

		mouth_last(m, MSG_ASK, &ask);
		o = house_find(a, OBJECT_PIECE, &ask.ask.pack, ask.ask.first);
		n = o->data.n - ask.ask.last;
		n = n < ask.ask.budget ? n : ask.ask.budget;
		memcpy(part, o->data.p + ask.ask.last, n);
		x.give = (struct msg_give){ask.ask.id, GIVE_LAST,
		    ask.ask.last + bad[i].skip,
		    bytes_of(part, (size_t)((int)n + bad[i].more))};
		mouth_say(m, &x);
		town_run(&t, SECOND);
		check(a->told[FACT_FAULT] == 1);
		check(stat_of(a).receipts == 0);
		town_done(&t);
	}
}

/* As many liars as are asked at a time do not keep out who tells the truth. */
static void
test_row(void)
{
	struct house *a = newsroom(LARGE);

	for (size_t i = 0; i < RECEIPT_ROW + 3; i++)
		decline(boaster(a));
	check(stat_of(a).receipts == 0);
	mirror(a);
	town_run(&t, MINUTE);
	check(stat_of(a).receipts == 1);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_count();
	test_enough();
	test_boast();
	test_made_up();
	test_bent();
	test_row();
	press_done(&p);
	return 0;
}

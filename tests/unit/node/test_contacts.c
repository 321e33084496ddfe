#include "tests/unit/node/town.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/node/inner.h"

/* The book of other nodes, whom of them a node dials, and whom it has room for. */

static struct town t;
static struct press p;

/* A book as a node would have kept it. */
struct entry {
	enum node_class class;
	const char *host; /* NULL: the house's own */
	uint8_t via;
	uint64_t since;
	bool anchor;
};

static void
put_text(struct buf *b, struct house *to, const char *host)
{
	struct invite v = {.transport = INVITE_RAW, .path = "/"};
	struct buf text = {0};

	house_host(to, v.host);
	if (host != NULL)
		snprintf(v.host, sizeof(v.host), "%s", host);
	v.port = (uint16_t)to->index;
	memcpy(v.node, to->link_public, 32);
	memcpy(v.secret, to->secret, 32);
	invite_text(&text, &v);
	cbor_put_text(b, text.p, text.n);
	buf_done(&text);
}

static void
put_entry(struct buf *b, struct house *to, const struct entry *e)
{
	uint8_t id[8] = {1, (uint8_t)to->index}, via[8] = {e->via};

	cbor_put_array(b, 14);
	cbor_put_uint(b, e->class);
	cbor_put_bytes(b, id, 8);
	cbor_put_bytes(b, via, 8);
	cbor_put_bytes(b, id, 0);
	put_text(b, to, e->host);
	cbor_put_uint(b, e->since);
	cbor_put_uint(b, e->since);
	cbor_put_uint(b, 0);
	cbor_put_uint(b, 0);
	cbor_put_int(b, 0);
	cbor_put_uint(b, 0);
	cbor_put_bool(b, e->anchor);
	cbor_put_array(b, 0);
	cbor_put_array(b, 0);
}

/* Begin a book of |n| entries. */
static void
begin_book(struct buf *b, uint64_t age, size_t n)
{
	buf_clear(b);
	cbor_put_array(b, 4);
	cbor_put_uint(b, 1);
	cbor_put_uint(b, age);
	cbor_put_array(b, n);
}

/* .. and start |h| again with it. */
static void
open_book(struct house *h, struct buf *b)
{
	static const struct id none;

	cbor_put_array(b, 0);
	house_put(h, OBJECT_MEMORY, &none, 0, buf_bytes(b));
	house_restart(h);
}

static struct node_stat
stat_of(struct house *h)
{
	struct node_stat st;

	node_stat(h->node, &st);
	return st;
}

static bool
is_linked(struct house *h, struct house *to)
{
	for (size_t i = 0; i < t.n_wire; i++)
		if (t.wire[i].open && t.wire[i].end[0] == h &&
		    t.wire[i].end[1] == to)
			return true;
	return false;
}

/* Eight, of each introducer two at most, and of one address group one while there are
 * others. */
static void
test_spread(void)
{
	struct house *h = house_new(&t, NODE_MIRROR), *to[24];
	struct buf b = {0};
	size_t near = 0;

	for (size_t i = 0; i < 24; i++)
		to[i] = house_new(&t, NODE_MIRROR);
	begin_book(&b, 1000000, 24);
	for (uint8_t i = 0; i < 24; i++)
		put_entry(&b, to[i],
		    &(struct entry){.class = CONTACT_TESTED,
			.via = (uint8_t)(1 + i / 8),
			.since = 5});
	open_book(h, &b);
	town_run(&t, HOUR / 2);
	check(stat_of(h).links_out == 6); /* three introducers */

	begin_book(&b, 1000000, 24);
	for (uint8_t i = 0; i < 24; i++)
		put_entry(&b, to[i],
		    &(struct entry){.class = CONTACT_TESTED,
			.host = i < 12 ? "10.99.1.1" : NULL,
			.via = (uint8_t)(1 + i),
			.since = 5});
	open_book(h, &b);
	town_run(&t, 5 * SECOND);
	check(stat_of(h).links_out == 8);
	for (size_t i = 0; i < 12; i++)
		near += is_linked(h, to[i]);
	check(near <= 1);
	/* Where there is no other group, this one will do. */
	for (size_t i = 12; i < 24; i++)
		to[i]->away = true;
	for (size_t i = 12; i < 24; i++)
		house_cut(to[i]);
	town_run(&t, 30 * SECOND);
	check(stat_of(h).links_out == 8);
	buf_done(&b);
	town_done(&t);
}

/* After a restart: three of the operator's, then the four anchors; and all of the
 * operator's beside the eight. */
static void
test_anchors(void)
{
	struct house *h = house_new(&t, NODE_MIRROR), *to[20];
	struct buf b = {0};
	struct node_contact c;
	size_t at = 0, anchors = 0;

	for (size_t i = 0; i < 20; i++)
		to[i] = house_new(&t, NODE_MIRROR);
	begin_book(&b, 100 * 24 * 3600, 16);
	for (uint8_t i = 0; i < 16; i++)
		put_entry(&b, to[i],
		    &(struct entry){.class = CONTACT_TESTED,
			.via = (uint8_t)(1 + i),
			.since = (uint64_t)(i + 1) * 6 * 24 * 3600,
			.anchor = i % 4 == 3});
	open_book(h, &b);
	for (size_t i = 16; i < 20; i++)
		house_peer(h, to[i]);
	town_run(&t, 5 * SECOND);
	for (size_t i = 3; i < 16; i += 4)
		check(is_linked(h, to[i]));
	check(stat_of(h).links_out == 9);
	check(stat_of(h).pinned == 4 && stat_of(h).tested == 16);
	for (size_t i = 16; i < 20; i++)
		at += is_linked(h, to[i]);
	check(at == 4);
	/* It chooses anew, one of each age, of those it has. */
	town_run(&t, HOUR);
	at = 0;
	while (node_next_contact(h->node, &at, &c))
		if (c.anchor) {
			check(c.link != 0 && c.dialled);
			anchors++;
		}
	check(anchors >= 2 && anchors <= 4);
	house_restart(h);
	town_run(&t, 5 * SECOND);
	at = 0;
	while (node_next_contact(h->node, &at, &c))
		check(!c.anchor || c.link != 0);
	buf_done(&b);
	town_done(&t);
}

/* All are gone: eight at a time, and less and less often. */
static void
test_loss(void)
{
	struct house *h = house_new(&t, NODE_MIRROR), *to[30];
	struct buf b = {0};
	size_t dials;

	for (size_t i = 0; i < 30; i++) {
		to[i] = mouth_house(&t); /* takes a call and says nothing */
	}
	begin_book(&b, 1000000, 30);
	for (uint8_t i = 0; i < 30; i++)
		put_entry(&b, to[i],
		    &(struct entry){.class = CONTACT_TESTED,
			.via = (uint8_t)(1 + i),
			.since = 5});
	open_book(h, &b);
	town_run(&t, SECOND);
	check(h->dials == 8);
	for (size_t i = 0; i < 30; i++)
		to[i]->away = true;
	house_cut(h);
	town_run(&t, MINUTE);
	check(h->dials >= 30 && h->dials < 60);
	town_run(&t, HOUR);
	dials = h->dials;
	check(dials < 30 * 9);
	town_run(&t, DAY);
	check(h->dials < 30 * 18);
	/* One is back. */
	house_cut(h);
	to[0]->away = false;
	town_run(&t, DAY);
	check(to[0]->n_mouth > 0);
	buf_done(&b);
	town_done(&t);
}

/* Feelers: a short link each ten minutes, to who was never met first. */
static void
test_feelers(void)
{
	struct house *h = house_new(&t, NODE_MIRROR), *to[14];
	struct buf b = {0};
	size_t dials;

	for (size_t i = 0; i < 14; i++)
		to[i] = house_new(&t, NODE_MIRROR);
	begin_book(&b, 1000000, 14);
	for (uint8_t i = 0; i < 14; i++)
		put_entry(&b, to[i],
		    &(struct entry){
			.class = i < 8 ? CONTACT_TESTED : CONTACT_NEW,
			.via = (uint8_t)(1 + i),
			.since = i < 8 ? 5 : 0});
	open_book(h, &b);
	town_run(&t, MINUTE);
	check(stat_of(h).links_out == 8 && stat_of(h).fresh == 6);
	dials = h->dials;
	town_run(&t, 4 * HOUR);
	check(h->dials - dials >= 15 && h->dials - dials <= 50);
	check(stat_of(h).fresh == 0 && stat_of(h).tested == 14);
	check(stat_of(h).links_out == 8 || stat_of(h).links_out == 9);
	for (size_t i = 0; i < 14; i++)
		check(to[i]->told[FACT_FAULT] == 0);
	/* A feed is overdue: each minute. */
	press_new(&p, 1);
	p.next = 600;
	house_follow(h, &p.feed);
	house_follow(to[0], &p.feed);
	town_run(&t, MINUTE);
	press_publish(&p, to[0], 1000);
	town_run(&t, 14 * MINUTE);
	check(h->told[FACT_OVERDUE] == 0);
	town_run(&t, 2 * MINUTE);
	check(h->told[FACT_OVERDUE] == 1);
	dials = h->dials;
	town_run(&t, HOUR);
	check(h->dials - dials >= 30 && h->dials - dials <= 110);
	/* .. but not for ever. */
	town_run(&t, 2 * DAY);
	dials = h->dials;
	town_run(&t, 4 * HOUR);
	check(h->dials - dials <= 50);
	buf_done(&b);
	town_done(&t);
}

/* How long the next issue was waited for is counted in own uptime, over restarts. */
static void
test_overdue(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct node_feed_stat st;

	press_new(&p, 2);
	p.next = 3600;
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	house_peer(b, a);
	town_run(&t, MINUTE);
	press_publish(&p, a, 1000);
	town_run(&t, HOUR);
	check(b->told[FACT_OVERDUE] == 0);
	house_stop(b);
	town_run(&t, 2 * DAY); /* the machine is off */
	house_restart(b);
	press_check(&p, b);
	town_run(&t, 20 * MINUTE);
	check(b->told[FACT_OVERDUE] == 0);
	/* Ten minutes of waiting may have been forgotten with the power. */
	town_run(&t, 21 * MINUTE);
	check(b->told[FACT_OVERDUE] == 1);
	check(node_feed_stat(b->node, &p.feed, &st) == 0 && st.overdue);
	/* It is so at the next start, too, until the next issue comes. */
	town_run(&t, 20 * MINUTE);
	house_restart(b);
	house_peer(b, a);
	town_run(&t, SECOND);
	check(b->told[FACT_OVERDUE] == 2);
	press_publish(&p, a, 1000);
	town_run(&t, MINUTE);
	check(node_feed_stat(b->node, &p.feed, &st) == 0 && !st.overdue);
	town_done(&t);
}

/* Of a node of ten thousand neighbours, sixteen come in and stay. */
static void
test_inbound(void)
{
	struct house *h = house_new(&t, NODE_MIRROR);
	struct house *out = mouth_house(&t), *pinned = mouth_house(&t);
	struct mouth *m[NODE_IN_MAX + NODE_VISITS_MAX + 1], *last;
	struct msg x;

	house_peer(h, out);
	house_peer(h, pinned);
	town_run(&t, 2 * SECOND);
	check(out->n_mouth == 1 && pinned->n_mouth == 1);
	mouth_hello(out->mouth[0], ROLE_NODE, 200);
	mouth_hello(pinned->mouth[0], ROLE_NODE, 201);
	town_run(&t, SECOND);
	house_cut(pinned); /* it comes in by itself, and is known by its key */
	pinned->away = true;
	m[0] = mouth_dial_own(pinned, h);
	mouth_hello(m[0], ROLE_NODE, 201);
	for (size_t i = 1; i < NODE_IN_MAX; i++) {
		m[i] = mouth_dial_own(mouth_house(&t), h);
		mouth_hello(m[i], ROLE_NODE, (uint8_t)i);
	}
	town_run(&t, 2 * MINUTE);
	check(stat_of(h).links_in == NODE_IN_MAX);
	/* One more has a minute; then the youngest of the others makes room. */
	last = mouth_dial_own(mouth_house(&t), h);
	mouth_hello(last, ROLE_NODE, 100);
	town_run(&t, 30 * SECOND);
	check(stat_of(h).links_in == NODE_IN_MAX + 1);
	check(last->heard[MSG_BYE] == 0);
	town_run(&t, MINUTE);
	check(stat_of(h).links_in == NODE_IN_MAX);
	check(last->heard[MSG_BYE] == 0);
	check(m[NODE_IN_MAX - 1]->heard[MSG_BYE] == 1);
	mouth_last(m[NODE_IN_MAX - 1], MSG_BYE, &x);
	check(x.bye.code == 1 && x.bye.retry > 0);
	/* A crowd has not even that. */
	for (size_t i = 0; i <= NODE_VISITS_MAX; i++) {
		last = mouth_dial_own(mouth_house(&t), h);
		mouth_hello(last, ROLE_NODE, (uint8_t)(110 + i));
		town_run(&t, 1);
	}
	check(last->heard[MSG_BYE] == 1);
	check(stat_of(h).links_in == NODE_IN_MAX + NODE_VISITS_MAX);
	town_run(&t, 3 * MINUTE);
	check(stat_of(h).links_in == NODE_IN_MAX);
	check(m[0]->heard[MSG_BYE] == 0); /* the operator's */
	check(stat_of(h).links_out == 1);
	town_done(&t);
}

/* A mob has an invite in common: who comes with his own takes a place of theirs. */
static void
test_mob(void)
{
	struct house *h = house_new(&t, NODE_MIRROR), *in = mouth_house(&t);
	struct mouth *own[2], *reader, *mob = NULL;

	own[0] = mouth_dial_own(mouth_house(&t), h);
	mouth_hello(own[0], ROLE_NODE, 100);
	for (uint8_t i = 0; i < NODE_IN_MAX + NODE_VISITS_MAX; i++) {
		mob = mouth_dial(in, h);
		mouth_hello(mob, ROLE_NODE, i);
		town_run(&t, 1);
	}
	check(mob->heard[MSG_BYE] == 1);
	check(stat_of(h).links_in == NODE_IN_MAX + NODE_VISITS_MAX);
	own[1] = mouth_dial_own(mouth_house(&t), h);
	mouth_hello(own[1], ROLE_NODE, 101);
	town_run(&t, 1);
	check(stat_of(h).links_in == NODE_IN_MAX + NODE_VISITS_MAX);
	for (uint8_t i = 0; i < 100; i++) {
		mob = mouth_dial(in, h);
		mouth_hello(mob, ROLE_NODE, (uint8_t)(102 + i));
		town_run(&t, 5 * SECOND);
	}
	check(stat_of(h).links_in >= NODE_IN_MAX);
	check(own[0]->heard[MSG_BYE] + own[1]->heard[MSG_BYE] == 0);
	for (size_t i = 0; i <= NODE_READERS_MAX; i++) {
		mob = mouth_dial(in, h);
		mouth_hello(mob, ROLE_READER, 0);
		town_run(&t, 1);
	}
	check(mob->heard[MSG_BYE] == 1);
	reader = mouth_dial_own(mouth_house(&t), h);
	mouth_hello(reader, ROLE_READER, 0);
	town_run(&t, 1);
	check(reader->heard[MSG_BYE] == 0);
	check(stat_of(h).readers == NODE_READERS_MAX);
	town_done(&t);
}

static struct contact *
introduce(struct node *n, uint32_t which, uint8_t via, const char *host)
{
	struct invite v = {.transport = INVITE_RAW, .port = 1, .path = "/"};
	uint8_t id[8] = {via};
	struct buf text = {0};
	struct contact *c;

	snprintf(v.host, sizeof(v.host), "%s", host);
	store_le32(v.node, which + 1);
	invite_text(&text, &v);
	c = contact_introduce(n, buf_bytes(&text), &v, id);
	buf_done(&text);
	return c;
}

/* What strangers can fill of the book. */
static void
test_limits(void)
{
	struct house *h = house_new(&t, NODE_MIRROR);
	struct contact *first;
	char host[64];
	size_t n = 0;

	for (uint32_t i = 0; i < 50; i++) {
		snprintf(host, sizeof(host), "11.%u.0.1", i);
		n += introduce(h->node, i, 1, host) != NULL;
	}
	check(n == 16); /* of one introducer */
	n = 0;
	for (uint32_t i = 100; i < 120; i++) {
		snprintf(host, sizeof(host), "12.1.%u.1", i);
		n += introduce(h->node, i, (uint8_t)i, host) != NULL;
	}
	check(n == 4); /* of one address group */
	n = 0;
	for (uint32_t i = 200; i < 210; i++) {
		snprintf(host, sizeof(host), "m%u.evil.example", i);
		n += introduce(h->node, i, (uint8_t)i, host) != NULL;
	}
	check(n == 4); /* of one domain */
	check(introduce(h->node, 3, 90, "13.1.1.1") == NULL); /* known */
	for (uint32_t i = 0; i < 90; i++) {
		snprintf(host, sizeof(host), "14.%u.0.1", i);
		introduce(h->node, 1000 + i, (uint8_t)(100 + i % 10), host);
	}
	/* All of them were reached but one: nobody new gets in but in its place. */
	check(stat_of(h).contacts == 16 + 4 + 4 + 90);
	for (uint32_t i = 0; i < 30; i++) {
		snprintf(host, sizeof(host), "15.%u.0.1", i);
		introduce(h->node, 2000 + i, (uint8_t)(150 + i), host);
	}
	check(stat_of(h).contacts == NODE_CONTACTS_MAX);
	for (size_t i = 1; i < h->node->n_contact; i++)
		h->node->contact[i]->class = CONTACT_TESTED;
	first = h->node->contact[0];
	n = 0;
	for (uint32_t i = 0; i < 30; i++) {
		snprintf(host, sizeof(host), "16.%u.0.1", i);
		n += introduce(h->node, 3000 + i, (uint8_t)(180 + i), host) !=
		     NULL;
	}
	check(n >= 1 && n < 30); /* by lot, and not each time */
	check(stat_of(h).contacts == NODE_CONTACTS_MAX);
	check(stat_of(h).fresh == 1 &&
	      stat_of(h).tested == NODE_CONTACTS_MAX - 1);
	(void)first;
	town_done(&t);
}

/* Guests fill their table, and no other. */
static void
test_guests(void)
{
	struct house *h = house_new(&t, NODE_MIRROR);
	struct node_contact c;
	size_t at = 0, guests = 0;
	uint8_t name[8] = {9};

	for (uint32_t i = 0; i < 400; i++) {
		store_le32(name + 1, i);
		contact_guest(h->node, name);
	}
	while (node_next_contact(h->node, &at, &c))
		guests += c.class == CONTACT_GUEST;
	check(guests == NODE_GUESTS_MAX && stat_of(h).contacts == 0);
	/* Who may have been given something is not forgotten. */
	for (size_t i = 0; i < h->node->n_contact; i++)
		check(tie_of(h->node->contact[i]) != NULL);
	name[0] = 8;
	check(contact_guest(h->node, name) == NULL);
	town_done(&t);
}

/* A memory that is cut or bent is refused or is one, and is never half restored. */
static void
test_memory(void)
{
	struct house *a = house_new(&t, NODE_MIRROR), *in = mouth_house(&t);
	struct node *n = NULL;
	struct object *o;
	static const struct id none;
	uint8_t seed[32] = {7};
	struct mouth *m;
	size_t good = 0;

	house_self(a, true);
	m = mouth_dial_own(in, a);
	m->declines = true;
	mouth_hello(m, ROLE_NODE, 1);
	for (int i = 0; i < 9 * 144; i++) {
		struct msg ping = {.kind = MSG_HEADS};

		mouth_say(m, &ping);
		town_run(&t, 10 * MINUTE);
	}
	house_peer(a, in);
	town_run(&t, HOUR);
	o = house_find(a, OBJECT_MEMORY, &none, 0);
	check(o != NULL && o->data.n > 200);
	for (size_t i = 0; i < o->data.n; i++) {
		struct node_stat st;

		n = node_new(&a->cfg, seed);
		check(node_restore_memory(n, bytes_of(o->data.p, i)) < 0);
		node_stat(n, &st);
		check(st.contacts == 0);
		node_free(n);
		n = node_new(&a->cfg, seed);
		o->data.p[i] ^= 1;
		good += node_restore_memory(n, buf_bytes(&o->data)) == 0;
		o->data.p[i] ^= 1;
		node_free(n);
	}
	check(good > 0 && good < o->data.n);
	n = node_new(&a->cfg, seed);
	check(node_restore_memory(n, buf_bytes(&o->data)) == 0);
	node_free(n);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_spread();
	test_anchors();
	test_loss();
	test_feelers();
	test_overdue();
	test_inbound();
	test_mob();
	test_limits();
	test_guests();
	test_memory();
	press_done(&p);
	return 0;
}

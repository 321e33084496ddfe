#include "tests/unit/node/town.h"

#include "proto/base/qerr.h"

/* Introductions: two of each to each, by consent, after a week, written down first. */

static struct town t;

static size_t
contacts(struct house *h)
{
	struct node_stat st;

	node_stat(h->node, &st);
	return st.contacts;
}

static size_t
linked(struct house *h)
{
	struct node_stat st;

	node_stat(h->node, &st);
	return st.links_out + st.links_in;
}

static bool
find(struct house *h, enum node_class class, struct node_contact *ret)
{
	size_t at = 0;

	while (node_next_contact(h->node, &at, ret))
		if (ret->class == class)
			return true;
	return false;
}

/* B and C dial A; B consents. */
struct three {
	struct house *a, *b, *c;
};

static struct three
three_new(void)
{
	struct three x = {house_new(&t, NODE_MIRROR),
	    house_new(&t, NODE_MIRROR), house_new(&t, NODE_MIRROR)};

	house_self(x.b, true);
	house_peer(x.b, x.a);
	house_peer(x.c, x.a);
	return x;
}

static void
test_week(void)
{
	struct three x = three_new();
	struct node_contact c, guest;

	town_run(&t, 6 * DAY);
	check(contacts(x.c) == 1 && contacts(x.b) == 1);
	town_run(&t, 3 * DAY);
	/* C knows B, has been there, and B knows C as a guest of A's. */
	check(x.c->told[FACT_INTRODUCED] == 1 && contacts(x.c) == 2);
	check(find(x.c, CONTACT_TESTED, &c) && c.link != 0 && c.dialled);
	check(find(x.b, CONTACT_GUEST, &guest) && guest.link != 0);
	check(find(x.b, CONTACT_PINNED, &c) && c.passed_on == 1);
	check(memcmp(guest.via, c.id, 8) == 0);
	/* Who does not consent is told of to nobody. */
	check(contacts(x.b) == 1 && contacts(x.a) == 0);
	/* That was all that A had of B's for C, for ever. */
	town_run(&t, 20 * DAY);
	check(contacts(x.c) == 2);
	check(find(x.c, CONTACT_PINNED, &c) && c.introduced == 1);
	for (size_t i = 0; i < 3; i++)
		check(t.house[i].told[FACT_FAULT] == 0);
	town_done(&t);
}

/* A link that ends each night counts as well. */
static void
test_nights(void)
{
	struct three x = three_new();
	struct node_contact c;

	for (int i = 0; i < 6; i++) {
		town_run(&t, DAY);
		house_cut(x.a);
	}
	check(find(x.c, CONTACT_PINNED, &c));
	check(c.linked > 143 * 3600 && c.linked <= 144 * 3600);
	check(contacts(x.c) == 1);
	for (int i = 0; i < 3; i++) {
		town_run(&t, DAY);
		house_cut(x.a);
	}
	check(x.c->told[FACT_INTRODUCED] == 1 && contacts(x.c) == 2);
	town_done(&t);
}

/* Both may be told of: each can dial the other in the end. */
static void
test_both(void)
{
	struct three x = three_new();
	struct node_contact c;

	house_self(x.c, true);
	town_run(&t, 12 * DAY);
	check(contacts(x.b) == 2 && contacts(x.c) == 2);
	house_cut(x.c);
	house_cut(x.b);
	x.a->away = true;
	town_run(&t, HOUR);
	check(linked(x.b) == 1 && linked(x.c) == 1);
	check(find(x.c, CONTACT_TESTED, &c));
	town_done(&t);
}

/* The most that one may be told of, and how often. */
static void
test_two(void)
{
	struct house *a = house_new(&t, NODE_MIRROR), *h[6];
	uint64_t given = 0;
	size_t known[6];

	for (size_t i = 0; i < 6; i++) {
		h[i] = house_new(&t, NODE_MIRROR);
		house_self(h[i], true);
		house_peer(h[i], a);
	}
	town_run(&t, 9 * DAY);
	for (size_t i = 0; i < 6; i++)
		check(h[i]->told[FACT_INTRODUCED] <= 1);
	town_run(&t, 4 * DAY);
	for (size_t i = 0; i < 6; i++)
		check(h[i]->told[FACT_INTRODUCED] <= 1);
	town_run(&t, 7 * DAY);
	for (size_t i = 0; i < 6; i++)
		given += h[i]->told[FACT_INTRODUCED];
	/* Each of them had two to give, and was given two. */
	check(given >= 10 && given <= 12);
	/* They meet their guests, too, and are told of others by these; A gives no more. */
	for (size_t i = 0; i < 6; i++)
		known[i] = contacts(h[i]);
	for (int i = 0; i < 3; i++) {
		house_restart(a);
		for (size_t k = 0; k < 6; k++) {
			house_restart(h[k]);
			house_peer(h[k], a);
		}
		town_run(&t, DAY);
	}
	for (size_t i = 0; i < 6; i++) {
		struct node_contact c;

		check(contacts(h[i]) >= known[i]);
		check(find(h[i], CONTACT_PINNED, &c) && c.introduced <= 2);
	}
	town_done(&t);
}

static struct msg
ask_peers(uint32_t id)
{
	return (struct msg){
	    .kind = MSG_ASK, .ask = {.id = id, .what = ASK_PEERS, .budget = 1}};
}

/* What a mouth was told last. */
static void
last_token(struct mouth *m, struct buf *ret)
{
	struct msg x;

	mouth_last(m, MSG_PEERS, &x);
	check(x.peers.use == USE_INTRODUCED && x.peers.n == 1);
	buf_clear(ret);
	buf_put(ret, x.peers.token[0].p, x.peers.token[0].n);
}

/* Keep the link of |m| alive for |days|. */
static void
stay(struct mouth *m, int days)
{
	struct msg ping = {.kind = MSG_HEADS};

	m->declines = true;
	for (int i = 0; i < days * 144; i++) {
		mouth_say(m, &ping);
		town_run(&t, 10 * MINUTE);
	}
}

/* Nothing is said before it is written, the same is said again, and who asks too early
 * or is a reader gets nothing. */
static void
test_asked(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct buf first = {0}, again = {0};
	struct mouth *m, *r;
	struct msg x;

	house_self(b, true);
	house_peer(b, a);
	m = mouth_dial_own(in, a);
	mouth_hello(m, ROLE_NODE, 1);
	stay(m, 6);
	x = ask_peers(1);
	mouth_say(m, &x);
	r = mouth_dial(mouth_house(&t), a);
	mouth_hello(r, ROLE_READER, 0);
	mouth_say(r, &x);
	town_run(&t, SECOND);
	check(m->heard[MSG_PEERS] == 0 && r->heard[MSG_PEERS] == 0);
	check(m->heard[MSG_GIVE] == 1 && r->heard[MSG_GIVE] == 1);
	stay(m, 3);

	/* The disk is full: it is not told, and then it is. */
	a->nospace = true;
	x = ask_peers(2);
	mouth_say(m, &x);
	town_run(&t, HOUR / 10);
	check(m->heard[MSG_PEERS] == 0 && m->heard[MSG_GIVE] == 1);
	a->nospace = false;
	town_run(&t, 2 * MINUTE);
	check(m->heard[MSG_PEERS] == 1 && m->heard[MSG_GIVE] == 2);
	last_token(m, &first);
	x = ask_peers(3);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	last_token(m, &again);
	check(bytes_eq(buf_bytes(&first), buf_bytes(&again)));

	/* Another key, the same invite: the same node, as far as that goes. */
	house_cut(in);
	town_run(&t, MINUTE);
	m = mouth_dial_own(in, a);
	mouth_hello(m, ROLE_NODE, 77);
	stay(m, 8);
	x = ask_peers(1);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	last_token(m, &again);
	check(bytes_eq(buf_bytes(&first), buf_bytes(&again)));
	/* It leads to B, until B takes back what A passed on. */
	r = mouth_dial_invite(in, buf_bytes(&first));
	check(r->open);
	mouth_hello(r, ROLE_NODE, 5);
	town_run(&t, SECOND);
	/* B gives it an invite of its own. */
	mouth_last(r, MSG_PEERS, &x);
	check(x.peers.use == USE_OWN && x.peers.n == 1);
	buf_done(&first);
	buf_done(&again);
	town_done(&t);
}

/* Who came by an introduction is told of one, after four weeks, and then of no more. */
static void
test_late(void)
{
	struct house *x = house_new(&t, NODE_MIRROR);
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct buf token = {0}, again = {0};
	struct msg ask = ask_peers(1);
	struct mouth *m;

	house_self(a, true);
	house_peer(a, x);
	m = mouth_dial_own(in, x);
	mouth_hello(m, ROLE_NODE, 1);
	stay(m, 9);
	mouth_say(m, &ask);
	town_run(&t, SECOND);
	last_token(m, &token);
	m = mouth_dial_invite(in, buf_bytes(&token));
	check(m->open);
	mouth_hello(m, ROLE_NODE, 1);
	house_stop(x);
	for (size_t i = 0; i < 2; i++) { /* who are told of each other, too */
		struct house *b = house_new(&t, NODE_MIRROR);

		house_self(b, true);
		house_peer(b, a);
	}
	stay(m, 27);
	mouth_say(m, &ask);
	town_run(&t, SECOND);
	mouth_last(m, MSG_PEERS, &ask);
	check(ask.peers.use == USE_PASS_ON); /* A's own, and nobody else's */
	stay(m, 2);
	ask = ask_peers(2);
	mouth_say(m, &ask);
	town_run(&t, SECOND);
	last_token(m, &token);
	stay(m, 60);
	ask = ask_peers(3);
	mouth_say(m, &ask);
	town_run(&t, SECOND);
	last_token(m, &again);
	check(bytes_eq(buf_bytes(&token), buf_bytes(&again)));
	buf_done(&token);
	buf_done(&again);
	town_done(&t);
}

/* By one invite, whatever keys it says, time passes no faster than by the clock. */
static void
test_twice(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct mouth *m[3];
	struct node_contact c;
	struct msg x = ask_peers(1), bye = {.kind = MSG_BYE};

	house_self(b, true);
	house_peer(b, a);
	for (uint8_t i = 0; i < 3; i++) {
		m[i] = mouth_dial_own(in, a);
		mouth_hello(m[i], ROLE_NODE, i);
		m[i]->declines = true;
	}
	for (size_t i = 0; i < 3; i++) {
		for (int k = 0; k < 2 * 144; k++) {
			struct msg ping = {.kind = MSG_HEADS};

			for (size_t j = i; j < 3; j++)
				mouth_say(m[j], &ping);
			town_run(&t, 10 * MINUTE);
		}
		if (i < 2)
			mouth_say(m[i], &bye);
		town_run(&t, SECOND);
	}
	check(find(a, CONTACT_GUEST, &c) && c.linked <= 6 * 24 * 3600);
	mouth_say(m[2], &x);
	town_run(&t, SECOND);
	check(m[2]->heard[MSG_GIVE] == 1 && m[2]->heard[MSG_PEERS] == 0);
	town_done(&t);
}

/* Once the introduced has come by its own invite, its introducer's counts no more. */
static void
test_own(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct buf token = {0}, own = {0};
	struct node_event revoke = {.type = NODE_REVOKE};
	struct node_contact c;
	struct mouth *m, *r;
	struct msg x;

	house_self(b, true);
	house_peer(b, a);
	m = mouth_dial_own(in, a);
	mouth_hello(m, ROLE_NODE, 1);
	stay(m, 9);
	x = ask_peers(1);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	last_token(m, &token);
	r = mouth_dial_invite(in, buf_bytes(&token));
	check(r->open);
	mouth_hello(r, ROLE_NODE, 5);
	town_run(&t, SECOND);
	mouth_last(r, MSG_PEERS, &x);
	buf_put(&own, x.peers.token[0].p, x.peers.token[0].n);
	house_restart(b); /* all of it was written down */
	house_peer(b, a);
	r = mouth_dial_invite(in, buf_bytes(&token));
	check(r->open);
	r = mouth_dial_invite(in, buf_bytes(&own));
	check(r->open);
	mouth_hello(r, ROLE_NODE, 5);
	town_run(&t, SECOND);
	check(find(b, CONTACT_GUEST, &c));
	m = mouth_dial_invite(in, buf_bytes(&token));
	check(!m->open);
	/* B takes back what A passed on: that ends this one, too, and its link. */
	check(find(b, CONTACT_PINNED, &c) && c.passed_on == 1);
	revoke.revoke.contact = bytes_of(c.id, sizeof(c.id));
	house_event(b, &revoke);
	town_run(&t, SECOND);
	check(r->over);
	m = mouth_dial_invite(in, buf_bytes(&own));
	check(!m->open);
	house_restart(b);
	m = mouth_dial_invite(in, buf_bytes(&own));
	check(!m->open);
	buf_done(&token);
	buf_done(&own);
	town_done(&t);
}

/* Consent that is taken back takes with it what nobody came with. */
static void
test_consent(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct buf token = {0};
	struct mouth *m;
	struct msg x;

	house_self(b, true);
	house_peer(b, a);
	m = mouth_dial_own(in, a);
	mouth_hello(m, ROLE_NODE, 1);
	stay(m, 9);
	x = ask_peers(1);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	last_token(m, &token);
	house_self(b, false);
	m = mouth_dial_invite(in, buf_bytes(&token));
	check(!m->open);
	house_self(b, true);
	m = mouth_dial_invite(in, buf_bytes(&token));
	check(m->open);
	buf_done(&token);
	town_done(&t);
}

/* A liar's words: nobody asked, too many, no invites, or of others as its own. */
static void
test_lies(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct mouth *m = mouth_dial_own(in, a);
	struct bytes text = bytes_str(
	    "quire://10.40.0.1:40/?t=raw#AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh-_aWx8");
	struct msg x = {.kind = MSG_PEERS,
	    .peers = {.use = USE_INTRODUCED, .n = 1, .token = {text}}};

	mouth_hello(m, ROLE_NODE, 1);
	town_run(&t, SECOND);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 1 && contacts(a) == 0);
	m = mouth_dial_own(in, a);
	mouth_hello(m, ROLE_NODE, 2);
	x.peers.use = USE_OWN;
	x.peers.token[0] = bytes_str("quire://nothing");
	mouth_say(m, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 2 && contacts(a) == 0);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_week();
	test_nights();
	test_both();
	test_two();
	test_asked();
	test_late();
	test_twice();
	test_own();
	test_consent();
	test_lies();
	return 0;
}

#include "tests/unit/node/town.h"

#include "proto/base/qerr.h"
#include "proto/node/inner.h"

/*
 * What a stranger can fill of a node, filled: links, asks, rows, runs, packs in part, feeds
 * in common, packs being fetched, and feeds passed over.  Books and guests are filled in test_contacts.c,
 * carried and followed feeds, their bytes and proofs in test_carry.c, receipts in test_receipt.c.
 */
static struct town t;
static struct press p;

static struct mouth *
node_peer(struct house *a, uint8_t who)
{
	struct mouth *m = mouth_dial_own(mouth_house(&t), a);

	m->declines = true;
	mouth_hello(m, ROLE_NODE, who);
	town_run(&t, SECOND);
	return m;
}

/* Its other end. */
static struct link *
link_of(struct house *a, const struct mouth *m)
{
	struct link *l = NULL;

	for (size_t i = 0; i < LINKS_MAX; i++)
		for (size_t k = 0; k < t.n_wire && a->node->link[i]; k++)
			if (t.wire[k].id[0] == m->link &&
			    t.wire[k].id[1] == a->node->link[i]->id)
				l = a->node->link[i];
	check(l != NULL);
	return l;
}

static size_t
count_links(struct house *a, bool open)
{
	size_t n = 0;

	for (size_t i = 0; i < LINKS_MAX; i++)
		n += a->node->link[i] != NULL &&
		     (a->node->link[i]->state == LINK_OPEN) == open;
	return n;
}

/* Who does not say who he is makes room for the next; readers fill their places. */
static void
test_links(void)
{
	struct house *a = house_new(&t, NODE_MIRROR), *in = mouth_house(&t);
	struct mouth *first = mouth_dial(in, a), *m;

	for (size_t i = 0; i < STRANGERS_MAX + 3; i++)
		mouth_dial(in, a);
	check(count_links(a, false) == STRANGERS_MAX && first->over);
	for (size_t i = 0; i < NODE_READERS_MAX; i++) {
		m = mouth_dial(in, a);
		mouth_hello(m, ROLE_READER, 0);
		town_run(&t, 1);
	}
	check(m->heard[MSG_BYE] == 0);
	check(count_links(a, true) == NODE_READERS_MAX);
	m = mouth_dial(in, a);
	mouth_hello(m, ROLE_READER, 0);
	town_run(&t, 1);
	check(m->heard[MSG_BYE] == 1);
	check(count_links(a, true) == NODE_READERS_MAX);
	town_done(&t);
}

/* Whoever comes in, as many are dialled as before. */
static void
test_crowd(void)
{
	struct house *a = house_new(&t, NODE_MIRROR), *in = mouth_house(&t);
	struct node_stat st;

	for (size_t i = 0; i < NODE_READERS_MAX; i++) {
		mouth_hello(mouth_dial(in, a), ROLE_READER, 0);
		mouth_hello(mouth_dial(in, a), ROLE_NODE, (uint8_t)i);
		town_run(&t, 1);
	}
	for (size_t i = 0; i < LINKS_MAX; i++)
		mouth_dial(in, a);
	for (size_t i = 0; i < NODE_PINNED_MAX; i++)
		house_peer(a, house_new(&t, NODE_MIRROR));
	town_run(&t, SECOND);
	node_stat(a->node, &st);
	check(count_links(a, false) == STRANGERS_MAX);
	check(st.readers == NODE_READERS_MAX);
	check(st.links_in == NODE_IN_MAX + NODE_VISITS_MAX);
	check(st.links_out == NODE_PINNED_MAX);
	town_done(&t);
}

/* Sixteen asks are open at a time; who asks more breaks a rule. */
static void
test_asks(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m;
	struct header h;
	struct msg x = {.kind = MSG_ASK};

	press_new(&p, 1);
	house_follow(a, &p.feed);
	press_publish(&p, a, 300000);
	check(header_peek(&h, buf_bytes(&p.head)) == 0);
	m = node_peer(a, 1);
	x.ask = (struct msg_ask){.what = ASK_PIECES,
	    .pack = h.pack[0].root,
	    .last = 7,
	    .budget = 1000000};
	for (x.ask.id = 1; x.ask.id <= ASKS_MAX; x.ask.id++)
		mouth_say(m, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 0 && m->heard[MSG_GIVE] == 8 * ASKS_MAX);
	for (x.ask.id = 11; x.ask.id <= 11 + ASKS_MAX; x.ask.id++)
		mouth_say(m, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 1);
	town_done(&t);
}

/* Rows of feeds that nobody here knows. */
static void
test_rows(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = node_peer(a, 1);
	struct buf rows = {0};

	for (uint32_t k = 0; k < 3; k++) {
		struct msg x = {.kind = MSG_HEADS};

		buf_clear(&rows);
		for (uint32_t i = 0; i < 700; i++) {
			struct msg_heads_row row = {.number = 1, .charter = 1};

			row.tag.b[0] = (uint8_t)k;
			row.tag.b[1] = (uint8_t)(i >> 8);
			row.tag.b[2] = (uint8_t)i;
			msg_row_put(&rows, &row);
		}
		x.heads.rows = buf_bytes(&rows);
		mouth_say(m, &x);
		town_run(&t, SECOND);
	}
	check(a->told[FACT_FAULT] == 0);
	check(link_of(a, m)->rows.n == (size_t)MSG_HEADS_MAX * MSG_ROW_LEN);
	buf_done(&rows);
	town_done(&t);
}

/* What is held, with a hole behind each issue, and packs of which a part is. */
static void
test_holds(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m;
	struct msg x = {.kind = MSG_HOLDS};
	struct link *l;

	press_new(&p, 1);
	house_follow(a, &p.feed);
	for (size_t i = 0; i < PARTIAL_MAX; i++)
		press_publish(&p, a, 1000);
	m = node_peer(a, 1);
	l = link_of(a, m);
	for (uint64_t k = 0; k < 8; k++) {
		msg_tag(&x.holds.tag, veil_hash(m->veil), true, &p.feed);
		for (x.holds.n = 0; x.holds.n < MSG_RUNS_MAX; x.holds.n++) {
			uint64_t at = 1 + 2 * (64 * k + x.holds.n);

			x.holds.run[x.holds.n] = (struct msg_run){0, at, at};
		}
		mouth_say(m, &x);
		town_run(&t, SECOND);
	}
	check(a->told[FACT_FAULT] == 0);
	check(share_of(l, &a->node->track[0]->head)->n_run == RUNS_KEPT);
	x.holds = (struct msg_holds){.of_pack = true, .n = 1};
	mouth_say(m, &x); /* it is nobody's */
	for (size_t i = 0; i < 2 * PARTIAL_MAX; i++) {
		x.holds.pack = a->node->track[0]->a[i].pack->root;
		mouth_say(m, &x);
		town_run(&t, SECOND);
	}
	check(a->told[FACT_FAULT] == 0 && l->n_partial == PARTIAL_MAX);
	check(id_eq(&l->partial[PARTIAL_MAX - 1].root, &x.holds.pack));
	for (uint8_t i = 0; i < 2 * FOLLOWS_KEPT; i++)
		contact_follows(l->contact, &(struct id){{i, 1}});
	check(l->contact->n_follows == FOLLOWS_KEPT);
	town_done(&t);
}

/* A header of the feed |which|, as anybody might have signed it. */
static void
say_head(struct mouth *m, uint32_t which)
{
	struct header h = {.charter = 1, .number = 1, .time = 1};
	struct buf file = {0};
	struct msg x = {.kind = MSG_NEWS};

	store_le32(h.feed.b, which);
	check(header_sign(&file, &h, &p.k) == 0);
	x.news.header = buf_bytes(&file);
	mouth_say(m, &x);
	buf_done(&file);
}

/* Feeds whose charters are not to be had. */
static void
test_shunned(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = node_peer(a, 1);

	press_new(&p, 1);
	for (uint32_t i = 0; i < SHUNNED_MAX + 20; i++) {
		say_head(m, i + 1);
		town_run(&t, SECOND / 5);
	}
	check(m->heard[MSG_ASK] == SHUNNED_MAX + 20);
	check(a->node->n_shunned == SHUNNED_MAX);
	check(a->node->n_carried == 0 && a->told[FACT_FAULT] == 0);
	/* The newest are passed over, the oldest no longer. */
	say_head(m, SHUNNED_MAX + 20);
	town_run(&t, SECOND);
	check(m->heard[MSG_ASK] == SHUNNED_MAX + 20);
	say_head(m, 1);
	town_run(&t, SECOND);
	check(m->heard[MSG_ASK] == SHUNNED_MAX + 21);
	town_done(&t);
}

/* Packs being fetched: one makes room that nobody is asked for, or there is none. */
static void
test_parts(void)
{
	struct house *news = house_new(&t, NODE_MIRROR);
	struct house *a = house_new(&t, NODE_MIRROR);
	struct announce *x;
	struct node *n;
	size_t k;

	press_new(&p, 1);
	house_follow(news, &p.feed);
	house_follow(a, &p.feed);
	house_peer(a, news);
	news->mute = true;
	for (size_t i = 0; i < PARTS_MAX; i++) /* of two packs each */
		press_publish(&p, news, 1000);
	town_run(&t, HOUR);
	n = a->node;
	x = n->track[0]->a;
	check(n->track[0]->n_a == 2 * (size_t)PARTS_MAX);
	for (k = 0; n->n_part < PARTS_MAX; k++)
		check(part_open(n, x[k].pack) != NULL);
	for (size_t i = 0; i < PARTS_MAX; i++)
		n->part[i]->n_asked++;
	check(part_open(n, x[k].pack) == NULL && n->n_part == PARTS_MAX);
	n->part[7]->n_asked--;
	x = &x[k];
	check(part_open(n, x->pack) != NULL && n->n_part == PARTS_MAX);
	for (size_t i = 0; i < PARTS_MAX; i++)
		n->part[i]->n_asked -= n->part[i]->pack != x->pack;
	news->mute = false;
	town_run(&t, HOUR);
	press_check(&p, a);
	check(n->n_part == 0);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_links();
	test_crowd();
	test_asks();
	test_rows();
	test_holds();
	test_shunned();
	test_parts();
	press_done(&p);
	return 0;
}

#include "tests/unit/node/town.h"

/* What peers deserve, and what comes of it. */

static struct town t;
static struct press p;

static bool
find(struct house *h, struct mouth *m, struct node_contact *ret)
{
	size_t at = 0;

	while (node_next_contact(h->node, &at, ret))
		for (size_t i = 0; i < t.n_wire && ret->link != 0; i++)
			if ((t.wire[i].id[0] == ret->link &&
				t.wire[i].id[1] == m->link) ||
			    (t.wire[i].id[1] == ret->link &&
				t.wire[i].id[0] == m->link))
				return true;
	return false;
}

/* A mouth that |h| knows by its operator, and dials. */
static struct mouth *
pinned(struct house *h, uint8_t who)
{
	struct house *in = mouth_house(&t);

	house_peer(h, in);
	town_run(&t, 2 * SECOND);
	check(in->n_mouth == 1);
	in->mouth[0]->declines = true;
	mouth_hello(in->mouth[0], ROLE_NODE, who);
	town_run(&t, SECOND);
	return in->mouth[0];
}

/* Show the newest issue by a row, as who was told of it does. */
static void
show(struct mouth *m)
{
	struct msg x = {.kind = MSG_HEADS};
	struct msg_heads_row row = {.number = p.number, .charter = 1};
	struct buf rows = {0};
	struct header h;

	check(header_peek(&h, buf_bytes(&p.head)) == 0);
	msg_tag(&row.tag, veil_hash(m->veil), m->dialled, &p.feed);
	msg_mark(row.mark, veil_hash(m->veil), m->dialled, &h.hash);
	msg_row_put(&rows, &row);
	x.heads.rows = buf_bytes(&rows);
	mouth_say(m, &x);
	town_run(&t, 1);
	buf_done(&rows);
}

/* Who shows nothing of what others showed is replaced, but the operator's are told of. */
static void
test_withheld(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *mute = pinned(a, 1), *fair = pinned(a, 2), *guest;
	struct node_contact c;

	press_new(&p, 1);
	house_follow(a, &p.feed);
	guest = mouth_dial_own(mouth_house(&t), a);
	mouth_hello(guest, ROLE_NODE, 3);
	guest->declines = true;
	for (int i = 0; i < 3; i++) {
		press_publish(&p, a, 1000);
		town_run(&t, 20 * SECOND);
		show(fair);
		check(a->told[FACT_WITHHELD] == 0);
		town_run(&t, MINUTE);
	}
	check(a->told[FACT_WITHHELD] == 1);
	check(a->last[FACT_WITHHELD].number == 3);
	check(!mute->over && find(a, mute, &c) && c.merit == -3);
	check(!fair->over && find(a, fair, &c) && c.merit == 0);
	/* Who came in is not replaced for that, but is worth less. */
	check(!guest->over && find(a, guest, &c) && c.merit == -3);
	/* It tells us, and is told once more after three more. */
	show(mute);
	press_publish(&p, a, 1000);
	town_run(&t, 20 * SECOND);
	show(mute);
	town_run(&t, MINUTE);
	check(a->told[FACT_WITHHELD] == 1);
	town_done(&t);
}

/* Whom we chose ourselves, by an introduction, goes for a week. */
static void
test_replaced(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *in = mouth_house(&t);
	struct mouth *m, *o;
	struct msg x = {.kind = MSG_PEERS}, ping = {.kind = MSG_HEADS};
	struct buf text = {0};
	struct node_contact c;
	size_t calls;

	press_new(&p, 2);
	house_follow(a, &p.feed);
	/* |in| is introduced by |o|, who is of the operator's choice. */
	house_invite(a, in, &text);
	o = pinned(a, 9);
	for (int i = 0; i < 8 * 144 && o->heard[MSG_ASK] == 0; i++) {
		mouth_say(o, &ping);
		town_run(&t, 10 * MINUTE);
	}
	check(o->heard[MSG_ASK] > 0);
	town_run(&t, DAY / 144);
	o->declines = false;
	while (o->heard[MSG_ASK] < 2) {
		mouth_say(o, &ping);
		town_run(&t, 10 * MINUTE);
	}
	x.peers = (struct msg_peers){
	    .use = USE_INTRODUCED, .n = 1, .token = {buf_bytes(&text)}};
	mouth_say(o, &x);
	mouth_last(o, MSG_ASK, &x);
	x = (struct msg){
	    .kind = MSG_GIVE, .give = {.id = x.ask.id, .status = GIVE_LAST}};
	mouth_say(o, &x);
	town_run(&t, 2 * SECOND);
	check(a->told[FACT_INTRODUCED] == 1 && in->n_mouth == 1);
	m = in->mouth[0];
	m->declines = true;
	mouth_hello(m, ROLE_NODE, 10);
	town_run(&t, SECOND);
	check(find(a, m, &c) && c.class == CONTACT_TESTED);
	for (int i = 0; i < 3; i++) {
		press_publish(&p, a, 1000);
		town_run(&t, 20 * SECOND);
		show(o);
		town_run(&t, MINUTE);
	}
	check(m->heard[MSG_BYE] == 1 && m->over);
	calls = in->n_mouth;
	for (int i = 0; i < 6 * 144; i++) {
		mouth_say(o, &ping);
		town_run(&t, 10 * MINUTE);
	}
	check(in->n_mouth == calls);
	for (int i = 0; i < 2 * 144; i++) {
		mouth_say(o, &ping);
		town_run(&t, 10 * MINUTE);
	}
	check(in->n_mouth > calls);
	buf_done(&text);
	town_done(&t);
}

/* Bringing news is worth one an hour; a broken rule costs four. */
static void
test_deserved(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = pinned(a, 1), *n = pinned(a, 2);
	struct msg x = {.kind = MSG_NEWS};
	struct node_contact c;
	size_t at = 0;
	int worst = 0;

	press_new(&p, 3);
	house_follow(a, &p.feed);
	for (int i = 0; i < 3; i++) {
		press_sign(&p, NULL, 0);
		x.news = (struct msg_news){
		    .charter = i == 0 ? buf_bytes(&p.charter)
				      : (struct bytes){NULL, 0},
		    .header = buf_bytes(&p.head)};
		mouth_say(m, &x);
		town_run(&t, 5 * SECOND);
		show(n);
		town_run(&t, 2 * MINUTE);
	}
	check(find(a, m, &c) && c.merit == 1);
	check(find(a, n, &c) && c.merit == 0);
	press_sign(&p, NULL, 0);
	p.head.p[p.head.n - 5] ^= 1;
	x.news = (struct msg_news){.header = buf_bytes(&p.head)};
	mouth_say(n, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 1);
	while (node_next_contact(a->node, &at, &c))
		if (c.merit < worst) {
			worst = c.merit;
			check(c.failures > 10 && c.link == 0);
		}
	check(worst == -4);
	town_done(&t);
}

/* Say that all of issue 1 is here, and answer what is asked with what was not signed. */
static void
give_damaged(struct house *a, struct mouth *m)
{
	static const uint8_t wrong[1000];
	struct msg x = {.kind = MSG_HOLDS};
	struct msg ask;
	size_t faults = a->told[FACT_FAULT];

	x.holds.n = 1;
	x.holds.run[0] = (struct msg_run){0, 1, 1};
	msg_tag(&x.holds.tag, veil_hash(m->veil), m->dialled, &p.feed);
	mouth_say(m, &x);
	town_run(&t, SECOND / 10);
	check(m->heard[MSG_ASK] > 0);
	mouth_last(m, MSG_ASK, &ask);
	check(ask.ask.what == ASK_PIECES);
	x = (struct msg){.kind = MSG_GIVE,
	    .give = {.id = ask.ask.id,
		.status = GIVE_LAST,
		.offset = ask.ask.first,
		.data = bytes_of(wrong, sizeof(wrong))}};
	mouth_say(m, &x);
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == faults + 1);
}

/* The only peer that the operator named gives what is damaged, and is dialled all the
 * same: the operator is told how often. */
static void
test_damaged(void)
{
	struct house *a = house_new(&t, NODE_MIRROR), *in = mouth_house(&t);
	struct msg x = {.kind = MSG_NEWS};
	struct node_contact c;
	size_t at;

	press_new(&p, 4);
	house_follow(a, &p.feed);
	house_peer(a, in);
	press_sign(&p, NULL, 1000);
	x.news = (struct msg_news){
	    .charter = buf_bytes(&p.charter), .header = buf_bytes(&p.head)};
	for (unsigned i = 0; i < 3; i++) {
		for (int s = 0; s < 600 && in->n_mouth == i; s++)
			town_run(&t, SECOND);
		town_run(&t, 2 * SECOND);
		check(in->n_mouth == i + 1);
		mouth_hello(in->mouth[i], ROLE_NODE, 1);
		town_run(&t, SECOND);
		mouth_say(in->mouth[i], &x);
		town_run(&t, SECOND);
		give_damaged(a, in->mouth[i]);
		at = 0;
		check(node_next_contact(a->node, &at, &c));
		check(c.class == CONTACT_PINNED && c.damaged == i + 1);
		check(c.faults == c.damaged && c.damaged_ago < 5);
	}
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_withheld();
	test_replaced();
	test_deserved();
	test_damaged();
	press_done(&p);
	return 0;
}

#include "tests/unit/node/town.h"

#include "proto/node/inner.h"

/* What two nodes have told each other is not told again on their next link. */

#define FEEDS   8
#define COUNTER (UINT64_C(1) << 40)

static struct town t;
static struct press p[FEEDS];

/* A mirror that follows some feeds, of which it has the charters and a head. */
static struct house *
mirror(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);

	for (uint8_t i = 0; i < FEEDS; i++) {
		press_new(&p[i], i);
		house_follow(a, &p[i].feed);
		press_publish(&p[i], a, 0);
	}
	return a;
}

/* |h| dials |a| by its own invite, as who remembers |seen| of it. */
static struct mouth *
dial(struct house *h, struct house *a, uint64_t seen)
{
	h->seen = seen;
	return mouth_dial_own(h, a);
}

/* The rows that |m| was told last; and the counter, and what is remembered of it. */
static size_t
told(struct mouth *m, uint64_t *ret_counter, uint64_t *ret_seen)
{
	struct msg x;

	check(m->heard[MSG_HEADS] == 1);
	mouth_last(m, MSG_HEADS, &x);
	*ret_counter = x.heads.counter;
	*ret_seen = x.heads.seen;
	return msg_rows(x.heads.rows);
}

/* Who says how far he remembers is told what came after that, and others all. */
static void
test_told(void)
{
	struct house *a = mirror(), *h = mouth_house(&t);
	uint64_t counter, again, seen;

	check(told(dial(h, a, 0), &counter, &seen) == FEEDS);
	check(counter > 0 && seen == 0);
	check(told(dial(h, a, counter), &again, &seen) == 0);
	check(again == counter);
	press_publish(&p[3], a, 0);
	check(told(dial(h, a, counter), &again, &seen) == 1);
	check(again > counter);
	check(told(dial(h, a, again), &counter, &seen) == 0);
	/* What it never said, and what another node, or it in another life, might have. */
	check(told(dial(h, a, counter + 1), &again, &seen) == FEEDS);
	check(told(dial(h, a, 1), &again, &seen) == FEEDS);
	house_restart(a);
	check(told(dial(h, a, counter), &again, &seen) == FEEDS);
	check(again != counter);
	town_done(&t);
}

/* |m| shows the newest heads of the first |n|, and of one more that nobody knows. */
static void
show(struct mouth *m, struct house *a, size_t n, bool unknown, uint64_t counter)
{
	struct msg x = {.kind = MSG_HEADS, .heads = {.counter = counter}};
	struct msg_heads_row row = {.number = 1, .charter = 1};
	struct buf rows = {0};

	for (size_t i = 0; i < n; i++) {
		const struct track *s = track_find(a->node, &p[i].feed);
		struct id mark;

		head_mark(&s->head, &mark);
		msg_mark(row.mark, veil_hash(m->veil), true, &mark);
		msg_tag(&row.tag, veil_hash(m->veil), true, &p[i].feed);
		row.number = p[i].number;
		msg_row_put(&rows, &row);
	}
	msg_tag(&row.tag, veil_hash(m->veil), true, &(struct id){{1}});
	if (unknown)
		msg_row_put(&rows, &row);
	msg_rows_sort(&rows);
	x.heads.rows = buf_bytes(&rows);
	mouth_say(m, &x);
	town_run(&t, SECOND);
	buf_done(&rows);
}

static struct mouth *
meet(struct house *h, struct house *a)
{
	struct mouth *m;

	house_cut(h);
	town_run(&t, SECOND);
	m = dial(h, a, 0);
	m->declines = true;
	return m;
}

/* How many of the feeds |a| takes its newest link for one that has them. */
static size_t
known(struct house *a)
{
	struct node *n = a->node;
	struct link *l = n->link[n->n_slot - 1];
	size_t count = 0;

	for (size_t i = 0; i < n->n_head; i++)
		count += share_of(l, n->head[i])->known;
	return count;
}

/* What |a| says on a new link that it remembers of |h|; the link says HELLO. */
static uint64_t
meet_again(struct house *h, struct house *a, struct mouth **ret)
{
	uint64_t counter, seen;

	*ret = meet(h, a);
	told(*ret, &counter, &seen);
	mouth_hello(*ret, ROLE_NODE, 1);
	town_run(&t, SECOND);
	check(known(a) == 0);
	return seen;
}

/* What a peer has shown is known on its next link, once it says that it is the same. */
static void
test_remembered(void)
{
	struct house *a = mirror(), *h = mouth_house(&t);
	struct mouth *m;

	check(meet_again(h, a, &m) == 0);
	show(m, a, 4, false, 0);
	check(known(a) == 4);
	/* It has not told all: what is shown is not enough to go on from. */
	check(meet_again(h, a, &m) == 0);
	show(m, a, 6, false, COUNTER);
	check(known(a) == 6);
	check(meet_again(h, a, &m) == COUNTER);
	/* It goes on from there, with a row more. */
	show(m, a, 1, false, COUNTER + 5);
	check(known(a) == 6);
	check(meet_again(h, a, &m) == COUNTER + 5);
	/* It was another life of it that is remembered. */
	show(m, a, 3, false, COUNTER / 2);
	check(known(a) == 3);
	/* What is of no feed that is known here could not be remembered. */
	check(meet_again(h, a, &m) == COUNTER / 2);
	show(m, a, 1, true, COUNTER / 2 + 1);
	check(known(a) == 3);
	check(meet_again(h, a, &m) == 0);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* A head that is still to be fetched is shown again, and a rival is. */
static void
test_unsettled(void)
{
	struct house *a = mirror(), *h = mouth_house(&t);
	struct mouth *m;

	check(meet_again(h, a, &m) == 0);
	p[7].number += 3; /* it declines to give them */
	show(m, a, 8, false, COUNTER);
	p[7].number -= 3;
	check(m->heard[MSG_ASK] > 0);
	check(meet_again(h, a, &m) == 0);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_told();
	test_remembered();
	test_unsettled();
	for (size_t i = 0; i < FEEDS; i++)
		press_done(&p[i]);
	return 0;
}

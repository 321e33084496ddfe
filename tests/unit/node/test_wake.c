#include "tests/unit/node/town.h"

#include "proto/node/inner.h"

/*
 * A step looks at the links that it touched.  What makes one of the others worth a look,
 * each alone: two peers hold what is wanted, one is asked, and then something happens to
 * it, upon which the other is asked, before any time has passed that would do as well.
 */
#define SOON (SECOND / 4)
#define ALL  3 /* pieces of a pack; its last one is short */
#define SIZE (2 * PIECE_SIZE + 100)

static struct town t;
static struct press p;
static struct house *a;
static struct mouth *m[2]; /* the first lies in the first slot */

static struct link *
link_at(size_t slot)
{
	check(a->node->link[slot] != NULL);
	return a->node->link[slot];
}

static void
say_row(struct mouth *to, const struct id *feed, uint64_t number)
{
	struct msg x = {.kind = MSG_HEADS};
	struct msg_heads_row row = {.number = number, .charter = 1};
	struct buf rows = {0};

	msg_tag(&row.tag, veil_hash(to->veil), true, feed);
	msg_row_put(&rows, &row);
	x.heads.rows = buf_bytes(&rows);
	mouth_say(to, &x);
	buf_done(&rows);
	town_run(&t, 1);
}

static void
say_head(struct mouth *from, struct press *of)
{
	struct msg x = {.kind = MSG_NEWS,
	    .news = {buf_bytes(&of->charter), buf_bytes(&of->head), 0}};

	mouth_say(from, &x);
	town_run(&t, 1);
}

/* It holds the heads of issue 1. */
static void
say_holds(struct mouth *from)
{
	struct msg x = {.kind = MSG_HOLDS, .holds = {.n = 1}};

	msg_tag(&x.holds.tag, veil_hash(from->veil), true, &p.feed);
	x.holds.run[0] = (struct msg_run){0, 1, 1};
	mouth_say(from, &x);
	town_run(&t, 1);
}

static void
say_give(struct mouth *from, enum msg_status status, uint64_t offset,
    struct bytes data)
{
	struct msg x, ask;

	mouth_last(from, MSG_ASK, &ask);
	x = (struct msg){
	    .kind = MSG_GIVE, .give = {ask.ask.id, status, offset, data}};
	mouth_say(from, &x);
	town_run(&t, 1);
}

static void
begin(void)
{
	a = house_new(&t, NODE_MIRROR);
	press_new(&p, 1);
	for (uint8_t i = 0; i < 2; i++) {
		m[i] = mouth_dial_own(mouth_house(&t), a);
		mouth_hello(m[i], ROLE_NODE, (uint8_t)(i + 1));
		town_run(&t, SECOND);
	}
}

/* Both have a pack of |size|; the second is asked for it, and the first has nothing more. */
static void
begin_pack(size_t size)
{
	begin();
	house_follow(a, &p.feed);
	press_sign(&p, NULL, size);
	say_head(m[1], &p);
	say_holds(m[1]);
	say_holds(m[0]);
	check(m[1]->heard[MSG_ASK] > 0 && m[0]->heard[MSG_ASK] == 0);
	check((a->node->dry[0] & 1) != 0);
}

static struct bytes
pieces(size_t from, size_t n)
{
	return bytes_of(p.bytes + 10 * p.number + from * PIECE_SIZE, n);
}

static void
end(void)
{
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

static void
test_refused(void)
{
	begin_pack(SIZE);
	say_give(m[1], GIVE_NOT_HELD, 0, bytes_of("", 0));
	check(m[0]->heard[MSG_ASK] == 1);
	/* Who has it after all may be asked again. */
	say_give(m[0], GIVE_NOT_HELD, 0, bytes_of("", 0));
	check(m[1]->heard[MSG_ASK] == 1);
	say_holds(m[1]);
	check(m[1]->heard[MSG_ASK] == 2);
	end();
}

static void
test_bye(void)
{
	struct msg x = {.kind = MSG_BYE};

	begin_pack(SIZE);
	mouth_say(m[1], &x);
	town_run(&t, 1);
	check(m[1]->over && m[0]->heard[MSG_ASK] == 1);
	end();
}

/* Busy for a second: then it is asked again, though nothing else happens. */
static void
test_rest(void)
{
	begin();
	house_follow(a, &p.feed);
	press_sign(&p, NULL, SIZE);
	say_head(m[1], &p);
	say_holds(m[1]);
	check(m[1]->heard[MSG_ASK] == 1);
	say_give(m[1], GIVE_BUSY, 1, bytes_of("", 0));
	town_run(&t, SECOND);
	check(m[1]->heard[MSG_ASK] == 1);
	town_run(&t, SECOND);
	check(m[1]->heard[MSG_ASK] == 2);
	end();
}

/* The hashes are here, though who gave them says that more is to come. */
static void
test_hashes(void)
{
	struct id hash_of[ALL];

	begin_pack(SIZE);
	for (size_t i = 0; i < ALL; i++)
		hash(&hash_of[i], HASH_PIECE, pieces(i, piece_len(SIZE, i)));
	say_give(m[1], GIVE_MORE, 0, bytes_of(hash_of, sizeof(hash_of)));
	check(link_at(1)->n_ask == 1 && m[0]->heard[MSG_ASK] == 1);
	end();
}

/* A piece that is slow to come is asked of another, once. */
static void
test_slow(void)
{
	begin_pack(PIECE_SIZE / 2);
	link_at(0)->stall = link_at(1)->stall = STALL_MAX;
	town_run(&t, ENDGAME_TIME - SECOND);
	check(m[0]->heard[MSG_ASK] == 0);
	town_run(&t, SECOND + SOON);
	check(m[0]->heard[MSG_ASK] == 1);
	town_run(&t, ENDGAME_TIME / 2);
	check(m[0]->heard[MSG_ASK] == 1);
	end();
}

/* While too much was on its way it came to have what is wanted; then there is room. */
static void
test_in_flight(void)
{
	begin_pack(SIZE);
	say_give(m[1], GIVE_NOT_HELD, 0, bytes_of("", 0));
	say_give(m[0], GIVE_NOT_HELD, 0, bytes_of("", 0));
	check((a->node->dry[0] & 3) == 3);
	a->node->in_flight += IN_FLIGHT_MAX;
	say_holds(m[0]);
	check(m[0]->heard[MSG_ASK] == 1);
	a->node->in_flight -= IN_FLIGHT_MAX;
	say_row(m[1], &p.feed, 1);
	check(m[0]->heard[MSG_ASK] == 2);
	end();
}

/* What failed for want of room is asked for when there is some. */
static void
test_full(void)
{
	struct node_event e = {.type = NODE_SPACE};

	begin();
	house_follow(a, &p.feed);
	house_event(a, &e);
	press_sign(&p, NULL, SIZE);
	say_head(m[1], &p);
	say_holds(m[1]);
	check(m[1]->heard[MSG_ASK] == 0);
	e.space.free = 1 << 30;
	house_event(a, &e);
	town_run(&t, 1);
	check(m[1]->heard[MSG_ASK] > 0);
	end();
}

/*
 * Who does not read is shut at the end of a step, when all that was said is on its way:
 * what it was asked for is asked of others nevertheless, be it of a feed that is carried
 * or of one that is followed.
 */
static void
test_unread(bool followed)
{
	struct msg x = {.kind = MSG_ASK,
	    .ask = {.id = 1, .what = ASK_PEERS, .budget = 100}};

	begin();
	if (followed)
		house_follow(a, &p.feed);
	press_sign(&p, NULL, 0);
	say_head(m[1], &p);
	check(a->node->n_head == 1);
	say_row(m[1], &p.feed, 2);
	say_row(m[0], &p.feed, 2);
	check(m[1]->heard[MSG_ASK] == 1 && m[0]->heard[MSG_ASK] == 0);
	link_at(1)->queued = UNREAD_MAX;
	mouth_say(m[1], &x);
	town_run(&t, SOON);
	check(m[1]->over && a->node->link[1] == NULL);
	check(m[0]->heard[MSG_ASK] == 1);
	check(a->node->link[0]->timer.item.when == link_due(link_at(0)));
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_refused();
	test_bye();
	test_rest();
	test_hashes();
	test_slow();
	test_in_flight();
	test_full();
	test_unread(false);
	test_unread(true);
	press_done(&p);
	return 0;
}

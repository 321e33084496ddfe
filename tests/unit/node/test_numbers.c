#include "tests/unit/node/town.h"

#include "proto/node/inner.h"

/*
 * Numbers that a stranger chooses: in what it answers, and in what it asks for.  Each is
 * wrong by one, or as far off as a message lets it be; it is noticed, or means nothing,
 * and nothing of what is here has changed by it.
 */
#define ALL    3 /* pieces of a pack; its last one is short */
#define SIZE   (2 * PIECE_SIZE + 100)
#define LITTLE 1000
#define FAR    ((UINT64_C(1) << 53) - 1)
#define MANY   600 /* header files, more than are taken at a time */

static struct town t;
static struct press p;
static struct house *a;
static struct mouth *m;

static void
peer(void)
{
	a = house_new(&t, NODE_MIRROR);
	press_new(&p, 1);
	house_follow(a, &p.feed);
	m = mouth_dial_own(mouth_house(&t), a);
	mouth_hello(m, ROLE_NODE, 1);
	town_run(&t, SECOND);
}

static struct link *
link_of_it(void)
{
	check(a->node->link[0] != NULL);
	return a->node->link[0];
}

static size_t
objects(enum node_object kind)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_obj; i++)
		n += a->obj[i].here && a->obj[i].kind == kind;
	return n;
}

/* A rule is broken: it is told, nothing is stored, and the link is silent. */
static void
ends_broken(enum node_object kind)
{
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 1);
	check(objects(kind) == 0 && a->node->in_flight == 0);
	check(a->node->bytes_got == 0 && a->node->bytes_wasted == 0);
	for (size_t i = 0; i < a->node->n_slot; i++)
		check(a->node->link[i] == NULL || a->node->link[i]->n_ask == 0);
	town_done(&t);
}

/* What it answers. */

static struct msg_ask
asked(enum msg_what what)
{
	struct msg x;

	mouth_last(m, MSG_ASK, &x);
	check(x.ask.what == what && x.ask.budget > 0);
	return x.ask;
}

static void
give(uint64_t id, enum msg_status status, uint64_t offset, struct bytes data)
{
	struct msg x = {.kind = MSG_GIVE, .give = {id, status, offset, data}};

	mouth_say(m, &x);
	town_run(&t, 1);
}

static struct bytes
piece(size_t i, size_t size)
{
	return bytes_of(p.bytes + 10 + i * PIECE_SIZE, size);
}

/* It has the head of an issue of |size|, and all of it; and is asked for that. */
static void
has_pack(size_t size)
{
	struct msg x = {.kind = MSG_NEWS}, holds = {.kind = MSG_HOLDS};

	peer();
	press_sign(&p, NULL, size);
	x.news.charter = buf_bytes(&p.charter);
	x.news.header = buf_bytes(&p.head);
	mouth_say(m, &x);
	town_run(&t, 1);
	msg_tag(&holds.holds.tag, veil_hash(m->veil), true, &p.feed);
	holds.holds.n = 1;
	holds.holds.run[0] = (struct msg_run){0, 1, 1};
	mouth_say(m, &holds);
	town_run(&t, 1);
}

/* .. and has given the hashes: pieces are asked for. */
static struct msg_ask
has_pieces(void)
{
	struct id hash_of[ALL];

	has_pack(SIZE);
	for (size_t i = 0; i < ALL; i++)
		hash(&hash_of[i], HASH_PIECE, piece(i, piece_len(SIZE, i)));
	give(asked(ASK_PIECE_HASHES).id, GIVE_LAST, 0,
	    bytes_of(hash_of, sizeof(hash_of)));
	check(a->told[FACT_FAULT] == 0);
	return asked(ASK_PIECES);
}

static void
test_piece(void)
{
	static const struct {
		uint64_t skip;
		int more;
	} bad[] = {{1, 0}, {FAR - ALL, 0}, {0, -1}, {0, 1}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct msg_ask ask = has_pieces();
		size_t n =
		    (size_t)((int)piece_len(SIZE, ask.first) + bad[i].more);

		give(ask.id, GIVE_LAST, ask.first + bad[i].skip,
		    piece((size_t)ask.first, n));
		ends_broken(OBJECT_PIECE);
	}
}

/* One piece is asked of who has given none: a second one, however right, is none. */
static void
test_piece_too_many(void)
{
	struct msg_ask ask = has_pieces();
	size_t i = (size_t)ask.first;

	check(ask.first == ask.last && i + 1 < ALL);
	give(ask.id, GIVE_MORE, i, piece(i, piece_len(SIZE, i)));
	check(objects(OBJECT_PIECE) == 1 && a->told[FACT_FAULT] == 0);
	give(ask.id, GIVE_LAST, i + 1, piece(i + 1, piece_len(SIZE, i + 1)));
	town_run(&t, SECOND);
	check(a->told[FACT_FAULT] == 1 && objects(OBJECT_PIECE) == 1);
	town_done(&t);
}

/* Of all hashes one less, one more, and those from the second on. */
static void
test_hashes(void)
{
	static const struct {
		uint64_t offset;
		size_t n;
	} bad[] = {{0, ALL - 1}, {0, ALL + 1}, {32, ALL - 1}, {FAR, ALL}};
	struct id hash_of[ALL + 1] = {{{0}}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		has_pack(SIZE);
		for (size_t k = 0; k < ALL; k++)
			hash(&hash_of[k], HASH_PIECE,
			    piece(k, piece_len(SIZE, k)));
		give(asked(ASK_PIECE_HASHES).id, GIVE_LAST, bad[i].offset,
		    bytes_of(hash_of, bad[i].n * sizeof(hash_of[0])));
		ends_broken(OBJECT_PIECE);
	}
}

static void
says_head(uint64_t number)
{
	struct msg x = {.kind = MSG_HEADS};
	struct msg_heads_row row = {.number = number, .charter = 1};
	struct buf rows = {0};

	msg_tag(&row.tag, veil_hash(m->veil), true, &p.feed);
	msg_row_put(&rows, &row);
	x.heads.rows = buf_bytes(&rows);
	mouth_say(m, &x);
	buf_done(&rows);
	town_run(&t, 1);
}

/* It showed |number| headers, and gives those of |files| in one answer, from |from| on. */
static void
gives_headers(uint64_t number, uint64_t from, struct bytes files)
{
	struct buf b = {0};

	says_head(number);
	cbor_put_bytes(&b, p.charter.p, p.charter.n);
	give(asked(ASK_CHARTERS).id, GIVE_LAST, 1, buf_bytes(&b));
	check(asked(ASK_HEADERS).first == 1);
	check(asked(ASK_HEADERS).last == number);
	give(asked(ASK_HEADERS).id, GIVE_LAST, from, files);
	ends_broken(OBJECT_HEADER);
	buf_done(&b);
}

/* One is asked for and two are given, or it is said to be another; however good they are. */
static void
test_headers(void)
{
	static const uint64_t number[] = {1, 2, 2}, from[] = {1, 2, FAR};

	for (size_t i = 0; i < 3; i++) {
		struct buf b = {0};

		peer();
		for (size_t k = 0; k < 2; k++) {
			press_sign(&p, NULL, 0);
			cbor_put_bytes(&b, p.head.p, p.head.n);
		}
		gives_headers(number[i], from[i], buf_bytes(&b));
		buf_done(&b);
	}
}

/* More than are taken at a time, of as many as there can be. */
static void
test_many_headers(void)
{
	struct buf b = {0};

	peer();
	for (size_t i = 0; i < MANY; i++)
		cbor_put_bytes(&b, "x", 1);
	gives_headers(UINT32_MAX, 1, buf_bytes(&b));
	buf_done(&b);
}

/* However long it says that it is busy, it is asked again in a minute. */
static void
test_busy(void)
{
	uint64_t n;

	has_pack(SIZE);
	give(asked(ASK_PIECE_HASHES).id, GIVE_BUSY, FAR, bytes_of("", 0));
	n = m->heard[MSG_ASK];
	town_run(&t, MINUTE - SECOND);
	check(m->heard[MSG_ASK] == n);
	town_run(&t, 2 * SECOND);
	check(m->heard[MSG_ASK] > n && a->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* Answers to what was never asked, and a second one to what was. */
static void
test_no_ask(void)
{
	struct msg_ask ask = has_pieces();
	struct bytes right = piece((size_t)ask.first, PIECE_SIZE);
	size_t n_ask = link_of_it()->n_ask;

	give(UINT32_MAX, GIVE_LAST, ask.first, right);
	give(ask.id + 1, GIVE_MORE, ask.first, right);
	check(objects(OBJECT_PIECE) == 0 && link_of_it()->n_ask == n_ask);
	check(a->node->bytes_wasted == 2 * right.n);
	give(ask.id, GIVE_LAST, ask.first, right);
	check(objects(OBJECT_PIECE) == 1);
	give(ask.id, GIVE_LAST, ask.first, right);
	check(objects(OBJECT_PIECE) == 1 && a->told[FACT_FAULT] == 0);
	check(a->node->bytes_wasted == 3 * right.n);
	town_done(&t);
}

/* What it asks for. */

static struct id
has_published(size_t size)
{
	struct header h;

	peer();
	press_publish(&p, a, size);
	check(header_peek(&h, buf_bytes(&p.head)) == 0);
	town_run(&t, SECOND);
	return h.pack[0].root;
}

/* The last answer to an ASK, after |n| answers to it in all. */
static struct msg_give
answer(const struct msg_ask *ask, size_t n)
{
	struct msg x = {.kind = MSG_ASK, .ask = *ask};
	size_t before = m->heard[MSG_GIVE];

	mouth_say(m, &x);
	town_run(&t, SECOND);
	check(m->heard[MSG_GIVE] == before + n);
	mouth_last(m, MSG_GIVE, &x);
	check(x.give.id == ask->id && x.give.status != GIVE_MORE);
	return x.give;
}

/* Beyond the end of what is here there is nothing; what is here stays, and is given. */
static void
test_beyond(size_t size, size_t n_piece)
{
	const struct msg_ask bad[] = {
	    {.what = ASK_PIECES, .first = n_piece, .last = n_piece},
	    {.what = ASK_PIECES, .first = 1016, .last = 1023},
	    {.what = ASK_PART, .first = n_piece},
	    {.what = ASK_PART, .first = 1023, .last = PIECE_SIZE - 1},
	    {.what = ASK_PART,
		.first = n_piece - 1,
		.last = piece_len(size, n_piece - 1)},
	    {.what = ASK_PIECE_HASHES, .last = n_piece * 32},
	    {.what = ASK_PIECE_HASHES, .last = MSG_DATA_MAX - 1}};
	struct id root = has_published(size);
	struct msg_ask ask = {.id = 1,
	    .what = ASK_PIECES,
	    .pack = root,
	    .last = 7,
	    .budget = FAR};
	struct msg_give g;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct msg_ask x = bad[i];

		x.id = 10 + i;
		x.pack = root;
		x.budget = FAR;
		g = answer(&x, 1);
		check(g.status == GIVE_NOT_HELD && g.data.n == 0);
	}
	check(a->told[FACT_ROTTEN] == 0 && a->told[FACT_FAULT] == 0);
	press_check(&p, a);
	/* More than there is: all, and no more. */
	g = answer(&ask, n_piece);
	check(g.status == GIVE_LAST && g.offset == n_piece - 1);
	check(g.data.n == piece_len(size, n_piece - 1));
	town_done(&t);
}

/* As many bytes as were asked for, of a part; of whole pieces one at least. */
static void
test_budget(void)
{
	struct msg_ask ask = {.id = 1,
	    .what = ASK_PART,
	    .pack = has_published(SIZE),
	    .last = PIECE_SIZE - 1,
	    .budget = 1};

	check(answer(&ask, 1).data.n == 1);
	ask.budget = FAR;
	check(answer(&ask, 1).data.n == 1);
	ask.last = 0;
	ask.budget = 7;
	check(answer(&ask, 1).data.n == 7);
	ask.what = ASK_PIECE_HASHES;
	ask.budget = 33;
	check(answer(&ask, 1).data.n == 33);
	ask.what = ASK_PIECES;
	ask.last = 7;
	check(answer(&ask, 1).data.n == PIECE_SIZE);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* Numbers that the feed has not come to. */
static void
test_no_number(void)
{
	struct msg_ask ask = {.id = 1, .what = ASK_HEADERS, .budget = FAR};
	struct msg_give g;

	has_published(LITTLE);
	msg_tag(&ask.tag, veil_hash(m->veil), true, &p.feed);
	ask.first = 2;
	ask.last = FAR;
	check(answer(&ask, 1).status == GIVE_NOT_HELD);
	ask.first = FAR;
	check(answer(&ask, 1).status == GIVE_NOT_HELD);
	ask.first = 1;
	g = answer(&ask, 1);
	check(g.status == GIVE_LAST && g.offset == 1);
	check(g.data.n > p.head.n && g.data.n <= p.head.n + 3);
	ask.what = ASK_CHARTERS;
	ask.last = 0;
	ask.first = FAR;
	g = answer(&ask, 1);
	check(g.status == GIVE_LAST && g.data.n == 0);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_piece();
	test_piece_too_many();
	test_hashes();
	test_headers();
	test_many_headers();
	test_busy();
	test_no_ask();
	test_beyond(SIZE, ALL);
	test_beyond(LITTLE, 1);
	test_budget();
	test_no_number();
	press_done(&p);
	return 0;
}

#include "tests/unit/node/town.h"

#include "proto/base/qerr.h"
#include "proto/object/proof.h"

/* What a node is for: what is published somewhere comes to whoever follows it. */

static struct town w;
static struct press p;

/* A - B - C, and a reader who knows only C. */
static void
test_chain(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);
	struct house *c = house_new(&w, NODE_MIRROR),
		     *r = house_new(&w, NODE_READER);

	press_new(&p, 1);
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	house_follow(c, &p.feed);
	house_follow(r, &p.feed);
	for (int i = 0; i < 5; i++)
		press_publish(&p, a, i == 3 ? 300000 : 1000);
	house_peer(b, a);
	house_peer(c, b);
	house_peer(r, c);
	town_run(&w, 60000);
	press_check(&p, b);
	press_check(&p, c);
	house_sync(r);
	town_run(&w, 30000);
	press_check(&p, r);
	check(r->told[FACT_SYNCED] == 1 && r->last[FACT_SYNCED].value == 0);
	/* Nothing new: over quickly, and with one more fact. */
	house_sync(r);
	town_run(&w, 10000);
	check(r->told[FACT_SYNCED] == 2);
	/* A new one runs down the chain at once. */
	press_publish(&p, a, 5000);
	town_run(&w, 3000);
	press_check(&p, c);
	check(a->last[FACT_RECEIPTS].value >= 1);
	check(a->told[FACT_FAULT] + b->told[FACT_FAULT] + c->told[FACT_FAULT] +
		  r->told[FACT_FAULT] ==
	      0);
	town_done(&w);
}

/* Of more feeds than may be asked for at a time, all are fetched from the one who has them. */
static void
test_many(void)
{
	static struct press many[FEEDS_MAX];
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);
	struct house *r = house_new(&w, NODE_READER);

	for (uint8_t i = 0; i < FEEDS_MAX; i++) {
		press_new(&many[i], i);
		house_follow(a, &many[i].feed);
		house_follow(b, &many[i].feed);
		house_follow(r, &many[i].feed);
		press_publish(&many[i], a, 1000);
	}
	house_peer(b, a);
	house_peer(r, a);
	town_run(&w, 10 * SECOND);
	house_sync(r);
	town_run(&w, 10 * SECOND);
	check(r->told[FACT_SYNCED] == FEEDS_MAX);
	for (size_t i = 0; i < FEEDS_MAX; i++) {
		press_check(&many[i], b);
		press_check(&many[i], r);
		press_done(&many[i]);
	}
	town_done(&w);
}

/* Of five sources four are no good; the reader gets everything all the same. */
static void
test_liars(void)
{
	struct house *m[5], *r;
	struct node_stat st;

	press_new(&p, 2);
	for (size_t i = 0; i < 5; i++) {
		m[i] = house_new(&w, NODE_MIRROR);
		house_follow(m[i], &p.feed);
		if (i > 0)
			house_peer(m[i], m[0]);
	}
	r = house_new(&w, NODE_READER);
	house_follow(r, &p.feed);
	for (int i = 0; i < 8; i++)
		press_publish(&p, m[0], 100000);
	town_run(&w, 60000);
	for (size_t i = 1; i < 5; i++)
		press_check(&p, m[i]);
	m[1]->corrupt = m[2]->corrupt = 1;
	m[3]->mute = m[4]->mute = true;
	for (size_t i = 0; i < 5; i++)
		house_peer(r, m[4 - i]);
	house_sync(r);
	town_run(&w, 300000);
	press_check(&p, r);
	check(r->told[FACT_SYNCED] == 1 && r->last[FACT_SYNCED].value == 0);
	node_stat(r->node, &st);
	check(st.bytes_wasted <= 4 * (uint64_t)PIECE_SIZE);
	town_done(&w);
}

/* The disk is full, and then it is not. */
static void
test_full(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);
	struct node_event e = {.type = NODE_SPACE};
	struct node_feed_stat st;

	press_new(&p, 3);
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	press_publish(&p, a, 50000);
	b->nospace = true;
	house_peer(b, a);
	town_run(&w, 60000);
	check(b->told[FACT_FULL] == 1);
	check(node_feed_stat(b->node, &p.feed, &st) == 0 && st.packs_held == 0);
	b->nospace = false;
	e.space.free = 1 << 30;
	house_event(b, &e);
	town_run(&w, 60000);
	press_check(&p, b);
	town_done(&w);
}

/* A wire that is cut again and again: what came is kept. */
static void
test_cut(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);

	press_new(&p, 4);
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 300000);
	house_peer(b, a);
	for (int i = 0; i < 20; i++) {
		town_run(&w, 10);
		house_cut(b);
		town_run(&w, 20000);
	}
	town_run(&w, 600000);
	press_check(&p, b);
	town_done(&w);
}

/* A second header of the head's number, and the proof that both make. */
static void
make_fork(struct press *q, struct house *b, struct buf *proof)
{
	struct object *o = house_find(b, OBJECT_HEADER, &q->feed, q->number);
	struct header h;
	struct buf file = {0};

	check(o != NULL && header_peek(&h, buf_bytes(&o->data)) == 0);
	h.time++;
	check(header_sign(&file, &h, &q->k) == 0);
	proof_encode(proof, buf_bytes(&o->data), buf_bytes(&file));
	buf_done(&file);
}

/* |r| asks |a| after a start that knows but the head of what is whole: how many feeds. */
static size_t
sync_asleep(struct house *r, struct house *a)
{
	size_t asleep = house_sleep(r);

	house_peer(r, a);
	house_sync(r);
	town_run(&w, 30 * SECOND);
	return asleep;
}

/* The press's key, stolen, counts no more from issue |from| on. */
static void
revoke(struct press *q, struct house *h, uint64_t from)
{
	struct node_event e = {.type = NODE_PUBLISHED};
	struct buf file = {0};

	press_revoke(q, from, &file);
	house_put(h, OBJECT_CHARTER, &q->feed, 2, buf_bytes(&file));
	e.published.feed = q->feed;
	e.published.charter = buf_bytes(&file);
	house_event(h, &e);
	buf_done(&file);
}

/* A feed of which nothing is missing sleeps until somebody shows more of it. */
static void
test_sleep(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *r = house_new(&w, NODE_READER);
	static struct press other;

	press_new(&p, 8);
	press_new(&other, 9);
	house_follow(a, &p.feed);
	house_follow(a, &other.feed);
	house_follow(r, &p.feed);
	house_follow(r, &other.feed);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 1000);
	press_publish(&other, a, 1000);
	house_peer(r, a);
	house_sync(r);
	town_run(&w, 30 * SECOND);
	press_check(&p, r);
	check(sync_asleep(r, a) == 2);
	check(r->told[FACT_WOKEN] == 0 && r->told[FACT_SYNCED] == 4);
	check(r->last[FACT_SYNCED].value == 0);
	check(node_feed(r->node, &p.feed) == NULL);
	/* One has news: it alone wakes, and is fetched as ever. */
	press_publish(&p, a, 1000);
	check(sync_asleep(r, a) == 2 && r->told[FACT_WOKEN] == 1);
	check(id_eq(&r->last[FACT_WOKEN].id, &p.feed));
	press_check(&p, r);
	check(node_feed(r->node, &other.feed) == NULL);
	check(r->told[FACT_SYNCED] == 6);
	revoke(&p, a, 3);
	check(sync_asleep(r, a) == 2 && r->told[FACT_WOKEN] == 2);
	check(r->last[FACT_CHARTER].number == 2);
	check(house_find(r, OBJECT_HEADER, &p.feed, 2) != NULL);
	check(house_find(r, OBJECT_HEADER, &p.feed, 3) == NULL);
	check(r->told[FACT_FAULT] == 0);
	press_done(&other);
	town_done(&w);
}

/* A fork that was proved before a restart is told to a reader to whom nothing is
 * new, though the feed sleeps, and to one who comes for the first time. */
static void
test_fork(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *r = house_new(&w, NODE_READER);
	struct house *late = house_new(&w, NODE_READER);
	struct node_feed_stat st;
	struct buf proof = {0};

	press_new(&p, 5);
	house_follow(a, &p.feed);
	house_follow(r, &p.feed);
	house_follow(late, &p.feed);
	house_peer(r, a);
	house_peer(late, a);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 1000);
	house_sync(r);
	town_run(&w, 30000);
	press_check(&p, r);
	check(r->told[FACT_FORK] == 0);

	make_fork(&p, a, &proof);
	check(node_restore_proof(a->node, &(struct id){{1}},
		  buf_bytes(&proof)) == QERR_ABSENT);
	check(node_restore_proof(a->node, &p.feed, bytes_of(proof.p, 9)) < 0);
	check(node_restore_proof(a->node, &p.feed, buf_bytes(&proof)) == 0);
	check(node_feed_stat(a->node, &p.feed, &st) == 0 && st.forked);
	house_sync(late);
	check(sync_asleep(r, a) == 1 && r->told[FACT_WOKEN] == 1);
	check(r->told[FACT_FORK] == 1 && r->told[FACT_SYNCED] == 2);
	check(house_find(r, OBJECT_PROOF, &p.feed, 3) != NULL);
	check(late->told[FACT_FORK] == 1);
	buf_done(&proof);
	town_done(&w);
}

/* A pack of |size|, all of which is in |h|. */
static struct pack_entry
bind_one(struct house *h, enum tier tier, uint64_t first, uint64_t last,
    size_t size)
{
	struct pack_entry e = {.tier = tier,
	    .size = (uint32_t)size,
	    .raw = 1,
	    .count = 1,
	    .first = first,
	    .last = last};
	struct bytes b = bytes_of(p.bytes + 100000 + first * 9 + tier, size);

	merkle_pack_root(&e.root, b);
	for (size_t i = 0; i < piece_count(size); i++)
		house_put(h, OBJECT_PIECE, &e.root, i,
		    bytes_of(b.p + i * PIECE_SIZE, piece_len(size, i)));
	return e;
}

/* The next header, with a volume of the issues 1 to 3, and heads of its |own|. */
static void
bind_volume(struct house *h, size_t size, bool own)
{
	struct header x = {
	    .feed = p.feed, .charter = 1, .number = ++p.number, .time = 1};

	struct id leaf;

	history_root(&p.history, &x.history);
	x.pack[x.n_pack++] = bind_one(h, TIER_HEADS, 1, 3, size);
	if (own)
		x.pack[x.n_pack++] =
		    bind_one(h, TIER_HEADS, p.number, p.number, size);
	x.pack[x.n_pack++] = bind_one(h, TIER_TEXT, 1, 3, size);
	buf_clear(&p.head);
	check(header_sign(&p.head, &x, &p.k) == 0);
	house_put(h, OBJECT_HEADER, &p.feed, p.number, buf_bytes(&p.head));
	check(header_leaf(&leaf, buf_bytes(&p.head)) == 0);
	history_add(&p.history, &leaf);
}

/* The packs of the header |number| that cover |first| on are nowhere any more. */
static void
lose(struct house *h, uint64_t number, uint64_t first)
{
	struct header x;

	check(header_peek(&x,
		  buf_bytes(&house_find(h, OBJECT_HEADER, &p.feed, number)
				 ->data)) == 0);
	for (size_t k = 0; k < x.n_pack; k++)
		for (size_t i = 0; i < piece_count(x.pack[k].size); i++)
			if (x.pack[k].first == first)
				house_find(h, OBJECT_PIECE, &x.pack[k].root, i)
				    ->here = false;
}

/* A volume of |size|, or issues of as many bytes as three of 20000, and one of both is gone
 * from all nodes: a reader takes the other. */
static void
test_gone(size_t size, uint64_t number)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *r = house_new(&w, NODE_READER);

	press_new(&p, 8);
	house_follow(a, &p.feed);
	house_follow(r, &p.feed);
	house_peer(r, a);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 20000);
	bind_volume(a, size, false);
	lose(a, number, number == 4 ? 1 : number);
	house_restart(a);
	house_sync(r);
	town_run(&w, MINUTE);
	check(r->told[FACT_SYNCED] == 1 && r->last[FACT_SYNCED].number == 4);
	check(r->last[FACT_SYNCED].value == 0);
	town_done(&w);
}

/* Of packs that are announced together one is gone: the other comes all the same. */
static void
test_beside(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);
	struct node_feed_stat st;

	press_new(&p, 9);
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 20000);
	bind_volume(a, 30000, true);
	lose(a, 4, 1);
	house_restart(a);
	house_peer(b, a);
	town_run(&w, MINUTE);
	check(node_feed_stat(b->node, &p.feed, &st) == 0 && st.head == 4);
	check(st.packs_held == 7 && st.packs_wanted == 2);
	check(a->told[FACT_FAULT] + b->told[FACT_FAULT] == 0);
	town_done(&w);
}

static size_t
held_by(const struct house *h)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p.feed, &st) == 0);
	return st.packs_held;
}

/* The other was not here either, when it was asked for, and came later: who refused it
 * beside one that is gone cannot tell of it, and is asked again once it tells of more. */
static void
test_refused_beside(void)
{
	struct house *a = house_new(&w, NODE_MIRROR),
		     *b = house_new(&w, NODE_MIRROR);
	struct house *d = house_new(&w, NODE_MIRROR);

	press_new(&p, 9);
	house_follow(a, &p.feed);
	house_follow(b, &p.feed);
	house_follow(d, &p.feed);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 20000);
	bind_volume(a, 30000, true);
	lose(a, 4, 1);
	house_restart(a);
	house_peer(d, a);
	town_run(&w, MINUTE);
	check(held_by(d) == 7);
	house_stop(d);
	lose(a, 4, 4);
	house_restart(a);
	house_peer(b, a);
	town_run(&w, MINUTE);
	check(held_by(a) == 6 && held_by(b) == 6);
	house_restart(d);
	house_peer(d, a);
	town_run(&w, 10 * MINUTE);
	check(held_by(a) == 7);
	press_publish(&p, a, 20000);
	town_run(&w, MINUTE);
	check(held_by(a) == 9 && held_by(d) == 9);
	check(held_by(b) == 9);
	check(a->told[FACT_FAULT] + b->told[FACT_FAULT] + d->told[FACT_FAULT] ==
	      0);
	town_done(&w);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_chain();
	test_many();
	test_liars();
	test_full();
	test_cut();
	test_sleep();
	test_fork();
	test_gone(30000, 4);
	test_gone(90000, 2);
	test_beside();
	test_refused_beside();
	press_done(&p);
	return 0;
}

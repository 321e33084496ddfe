#include "tests/unit/node/town.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/node/inner.h"

/* Heads of feeds that a node does not follow: passed on, within limits. */

static struct town t;
static struct press p, other;

static uint64_t
head_of(struct house *h, const struct id *feed)
{
	struct node_head head;

	return node_head(h->node, feed, &head) == 0 ? head.number : 0;
}

static size_t
carried(struct house *h)
{
	struct node_stat st;

	node_stat(h->node, &st);
	return st.carried;
}

static struct mouth *
peer_of(struct house *h, uint8_t who)
{
	struct mouth *m = mouth_dial(mouth_house(&t), h);

	mouth_hello(m, ROLE_NODE, who);
	town_run(&t, 1);
	return m;
}

static void
say_news(struct mouth *m, struct bytes charter, struct bytes header,
    uint64_t gap)
{
	struct msg x = {.kind = MSG_NEWS,
	    .news = {.charter = charter, .header = header, .gap = gap}};

	mouth_say(m, &x);
	town_run(&t, 1);
}

/* Publisher, three that carry, a follower; and three more that carry behind it. */
static void
test_hops(void)
{
	struct house *h[9];
	struct node_head head;

	press_new(&p, 1);
	for (size_t i = 0; i < 9; i++) {
		h[i] = house_new(&t, NODE_MIRROR);
		if (i > 0)
			house_peer(h[i], h[i - 1]);
	}
	house_follow(h[0], &p.feed);
	house_follow(h[4], &p.feed);
	town_run(&t, MINUTE);
	press_publish(&p, h[0], 1000);
	town_run(&t, 10 * SECOND);
	for (size_t i = 0; i <= 4; i++)
		check(head_of(h[i], &p.feed) == 1);
	for (unsigned i = 0; i < 4; i++)
		check(node_head(h[i]->node, &p.feed, &head) == 0 &&
		      head.gap == i && head.followed == (i == 0));
	/* The follower begins anew: with 0, or with 1, as a carrier may. */
	check(node_head(h[4]->node, &p.feed, &head) == 0 && head.gap <= 1);
	check(head_of(h[6], &p.feed) == 1);
	check(head_of(h[7], &p.feed) == (head.gap == 0));
	check(head_of(h[8], &p.feed) == 0);
	/* The next one goes as far. */
	press_publish(&p, h[0], 1000);
	town_run(&t, 10 * SECOND);
	check(head_of(h[3], &p.feed) == 2 && head_of(h[4], &p.feed) == 2);
	check(carried(h[1]) == 1 && carried(h[8]) == 0);
	for (size_t i = 0; i < 9; i++)
		check(h[i]->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* A head that comes late, by a row, is fetched and passed on. */
static void
test_row(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *c = house_new(&t, NODE_MIRROR);

	press_new(&p, 2);
	house_follow(a, &p.feed);
	house_peer(b, a);
	house_peer(c, b);
	town_run(&t, MINUTE);
	press_publish(&p, a, 1000);
	town_run(&t, MINUTE);
	check(head_of(b, &p.feed) == 1 && head_of(c, &p.feed) == 1);
	a->away = true;
	house_cut(a);
	for (int i = 0; i < 3; i++)
		press_publish(&p, a, 1000);
	town_run(&t, MINUTE);
	check(head_of(b, &p.feed) == 1);
	a->away = false;
	town_run(&t, 10 * MINUTE);
	check(head_of(b, &p.feed) == 4 && head_of(c, &p.feed) == 4);
	/* Who begins to follow what it carried has it all soon. */
	house_follow(b, &p.feed);
	town_run(&t, MINUTE);
	press_check(&p, b);
	check(carried(b) == 0 && carried(c) == 1);
	house_follow(c, &p.feed);
	town_run(&t, MINUTE);
	press_check(&p, c);
	town_done(&t);
}

/* Nobody hears what is held who has not asked, and who carries says nothing. */
static void
test_hidden(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct house *b = house_new(&t, NODE_MIRROR);
	struct house *news = house_new(&t, NODE_MIRROR);
	struct mouth *to_a, *to_b;
	struct msg x = {.kind = MSG_HOLDS}, y;

	press_new(&p, 3);
	house_follow(a, &p.feed);
	house_follow(news, &p.feed);
	house_peer(a, news);
	house_peer(b, a);
	to_a = peer_of(a, 1);
	to_b = peer_of(b, 2);
	town_run(&t, MINUTE);
	press_publish(&p, news, 1000);
	town_run(&t, MINUTE);
	/* Both tell it, and in the same words. */
	check(to_a->heard[MSG_NEWS] == 1 && to_b->heard[MSG_NEWS] == 1);
	mouth_last(to_a, MSG_NEWS, &y);
	check(y.news.charter.n > 0 && y.news.header.n > 0);
	mouth_last(to_b, MSG_NEWS, &y);
	check(y.news.charter.n > 0 && y.news.header.n > 0);
	check(to_a->heard[MSG_HOLDS] == 0 && to_b->heard[MSG_HOLDS] == 0);
	msg_tag(&x.holds.tag, veil_hash(to_a->veil), true, &p.feed);
	mouth_say(to_a, &x);
	msg_tag(&x.holds.tag, veil_hash(to_b->veil), true, &p.feed);
	mouth_say(to_b, &x);
	town_run(&t, MINUTE);
	check(to_a->heard[MSG_HOLDS] == 1 && to_b->heard[MSG_HOLDS] == 0);
	mouth_last(to_a, MSG_HOLDS, &y);
	check(y.holds.n == 4 && y.holds.run[1].tier == 1 &&
	      y.holds.run[1].first == 1 && y.holds.run[1].last == 1);
	/* From then on it is told, and the other is not. */
	press_publish(&p, news, 1000);
	town_run(&t, MINUTE);
	check(to_a->heard[MSG_HOLDS] == 3 && to_b->heard[MSG_HOLDS] == 0);
	town_done(&t);
}

/* A feed of nobody's. */
struct junk {
	struct key_secret k;
	struct buf charter, header;
	struct id feed;
};

static void
junk_sign(struct junk *j, uint64_t number, uint64_t time)
{
	struct header h = {
	    .feed = j->feed, .charter = 1, .number = number, .time = time};
	struct history before;

	history_init(&before);
	history_root(&before, &h.history); /* true of the first */
	buf_clear(&j->header);
	check(header_sign(&j->header, &h, &j->k) == 0);
}

/* Its next charter, behind |previous|, with |n| mirrors that make it large. */
static void
junk_charter(struct junk *j, struct id *previous, uint64_t version, size_t n)
{
	struct charter c = {.version = version,
	    .name = bytes_str("J"),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1,
	    .n_mirror = n,
	    .previous = *previous};
	struct buf body = {0};
	char mirror[400];

	memset(mirror, 'm', sizeof(mirror));
	memcpy(mirror, "https://", 8);
	for (size_t i = 0; i < n; i++)
		c.mirror[i] = bytes_of(mirror, sizeof(mirror));
	c.root[0] = j->k.pub;
	c.key[0] = (struct charter_key){j->k.pub, 1, UINT64_MAX};
	buf_clear(&j->charter);
	check(charter_encode(&body, &c) == 0);
	check(charter_sign(&j->charter, buf_bytes(&body), (struct bytes){0},
		  NULL, &j->k) == 0);
	hash(previous, HASH_CHARTER, buf_bytes(&body));
	buf_done(&body);
}

static void
junk_key(struct junk *j, uint32_t which)
{
	uint8_t s[32] = {77}, id[8] = {77};

	store_le32(s + 1, which);
	store_le32(id + 1, which);
	*j = (struct junk){0};
	key_secret_new(&j->k, s, id);
}

static void
junk_new(struct junk *j, uint32_t which)
{
	junk_key(j, which);
	junk_charter(j, &j->feed, 1, 0);
	junk_sign(j, 1, 1);
}

static int
header_at(const void *arg, size_t i, struct header *ret)
{
	return header_read(ret, ((const struct bytes *)arg)[i]);
}

/* |h| follows it, and has its one issue. */
static void
junk_follow(struct junk *j, struct house *h)
{
	struct node_policy policy = {.tiers = 15};
	struct bytes header = buf_bytes(&j->header);
	struct node_headers headers = {1, header_at, &header, header};
	struct feed *f = feed_new(&j->feed);
	uint64_t floor;

	check(feed_add_charter(f, buf_bytes(&j->charter), &floor) == 0);
	check(feed_add_headers(f, &header, 1) == 0);
	check(node_restore_feed(h->node, f, &policy, &headers) == 0);
}

static void
junk_done(struct junk *j)
{
	buf_done(&j->charter);
	buf_done(&j->header);
}

/* Tell |n| feeds of nobody's, from |first| on, at the pace that is let through. */
static void
tell_junk(struct mouth *m, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++) {
		struct junk j;

		junk_new(&j, i);
		say_news(m, buf_bytes(&j.charter), buf_bytes(&j.header), 0);
		junk_done(&j);
		town_run(&t, SECOND / 5);
	}
}

/* A liar fills its share of the table and no more, and the feed that is followed, also
 * where the liar itself brings it, comes as if there were no liar. */
static void
test_flood(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m, *n;
	struct junk j;

	press_new(&p, 4);
	house_follow(a, &p.feed);
	m = peer_of(a, 1);
	n = peer_of(a, 2);
	tell_junk(m, 0, 100);
	check(carried(a) == 64);
	press_sign(&p, NULL, 0);
	say_news(m, buf_bytes(&p.charter), buf_bytes(&p.head), 3);
	check(head_of(a, &p.feed) == 1);
	/* What a second link shows is no longer of the liar's alone. */
	junk_new(&j, 0);
	say_news(n, buf_bytes(&j.charter), buf_bytes(&j.header), 0);
	junk_done(&j);
	tell_junk(m, 200, 2);
	check(carried(a) == 65);
	/* It is told on, but not to who told it, and with a longer way. */
	check(n->heard[MSG_NEWS] >= 64 && m->heard[MSG_NEWS] == 0);
	/* Too fast, and too far: not looked at. */
	for (int i = 0; i < 400; i++) {
		junk_new(&j, 0);
		junk_sign(&j, (uint64_t)i + 2, 1);
		say_news(n, (struct bytes){NULL, 0}, buf_bytes(&j.header), 0);
		junk_done(&j);
	}
	junk_new(&j, 0);
	check(head_of(a, &j.feed) > 30 && head_of(a, &j.feed) < 70);
	junk_done(&j);
	junk_new(&j, 900);
	town_run(&t, MINUTE);
	say_news(n, buf_bytes(&j.charter), buf_bytes(&j.header), 3);
	check(head_of(a, &j.feed) == 0);
	junk_done(&j);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* More feeds than a HEADS holds: all that are followed come unasked, in a message that
 * is full; once the peer is known to be a node it goes on, and the last one says so. */
static void
test_many(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *r;
	struct node_stat st;
	struct msg x;

	for (uint32_t i = 0; i < NODE_FOLLOWED_MAX; i++) {
		struct junk j;

		junk_new(&j, 3000 + i);
		junk_follow(&j, a);
		junk_done(&j);
	}
	tell_junk(m, 0, 40);
	check(carried(a) == 40);
	r = mouth_dial(mouth_house(&t), a);
	town_run(&t, SECOND);
	check(r->heard[MSG_HEADS] == 1);
	mouth_last(r, MSG_HEADS, &x);
	check(msg_rows(x.heads.rows) == MSG_HEADS_MAX);
	check(MSG_HEADS_MAX == NODE_FOLLOWED_MAX && x.heads.counter == 0);
	mouth_hello(r, ROLE_NODE, 2);
	town_run(&t, SECOND);
	check(r->heard[MSG_HEADS] == 2);
	mouth_last(r, MSG_HEADS, &x);
	check(msg_rows(x.heads.rows) == 40 && x.heads.counter > 0);
	/* And no more than that many feeds are followed. */
	house_follow(a, &(struct id){{9}});
	node_stat(a->node, &st);
	check(st.followed == NODE_FOLLOWED_MAX);
	town_done(&t);
}

/* The whole table is filled; what several links show is not pushed out of it. */
static void
test_full(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m[NODE_IN_MAX];
	struct junk j;

	for (uint8_t i = 0; i < NODE_IN_MAX; i++)
		m[i] = peer_of(a, i);
	junk_new(&j, 5000);
	for (size_t i = 0; i < 3; i++)
		say_news(m[i], buf_bytes(&j.charter), buf_bytes(&j.header), 0);
	for (uint32_t i = 0; i < NODE_IN_MAX; i++)
		tell_junk(m[i], 64 * i, 64);
	check(carried(a) == NODE_CARRIED_MAX);
	check(head_of(a, &j.feed) == 1);
	/* All hang up, and one comes back: it finds room again and again. */
	for (size_t i = 3; i < NODE_IN_MAX; i++)
		house_cut(m[i]->h);
	town_run(&t, SECOND);
	m[3] = peer_of(a, 99);
	tell_junk(m[3], 2000, 60);
	check(carried(a) == NODE_CARRIED_MAX);
	check(head_of(a, &j.feed) == 1);
	junk_done(&j);
	junk_new(&j, 2059);
	check(head_of(a, &j.feed) == 1);
	junk_done(&j);
	town_done(&t);
}

/* What is not signed as it says ends the link, known or not. */
static void
test_forged(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *n = peer_of(a, 2), *o = peer_of(a, 3);
	struct junk j, k;

	junk_new(&j, 1);
	junk_new(&k, 2);
	say_news(m, buf_bytes(&j.charter), buf_bytes(&j.header), 0);
	check(head_of(a, &j.feed) == 1);
	junk_sign(&j, 2, 1);
	j.header.p[j.header.n - 5] ^= 1; /* in the signature */
	say_news(n, (struct bytes){NULL, 0}, buf_bytes(&j.header), 0);
	check(n->over || a->told[FACT_FAULT] == 1);
	check(head_of(a, &j.feed) == 1);
	k.header.p[k.header.n - 5] ^= 1;
	say_news(o, buf_bytes(&k.charter), buf_bytes(&k.header), 0);
	check(a->told[FACT_FAULT] == 2 && head_of(a, &k.feed) == 0);
	/* Another's charter is no way in. */
	junk_done(&k);
	junk_new(&k, 3);
	say_news(m, buf_bytes(&j.charter), buf_bytes(&k.header), 0);
	check(a->told[FACT_FAULT] == 3 && head_of(a, &k.feed) == 0);
	junk_done(&j);
	junk_done(&k);
	town_done(&t);
}

/* Two heads of one number are a proof, for who only carries them as well. */
static void
test_fork(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *n = peer_of(a, 2);
	struct node_head head;
	struct junk j;

	junk_new(&j, 1);
	say_news(m, buf_bytes(&j.charter), buf_bytes(&j.header), 0);
	junk_sign(&j, 1, 2);
	say_news(n, (struct bytes){NULL, 0}, buf_bytes(&j.header), 0);
	check(node_head(a->node, &j.feed, &head) == 0 && head.forked);
	check(m->heard[MSG_PROOF] == 1);
	/* Nothing more of it is told. */
	junk_sign(&j, 2, 1);
	say_news(m, (struct bytes){NULL, 0}, buf_bytes(&j.header), 0);
	check(head_of(a, &j.feed) == 1);
	check(a->told[FACT_FAULT] == 0 && a->told[FACT_FORK] == 0);
	junk_done(&j);
	town_done(&t);
}

/* A charter that revokes is flooded, and the head that it ends is told no more. */
static void
test_revoked(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *n = peer_of(a, 2);
	struct buf charter = {0};
	struct node_head head;
	struct msg x;

	press_new(&p, 5);
	press_sign(&p, NULL, 0);
	say_news(m, buf_bytes(&p.charter), buf_bytes(&p.head), 0);
	check(head_of(a, &p.feed) == 1 && n->heard[MSG_NEWS] == 1);
	press_revoke(&p, 1, &charter);
	say_news(m, buf_bytes(&charter), (struct bytes){NULL, 0}, 0);
	check(node_head(a->node, &p.feed, &head) == 0);
	check(head.charter == 2 && head.number == 0);
	check(n->heard[MSG_NEWS] == 2);
	mouth_last(n, MSG_NEWS, &x);
	check(bytes_eq(x.news.charter, buf_bytes(&charter)) &&
	      x.news.header.n == 0);
	/* What the ended key signs is no news; what the new one signs is. */
	say_news(m, (struct bytes){NULL, 0}, buf_bytes(&p.head), 0);
	check(head_of(a, &p.feed) == 0 && a->told[FACT_FAULT] == 0);
	p.number = 0;
	history_init(&p.history);
	press_sign(&p, NULL, 0);
	say_news(m, (struct bytes){NULL, 0}, buf_bytes(&p.head), 0);
	check(head_of(a, &p.feed) == 1 && n->heard[MSG_NEWS] == 3);
	buf_done(&charter);
	town_done(&t);
}

static void
give_charters(struct mouth *m, const struct msg_ask *ask, struct bytes one,
    struct bytes two)
{
	struct msg x = {.kind = MSG_GIVE, .give = {.id = ask->id, .offset = 1}};
	struct buf b = {0};

	cbor_put_bytes(&b, one.p, one.n);
	cbor_put_bytes(&b, two.p, two.n);
	x.give.data = buf_bytes(&b);
	mouth_say(m, &x);
	town_run(&t, 1);
	buf_done(&b);
}

/* The charters of a stranger are asked for, of one feed at a time; who has them not is
 * not asked for that feed again. */
static void
test_strangers(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *n = peer_of(a, 2);
	struct msg x, give = {.kind = MSG_GIVE};
	struct buf charter = {0}, two = {0};
	struct msg_tag tag;

	press_new(&p, 6);
	press_new(&other, 7);
	press_revoke(&p, 1, &charter);
	press_revoke(&other, 1, &two);
	press_sign(&p, NULL, 0);
	press_sign(&other, NULL, 0);
	say_news(m, buf_bytes(&charter), buf_bytes(&p.head), 0);
	check(m->heard[MSG_ASK] == 1 && head_of(a, &p.feed) == 0);
	mouth_last(m, MSG_ASK, &x);
	msg_tag(&tag, veil_hash(m->veil), false, &p.feed);
	check(x.ask.what == ASK_CHARTERS && x.ask.first == 1);
	check(memcmp(x.ask.tag.b, tag.b, sizeof(tag.b)) == 0);
	say_news(m, buf_bytes(&two), buf_bytes(&other.head), 0);
	check(m->heard[MSG_ASK] == 1);
	give_charters(m, &x.ask, buf_bytes(&p.charter), buf_bytes(&charter));
	check(head_of(a, &p.feed) == 1 && carried(a) == 1);
	check(n->heard[MSG_NEWS] == 1);

	say_news(m, buf_bytes(&two), buf_bytes(&other.head), 0);
	check(m->heard[MSG_ASK] == 2);
	mouth_last(m, MSG_ASK, &x);
	give.give = (struct msg_give){.id = x.ask.id, .status = GIVE_NOT_HELD};
	mouth_say(m, &give);
	town_run(&t, 1);
	say_news(n, buf_bytes(&two), buf_bytes(&other.head), 0);
	check(n->heard[MSG_ASK] == 0);
	town_run(&t, DAY + HOUR);
	n = peer_of(a, 3);
	say_news(n, buf_bytes(&two), buf_bytes(&other.head), 0);
	check(n->heard[MSG_ASK] == 1);
	mouth_last(n, MSG_ASK, &x);
	give_charters(n, &x.ask, buf_bytes(&p.charter), buf_bytes(&two));
	check(a->told[FACT_FAULT] == 1 && carried(a) == 1);
	buf_done(&charter);
	buf_done(&two);
	press_done(&other);
	town_done(&t);
}

/* A reader is told first what is followed, and of the rest what costs nothing. */
static void
test_reader(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1), *r;
	struct msg_heads_row row;
	struct msg_tag tag;
	struct msg x;
	bool found = false;
	size_t rows;

	press_new(&p, 8);
	house_follow(a, &p.feed);
	press_publish(&p, a, 1000);
	r = mouth_dial(mouth_house(&t), a);
	mouth_last(r, MSG_HEADS, &x);
	check(msg_rows(x.heads.rows) == 1);
	tell_junk(m, 0, 60);
	check(carried(a) == 60);
	r = mouth_dial(mouth_house(&t), a);
	mouth_hello(r, ROLE_READER, 0);
	town_run(&t, MINUTE);
	mouth_last(r, MSG_HEADS, &x);
	rows = msg_rows(x.heads.rows);
	check(rows > 1 && rows < 20);
	msg_tag(&tag, veil_hash(r->veil), false, &p.feed);
	for (size_t i = 0; i < rows; i++) {
		msg_row(&row, x.heads.rows, i);
		found |= memcmp(row.tag.b, tag.b, sizeof(tag.b)) == 0;
	}
	check(found && r->heard[MSG_HEADS] == 1);
	/* As many frames as it was before: those of a reader of one feed. */
	check(r->heard[MSG_NEWS] + r->heard[MSG_HOLDS] == 0);
	/* A node is told all of it. */
	m = peer_of(a, 2);
	mouth_last(m, MSG_HEADS, &x);
	check(m->heard[MSG_HEADS] == 2);
	check(msg_rows(x.heads.rows) >= 61 - rows);
	check(x.heads.counter > 0);
	town_done(&t);
}

/* Feeds with charters as large as there are: by their bytes the table is full first. */
static void
test_bytes(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	size_t full = 0;

	for (uint8_t i = 0; i < NODE_IN_MAX; i++) {
		struct mouth *m = peer_of(a, i);

		for (uint32_t k = 0; k < CARRIED_ALONE_MAX; k++) {
			struct junk j;

			junk_key(&j, 9000 + 64U * i + k);
			junk_charter(&j, &j.feed, 1, 9);
			junk_sign(&j, 1, 1);
			check(j.charter.n > 3700);
			say_news(m, buf_bytes(&j.charter), buf_bytes(&j.header),
			    0);
			check(a->node->carried_bytes <= CARRIED_BYTES);
			full +=
			    a->node->carried_bytes + j.charter.n + j.header.n >
			    CARRIED_BYTES;
			junk_done(&j);
			town_run(&t, SECOND / 5);
		}
	}
	check(full > 100 && carried(a) > 400 && carried(a) < 600);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

/* Of one feed as many charters are carried as have room, and its heads all the same. */
static void
test_charters(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	struct mouth *m = peer_of(a, 1);
	struct node_head head;
	struct id previous = {{0}}, feed;
	struct junk j;

	junk_key(&j, 9999);
	junk_charter(&j, &previous, 1, 9);
	feed = j.feed = previous;
	junk_sign(&j, 1, 1);
	say_news(m, buf_bytes(&j.charter), buf_bytes(&j.header), 0);
	for (uint64_t v = 2; v <= 12; v++) {
		junk_charter(&j, &previous, v, 9);
		say_news(m, buf_bytes(&j.charter), (struct bytes){NULL, 0}, 0);
		town_run(&t, SECOND);
	}
	check(node_head(a->node, &feed, &head) == 0);
	check(head.charter == CARRIED_FEED_BYTES / (j.charter.n + 3));
	check(a->node->carried_bytes <= CARRIED_FEED_BYTES + j.header.n);
	junk_sign(&j, 2, 2);
	say_news(m, (struct bytes){NULL, 0}, buf_bytes(&j.header), 0);
	check(head_of(a, &feed) == 2 && a->told[FACT_FAULT] == 0);
	junk_done(&j);
	town_done(&t);
}

/* More rivals at once than are looked at at once: the others when they come again. */
static void
test_rivals(void)
{
	struct house *a = house_new(&t, NODE_MIRROR);
	static struct junk j[PROOFS_MAX + 4];
	struct mouth *m = peer_of(a, 1);
	struct msg x = {.kind = MSG_NEWS};

	for (uint32_t i = 0; i < PROOFS_MAX + 4; i++) {
		junk_new(&j[i], 8000 + i);
		house_put(a, OBJECT_HEADER, &j[i].feed, 1,
		    buf_bytes(&j[i].header));
		junk_follow(&j[i], a);
		junk_sign(&j[i], 1, 2);
	}
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < PROOFS_MAX + 4; i++) {
			x.news.header = buf_bytes(&j[i].header);
			mouth_say(m, &x);
		}
		town_run(&t, SECOND);
		check(a->told[FACT_FORK] == PROOFS_MAX + 4 * k);
		check(a->node->n_proof == 0);
	}
	for (size_t i = 0; i < PROOFS_MAX + 4; i++)
		junk_done(&j[i]);
	check(a->told[FACT_FAULT] == 0);
	town_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_hops();
	test_row();
	test_hidden();
	test_flood();
	test_many();
	test_full();
	test_bytes();
	test_charters();
	test_rivals();
	test_forged();
	test_fork();
	test_revoked();
	test_strangers();
	test_reader();
	press_done(&p);
	return 0;
}

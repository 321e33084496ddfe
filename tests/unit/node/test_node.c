#include "proto/node/node.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"
#include "proto/object/proof.h"
#include "tests/lib/check.h"

/*
 * A few nodes, joined by perfect wires, with a disk of their own each: what the
 * node is for, without any weather.  tests/sim has the weather.
 */
#define NODES_MAX 6
#define CONNS_MAX 32
#define OBJ_MAX   8192

struct object {
	enum node_object kind;
	struct id id;
	uint64_t number;
	struct buf data;
	bool here;
};
struct world;
struct box {
	struct world *w;
	size_t index;
	struct node *node;
	uint8_t secret[32], link_public[32];
	struct object *obj;
	size_t n_obj;
	bool nospace;
	uint64_t told[32]; /* how often each fact was told */
	uint64_t last_head, lacking, receipts;
	uint64_t corrupt; /* pieces loaded from here are damaged */
	bool mute;        /* answers no ASK */
};
struct conn {
	bool open;
	struct box *end[2];
	uint64_t id[2];
};
struct ev {
	struct box *to;
	struct node_event e;
	struct buf data;
};
struct world {
	when_ms now;
	struct box box[NODES_MAX];
	size_t n;
	struct conn conn[CONNS_MAX];
	size_t n_conn;
	uint64_t ids;
	struct ev **q;
	size_t n_q, from;
};

static void
post(struct box *to, const struct node_event *e, struct bytes data)
{
	struct world *w = to->w;
	struct ev *v = calloc(1, sizeof(*v));

	v->to = to;
	v->e = *e;
	buf_put(&v->data, data.p, data.n);
	w->q = realloc(w->q, (w->n_q + 1) * sizeof(struct ev *));
	w->q[w->n_q++] = v;
}

static struct object *
find(struct box *b, enum node_object kind, const struct id *id, uint64_t number)
{
	for (size_t i = 0; i < b->n_obj; i++)
		if (b->obj[i].here && b->obj[i].kind == kind &&
		    id_eq(&b->obj[i].id, id) && b->obj[i].number == number)
			return &b->obj[i];
	return NULL;
}

static void
put(struct box *b, enum node_object kind, const struct id *id, uint64_t number,
    struct bytes data)
{
	struct object *o = find(b, kind, id, number);

	if (o == NULL) {
		b->obj = realloc(b->obj, (b->n_obj + 1) * sizeof(*o));
		o = &b->obj[b->n_obj++];
		*o = (struct object){kind, *id, number, {0}, true};
	}
	buf_clear(&o->data);
	buf_put(&o->data, data.p, data.n);
}

static struct conn *
conn_of(struct world *w, uint64_t id, int *end)
{
	for (size_t i = 0; i < w->n_conn; i++)
		for (*end = 0; *end < 2; (*end)++)
			if (w->conn[i].id[*end] == id)
				return &w->conn[i];
	return NULL;
}

static void
dial(struct box *b, const struct node_dial *d)
{
	struct world *w = b->w;
	struct box *to = &w->box[d->to.port - 1];
	struct node_event e = {.type = NODE_LINK_DOWN};

	if (to->node == NULL || w->n_conn == CONNS_MAX) {
		e.link_down.dial = d->token;
		post(b, &e, bytes_of("", 0));
		return;
	}
	struct conn *c = &w->conn[w->n_conn++];
	*c = (struct conn){true, {b, to}, {++w->ids, ++w->ids}};
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[0];
	e.link_up.we_dialled = true;
	e.link_up.dial = d->token;
	post(b, &e, bytes_of("", 0));
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[1];
	post(to, &e, bytes_of("", 0));
}

static void
hang_up(struct world *w, uint64_t id)
{
	int end;
	struct conn *c = conn_of(w, id, &end);
	struct node_event e = {.type = NODE_LINK_DOWN};

	if (c == NULL || !c->open)
		return;
	c->open = false;
	e.link_down.link = c->id[1 - end];
	post(c->end[1 - end], &e, bytes_of("", 0));
}

static void
carry_out(struct box *b, const struct node_update *u)
{
	struct world *w = b->w;

	for (size_t i = 0; i < u->n_put; i++) {
		const struct node_put *p = &u->put[i];
		struct node_event e = {.type = NODE_STORED};

		e.stored.token = p->token;
		e.stored.err = b->nospace ? QERR_NOSPACE : 0;
		if (!b->nospace)
			put(b, p->kind, &p->id, p->number, p->data);
		post(b, &e, bytes_of("", 0));
	}
	for (size_t i = 0; i < u->n_forget; i++)
		for (size_t k = 0; k < b->n_obj; k++) {
			struct object *o = &b->obj[k];

			if (o->kind == u->forget[i].kind &&
			    id_eq(&o->id, &u->forget[i].id) &&
			    o->number >= u->forget[i].number)
				o->here = false;
		}
	for (size_t i = 0; i < u->n_get; i++) {
		const struct node_get *g = &u->get[i];
		struct object *o = find(b, g->kind, &g->id, g->number);
		struct node_event e = {.type = NODE_LOADED};

		e.loaded.token = g->token;
		if (b->mute && g->kind == OBJECT_PIECE)
			continue;
		if (o != NULL && g->kind == OBJECT_PIECE && b->corrupt > 0) {
			struct buf bad = {0};

			buf_put(&bad, o->data.p, o->data.n);
			bad.p[bad.n / 2] ^= 1;
			post(b, &e, buf_bytes(&bad));
			buf_done(&bad);
			continue;
		}
		if (o == NULL)
			e.loaded.token |= (uint64_t)1 << 63; /* absent */
		post(b, &e, o != NULL ? buf_bytes(&o->data) : bytes_of("", 0));
	}
	for (size_t i = 0; i < u->n_send; i++) {
		int end;
		struct conn *c = conn_of(w, u->send[i].link, &end);
		struct node_event e = {.type = NODE_LINK_DATA};

		if (c == NULL || !c->open)
			continue;
		e.link_data.link = c->id[1 - end];
		post(c->end[1 - end], &e, u->send[i].data);
		e = (struct node_event){.type = NODE_LINK_ROOM};
		e.link_room.link = u->send[i].link;
		post(b, &e, bytes_of("", 0));
	}
	for (size_t i = 0; i < u->n_dial; i++)
		dial(b, &u->dial[i]);
	for (size_t i = 0; i < u->n_drop; i++)
		hang_up(w, u->drop[i].link);
	for (size_t i = 0; i < u->n_tell; i++) {
		const struct node_tell *t = &u->tell[i];

		b->told[t->fact]++;
		if (t->fact == FACT_HEAD)
			b->last_head = t->number;
		if (t->fact == FACT_SYNCED)
			b->lacking = t->value;
		if (t->fact == FACT_RECEIPTS)
			b->receipts = t->value;
	}
}

static void
step(struct box *b, struct node_event *e)
{
	struct node_update u;

	if (b->node == NULL)
		return;
	e->now = b->w->now;
	e->wall = 1800000000 + b->w->now / 1000;
	check(node_step(b->node, e, &u) == 0);
	carry_out(b, &u);
}

static void
event(struct box *b, struct node_event *e)
{
	step(b, e);
}

/* Let |ms| pass. */
static void
run(struct world *w, when_ms ms)
{
	when_ms end = w->now + ms;

	for (;;) {
		when_ms next = WHEN_NEVER;

		while (w->from < w->n_q) {
			struct ev *v = w->q[w->from++];

			if (v->e.type == NODE_LINK_DATA)
				v->e.link_data.in = buf_bytes(&v->data);
			if (v->e.type == NODE_LOADED) {
				bool absent = v->e.loaded.token >> 63;

				v->e.loaded.token &= ~((uint64_t)1 << 63);
				v->e.loaded.object = buf_bytes(&v->data);
				if (absent)
					v->e.loaded.object.p = NULL;
			}
			step(v->to, &v->e);
			buf_done(&v->data);
			free(v);
		}
		w->n_q = w->from = 0;
		for (size_t i = 0; i < w->n; i++)
			if (w->box[i].node != NULL)
				next = when_min(next,
				    node_deadline(w->box[i].node));
		if (next > end)
			break;
		w->now = next > w->now ? next : w->now;
		for (size_t i = 0; i < w->n; i++) {
			struct node_event e = {.type = NODE_DEADLINE};

			if (w->box[i].node != NULL &&
			    node_deadline(w->box[i].node) <= w->now)
				step(&w->box[i], &e);
		}
	}
	w->now = end;
}

static struct box *
box_new(struct world *w, enum node_role role)
{
	struct box *b = &w->box[w->n++];
	struct node_config cfg = {.role = role, .wall = 1800000000 - 10};
	struct node_event e = {.type = NODE_START};
	uint8_t seed[32] = {(uint8_t)w->n};

	b->w = w;
	b->index = w->n;
	memset(cfg.identity_seed, (int)w->n, 32);
	memset(cfg.link_private, (int)w->n + 100, 32);
	crypto_scalarmult_base(b->link_public, cfg.link_private);
	memset(b->secret, (int)w->n + 50, 32);
	b->node = node_new(&cfg, seed);
	check(b->node != NULL);
	event(b, &e);
	e = (struct node_event){.type = NODE_INVITE};
	memcpy(e.invite.secret, b->secret, 32);
	event(b, &e);
	return b;
}

static void
peer(struct box *from, struct box *to)
{
	struct invite v = {
	    .transport = INVITE_RAW, .host = "127.0.0.1", .path = "/"};
	struct node_event e = {.type = NODE_PEER};
	struct buf text = {0};

	v.port = (uint16_t)to->index;
	memcpy(v.node, to->link_public, 32);
	memcpy(v.secret, to->secret, 32);
	invite_text(&text, &v);
	e.peer.invite = buf_bytes(&text);
	event(from, &e);
	buf_done(&text);
}

/* A publisher. */
struct press {
	struct key_secret k;
	struct buf charter;
	struct id feed;
	struct history history;
	uint64_t number;
	uint8_t bytes[400000];
};

static void
press_new(struct press *p, uint8_t seed)
{
	struct charter c = {.version = 1,
	    .name = bytes_str("N"),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1};
	uint8_t s[32] = {seed}, id[8] = {seed};
	struct buf body = {0};

	key_secret_new(&p->k, s, id);
	c.root[0] = p->k.pub;
	c.key[0] = (struct charter_key){p->k.pub, 1, UINT64_MAX};
	check(charter_encode(&body, &c) == 0);
	check(charter_sign(&p->charter, buf_bytes(&body), (struct bytes){0},
		  &p->k) == 0);
	hash(&p->feed, HASH_CHARTER, buf_bytes(&body));
	history_init(&p->history);
	randombytes_buf_deterministic(p->bytes, sizeof(p->bytes), s);
	buf_done(&body);
}

static void
follow(struct box *b, const struct press *p)
{
	struct node_event e = {.type = NODE_FOLLOW};

	e.follow.feed = p->feed;
	e.follow.policy.tiers = 15;
	event(b, &e);
}

/* Publish at |b| an issue with packs of |size| bytes in tiers 0 and 1. */
static void
publish(struct box *b, struct press *p, size_t size)
{
	struct header h = {.feed = p->feed,
	    .charter = 1,
	    .number = ++p->number,
	    .time = 1,
	    .next = 0,
	    .n_pack = 2};
	struct node_event e = {.type = NODE_PUBLISHED};
	struct buf file = {0};
	struct id leaf;

	history_root(&p->history, &h.history);
	for (size_t t = 0; t < 2; t++) {
		struct pack_entry *x = &h.pack[t];
		struct bytes bytes =
		    bytes_of(p->bytes + p->number * 10 + t * 5, size);

		*x = (struct pack_entry){.tier = (enum tier)t,
		    .size = (uint32_t)size,
		    .raw = 1,
		    .count = 1,
		    .first = p->number,
		    .last = p->number};
		merkle_pack_root(&x->root, bytes);
		for (size_t i = 0; i < piece_count(size); i++)
			put(b, OBJECT_PIECE, &x->root, i,
			    bytes_of(bytes.p + i * PIECE_SIZE,
				piece_len(size, i)));
	}
	check(header_sign(&file, &h, &p->k) == 0);
	put(b, OBJECT_HEADER, &p->feed, h.number, buf_bytes(&file));
	check(header_leaf(&leaf, buf_bytes(&file)) == 0);
	history_add(&p->history, &leaf);
	e.published.feed = p->feed;
	if (h.number == 1)
		e.published.charter = buf_bytes(&p->charter);
	e.published.header = buf_bytes(&file);
	event(b, &e);
	buf_done(&file);
}

static void
world_done(struct world *w)
{
	for (size_t i = 0; i < w->n; i++) {
		node_free(w->box[i].node);
		for (size_t k = 0; k < w->box[i].n_obj; k++)
			buf_done(&w->box[i].obj[k].data);
		free(w->box[i].obj);
	}
	for (size_t i = w->from; i < w->n_q; i++) {
		buf_done(&w->q[i]->data);
		free(w->q[i]);
	}
	free(w->q);
	*w = (struct world){0};
}

static void
check_has(struct box *b, const struct press *p)
{
	struct node_feed_stat st;

	check(node_feed_stat(b->node, &p->feed, &st) == 0);
	check(st.head == p->number);
	check(st.packs_held == 2 * p->number);
	check(st.packs_wanted == 0);
}

static void
sync_now(struct box *b)
{
	struct node_event e = {.type = NODE_SYNC};

	event(b, &e);
}

static struct world w;
static struct press p;

/* A - B - C, and a reader who knows only C. */
static void
test_chain(void)
{
	struct box *a = box_new(&w, NODE_MIRROR), *b = box_new(&w, NODE_MIRROR);
	struct box *c = box_new(&w, NODE_MIRROR), *r = box_new(&w, NODE_READER);

	buf_done(&p.charter);
	p = (struct press){0};
	press_new(&p, 1);
	follow(a, &p);
	follow(b, &p);
	follow(c, &p);
	follow(r, &p);
	for (int i = 0; i < 5; i++)
		publish(a, &p, i == 3 ? 300000 : 1000);
	peer(b, a);
	peer(c, b);
	peer(r, c);
	run(&w, 60000);
	check_has(b, &p);
	check_has(c, &p);
	sync_now(r);
	run(&w, 30000);
	check_has(r, &p);
	check(r->told[FACT_SYNCED] == 1 && r->lacking == 0);
	/* Nothing new: over quickly, and with one more fact. */
	sync_now(r);
	run(&w, 10000);
	check(r->told[FACT_SYNCED] == 2);
	/* A new one runs down the chain at once. */
	publish(a, &p, 5000);
	run(&w, 3000);
	check_has(c, &p);
	check(a->receipts >= 1);
	check(a->told[FACT_FAULT] + b->told[FACT_FAULT] + c->told[FACT_FAULT] +
		  r->told[FACT_FAULT] ==
	      0);
	world_done(&w);
}

/* Of five sources four are no good; the reader gets everything all the same. */
static void
test_liars(void)
{
	struct box *m[5], *r;
	struct node_stat st;

	buf_done(&p.charter);
	p = (struct press){0};
	press_new(&p, 2);
	for (size_t i = 0; i < 5; i++) {
		m[i] = box_new(&w, NODE_MIRROR);
		follow(m[i], &p);
		if (i > 0)
			peer(m[i], m[0]);
	}
	r = box_new(&w, NODE_READER);
	follow(r, &p);
	for (int i = 0; i < 8; i++)
		publish(m[0], &p, 100000);
	run(&w, 60000);
	for (size_t i = 1; i < 5; i++)
		check_has(m[i], &p);
	m[1]->corrupt = m[2]->corrupt = 1;
	m[3]->mute = m[4]->mute = true;
	for (size_t i = 0; i < 5; i++)
		peer(r, m[4 - i]);
	sync_now(r);
	run(&w, 300000);
	check_has(r, &p);
	check(r->told[FACT_SYNCED] == 1 && r->lacking == 0);
	node_stat(r->node, &st);
	check(st.bytes_wasted <= 4 * (uint64_t)PIECE_SIZE);
	world_done(&w);
}

/* The disk is full, and then it is not. */
static void
test_full(void)
{
	struct box *a = box_new(&w, NODE_MIRROR), *b = box_new(&w, NODE_MIRROR);
	struct node_event e = {.type = NODE_SPACE};
	struct node_feed_stat st;

	buf_done(&p.charter);
	p = (struct press){0};
	press_new(&p, 3);
	follow(a, &p);
	follow(b, &p);
	publish(a, &p, 50000);
	b->nospace = true;
	peer(b, a);
	run(&w, 60000);
	check(b->told[FACT_FULL] == 1);
	check(node_feed_stat(b->node, &p.feed, &st) == 0 && st.packs_held == 0);
	b->nospace = false;
	e.space.free = 1 << 30;
	event(b, &e);
	run(&w, 60000);
	check_has(b, &p);
	world_done(&w);
}

/* A wire that is cut again and again: what came is kept. */
static void
test_cut(void)
{
	struct box *a = box_new(&w, NODE_MIRROR), *b = box_new(&w, NODE_MIRROR);

	buf_done(&p.charter);
	p = (struct press){0};
	press_new(&p, 4);
	follow(a, &p);
	follow(b, &p);
	for (int i = 0; i < 3; i++)
		publish(a, &p, 300000);
	peer(b, a);
	for (int i = 0; i < 20; i++) {
		run(&w, 10);
		for (size_t k = 0; k < w.n_conn; k++)
			if (w.conn[k].open) {
				hang_up(&w, w.conn[k].id[0]);
				hang_up(&w, w.conn[k].id[1]);
			}
		run(&w, 20000);
	}
	run(&w, 600000);
	check_has(b, &p);
	world_done(&w);
}

/* A second header of the head's number, and the proof that both make. */
static void
make_fork(struct press *q, struct box *b, struct buf *proof)
{
	struct object *o = find(b, OBJECT_HEADER, &q->feed, q->number);
	struct header h;
	struct buf file = {0};

	check(o != NULL && header_peek(&h, buf_bytes(&o->data)) == 0);
	h.time++;
	check(header_sign(&file, &h, &q->k) == 0);
	proof_encode(proof, buf_bytes(&o->data), buf_bytes(&file));
	buf_done(&file);
}

/* A fork that was proved before a restart is told to a reader to whom nothing is
 * new, and to one who comes for the first time. */
static void
test_fork(void)
{
	struct box *a = box_new(&w, NODE_MIRROR), *r = box_new(&w, NODE_READER);
	struct box *late = box_new(&w, NODE_READER);
	struct node_feed_stat st;
	struct buf proof = {0};

	buf_done(&p.charter);
	p = (struct press){0};
	press_new(&p, 5);
	follow(a, &p);
	follow(r, &p);
	follow(late, &p);
	peer(r, a);
	peer(late, a);
	for (int i = 0; i < 3; i++)
		publish(a, &p, 1000);
	sync_now(r);
	run(&w, 30000);
	check_has(r, &p);
	check(r->told[FACT_FORK] == 0);

	make_fork(&p, a, &proof);
	check(node_restore_proof(a->node, &(struct id){{1}},
		  buf_bytes(&proof)) == QERR_ABSENT);
	check(node_restore_proof(a->node, &p.feed, bytes_of(proof.p, 9)) < 0);
	check(node_restore_proof(a->node, &p.feed, buf_bytes(&proof)) == 0);
	check(node_feed_stat(a->node, &p.feed, &st) == 0 && st.forked);
	sync_now(r);
	sync_now(late);
	run(&w, 60000);
	check(r->told[FACT_FORK] == 1 && r->told[FACT_SYNCED] == 2);
	check(find(r, OBJECT_PROOF, &p.feed, 3) != NULL);
	check(late->told[FACT_FORK] == 1);
	buf_done(&proof);
	world_done(&w);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_chain();
	test_liars();
	test_full();
	test_cut();
	test_fork();
	buf_done(&p.charter);
	return 0;
}

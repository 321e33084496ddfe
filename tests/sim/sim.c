#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/node/node.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"

/*
 * The simulator: the real node_step() of many participants in virtual time, on a
 * network and disks that fail, all from one seed.  A seed draws its own world:
 * how many mirrors and who knows whom, what is published when, and the weather:
 * delay, links cut, bits flipped, links frozen, a partition, crashes that lose
 * what was not synced, full and slow disks, liars.  Then it is calm, and everybody
 * honest must end up with everything.  Last, a thief signs a rival of the newest
 * issue, and both sides must end up with the proof.
 *
 * After every step: what a node stores is what its publisher signed; what it
 * says it has is on its disk; a quota is kept.  A seed repeats bit for bit:
 * usage: sim [-v] FIRST [COUNT]   prints a digest a seed
 */
#define HOSTS_MAX  12
#define CONNS_MAX  4096
#define ISSUES_MAX 25               /* one is left for the thief */
#define STORM_MS   (20 * 60 * 1000) /* bad weather, then calm */
#define CALM_MS    (60 * 60 * 1000)

enum lie {
	HONEST,
	CORRUPTS, /* gives damaged pieces */
	MUTE,     /* takes asks for pieces and never answers */
	STALE,    /* stopped taking in at half time */
};

struct object {
	enum node_object kind;
	struct id id;
	uint64_t number;
	struct buf data;
	bool here;
};
struct host {
	struct world *w;
	size_t index;
	struct node *node;
	enum node_role role;
	enum lie lie;
	uint64_t boots, quota;
	uint8_t link_public[32];
	struct object *obj; /* durable */
	size_t n_obj;
	bool peer[HOSTS_MAX]; /* whom it dials */
	when_ms slow, full_until, down_until;
	int side;
	bool synced, told_fork;
	uint64_t lacking, wasted;
};
struct conn {
	bool open;
	struct host *end[2];
	uint64_t id[2], boots[2];
	when_ms busy[2], delay;
	uint64_t left; /* bytes until it is cut */
	bool frozen;
};
struct event {
	when_ms at;
	uint64_t order, boots;
	struct host *to;
	struct node_event e;
	struct buf data;
	bool absent, is_put;
	struct node_put put; /* durable when its STORED is due */
	int timer;           /* 1: of the world */
	void (*fn)(struct world *w);
};
struct issue {
	struct buf file;
	struct pack_entry pack[2];
	size_t n_pack;
	uint8_t *bytes[2];
};
struct world {
	uint64_t seed, dice[4], order, digest, steps, ids;
	when_ms now;
	struct event **heap;
	size_t n_heap, cap_heap;
	struct host host[HOSTS_MAX];
	size_t n_host;
	struct conn conn[CONNS_MAX];
	size_t n_conn;
	struct key_secret key;
	struct buf charter,
	    rival; /* .. of the last header, once there is one */
	struct id feed;
	struct history history;
	struct issue issue[ISSUES_MAX];
	uint64_t head;
	unsigned cut, corrupt,
	    freeze; /* in a thousand links; a million bytes */
	bool storm, split;
};

static bool verbose;

static _Noreturn void
fail(struct world *w, const char *what, const struct host *h)
{
	fprintf(stderr,
	    "seed %" PRIu64 ", %" PRIu64 " ms, step %" PRIu64
	    ", host %zu: %s\n",
	    w->seed, w->now, w->steps, h != NULL ? h->index : 0, what);
	exit(1);
}

/* xoshiro256** (Blackman, Vigna). */
static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static uint64_t
roll(struct world *w, uint64_t n)
{
	uint64_t *s = w->dice, r = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return n == 0 ? r : r % n;
}

static void
digest(struct world *w, uint64_t x)
{
	w->digest = (w->digest ^ x) * UINT64_C(0x100000001b3);
}

/* The future, a heap by time and order. */

static bool
before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
push(struct world *w, struct event *e)
{
	size_t i = w->n_heap++;

	if (w->n_heap > w->cap_heap) {
		w->cap_heap = w->cap_heap * 2 + 64;
		w->heap =
		    realloc(w->heap, w->cap_heap * sizeof(struct event *));
	}
	e->order = ++w->order;
	w->heap[i] = e;
	for (; i > 0 && before(w->heap[i], w->heap[(i - 1) / 2]);
	     i = (i - 1) / 2) {
		struct event *t = w->heap[i];

		w->heap[i] = w->heap[(i - 1) / 2];
		w->heap[(i - 1) / 2] = t;
	}
}

static struct event *
pop(struct world *w)
{
	struct event *e = w->heap[0];
	size_t i = 0, c;

	w->heap[0] = w->heap[--w->n_heap];
	while ((c = 2 * i + 1) < w->n_heap) {
		struct event *t = w->heap[i];

		if (c + 1 < w->n_heap && before(w->heap[c + 1], w->heap[c]))
			c++;
		if (!before(w->heap[c], w->heap[i]))
			break;
		w->heap[i] = w->heap[c];
		w->heap[c] = t;
		i = c;
	}
	return e;
}

static struct event *
post(struct host *to, when_ms in, const struct node_event *ne,
    struct bytes data)
{
	struct event *e = calloc(1, sizeof(*e));

	e->at = to->w->now + in;
	e->to = to;
	e->boots = to->boots;
	e->e = *ne;
	buf_put(&e->data, data.p, data.n);
	push(to->w, e);
	return e;
}

static void
world_at(struct world *w, when_ms in, void (*fn)(struct world *))
{
	struct event *e = calloc(1, sizeof(*e));

	e->at = w->now + in;
	e->fn = fn;
	push(w, e);
}

/* Disks. */

static struct object *
find(struct host *h, enum node_object kind, const struct id *id, uint64_t n)
{
	for (size_t i = 0; i < h->n_obj; i++)
		if (h->obj[i].here && h->obj[i].kind == kind &&
		    h->obj[i].number == n && id_eq(&h->obj[i].id, id))
			return &h->obj[i];
	return NULL;
}

static void
keep(struct host *h, enum node_object kind, const struct id *id, uint64_t n,
    struct bytes data)
{
	struct object *o = find(h, kind, id, n);

	if (o == NULL) {
		for (size_t i = 0; i < h->n_obj && o == NULL; i++)
			if (!h->obj[i].here)
				o = &h->obj[i];
		if (o == NULL) {
			h->obj = realloc(h->obj, (h->n_obj + 1) * sizeof(*o));
			o = &h->obj[h->n_obj++];
			o->data = (struct buf){0};
		}
		o->kind = kind;
		o->id = *id;
		o->number = n;
		o->here = true;
	}
	buf_clear(&o->data);
	buf_put(&o->data, data.p, data.n);
}

static uint64_t
used(const struct host *h)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < h->n_obj; i++)
		sum += h->obj[i].here && h->obj[i].kind == OBJECT_PIECE
			   ? h->obj[i].data.n
			   : 0;
	return sum;
}

/* Truth: what is stored is what was signed. */
static void
check_put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;

	switch (p->kind) {
	case OBJECT_CHARTER:
		if (!bytes_eq(p->data, buf_bytes(&w->charter)))
			fail(w, "a charter nobody signed is stored", h);
		break;
	case OBJECT_HEADER:
		if (p->number == 0 || p->number > w->head ||
		    (!bytes_eq(p->data,
			 buf_bytes(&w->issue[p->number - 1].file)) &&
			!(p->number == w->head && w->rival.n > 0 &&
			    bytes_eq(p->data, buf_bytes(&w->rival)))))
			fail(w, "a header nobody signed is stored", h);
		break;
	case OBJECT_PIECE:
		for (uint64_t i = 0; i < w->head; i++)
			for (size_t t = 0; t < w->issue[i].n_pack; t++) {
				const struct pack_entry *e =
				    &w->issue[i].pack[t];

				if (!id_eq(&e->root, &p->id))
					continue;
				if (p->total != e->size ||
				    memcmp(p->data.p,
					w->issue[i].bytes[t] +
					    p->number * PIECE_SIZE,
					p->data.n) != 0)
					fail(w, "a wrong piece is stored", h);
				return;
			}
		fail(w, "a piece of no pack is stored", h);
	case OBJECT_PROOF:
	case OBJECT_CONTACTS:
		break;
	}
}

/* What a node says it has must be on its disk by now. */
static void
check_tell(struct host *h, const struct node_tell *t)
{
	struct world *w = h->w;

	if (t->fact == FACT_FORK && w->rival.n == 0)
		fail(w, "a false alarm of a fork", h);
	h->told_fork |= t->fact == FACT_FORK;
	if (t->fact == FACT_HEAD && h->index != 0 &&
	    find(h, OBJECT_HEADER, &w->feed, t->number) == NULL)
		fail(w, "a head is told that is not stored", h);
	if (t->fact != FACT_PACK)
		return;
	for (uint64_t i = 0; i < w->head; i++)
		for (size_t k = 0; k < w->issue[i].n_pack; k++) {
			const struct pack_entry *e = &w->issue[i].pack[k];

			if (!id_eq(&e->root, &t->id))
				continue;
			for (size_t j = 0; j < piece_count(e->size); j++)
				if (find(h, OBJECT_PIECE, &e->root, j) == NULL)
					fail(w, "a pack is told with a hole",
					    h);
		}
}

/* Links. */

static struct conn *
conn_of(struct world *w, uint64_t id, int *end)
{
	for (size_t i = w->n_conn; i-- > 0;)
		for (*end = 0; *end < 2; (*end)++)
			if (w->conn[i].id[*end] == id)
				return &w->conn[i];
	return NULL;
}

static void
link_down(struct conn *c, int end)
{
	struct node_event e = {.type = NODE_LINK_DOWN};

	e.link_down.link = c->id[end];
	if (c->end[end]->node != NULL && c->end[end]->boots == c->boots[end])
		post(c->end[end], c->delay, &e, bytes_of("", 0));
}

static void
cut(struct conn *c)
{
	if (!c->open)
		return;
	c->open = false;
	link_down(c, 0);
	link_down(c, 1);
}

static bool
reachable(struct world *w, struct host *a, struct host *b)
{
	return a->node != NULL && b->node != NULL &&
	       !(w->split && a->side != b->side) && w->n_conn < CONNS_MAX;
}

static void
dial(struct host *h, const struct node_dial *d)
{
	struct world *w = h->w;
	struct host *to = &w->host[d->to.port - 1];
	struct node_event e = {.type = NODE_LINK_DOWN};
	struct conn *c;

	if (!reachable(w, h, to)) {
		e.link_down.dial = d->token;
		post(h, 100 + roll(w, 3000), &e, bytes_of("", 0));
		return;
	}
	c = &w->conn[w->n_conn++];
	*c = (struct conn){.open = true,
	    .end = {h, to},
	    .id = {w->ids + 1, w->ids + 2},
	    .boots = {h->boots, to->boots},
	    .delay = 5 + roll(w, 200),
	    .left = UINT64_MAX};
	w->ids += 2;
	if (w->storm && roll(w, 1000) < w->cut)
		c->left = roll(w, 200000);
	c->frozen = w->storm && roll(w, 1000) < w->freeze;
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[0];
	e.link_up.we_dialled = true;
	e.link_up.dial = d->token;
	post(h, c->delay, &e, bytes_of("", 0));
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = c->id[1];
	post(to, c->delay, &e, bytes_of("", 0));
}

static void
send(struct host *h, const struct node_send *s)
{
	struct world *w = h->w;
	struct node_event e = {.type = NODE_LINK_ROOM};
	struct event *ev;
	when_ms in;
	int end;
	struct conn *c = conn_of(w, s->link, &end);

	e.link_room.link = s->link;
	post(h, 1 + s->data.n / 2000, &e, bytes_of("", 0));
	if (c == NULL || !c->open)
		return;
	if (c->left < s->data.n) {
		cut(c);
		return;
	}
	c->left -= c->left == UINT64_MAX ? 0 : s->data.n;
	if (c->frozen && end == 1 && s->data.n > 4000)
		return; /* the censor lets the handshake through, and no more */
	/* In order, each after the one before it. */
	in = c->busy[end] > w->now ? c->busy[end] - w->now : 0;
	in += c->delay + s->data.n / 1000;
	c->busy[end] = w->now + in;
	e = (struct node_event){.type = NODE_LINK_DATA};
	e.link_data.link = c->id[1 - end];
	ev = post(c->end[1 - end], in, &e, s->data);
	ev->boots = c->boots[1 - end];
	if (w->storm && roll(w, 1000000) < w->corrupt * s->data.n / 1000 + 0)
		ev->data.p[roll(w, s->data.n)] ^= (uint8_t)(1 << roll(w, 8));
}

/* The driver. */

static void
put(struct host *h, const struct node_put *p)
{
	struct world *w = h->w;
	struct node_event e = {.type = NODE_STORED};
	struct event *ev;
	bool full = w->now < h->full_until || h->lie == STALE;

	check_put(h, p);
	e.stored.token = p->token;
	e.stored.err = full ? QERR_NOSPACE : 0;
	ev = post(h, h->slow + roll(w, h->slow + 1), &e, p->data);
	ev->is_put = !full;
	ev->put = *p;
}

static void
get(struct host *h, const struct node_get *g)
{
	struct object *o = find(h, g->kind, &g->id, g->number);
	struct node_event e = {.type = NODE_LOADED};
	struct event *ev;

	if (h->lie == MUTE && g->kind == OBJECT_PIECE)
		return;
	e.loaded.token = g->token;
	ev = post(h, roll(h->w, 3), &e,
	    o != NULL ? buf_bytes(&o->data) : bytes_of("", 0));
	ev->absent = o == NULL;
	if (h->lie == CORRUPTS && g->kind == OBJECT_PIECE && o != NULL)
		ev->data.p[ev->data.n / 2] ^= 1;
}

/* After all puts before it: those on their way are gone with it. */
static void
forget(struct host *h, const struct node_forget *f)
{
	for (size_t i = 0; i < h->w->n_heap; i++) {
		struct event *e = h->w->heap[i];

		if (e->to == h && e->is_put && e->put.kind == f->kind &&
		    id_eq(&e->put.id, &f->id) && e->put.number >= f->number)
			e->is_put = false;
	}
	for (size_t i = 0; i < h->n_obj; i++) {
		struct object *o = &h->obj[i];

		if (o->kind == f->kind && id_eq(&o->id, &f->id) &&
		    o->number >= f->number)
			o->here = false;
	}
}

static void
carry_out(struct host *h, const struct node_update *u)
{
	for (size_t i = 0; i < u->n_put; i++)
		put(h, &u->put[i]);
	for (size_t i = 0; i < u->n_forget; i++)
		forget(h, &u->forget[i]);
	for (size_t i = 0; i < u->n_get; i++)
		get(h, &u->get[i]);
	for (size_t i = 0; i < u->n_send; i++)
		send(h, &u->send[i]);
	for (size_t i = 0; i < u->n_dial; i++)
		dial(h, &u->dial[i]);
	for (size_t i = 0; i < u->n_drop; i++) {
		int end;
		struct conn *c = conn_of(h->w, u->drop[i].link, &end);

		if (c != NULL && c->open) {
			c->open = false;
			link_down(c, 1 - end);
		}
	}
	for (size_t i = 0; i < u->n_tell; i++) {
		check_tell(h, &u->tell[i]);
		if (u->tell[i].fact == FACT_SYNCED) {
			h->synced = true;
			h->lacking = u->tell[i].value;
		}
		digest(h->w, (uint64_t)u->tell[i].fact << 32 | h->index);
	}
}

static void
step(struct host *h, struct node_event *e)
{
	struct world *w = h->w;
	struct node_update u;

	if (h->node == NULL)
		return;
	e->now = w->now;
	e->wall = 1800000000 + w->now / 1000;
	w->steps++;
	digest(w, w->now << 8 ^ (uint64_t)e->type << 4 ^ h->index);
	if (node_step(h->node, e, &u) != 0)
		fail(w, "the node gave up", h);
	carry_out(h, &u);
	if (h->quota != 0 && used(h) > h->quota)
		fail(w, "the quota is not kept", h);
}

/* Births and deaths. */

static void
secret_of(uint8_t dst[32], const struct host *h)
{
	memset(dst, (int)h->index + 50, 32);
}

static void
invite(struct host *from, struct host *to, struct node_event *e,
    struct buf *text)
{
	struct invite v = {
	    .transport = INVITE_RAW, .host = "127.0.0.1", .path = "/"};

	(void)from;
	v.port = (uint16_t)(to->index + 1);
	memcpy(v.node, to->link_public, 32);
	secret_of(v.secret, to);
	invite_text(text, &v);
	*e = (struct node_event){.type = NODE_PEER};
	e->peer.invite = buf_bytes(text);
}

static void
restore(struct host *h, const struct node_policy *policy)
{
	struct world *w = h->w;
	struct object *c = find(h, OBJECT_CHARTER, &w->feed, 1);
	struct bytes charter, header[ISSUES_MAX];
	struct feed *f;
	uint64_t floor;
	size_t n = 0;
	struct object *o;

	if (c == NULL)
		return;
	if ((f = feed_new(&w->feed)) == NULL)
		abort();
	charter = buf_bytes(&c->data);
	while (n < ISSUES_MAX &&
	       (o = find(h, OBJECT_HEADER, &w->feed, n + 1)) != NULL)
		header[n++] = buf_bytes(&o->data);
	if (feed_add_charter(f, charter, &floor) != 0 ||
	    feed_add_headers(f, header, n) != 0 ||
	    node_restore_feed(h->node, f, policy, header, n) != 0)
		fail(w, "the disk cannot be restored from", h);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < w->issue[i].n_pack; k++) {
			const struct pack_entry *e = &w->issue[i].pack[k];
			uint8_t have[32] = {0};
			size_t pieces = piece_count(e->size), held = 0;

			for (size_t j = 0; j < pieces; j++)
				if (find(h, OBJECT_PIECE, &e->root, j) !=
				    NULL) {
					have[j / 8] |= (uint8_t)(1 << j % 8);
					held++;
				}
			if (held > 0)
				node_restore_pack(h->node, &e->root,
				    held == pieces ? NULL : have);
		}
}

static void
boot(struct host *h)
{
	struct world *w = h->w;
	struct node_config cfg = {.role = h->role,
	    .wall = 1800000000 + w->now / 1000 - 5,
	    .quota = h->quota};
	struct node_policy policy = {.tiers = 15};
	struct node_event e = {.type = NODE_FOLLOW};
	uint8_t seed[32] = {0};

	h->boots++;
	store_le64(seed, w->seed * 1000 + h->index * 100 + h->boots);
	memset(cfg.identity_seed, (int)h->index + 1, 32);
	memset(cfg.link_private, (int)h->index + 100, 32);
	crypto_scalarmult_base(h->link_public, cfg.link_private);
	h->node = node_new(&cfg, seed);
	restore(h, &policy);
	e.follow.feed = w->feed;
	e.follow.policy = policy;
	step(h, &e);
	e = (struct node_event){.type = NODE_START};
	step(h, &e);
	e = (struct node_event){.type = NODE_INVITE};
	secret_of(e.invite.secret, h);
	step(h, &e);
	for (size_t i = 0; i < w->n_host; i++)
		if (h->peer[i]) {
			struct buf text = {0};

			invite(h, &w->host[i], &e, &text);
			step(h, &e);
			buf_done(&text);
		}
}

/* Power is lost: of what was not synced, some came through and some did not. */
static void
crash(struct host *h)
{
	struct world *w = h->w;

	for (size_t i = 0; i < w->n_heap; i++) {
		struct event *e = w->heap[i];

		if (e->to == h && e->is_put && roll(w, 2) == 0)
			keep(h, e->put.kind, &e->put.id, e->put.number,
			    buf_bytes(&e->data));
		if (e->to == h)
			e->is_put = false;
	}
	/* Headers are renamed in order: there is no hole in what is left. */
	for (uint64_t k = 1, hole = 0; k <= w->head; k++) {
		struct object *o = find(h, OBJECT_HEADER, &w->feed, k);

		hole |= o == NULL;
		if (o != NULL && hole)
			o->here = false;
	}
	for (size_t i = 0; i < w->n_conn; i++)
		if (w->conn[i].end[0] == h || w->conn[i].end[1] == h)
			cut(&w->conn[i]);
	node_free(h->node);
	h->node = NULL;
	h->boots++;
	h->down_until = w->now + roll(w, 60000);
}

/* The publisher. */

static void
publish(struct world *w)
{
	struct host *h = &w->host[0];
	struct header hd = {
	    .feed = w->feed, .charter = 1, .number = w->head + 1, .time = 1};
	struct node_event e = {.type = NODE_PUBLISHED};
	struct issue *is = &w->issue[w->head];
	struct id leaf;

	if (w->head >= ISSUES_MAX - (w->rival.n == 0) || h->node == NULL)
		return;
	history_root(&w->history, &hd.history);
	hd.n_pack = is->n_pack = 2;
	for (size_t t = 0; t < 2; t++) {
		struct pack_entry *x = &hd.pack[t];
		size_t size =
		    t == 0 ? 300 + roll(w, 4000)
			   : 300 + roll(w, roll(w, 4) == 0 ? 600000 : 60000);

		is->bytes[t] = malloc(size);
		for (size_t i = 0; i < size; i += 8) {
			uint64_t r = roll(w, 0);

			memcpy(is->bytes[t] + i, &r,
			    size - i < 8 ? size - i : 8);
		}
		*x = (struct pack_entry){.tier = (enum tier)t,
		    .size = (uint32_t)size,
		    .raw = 1,
		    .count = 1,
		    .first = hd.number,
		    .last = hd.number};
		merkle_pack_root(&x->root, bytes_of(is->bytes[t], size));
		is->pack[t] = *x;
		for (size_t i = 0; i < piece_count(size); i++)
			keep(h, OBJECT_PIECE, &x->root, i,
			    bytes_of(is->bytes[t] + i * PIECE_SIZE,
				piece_len(size, i)));
	}
	if (header_sign(&is->file, &hd, &w->key) != 0)
		fail(w, "the publisher cannot sign", h);
	keep(h, OBJECT_HEADER, &w->feed, hd.number, buf_bytes(&is->file));
	keep(h, OBJECT_CHARTER, &w->feed, 1, buf_bytes(&w->charter));
	history_leaf(&leaf, buf_bytes(&is->file));
	history_add(&w->history, &leaf);
	w->head++;
	e.published.feed = w->feed;
	e.published.charter = buf_bytes(&w->charter);
	e.published.header = buf_bytes(&is->file);
	step(h, &e);
}

/* Weather. */

static void
weather(struct world *w)
{
	struct host *h = &w->host[roll(w, w->n_host)];

	if (!w->storm)
		return;
	switch (roll(w, 8)) {
	case 0:
		if (h->node != NULL)
			crash(h);
		break;
	case 1:
		if (h->index != 0 && h->lie == HONEST)
			h->full_until = w->now + roll(w, 120000);
		break;
	case 2:
		w->split = !w->split;
		for (size_t i = 0; i < w->n_conn && w->split; i++)
			if (w->conn[i].end[0]->side != w->conn[i].end[1]->side)
				cut(&w->conn[i]);
		break;
	case 3:
		h->slow = roll(w, 2000);
		break;
	case 4:
		if (w->n_conn > 0)
			cut(&w->conn[roll(w, w->n_conn)]);
		break;
	default:
		publish(w);
		break;
	}
	world_at(w, 1000 + roll(w, 40000), weather);
}

static void
tend(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = &w->host[i];
		struct node_event e = {.type = NODE_SPACE};

		if (h->node == NULL && w->now >= h->down_until)
			boot(h);
		if (w->now >= h->full_until && h->lie != STALE) {
			e.space.free = 1 << 30;
			step(h, &e);
		}
	}
	world_at(w, 10000, tend);
}

static void
calm(struct world *w)
{
	w->storm = w->split = false;
	for (size_t i = 0; i < w->n_host; i++) {
		w->host[i].slow = 5;
		w->host[i].full_until = w->host[i].down_until = 0;
	}
	for (size_t i = 0; i < w->n_conn; i++)
		if (w->conn[i].frozen || w->conn[i].left != UINT64_MAX)
			cut(&w->conn[i]);
	while (w->head < 3)
		publish(w);
	world_at(w, 60000, publish);
}

/* Time. */

static void
deliver(struct world *w, struct event *e)
{
	struct host *h = e->to;

	if (e->fn != NULL) {
		e->fn(w);
		return;
	}
	if (h->node == NULL || h->boots != e->boots)
		return;
	if (e->is_put)
		keep(h, e->put.kind, &e->put.id, e->put.number,
		    buf_bytes(&e->data));
	if (e->e.type == NODE_LINK_DATA)
		e->e.link_data.in = buf_bytes(&e->data);
	if (e->e.type == NODE_LOADED)
		e->e.loaded.object =
		    e->absent ? (struct bytes){NULL, 0} : buf_bytes(&e->data);
	step(h, &e->e);
}

static void
run(struct world *w, when_ms until)
{
	for (;;) {
		when_ms next = w->n_heap > 0 ? w->heap[0]->at : WHEN_NEVER;
		struct host *due = NULL;

		for (size_t i = 0; i < w->n_host; i++) {
			when_ms at = w->host[i].node == NULL
					 ? WHEN_NEVER
					 : node_deadline(w->host[i].node);

			if (at < next) {
				next = at;
				due = &w->host[i];
			}
		}
		if (next > until)
			break;
		if (next > w->now)
			w->now = next;
		if (due != NULL) {
			struct node_event e = {.type = NODE_DEADLINE};

			step(due, &e);
		} else {
			struct event *e = pop(w);

			deliver(w, e);
			buf_done(&e->data);
			free(e);
		}
	}
	w->now = until;
}

static void
make_feed(struct world *w)
{
	struct charter c = {.version = 1,
	    .name = bytes_str("N"),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1};
	uint8_t seed[32] = {7}, id[8] = {7};
	struct buf body = {0};

	key_secret_new(&w->key, seed, id);
	c.root[0] = w->key.pub;
	c.key[0] = (struct charter_key){w->key.pub, 1, UINT64_MAX};
	if (charter_encode(&body, &c) != 0 ||
	    charter_sign(&w->charter, buf_bytes(&body), (struct bytes){NULL, 0},
		&w->key) != 0)
		fail(w, "no charter", NULL);
	hash(&w->feed, HASH_CHARTER, buf_bytes(&body));
	history_init(&w->history);
	buf_done(&body);
}

static void
make_hosts(struct world *w)
{
	size_t liars = roll(w, 3);

	w->n_host = 4 + roll(w, HOSTS_MAX - 5);
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = &w->host[i];

		h->w = w;
		h->index = i;
		h->role = NODE_MIRROR;
		h->slow = roll(w, 50);
		h->side = (int)roll(w, 2);
		/* A chain of honest ones, so that there is a way; and more. */
		if (i > 0)
			h->peer[i - 1] = true;
		if (i > 1 && roll(w, 2) == 0)
			h->peer[roll(w, i)] = true;
	}
	for (size_t i = 0; i < liars && i + 4 < w->n_host; i++) {
		struct host *h = &w->host[w->n_host - 1 - i];

		h->lie = (enum lie)(1 + roll(w, 3));
		if (i == 0 && w->n_host > 5)
			w->host[1].peer[h->index] = true;
	}
	if (roll(w, 3) == 0) /* an honest one with little room, at the end */
		for (size_t i = w->n_host; i-- > 2;)
			if (w->host[i].lie == HONEST) {
				w->host[i].quota = 200000;
				break;
			}
}

static void
check_end(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = &w->host[i];
		struct node_feed_stat st;
		bool behind_liar = false;

		/* Who can only ask liars, or one with little room, may lack. */
		for (size_t k = 1; k <= i; k++)
			behind_liar |= w->host[k - 1].lie != HONEST ||
				       w->host[k - 1].quota != 0;
		if (h->lie != HONEST || behind_liar)
			continue;
		if (node_feed_stat(h->node, &w->feed, &st) != 0 ||
		    st.head != w->head)
			fail(w, "an honest mirror lacks headers", h);
		if (h->quota == 0 &&
		    (st.packs_held != 2 * w->head || st.packs_wanted != 0))
			fail(w, "an honest mirror lacks packs", h);
	}
}

/* A reader who asks everybody, liars first. */
static void
check_reader(struct world *w)
{
	struct host *r = &w->host[w->n_host];
	struct node_event e = {.type = NODE_SYNC};
	struct node_feed_stat st;
	struct node_stat ns;
	size_t liars = 0;

	r->w = w;
	r->index = w->n_host++;
	r->role = NODE_READER;
	for (size_t i = 0; i < r->index; i++) {
		r->peer[i] = true;
		liars += w->host[i].lie != HONEST;
	}
	boot(r);
	step(r, &e);
	run(w, w->now + 20 * 60 * 1000);
	if (!r->synced)
		fail(w, "the reader's sync does not end", r);
	if (node_feed_stat(r->node, &w->feed, &st) != 0 || st.head != w->head ||
	    st.packs_held != 2 * w->head)
		fail(w, "the reader lacks something", r);
	node_stat(r->node, &ns);
	if (ns.bytes_wasted > (liars + 1) * 2 * PIECE_SIZE)
		fail(w, "liars made the reader waste more than a piece each",
		    r);
}

/*
 * The last: a thief signs another header with the next number, at the other end
 * of the chain.  Both sides of it must hear of it, and have it proved.
 */
static void
check_fork(struct world *w)
{
	struct header hd = {
	    .feed = w->feed, .charter = 1, .number = w->head + 1, .time = 2};
	struct node_event e = {.type = NODE_PUBLISHED};
	struct host *far;
	size_t n = 1; /* up to here a chain of honest ones with room */

	while (n < w->n_host && w->host[n].role == NODE_MIRROR &&
	       w->host[n].lie == HONEST && w->host[n].quota == 0)
		n++;
	if (n < 2)
		return;
	far = &w->host[n - 1];
	history_root(&w->history, &hd.history);
	if (header_sign(&w->rival, &hd, &w->key) != 0)
		fail(w, "the thief cannot sign", NULL);
	publish(w);
	keep(far, OBJECT_HEADER, &w->feed, hd.number, buf_bytes(&w->rival));
	e.published.feed = w->feed;
	e.published.header = buf_bytes(&w->rival);
	step(far, &e);
	run(w, w->now + STORM_MS);
	for (size_t i = 0; i < n; i++)
		if (!w->host[i].told_fork ||
		    find(&w->host[i], OBJECT_PROOF, &w->feed, w->head) == NULL)
			fail(w, "a fork is not proved", &w->host[i]);
	/* Who restarts is told again by those who know. */
	far = &w->host[n / 2];
	far->told_fork = false;
	crash(far);
	boot(far);
	run(w, w->now + STORM_MS);
	if (!far->told_fork)
		fail(w, "a fork is forgotten by a restart", far);
}

static uint64_t
simulate(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));
	uint64_t result;

	w->seed = seed;
	for (size_t i = 0; i < 4; i++)
		w->dice[i] = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
			     i * UINT64_C(0xbf58476d1ce4e5b9);
	for (size_t i = 0; i < 20; i++)
		roll(w, 0);
	make_feed(w);
	make_hosts(w);
	w->storm = true;
	w->cut = (unsigned)roll(w, 500);
	w->corrupt = (unsigned)roll(w, 3);
	w->freeze = (unsigned)roll(w, 300);
	for (size_t i = 0; i < w->n_host; i++)
		boot(&w->host[i]);
	publish(w);
	world_at(w, 1000, weather);
	world_at(w, 10000, tend);
	world_at(w, STORM_MS, calm);
	run(w, STORM_MS + CALM_MS);
	check_end(w);
	check_reader(w);
	check_fork(w);
	result = w->digest;
	if (verbose)
		printf("seed %" PRIu64 ": %zu hosts, %" PRIu64 " issues, %zu "
		       "links, %" PRIu64 " steps, digest %016" PRIx64 "\n",
		    seed, w->n_host, w->head, w->n_conn, w->steps, result);
	for (size_t i = 0; i < w->n_host; i++) {
		node_free(w->host[i].node);
		for (size_t k = 0; k < w->host[i].n_obj; k++)
			buf_done(&w->host[i].obj[k].data);
		free(w->host[i].obj);
	}
	for (size_t i = 0; i < w->n_heap; i++) {
		buf_done(&w->heap[i]->data);
		free(w->heap[i]);
	}
	for (uint64_t i = 0; i < w->head; i++) {
		buf_done(&w->issue[i].file);
		free(w->issue[i].bytes[0]);
		free(w->issue[i].bytes[1]);
	}
	buf_done(&w->charter);
	buf_done(&w->rival);
	free(w->heap);
	free(w);
	return result;
}

int
main(int argc, char **argv)
{
	uint64_t first, count = 1;

	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		verbose = true;
		argc--;
		argv++;
	}
	if (sodium_init() < 0 || argc < 2)
		return 2;
	first = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		count = strtoull(argv[2], NULL, 10);
	for (uint64_t s = first; s < first + count; s++) {
		uint64_t d = simulate(s);

		/* Now and then twice: a seed repeats, or it is worth nothing. */
		if (s % 20 == 0 && simulate(s) != d) {
			fprintf(stderr, "seed %" PRIu64 " does not repeat\n",
			    s);
			return 1;
		}
	}
	printf("%" PRIu64 " seeds from %" PRIu64 "\n", count, first);
	return 0;
}

#include "tests/unit/node/town.h"

#include "proto/base/map.h"
#include "proto/base/qerr.h"

struct letter {
	struct house *to;
	struct node_event e;
	struct buf data;
};

static void mouth_event(struct house *h, const struct node_event *e);

static void
post(struct house *to, const struct node_event *e, struct bytes data)
{
	struct town *t = to->t;
	struct letter *x = calloc(1, sizeof(*x));

	x->to = to;
	x->e = *e;
	buf_put(&x->data, data.p, data.n);
	t->q = realloc(t->q, (t->n_q + 1) * sizeof(struct letter *));
	t->q[t->n_q++] = x;
}

/* Disks. */

struct object *
house_find(struct house *h, enum node_object kind, const struct id *id,
    uint64_t number)
{
	for (size_t i = 0; i < h->n_obj; i++)
		if (h->obj[i].here && h->obj[i].kind == kind &&
		    id_eq(&h->obj[i].id, id) && h->obj[i].number == number)
			return &h->obj[i];
	return NULL;
}

void
house_put(struct house *h, enum node_object kind, const struct id *id,
    uint64_t number, struct bytes data)
{
	struct object *o = house_find(h, kind, id, number);

	if (o == NULL) {
		h->obj = realloc(h->obj, (h->n_obj + 1) * sizeof(*o));
		o = &h->obj[h->n_obj++];
		*o = (struct object){kind, *id, number, {0}, true};
	}
	buf_clear(&o->data);
	buf_put(&o->data, data.p, data.n);
}

static void
put(struct house *h, const struct node_put *p)
{
	struct node_event e = {.type = NODE_STORED};

	e.stored.token = p->token;
	e.stored.err = h->nospace ? QERR_NOSPACE : 0;
	if (!h->nospace)
		house_put(h, p->kind, &p->id, p->number, p->data);
	post(h, &e, bytes_of("", 0));
}

static void
forget(struct house *h, const struct node_forget *f)
{
	for (size_t i = 0; i < h->n_obj; i++)
		if (h->obj[i].kind == f->kind && id_eq(&h->obj[i].id, &f->id) &&
		    h->obj[i].number >= f->number)
			h->obj[i].here = false;
}

#define ABSENT ((uint64_t)1 << 63) /* in a letter's token */

static void
get(struct house *h, const struct node_get *g)
{
	struct object *o = house_find(h, g->kind, &g->id, g->number);
	struct node_event e = {.type = NODE_LOADED};
	struct buf b = {0};

	if (h->mute && g->kind == OBJECT_PIECE)
		return;
	e.loaded.token = o != NULL ? g->token : g->token | ABSENT;
	if (o != NULL)
		buf_put(&b, o->data.p, o->data.n);
	if (o != NULL && g->kind == OBJECT_PIECE && h->corrupt > 0)
		b.p[b.n / 2] ^= 1;
	post(h, &e, buf_bytes(&b));
	buf_done(&b);
}

/* Wires. */

static struct wire *
wire_of(struct town *t, uint64_t id, int *end)
{
	for (size_t i = t->n_wire; i-- > 0;)
		for (*end = 0; *end < 2; (*end)++)
			if (t->wire[i].id[*end] == id)
				return &t->wire[i];
	return NULL;
}

void
house_host(const struct house *h, char dst[INVITE_HOST_MAX + 1])
{
	snprintf(dst, INVITE_HOST_MAX + 1, "10.%zu.0.1", h->index);
}

static uint32_t
group_of(const struct house *h)
{
	return 10 << 8 | (uint32_t)h->index;
}

static void
dial(struct house *h, uint64_t token, const struct invite *v)
{
	struct town *t = h->t;
	struct house *to = &t->house[v->port - 1];
	struct node_event e = {.type = NODE_LINK_DOWN};
	struct wire *w;

	h->dials++;
	if (v->port == 0 || v->port > t->n || to->away ||
	    (to->node == NULL && to->door == NULL)) {
		e.link_down.dial = token;
		post(h, &e, bytes_of("", 0));
		return;
	}
	t->wire = realloc(t->wire, (t->n_wire + 1) * sizeof(*w));
	w = &t->wire[t->n_wire++];
	*w = (struct wire){true, {h, to}, {++t->ids, ++t->ids}};
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = w->id[0];
	e.link_up.we_dialled = true;
	e.link_up.dial = token;
	e.link_up.group = group_of(to);
	post(h, &e, bytes_of("", 0));
	e = (struct node_event){.type = NODE_LINK_UP};
	e.link_up.link = w->id[1];
	e.link_up.group = group_of(h);
	post(to, &e, bytes_of("", 0));
}

static void
send(struct house *h, uint64_t link, struct bytes data)
{
	struct node_event e = {.type = NODE_LINK_DATA};
	int end;
	struct wire *w = wire_of(h->t, link, &end);

	if (w == NULL || !w->open || data.n == 0)
		return;
	e.link_data.link = w->id[1 - end];
	post(w->end[1 - end], &e, data);
	e = (struct node_event){.type = NODE_LINK_ROOM};
	e.link_room.link = link;
	if (h->node != NULL)
		post(h, &e, bytes_of("", 0));
}

static void
hang_up(struct town *t, uint64_t link)
{
	struct node_event e = {.type = NODE_LINK_DOWN};
	int end;
	struct wire *w = wire_of(t, link, &end);

	if (w == NULL || !w->open)
		return;
	w->open = false;
	e.link_down.link = w->id[1 - end];
	post(w->end[1 - end], &e, bytes_of("", 0));
}

void
house_cut(struct house *h)
{
	struct town *t = h->t;

	for (size_t i = 0; i < t->n_wire; i++) {
		struct wire *w = &t->wire[i];
		struct node_event e = {.type = NODE_LINK_DOWN};

		if (!w->open || (w->end[0] != h && w->end[1] != h))
			continue;
		w->open = false;
		for (int k = 0; k < 2; k++) {
			e.link_down.link = w->id[k];
			post(w->end[k], &e, bytes_of("", 0));
		}
	}
}

/* Nodes. */

static void restore_feed(struct house *h, const struct id *id);

static void
tell(struct house *h, const struct node_tell *x)
{
	h->told[x->fact]++;
	h->last[x->fact] = *x;
	if (x->fact == FACT_WOKEN)
		h->woken[h->n_woken++] = x->id;
}

static void
carry_out(struct house *h, const struct node_update *u)
{
	for (size_t i = 0; i < u->n_put; i++)
		put(h, &u->put[i]);
	for (size_t i = 0; i < u->n_forget; i++)
		forget(h, &u->forget[i]);
	for (size_t i = 0; i < u->n_get; i++)
		get(h, &u->get[i]);
	for (size_t i = 0; i < u->n_send; i++)
		send(h, u->send[i].link, u->send[i].data);
	for (size_t i = 0; i < u->n_dial; i++)
		dial(h, u->dial[i].token, &u->dial[i].to);
	for (size_t i = 0; i < u->n_drop; i++)
		hang_up(h->t, u->drop[i].link);
	for (size_t i = 0; i < u->n_tell; i++)
		tell(h, &u->tell[i]);
}

void
house_event(struct house *h, struct node_event *e)
{
	struct node_update u;

	e->now = h->t->now;
	e->wall = TOWN_WALL + h->t->now / 1000;
	if (h->node == NULL) {
		if (h->door != NULL)
			mouth_event(h, e);
		return;
	}
	check(node_step(h->node, e, &u) == 0);
	carry_out(h, &u);
	if (h->n_woken == 0)
		return;
	while (h->n_woken > 0)
		restore_feed(h, &h->woken[--h->n_woken]);
	house_event(h, &(struct node_event){.type = NODE_DEADLINE});
}

/* Time. */

static void
deliver(struct letter *x)
{
	struct node_event *e = &x->e;

	if (e->type == NODE_LINK_DATA)
		e->link_data.in = buf_bytes(&x->data);
	if (e->type == NODE_LOADED) {
		e->loaded.object = buf_bytes(&x->data);
		if ((e->loaded.token & ABSENT) != 0)
			e->loaded.object.p = NULL;
		e->loaded.token &= ~ABSENT;
	}
	house_event(x->to, e);
	buf_done(&x->data);
	free(x);
}

static when_ms
next_deadline(const struct town *t)
{
	when_ms next = WHEN_NEVER;

	for (size_t i = 0; i < t->n; i++)
		if (t->house[i].node != NULL)
			next = when_min(next, node_deadline(t->house[i].node));
	return next;
}

void
town_run(struct town *t, when_ms ms)
{
	when_ms end = t->now + ms, next;

	for (;;) {
		while (t->from < t->n_q)
			deliver(t->q[t->from++]);
		t->n_q = t->from = 0;
		if ((next = next_deadline(t)) > end)
			break;
		t->now = next > t->now ? next : t->now;
		for (size_t i = 0; i < t->n; i++) {
			struct house *h = &t->house[i];
			struct node_event e = {.type = NODE_DEADLINE};

			if (h->node != NULL && node_deadline(h->node) <= t->now)
				house_event(h, &e);
		}
	}
	t->now = end;
}

/* Houses. */

static struct house *
build(struct town *t)
{
	struct house *h = &t->house[t->n++];

	check(t->n <= HOUSES_MAX);
	h->t = t;
	h->index = t->n;
	memset(h->cfg.identity_seed, (int)t->n, 32);
	memset(h->cfg.link_private, (int)t->n + 100, 32);
	crypto_scalarmult_base(h->link_public, h->cfg.link_private);
	memset(h->secret, (int)t->n + 50, 32);
	return h;
}

static void
let_in(struct house *h, const uint8_t secret[32])
{
	struct node_event e = {.type = NODE_INVITE};

	memcpy(e.invite.secret, secret, 32);
	house_event(h, &e);
}

/* An invite of |h|'s. */
static void
put_invite(struct house *h, const uint8_t secret[32], struct buf *b)
{
	struct invite v = {.transport = INVITE_RAW, .path = "/"};

	house_host(h, v.host);
	v.port = (uint16_t)h->index;
	memcpy(v.node, h->link_public, 32);
	memcpy(v.secret, secret, 32);
	invite_text(b, &v);
}

void
house_self(struct house *h, bool introduces)
{
	struct node_event e = {.type = NODE_SELF};
	struct buf b = {0};

	h->introduces = introduces;
	if (introduces)
		put_invite(h, h->secret, &b);
	e.self.invite = buf_bytes(&b);
	house_event(h, &e);
	buf_done(&b);
}

static int
header_at(const void *arg, size_t i, struct header *ret)
{
	return header_read(ret, ((const struct bytes *)arg)[i]);
}

static void
restore_packs(struct house *h, const struct id *id)
{
	struct node_pack k;
	size_t at = 0;

	while (node_next_pack(h->node, id, &at, &k)) {
		uint8_t have[128] = {0};
		size_t pieces = piece_count((uint32_t)k.size), held = 0;

		for (size_t i = 0; i < pieces; i++)
			if (house_find(h, OBJECT_PIECE, &k.root, i) != NULL) {
				have[i / 8] |= (uint8_t)(1 << i % 8);
				held++;
			}
		if (held > 0)
			check(node_restore_pack(h->node, &k.root,
				  held == pieces ? NULL : have) == 0);
	}
}

static void
restore_feed(struct house *h, const struct id *id)
{
	struct node_policy policy = {.tiers = 15, .own = h->prints};
	struct feed *f = feed_new(id);
	struct bytes header[64];
	struct node_headers headers = {.at = header_at, .arg = header};
	struct object *o;
	uint64_t floor, v = 1;
	size_t n = 0;

	for (; (o = house_find(h, OBJECT_CHARTER, id, v)) != NULL; v++)
		check(feed_add_charter(f, buf_bytes(&o->data), &floor) == 0);
	while (v > 1 && (o = house_find(h, OBJECT_HEADER, id, n + 1)) != NULL)
		header[n++] = buf_bytes(&o->data);
	check(feed_add_headers(f, header, n) == 0);
	headers.n = n;
	headers.head = n == 0 ? headers.head : header[n - 1];
	check(node_restore_feed(h->node, f, &policy, &headers) == 0);
	restore_packs(h, id);
}

/* The same if it slept.  |by| has restored all of it. */
static size_t
restore_asleep(struct house *h, const struct id *id, const struct node *by)
{
	struct node_policy policy = {.tiers = 15};
	struct feed *f = feed_new(id), *all = node_feed(by, id);
	struct node_feed_stat st;
	struct object *o;
	uint64_t floor;

	check(node_feed_stat(by, id, &st) == 0);
	if (st.head == 0 || st.packs_wanted > 0 ||
	    house_find(h, OBJECT_CHARTERS, id, 0) != NULL) {
		feed_free(f);
		restore_feed(h, id);
		return 0;
	}
	for (uint64_t v = 1; v <= st.charter; v++) {
		o = house_find(h, OBJECT_CHARTER, id, v);
		check(feed_add_charter(f, buf_bytes(&o->data), &floor) == 0);
	}
	check(node_restore_asleep(h->node, f, &policy, st.head,
		  feed_head_hash(all), bytes_of("", 0)) == 0);
	return 1;
}

/* |by| has restored all, if feeds are to sleep; their number. */
static size_t
boot(struct house *h, const struct node *by)
{
	static const struct id none;
	struct object *memory = house_find(h, OBJECT_MEMORY, &none, 0);
	struct node_event e = {.type = NODE_START};
	uint8_t seed[32] = {(uint8_t)h->index, (uint8_t)++h->boots};
	size_t asleep = 0;

	h->cfg.wall = TOWN_WALL + h->t->now / 1000 - 10;
	h->node = node_new(&h->cfg, seed);
	check(h->node != NULL);
	for (size_t i = 0; i < h->n_feed; i++)
		if (by != NULL)
			asleep += restore_asleep(h, &h->feed[i], by);
		else
			restore_feed(h, &h->feed[i]);
	if (memory != NULL)
		check(node_restore_memory(h->node, buf_bytes(&memory->data)) ==
		      0);
	house_event(h, &e);
	let_in(h, h->secret);
	for (size_t i = 1; i <= HOUSES_MAX; i++)
		if (!sodium_is_zero(h->invite[i], 32))
			let_in(h, h->invite[i]);
	if (h->introduces)
		house_self(h, true);
	return asleep;
}

struct house *
house_new(struct town *t, enum node_role role)
{
	struct house *h = build(t);

	h->cfg.role = role;
	boot(h, NULL);
	return h;
}

void
house_stop(struct house *h)
{
	struct town *t = h->t;

	house_cut(h);
	for (size_t i = t->from; i < t->n_q; i++)
		if (t->q[i]->to == h) { /* nobody is there to take it */
			t->q[i]->e = (struct node_event){.type = NODE_DEADLINE};
			buf_clear(&t->q[i]->data);
		}
	node_free(h->node);
	h->node = NULL;
}

void
house_restart(struct house *h)
{
	if (h->node != NULL)
		house_stop(h);
	boot(h, NULL);
}

size_t
house_sleep(struct house *h)
{
	struct node *by;
	size_t asleep;

	house_restart(h);
	by = h->node;
	asleep = boot(h, by);
	node_free(by);
	return asleep;
}

/* |to|'s secret for |from|, made when it is first asked for. */
static const uint8_t *
secret_for(struct house *from, struct house *to)
{
	uint8_t *secret = to->invite[from->index];

	if (sodium_is_zero(secret, 32)) {
		memset(secret, (int)to->index + 50, 32);
		secret[31] = (uint8_t)from->index;
		if (to->node != NULL)
			let_in(to, secret);
		else
			veil_door_add(to->door, secret);
	}
	return secret;
}

void
house_invite(struct house *from, struct house *to, struct buf *text)
{
	put_invite(to, secret_for(from, to), text);
}

static void
peer(struct house *from, struct house *to, bool remove)
{
	struct node_event e = {.type = NODE_PEER};
	struct buf text = {0};

	put_invite(to, secret_for(from, to), &text);
	e.peer.invite = buf_bytes(&text);
	e.peer.remove = remove;
	house_event(from, &e);
	buf_done(&text);
}

void
house_peer(struct house *from, struct house *to)
{
	peer(from, to, false);
}

void
house_unpeer(struct house *from, struct house *to)
{
	peer(from, to, true);
}

void
house_follow(struct house *h, const struct id *feed)
{
	struct node_event e = {.type = NODE_FOLLOW};

	h->feed[h->n_feed++] = *feed;
	e.follow.feed = *feed;
	e.follow.policy.tiers = 15;
	house_event(h, &e);
}

void
house_sync(struct house *h)
{
	struct node_event e = {.type = NODE_SYNC};

	house_event(h, &e);
}

/* Mouths. */

struct house *
mouth_house(struct town *t)
{
	struct house *h = build(t);
	uint8_t seed[32] = {(uint8_t)h->index};

	h->door = veil_door_new(h->cfg.link_private, TOWN_WALL - 10);
	veil_door_add(h->door, h->secret);
	rng_init(&h->rng, seed);
	return h;
}

static struct mouth *
mouth_new(struct house *h)
{
	struct mouth *m = calloc(1, sizeof(*m));

	m->h = h;
	h->mouth = realloc(h->mouth, (h->n_mouth + 1) * sizeof(struct mouth *));
	h->mouth[h->n_mouth++] = m;
	return m;
}

static void
flush(struct mouth *m)
{
	struct house *h = m->h;

	if (m->veil != NULL && veil_state(m->veil) == VEIL_OPEN)
		check(veil_flush(m->veil, &h->rng, &h->out) == 0);
	send(h, m->link, buf_bytes(&h->out));
	buf_clear(&h->out);
}

static struct mouth *
call(struct house *h, const struct invite *v)
{
	struct mouth *m = mouth_new(h);

	m->dialled = true;
	m->to = *v;
	dial(h, h->n_mouth, &m->to);
	town_run(h->t, 1);
	return m;
}

struct mouth *
mouth_dial_invite(struct house *h, struct bytes text)
{
	struct invite v;

	check(invite_parse(&v, text) == 0);
	return call(h, &v);
}

static struct mouth *
dial_with(struct house *h, struct house *to, const uint8_t secret[32])
{
	struct buf text = {0};
	struct mouth *m;

	put_invite(to, secret, &text);
	m = mouth_dial_invite(h, buf_bytes(&text));
	check(m->open);
	buf_done(&text);
	return m;
}

struct mouth *
mouth_dial(struct house *h, struct house *to)
{
	return dial_with(h, to, to->secret);
}

struct mouth *
mouth_dial_own(struct house *h, struct house *to)
{
	return dial_with(h, to, secret_for(h, to));
}

void
mouth_hello(struct mouth *m, enum msg_role role, uint8_t who)
{
	struct msg x = {
	    .kind = MSG_HELLO, .hello = {.version = 1, .role = role}};
	uint8_t seed[32] = {who, 99}, sk[64], text[MSG_LINK_TEXT_LEN];

	if (role == ROLE_NODE) {
		crypto_sign_seed_keypair(x.hello.key, sk, seed);
		msg_link_text(text, veil_hash(m->veil), m->dialled);
		crypto_sign_detached(x.hello.sig, NULL, text, sizeof(text), sk);
	}
	mouth_say(m, &x);
}

void
mouth_say(struct mouth *m, const struct msg *msg)
{
	struct buf b = {0};

	check(msg_encode(&b, msg) == 0);
	check(veil_send(m->veil, buf_bytes(&b)) == 0);
	flush(m);
	buf_done(&b);
}

void
mouth_last(struct mouth *m, enum msg_kind kind, struct msg *ret)
{
	check(m->heard[kind] > 0);
	check(msg_decode(ret, buf_bytes(&m->last[kind])) == 0);
}

static struct mouth *
mouth_of(struct house *h, uint64_t link)
{
	for (size_t i = h->n_mouth; i-- > 0;)
		if (h->mouth[i]->link == link)
			return h->mouth[i];
	return NULL;
}

static void
mouth_up(struct house *h, const struct node_event *e)
{
	struct mouth *m = e->link_up.we_dialled ? h->mouth[e->link_up.dial - 1]
						: mouth_new(h);

	m->link = e->link_up.link;
	m->veil = m->dialled
		      ? veil_dial(&m->to, e->wall, h->seen, &h->rng, &h->out)
		      : veil_accept(h->door);
	flush(m);
}

static void
decline(struct mouth *m, uint32_t id)
{
	struct msg x = {
	    .kind = MSG_GIVE, .give = {.id = id, .status = GIVE_NOT_HELD}};

	mouth_say(m, &x);
}

static void
mouth_data(struct mouth *m, const struct node_event *e)
{
	struct house *h = m->h;
	struct bytes b;
	struct msg x;

	veil_input(m->veil, e->link_data.in.p, e->link_data.in.n, e->wall,
	    &h->rng, &h->out);
	m->open = veil_state(m->veil) == VEIL_OPEN;
	while (veil_next(m->veil, &b)) {
		check(msg_decode(&x, b) == 0);
		m->heard[x.kind]++;
		if (m->declines && x.kind == MSG_ASK && x.ask.budget > 0)
			decline(m, (uint32_t)x.ask.id);
		buf_clear(&m->last[x.kind]);
		buf_put(&m->last[x.kind], b.p, b.n);
	}
	flush(m);
}

static void
mouth_event(struct house *h, const struct node_event *e)
{
	struct mouth *m;

	if (e->type == NODE_LINK_UP)
		mouth_up(h, e);
	if (e->type == NODE_LINK_DATA &&
	    (m = mouth_of(h, e->link_data.link)) != NULL)
		mouth_data(m, e);
	if (e->type == NODE_LINK_DOWN && e->link_down.link != 0 &&
	    (m = mouth_of(h, e->link_down.link)) != NULL)
		m->over = true;
}

void
town_done(struct town *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct house *h = &t->house[i];

		node_free(h->node);
		for (size_t k = 0; k < h->n_obj; k++)
			buf_done(&h->obj[k].data);
		free(h->obj);
		for (size_t k = 0; k < h->n_mouth; k++) {
			veil_free(h->mouth[k]->veil);
			for (size_t j = 0; j <= MSG_BYE; j++)
				buf_done(&h->mouth[k]->last[j]);
			free(h->mouth[k]);
		}
		free(h->mouth);
		veil_door_free(h->door);
		buf_done(&h->out);
	}
	for (size_t i = t->from; i < t->n_q; i++) {
		buf_done(&t->q[i]->data);
		free(t->q[i]);
	}
	free(t->wire);
	free(t->q);
	*t = (struct town){0};
}

/* Publishers. */

void
press_new(struct press *p, uint8_t seed)
{
	uint8_t s[32] = {seed}, id[8] = {seed};
	struct buf body = {0};

	press_done(p);
	key_secret_new(&p->k, s, id);
	p->c = (struct charter){.version = 1,
	    .name = bytes_str("N"),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1};
	p->c.root[0] = p->k.pub;
	p->c.key[0] = (struct charter_key){p->k.pub, 1, UINT64_MAX};
	check(charter_encode(&body, &p->c) == 0);
	check(charter_sign(&p->charter, buf_bytes(&body), (struct bytes){0},
		  NULL, &p->k) == 0);
	hash(&p->feed, HASH_CHARTER, buf_bytes(&body));
	history_init(&p->history);
	randombytes_buf_deterministic(p->bytes, sizeof(p->bytes), s);
	buf_done(&body);
}

void
press_revoke(struct press *q, uint64_t from, struct buf *ret)
{
	struct buf body = {0};
	uint8_t s[32] = {200}, id[8] = {200};
	struct key_secret fresh;

	key_secret_new(&fresh, s, id);
	q->c.version = 2;
	q->c.previous = q->feed;
	q->c.n_key = 2;
	q->c.key[0].to = from - 1;
	q->c.key[1] = (struct charter_key){fresh.pub, from, UINT64_MAX};
	check(charter_encode(&body, &q->c) == 0);
	buf_clear(ret);
	check(charter_sign(ret, buf_bytes(&body), (struct bytes){0}, NULL,
		  &q->k) == 0);
	q->k = fresh;
	buf_done(&body);
}

void
press_done(struct press *p)
{
	buf_done(&p->charter);
	buf_done(&p->head);
	memset(p, 0, sizeof(*p));
}

static void
make_pack(struct press *p, struct pack_entry *x, unsigned tier, size_t size,
    struct house *h)
{
	struct bytes b = bytes_of(p->bytes + p->number * 10 + tier * 5, size);

	*x = (struct pack_entry){.tier = (enum tier)tier,
	    .size = (uint32_t)size,
	    .raw = 1,
	    .count = 1,
	    .first = p->number,
	    .last = p->number};
	merkle_pack_root(&x->root, b);
	for (size_t i = 0; i < piece_count(size) && h != NULL; i++)
		house_put(h, OBJECT_PIECE, &x->root, i,
		    bytes_of(b.p + i * PIECE_SIZE, piece_len(size, i)));
}

void
press_sign(struct press *p, struct house *house, size_t size)
{
	struct header h = {.feed = p->feed,
	    .charter = p->c.version,
	    .number = ++p->number,
	    .time = 1,
	    .next = p->next,
	    .n_pack = size == 0 ? 0 : 2};
	struct id leaf;

	history_root(&p->history, &h.history);
	for (unsigned t = 0; t < h.n_pack; t++)
		make_pack(p, &h.pack[t], t, size, house);
	buf_clear(&p->head);
	check(header_sign(&p->head, &h, &p->k) == 0);
	check(header_leaf(&leaf, buf_bytes(&p->head)) == 0);
	history_add(&p->history, &leaf);
	if (house != NULL)
		house_put(house, OBJECT_HEADER, &p->feed, h.number,
		    buf_bytes(&p->head));
}

void
press_publish(struct press *p, struct house *h, size_t size)
{
	struct node_event e = {.type = NODE_PUBLISHED};

	press_sign(p, h, size);
	e.published.feed = p->feed;
	if (p->number == 1) {
		e.published.charter = buf_bytes(&p->charter);
		house_put(h, OBJECT_CHARTER, &p->feed, 1, e.published.charter);
	}
	e.published.header = buf_bytes(&p->head);
	h->prints = true;
	house_event(h, &e);
}

void
press_check(struct press *p, struct house *h)
{
	struct node_feed_stat st;

	check(node_feed_stat(h->node, &p->feed, &st) == 0);
	check(st.head == p->number);
	check(st.packs_held == 2 * p->number);
	check(st.packs_wanted == 0);
}

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/puppet.h"

/* The driver. */

static void
tell(struct host *h, const struct node_tell *t)
{
	invariant_tell(h, t);
	h->synced |= t->fact == FACT_SYNCED;
	h->unreached |= t->fact == FACT_UNREACHED;
	h->told_fork |= t->fact == FACT_FORK;
	h->told_overdue |= t->fact == FACT_OVERDUE;
	if (t->fact == FACT_HEAD) {
		h->head_at = h->w->now;
		h->receipts = 0;
	}
	if (t->fact == FACT_RECEIPTS)
		h->receipts = t->value;
	world_digest(h->w, (uint64_t)t->fact << 32 | h->index);
}

static void
carry_out(struct host *h, const struct node_update *u)
{
	for (size_t i = 0; i < u->n_put; i++)
		disk_put(h, &u->put[i]);
	for (size_t i = 0; i < u->n_forget; i++)
		disk_forget(h, &u->forget[i]);
	for (size_t i = 0; i < u->n_get; i++)
		disk_get(h, &u->get[i]);
	for (size_t i = 0; i < u->n_send; i++)
		net_send(h, &u->send[i]);
	for (size_t i = 0; i < u->n_dial; i++)
		net_dial(h, &u->dial[i]);
	for (size_t i = 0; i < u->n_drop; i++)
		net_drop(h, u->drop[i].link);
	for (size_t i = 0; i < u->n_tell; i++)
		tell(h, &u->tell[i]);
}

bool
host_is_up(const struct host *h)
{
	return h->node != NULL || h->puppet != NULL;
}

/* What is put off stays where it is in the future, and is put off once its time comes. */
static void
host_due(struct host *h)
{
	when_ms due = node_deadline(h->node);

	if (h->due.item.place == 0 || due < h->due.item.when)
		heap_set(&h->w->future, &h->due.item, due);
}

void
host_deadline(struct host *h)
{
	struct node_event e = {.type = NODE_DEADLINE};

	if (node_deadline(h->node) > h->w->now)
		host_due(h);
	else
		host_step(h, &e);
}

void
host_step(struct host *h, struct node_event *e)
{
	struct world *w = h->w;
	struct node_update u;
	bool alone;

	if (!host_is_up(h))
		return;
	e->now = w->now;
	e->wall = w->clock + w->now / 1000;
	w->steps++;
	h->steps++;
	w->events[e->type]++;
	world_digest(w, w->now << 4 ^ (uint64_t)e->type);
	world_digest(w, h->index);
	h->link_now = e->type == NODE_LINK_DATA ? e->link_data.link : 0;
	if (h->puppet != NULL) {
		liar_now = NULL;
		puppet_step(h->puppet, e);
		return;
	}
	liar_now = h;
	alone = node_deadline(h->node) > w->now;
	if (node_step(h->node, e, &u) != 0)
		world_fail(w, "the node gave up", h);
	carry_out(h, &u);
	host_due(h);
	invariant_step(h, e, &u, alone);
}

/* Births. */

struct host *
host_new(struct world *w, enum node_role role)
{
	struct host *h = calloc(1, sizeof(*h));
	uint8_t private[32], secret[32];

	if (w->n_host == HOSTS_MAX)
		world_fail(w, "too many hosts for one world", NULL);
	w->host = world_grow(w->host, w->n_host, &w->cap_host);
	w->host[w->n_host] = h;
	h->w = w;
	h->index = w->n_host++;
	h->due.deadline = h;
	h->role = role;
	h->group = (uint32_t)h->index;
	dice_init(&h->dice, w->seed, h->index + 1);
	host_keys(h, private, secret);
	crypto_scalarmult_base(h->link_public, private);
	host_follow(h, w->paper[0]);
	return h;
}

void
host_free(struct host *h)
{
	node_free(h->node);
	puppet_free(h->puppet);
	heap_set(&h->w->future, &h->due.item, WHEN_NEVER);
	while (h->n_conn > 0)
		net_cut(h->conn[0]);
	disk_free(h);
	ledger_free(h);
	free(h->conn);
	free(h->peer);
	free(h->guest);
	free(h->paper);
	free(h);
}

static void
expect(struct host *h, struct host *guest)
{
	h->guest = world_grow(h->guest, h->n_guest, &h->cap_guest);
	h->guest[h->n_guest++] = guest;
}

void
host_knows(struct host *h, struct host *to)
{
	for (size_t i = 0; i < h->n_peer; i++)
		if (h->peer[i] == to)
			return;
	h->peer = world_grow(h->peer, h->n_peer, &h->cap_peer);
	h->peer[h->n_peer++] = to;
	expect(to, h);
}

void
host_follow(struct host *h, struct paper *p)
{
	h->paper = world_grow(h->paper, h->n_paper, &h->cap_paper);
	h->paper[h->n_paper++] = p;
}

void
host_keys(const struct host *h, uint8_t ret_private[32], uint8_t ret_secret[32])
{
	memset(ret_private, 100, 32);
	memset(ret_secret, 50, 32);
	store_le64(ret_private + 8,
	    h->index + 1); /* X25519 ignores the first bits */
	store_le64(ret_secret, h->index + 1);
}

/* Its address has its group in front, and its place behind. */
void
host_invite(struct host *h, const struct host *guest, struct invite *ret)
{
	uint8_t private[32];

	*ret = (struct invite){.transport = INVITE_RAW, .path = "/"};
	snprintf(ret->host, sizeof(ret->host), "%u.%u.0.1",
	    1 + (h->group >> 8 & 127), h->group & 255);
	ret->port = (uint16_t)(h->index + 1);
	host_keys(h, private, ret->secret);
	if (guest != NULL)
		store_le64(ret->secret + 8, guest->index + 1);
	memcpy(ret->node, h->link_public, sizeof(ret->node));
}

struct host *
host_of(struct world *w, const struct invite *v)
{
	return w->host[v->port - 1];
}

static void
let_in(struct host *h, const struct host *guest)
{
	struct node_event e = {.type = NODE_INVITE};
	struct invite v;

	host_invite(h, guest, &v);
	memcpy(e.invite.secret, v.secret, sizeof(v.secret));
	if (h->puppet != NULL)
		puppet_invite(h->puppet, v.secret);
	else
		host_step(h, &e);
}

void
host_expect(struct host *h, struct host *guest)
{
	expect(h, guest);
	if (host_is_up(h))
		let_in(h, guest);
}

void
host_let_in(struct host *h)
{
	let_in(h, NULL);
	for (size_t i = 0; i < h->n_guest; i++)
		let_in(h, h->guest[i]);
}

void
host_meet(struct host *h, struct host *to)
{
	struct node_event e = {.type = NODE_PEER};
	struct buf text = {0};
	struct invite v;

	let_in(to, h);
	host_invite(to, h, &v);
	invite_text(&text, &v);
	e.peer.invite = buf_bytes(&text);
	host_step(h, &e);
	buf_done(&text);
}

static void
restore_pack(struct host *h, const struct pack_entry *e)
{
	uint8_t have[128] = {0};
	size_t pieces = piece_count(e->size), held = 0;

	for (size_t j = 0; j < pieces; j++)
		if (disk_find(h, OBJECT_PIECE, &e->root, j) != NULL) {
			have[j / 8] |= (uint8_t)(1 << j % 8);
			held++;
		}
	if (held > 0)
		node_restore_pack(h->node, &e->root,
		    held == pieces ? NULL : have);
}

/* The feed as far as its charters go, or NULL. */
static struct feed *
restore_charters(struct host *h, const struct paper *p)
{
	struct feed *f = feed_new(&p->feed);
	struct blob *o;
	uint64_t floor, v = 0;

	while ((o = disk_find(h, OBJECT_CHARTER, &p->feed, v + 1)) != NULL) {
		v++;
		if (feed_add_charter(f, blob_bytes(o), &floor) != 0)
			world_fail(h->w, "a charter cannot be restored", h);
	}
	if (v > 0)
		return f;
	feed_free(f);
	return NULL;
}

static int
header_at(const void *arg, size_t i, struct header *ret)
{
	return header_read(ret, ((const struct bytes *)arg)[i]);
}

static void
restore(struct host *h, const struct paper *p, const struct node_policy *policy)
{
	struct bytes header[ISSUES_MAX];
	struct node_headers headers = {.at = header_at, .arg = header};
	struct feed *f;
	struct header hd;
	struct blob *o;
	size_t n = 0;

	if ((f = restore_charters(h, p)) == NULL)
		return;
	while (n < ISSUES_MAX &&
	       (o = disk_find(h, OBJECT_HEADER, &p->feed, n + 1)) != NULL)
		headers.head = header[n++] = blob_bytes(o);
	headers.n = n;
	if (feed_add_headers(f, header, n) != 0 ||
	    node_restore_feed(h->node, f, policy, &headers) != 0)
		world_fail(h->w, "the disk cannot be restored from", h);
	for (uint64_t k = 1; k <= ISSUES_MAX; k++)
		if ((o = disk_find(h, OBJECT_PROOF, &p->feed, k)) != NULL)
			node_restore_proof(h->node, &p->feed, blob_bytes(o));
	for (size_t i = 0; i < n; i++)
		if (header_peek(&hd, header[i]) == 0)
			for (size_t k = 0; k < hd.n_pack; k++)
				restore_pack(h, &hd.pack[k]);
}

static void
node_of(struct host *h)
{
	struct world *w = h->w;
	struct node_config cfg = {.role = h->role,
	    .wall = w->clock + w->now / 1000 - (w->clock < 5 ? 0 : 5),
	    .quota = h->quota};
	uint8_t seed[32] = {0}, secret[32];

	h->boots++;
	store_le64(seed, w->seed);
	store_le64(seed + 8, h->index);
	store_le64(seed + 16, h->boots);
	store_le64(cfg.identity_seed, h->index + 1);
	host_keys(h, cfg.link_private, secret);
	h->node = node_new(&cfg, seed);
}

static void
start_reading(struct host *h, const struct paper *p)
{
	struct node_event e = {.type = NODE_FOLLOW};

	e.follow.feed = p->feed;
	e.follow.policy = (struct node_policy){.tiers = 15};
	host_step(h, &e);
}

void
host_read(struct host *h, struct paper *p)
{
	host_follow(h, p);
	start_reading(h, p);
}

/* What it remembers of others. */
static void
restore_memory(struct host *h)
{
	static const struct id none;
	struct blob *b = disk_find(h, OBJECT_MEMORY, &none, 0);

	if (b != NULL && node_restore_memory(h->node, blob_bytes(b)) != 0)
		world_fail(h->w, "it cannot remember", h);
}

/* It may be introduced. */
static void
open_up(struct host *h)
{
	struct node_event e = {.type = NODE_SELF};
	struct buf text = {0};
	struct invite v;

	host_invite(h, NULL, &v);
	invite_text(&text, &v);
	e.self.invite = buf_bytes(&text);
	host_step(h, &e);
	buf_done(&text);
}

void
host_boot(struct host *h)
{
	struct node_policy policy = {.tiers = 15};
	struct node_event e = {.type = NODE_START};

	node_of(h);
	h->head_at = h->w->now;
	h->head = 0;
	for (size_t i = 0; i < h->n_paper; i++)
		restore(h, h->paper[i], &policy);
	for (size_t i = 0; i < h->n_paper; i++)
		start_reading(h, h->paper[i]);
	restore_memory(h);
	host_step(h, &e);
	if (h->open)
		open_up(h);
	host_let_in(h);
	for (size_t i = 0; i < h->n_peer; i++)
		host_meet(h, h->peer[i]);
}

static void
die(struct host *h)
{
	disk_crash(h);
	node_free(h->node);
	h->node = NULL;
	heap_set(&h->w->future, &h->due.item, WHEN_NEVER);
	h->boots++;
	h->down_until = h->w->now + dice_roll(&h->dice, 60000);
}

void
host_crash(struct host *h)
{
	die(h);
	while (h->n_conn > 0)
		net_cut(h->conn[0]);
}

void
host_vanish(struct host *h)
{
	die(h);
	for (size_t i = 0; i < h->n_conn; i++)
		h->conn[i]->frozen = true;
}

void
host_block(struct host *h)
{
	h->blocked = true;
	for (size_t i = 0; i < h->n_conn; i++)
		h->conn[i]->frozen = true;
}

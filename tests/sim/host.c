#include <sodium.h>
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

void
host_step(struct host *h, struct node_event *e)
{
	struct world *w = h->w;
	struct node_update u;

	if (!host_is_up(h))
		return;
	e->now = w->now;
	e->wall = WALL + w->now / 1000;
	w->steps++;
	world_digest(w, w->now << 8 ^ (uint64_t)e->type << 4 ^ h->index);
	if (h->puppet != NULL) {
		puppet_step(h->puppet, e);
		return;
	}
	if (node_step(h->node, e, &u) != 0)
		world_fail(w, "the node gave up", h);
	carry_out(h, &u);
	invariant_step(h);
}

/* Births. */

struct host *
host_new(struct world *w, enum node_role role)
{
	struct host *h = &w->host[w->n_host];

	h->w = w;
	h->index = w->n_host++;
	h->role = role;
	return h;
}

void
host_free(struct host *h)
{
	node_free(h->node);
	puppet_free(h->puppet);
	for (size_t k = 0; k < h->n_obj; k++)
		buf_done(&h->obj[k].data);
	free(h->obj);
}

void
host_keys(struct host *h, uint8_t ret_private[32], uint8_t ret_secret[32])
{
	memset(ret_private, (int)h->index + 100, 32);
	memset(ret_secret, (int)h->index + 50, 32);
	crypto_scalarmult_base(h->link_public, ret_private);
}

static void
add_peer(struct host *h, struct host *to)
{
	struct invite v = {
	    .transport = INVITE_RAW, .host = "127.0.0.1", .path = "/"};
	struct node_event e = {.type = NODE_PEER};
	struct buf text = {0};
	uint8_t private[32];

	v.port = (uint16_t)(to->index + 1);
	host_keys(to, private, v.secret);
	memcpy(v.node, to->link_public, 32);
	invite_text(&text, &v);
	e.peer.invite = buf_bytes(&text);
	host_step(h, &e);
	buf_done(&text);
}

static void
restore_pack(struct host *h, const struct pack_entry *e)
{
	uint8_t have[32] = {0};
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
restore_charters(struct host *h)
{
	struct world *w = h->w;
	struct feed *f = feed_new(&w->feed);
	struct object *o;
	uint64_t floor, v = 0;

	while ((o = disk_find(h, OBJECT_CHARTER, &w->feed, v + 1)) != NULL) {
		v++;
		if (feed_add_charter(f, buf_bytes(&o->data), &floor) != 0)
			world_fail(w, "a charter cannot be restored", h);
	}
	if (v > 0)
		return f;
	feed_free(f);
	return NULL;
}

static void
restore(struct host *h, const struct node_policy *policy)
{
	struct world *w = h->w;
	struct bytes header[ISSUES_MAX];
	struct feed *f;
	struct header hd;
	struct object *o;
	size_t n = 0;

	if ((f = restore_charters(h)) == NULL)
		return;
	while (n < ISSUES_MAX &&
	       (o = disk_find(h, OBJECT_HEADER, &w->feed, n + 1)) != NULL)
		header[n++] = buf_bytes(&o->data);
	if (feed_add_headers(f, header, n) != 0 ||
	    node_restore_feed(h->node, f, policy, header, n) != 0)
		world_fail(w, "the disk cannot be restored from", h);
	for (uint64_t k = 1; k <= ISSUES_MAX; k++)
		if ((o = disk_find(h, OBJECT_PROOF, &w->feed, k)) != NULL)
			node_restore_proof(h->node, &w->feed,
			    buf_bytes(&o->data));
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
	    .wall = WALL + w->now / 1000 - 5,
	    .quota = h->quota};
	uint8_t seed[32] = {0}, secret[32];

	h->boots++;
	store_le64(seed, w->seed * 1000 + h->index * 100 + h->boots);
	memset(cfg.identity_seed, (int)h->index + 1, 32);
	host_keys(h, cfg.link_private, secret);
	h->node = node_new(&cfg, seed);
}

void
host_boot(struct host *h)
{
	struct world *w = h->w;
	struct node_policy policy = {.tiers = 15};
	struct node_event e = {.type = NODE_FOLLOW};
	uint8_t private[32];

	node_of(h);
	restore(h, &policy);
	e.follow.feed = w->feed;
	e.follow.policy = policy;
	host_step(h, &e);
	e = (struct node_event){.type = NODE_START};
	host_step(h, &e);
	e = (struct node_event){.type = NODE_INVITE};
	host_keys(h, private, e.invite.secret);
	host_step(h, &e);
	for (size_t i = 0; i < w->n_host; i++)
		if (h->peer[i])
			add_peer(h, &w->host[i]);
}

void
host_crash(struct host *h)
{
	struct world *w = h->w;

	disk_crash(h);
	for (size_t i = 0; i < w->n_conn; i++)
		if (w->conn[i].end[0] == h || w->conn[i].end[1] == h)
			net_cut(&w->conn[i]);
	node_free(h->node);
	h->node = NULL;
	h->boots++;
	h->down_until = w->now + world_roll(w, 60000);
}

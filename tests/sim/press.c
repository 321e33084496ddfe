#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

void
press_init(struct world *w)
{
	struct charter c = {.version = 1,
	    .name = bytes_str("N"),
	    .n_root = 1,
	    .threshold = 1,
	    .n_key = 1};
	uint8_t seed[32] = {7}, id[8] = {7};
	struct buf body = {0};

	key_secret_new(&w->key[0], seed, id);
	c.root[0] = w->key[0].pub;
	c.key[0] = (struct charter_key){w->key[0].pub, 1, UINT64_MAX};
	if (charter_encode(&body, &c) != 0 ||
	    charter_sign(&w->charter[0], buf_bytes(&body),
		(struct bytes){NULL, 0}, &w->key[0]) != 0)
		world_fail(w, "no charter", NULL);
	hash(&w->feed, HASH_CHARTER, buf_bytes(&body));
	w->n_charter = 1;
	history_init(&w->history);
	buf_done(&body);
}

static struct issue *
issue_new(struct world *w)
{
	struct issue *is = &w->issue[w->n_issue++];

	if (w->n_issue > ISSUES_MAX)
		world_fail(w, "too many issues for one world", NULL);
	is->number = w->head + 1;
	return is;
}

static void
fill(struct world *w, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		uint64_t r = world_roll(w, 0);

		memcpy(p + i, &r, n - i < 8 ? n - i : 8);
	}
}

/* One more pack, of |tier|, on the disk of |h|. */
static void
add_pack(struct host *h, struct issue *is, enum tier tier, size_t size)
{
	struct pack_entry *x = &is->pack[is->n_pack];
	uint8_t *p = is->bytes[is->n_pack++] = malloc(size);

	fill(h->w, p, size);
	*x = (struct pack_entry){.tier = tier,
	    .size = (uint32_t)size,
	    .raw = 1,
	    .count = 1,
	    .first = is->number,
	    .last = is->number};
	merkle_pack_root(&x->root, bytes_of(p, size));
	for (size_t i = 0; i < piece_count(size); i++)
		disk_keep(h, OBJECT_PIECE, &x->root, i,
		    bytes_of(p + i * PIECE_SIZE, piece_len(size, i)));
}

static void
sign(struct world *w, struct issue *is, uint64_t time)
{
	struct header hd = {.feed = w->feed,
	    .charter = 1,
	    .number = is->number,
	    .time = time,
	    .n_pack = is->n_pack};

	history_root(&w->history, &hd.history);
	memcpy(hd.pack, is->pack, sizeof(is->pack));
	if (header_sign(&is->file, &hd, &w->key[0]) != 0)
		world_fail(w, "the publisher cannot sign", NULL);
}

void
press_plant(struct host *h, const struct issue *is)
{
	struct world *w = h->w;
	struct node_event e = {.type = NODE_PUBLISHED};

	disk_keep(h, OBJECT_HEADER, &w->feed, is->number, buf_bytes(&is->file));
	if (h->index == 0) {
		e.published.charter = buf_bytes(&w->charter[w->n_charter - 1]);
		disk_keep(h, OBJECT_CHARTER, &w->feed, w->n_charter,
		    e.published.charter);
	}
	e.published.feed = w->feed;
	e.published.header = buf_bytes(&is->file);
	host_step(h, &e);
}

void
press_publish(struct world *w)
{
	struct host *h = &w->host[0];
	struct issue *is;
	struct id leaf;

	if (h->node == NULL)
		return;
	is = issue_new(w);
	add_pack(h, is, TIER_HEADS, 300 + world_roll(w, 4000));
	add_pack(h, is, TIER_TEXT,
	    300 + world_roll(w, world_roll(w, 4) == 0 ? 600000 : 60000));
	sign(w, is, 1);
	history_leaf(&leaf, buf_bytes(&is->file));
	history_add(&w->history, &leaf);
	w->head++;
	press_plant(h, is);
}

struct issue *
press_steal(struct world *w)
{
	struct issue *is = issue_new(w);

	w->thief = is->dead = true;
	sign(w, is, 2);
	return is;
}

struct bytes
press_pack(const struct world *w, const struct id *root)
{
	for (size_t i = 0; i < w->n_issue; i++)
		for (size_t t = 0; t < w->issue[i].n_pack; t++)
			if (id_eq(&w->issue[i].pack[t].root, root))
				return bytes_of(w->issue[i].bytes[t],
				    w->issue[i].pack[t].size);
	return (struct bytes){NULL, 0};
}

const struct issue *
press_issue(const struct world *w, uint64_t number)
{
	for (size_t i = 0; i < w->n_issue; i++)
		if (w->issue[i].number == number && !w->issue[i].dead)
			return &w->issue[i];
	return NULL;
}

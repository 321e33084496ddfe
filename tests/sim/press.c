#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

/* Make the charter of the next |version|, with |n_key| signing keys. */
static void
make_charter(struct world *w, struct charter *c)
{
	struct buf body = {0}, *file = &w->charter[w->n_charter++];

	c->version = w->n_charter;
	c->name = bytes_str("N");
	c->previous = w->feed;
	c->n_root = 1;
	c->threshold = 1;
	c->root[0] = w->key[0].pub;
	if (charter_encode(&body, c) != 0 ||
	    charter_sign(file, buf_bytes(&body), (struct bytes){NULL, 0},
		&w->key[0]) != 0)
		world_fail(w, "no charter", NULL);
	if (c->version == 1)
		hash(&w->feed, HASH_CHARTER, buf_bytes(&body));
	buf_done(&body);
}

void
press_init(struct world *w)
{
	struct charter c = {.n_key = 1};

	for (uint8_t i = 0; i < 2; i++) {
		uint8_t seed[32] = {(uint8_t)(7 + i)};
		uint8_t id[8] = {(uint8_t)(7 + i)};

		key_secret_new(&w->key[i], seed, id);
	}
	c.key[0] = (struct charter_key){w->key[0].pub, 1, UINT64_MAX};
	make_charter(w, &c);
}

static struct issue *
issue_new(struct world *w, uint64_t number)
{
	struct issue *is = &w->issue[w->n_issue++];

	if (w->n_issue > ISSUES_MAX)
		world_fail(w, "too many issues for one world", NULL);
	is->number = number;
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
add_packs(struct host *h, struct issue *is)
{
	struct world *w = h->w;

	add_pack(h, is, TIER_HEADS, 300 + world_roll(w, 4000));
	add_pack(h, is, TIER_TEXT,
	    300 + world_roll(w, world_roll(w, 4) == 0 ? 600000 : 60000));
}

/* Sign |is| with the key of |charter|, on top of the issues |before| it. */
static void
sign(struct world *w, struct issue *is, uint64_t charter,
    const struct issue *before)
{
	struct header hd = {.feed = w->feed,
	    .charter = charter,
	    .number = is->number,
	    .time = is->dead ? 2 : 1,
	    .n_pack = is->n_pack};
	struct history history;
	struct id leaf;

	history_init(&history);
	for (uint64_t k = 1; k < is->number; k++) {
		bool own = before != NULL && before->number == k;

		history_leaf(&leaf,
		    buf_bytes(own ? &before->file : &press_issue(w, k)->file));
		history_add(&history, &leaf);
	}
	history_root(&history, &hd.history);
	memcpy(hd.pack, is->pack, sizeof(is->pack));
	if (header_sign(&is->file, &hd, &w->key[charter - 1]) != 0)
		world_fail(w, "the publisher cannot sign", NULL);
}

/* Tell the publisher's node of the newest charter, and of |e|'s header. */
static void
tell(struct world *w, struct node_event *e)
{
	struct host *h = &w->host[0];

	e->published.feed = w->feed;
	e->published.charter = buf_bytes(&w->charter[w->n_charter - 1]);
	disk_keep(h, OBJECT_CHARTER, &w->feed, w->n_charter,
	    e->published.charter);
	host_step(h, e);
}

void
press_publish(struct world *w)
{
	struct host *h = &w->host[0];
	struct node_event e = {.type = NODE_PUBLISHED};
	struct issue *is;

	if (h->node == NULL)
		return;
	is = issue_new(w, w->head + 1);
	add_packs(h, is);
	sign(w, is, w->n_charter, NULL);
	w->head++;
	disk_keep(h, OBJECT_HEADER, &w->feed, is->number, buf_bytes(&is->file));
	e.published.header = buf_bytes(&is->file);
	tell(w, &e);
}

/* |c| fixes the publisher's issues up to |last|. */
static void
pin(struct world *w, struct charter *c, uint64_t last)
{
	struct history history;
	struct id leaf;

	history_init(&history);
	for (uint64_t k = 1; k <= last; k++) {
		const struct issue *is = press_issue(w, k);

		if (is == NULL)
			world_fail(w, "nothing to pin", NULL);
		history_leaf(&leaf, buf_bytes(&is->file));
		history_add(&history, &leaf);
	}
	c->pin = last;
	history_root(&history, &c->pin_root);
}

void
press_end_key(struct world *w, uint64_t from, bool pins)
{
	struct charter c = {.n_key = 2};
	struct node_event e = {.type = NODE_PUBLISHED};

	c.key[0] = (struct charter_key){w->key[0].pub, 1, from - 1};
	c.key[1] = (struct charter_key){w->key[1].pub, from, UINT64_MAX};
	if (pins)
		pin(w, &c, from - 1);
	make_charter(w, &c);
	for (size_t i = 0; i < w->n_issue; i++)
		w->issue[i].dead |= w->issue[i].number >= from;
	w->head = from - 1;
	tell(w, &e);
}

struct issue *
press_steal(struct world *w, uint64_t number, const struct issue *before,
    struct host *thief)
{
	struct issue *is = issue_new(w, number);

	w->thief = is->dead = true;
	if (thief != NULL)
		add_packs(thief, is);
	sign(w, is, 1, before);
	return is;
}

void
press_plant(struct host *h, const struct issue *is)
{
	struct node_event e = {.type = NODE_PUBLISHED};

	disk_keep(h, OBJECT_HEADER, &h->w->feed, is->number,
	    buf_bytes(&is->file));
	e.published.feed = h->w->feed;
	e.published.header = buf_bytes(&is->file);
	host_step(h, &e);
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

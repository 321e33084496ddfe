#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

/* Make the charter of the next version, with the signing keys of |c|. */
static void
make_charter(struct paper *p, struct charter *c)
{
	struct buf body = {0}, *file = &p->charter[p->n_charter++];

	c->version = p->n_charter;
	p->charter_at = p->w->now;
	tally_done(&p->charters);
	c->name = bytes_str("N");
	c->previous = p->feed;
	c->n_root = 1;
	c->threshold = 1;
	c->root[0] = p->key[0].pub;
	if (charter_encode(&body, c) != 0 ||
	    charter_sign(file, buf_bytes(&body), (struct bytes){NULL, 0}, NULL,
		&p->key[0]) != 0)
		world_fail(p->w, "no charter", NULL);
	if (c->version == 1)
		hash(&p->feed, HASH_CHARTER, buf_bytes(&body));
	buf_done(&body);
}

void
press_charter_hash(const struct paper *p, struct id *ret)
{
	struct charter c;

	if (charter_peek(&c, buf_bytes(&p->charter[p->n_charter - 1])) != 0)
		world_fail(p->w, "no charter", NULL);
	*ret = c.hash;
}

/* Without a home: scenes settle it before it publishes. */
struct paper *
press_new(struct world *w)
{
	struct paper *p = calloc(1, sizeof(*p));
	struct charter c = {.n_key = 1};

	p->w = w;
	p->index = w->n_paper;
	w->paper = world_grow(w->paper, w->n_paper, &w->cap_paper);
	w->paper[w->n_paper++] = p;
	for (uint8_t i = 0; i < 2; i++) {
		uint8_t seed[32] = {(uint8_t)(7 + i)};
		uint8_t id[8] = {(uint8_t)(7 + i)};

		store_le32(seed + 4, (uint32_t)p->index);
		key_secret_new(&p->key[i], seed, id);
	}
	c.key[0] = (struct charter_key){p->key[0].pub, 1, UINT64_MAX};
	make_charter(p, &c);
	return p;
}

void
press_free(struct paper *p)
{
	for (size_t i = 0; i < p->n_issue; i++) {
		struct issue *is = p->issue[i];

		for (size_t t = 0; t < is->n_pack; t++)
			free(is->bytes[t]);
		tally_done(&is->heads);
		tally_done(&is->packs);
		buf_done(&is->file);
		free(is);
	}
	buf_done(&p->charter[0]);
	buf_done(&p->charter[1]);
	tally_done(&p->charters);
	tally_done(&p->proofs);
	free(p->issue);
	free(p);
}

static struct issue *
issue_new(struct paper *p, uint64_t number)
{
	struct issue *is = calloc(1, sizeof(*is));

	if (p->n_issue == ISSUES_MAX)
		world_fail(p->w, "too many issues for one paper", NULL);
	p->issue = world_grow(p->issue, p->n_issue, &p->cap_issue);
	p->issue[p->n_issue++] = is;
	is->paper = p;
	is->number = number;
	is->at = p->w->now;
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

/* One more pack, of |tier| for issue |of|, on the disk of |h|. */
static void
add_pack(struct host *h, struct issue *is, enum tier tier, uint64_t of,
    size_t size)
{
	struct pack_entry *x = &is->pack[is->n_pack];
	uint8_t *p = is->bytes[is->n_pack++] = malloc(size);

	fill(h->w, p, size);
	*x = (struct pack_entry){.tier = tier,
	    .size = (uint32_t)size,
	    .raw = 1,
	    .count = 1,
	    .first = of,
	    .last = of,
	    .only = of != is->number};
	merkle_pack_root(&x->root, bytes_of(p, size));
	map_put(h->w->packs, &x->root, is);
	for (size_t i = 0; i < piece_count(size); i++)
		disk_keep(h, OBJECT_PIECE, &x->root, i,
		    bytes_of(p + i * PIECE_SIZE, piece_len(size, i)));
}

static size_t
text_size(struct paper *p)
{
	struct world *w = p->w;

	if (p->text != 0)
		return p->text;
	return 300 + world_roll(w, world_roll(w, 4) == 0 ? 600000 : 60000);
}

static void
add_packs(struct host *h, struct issue *is)
{
	add_pack(h, is, TIER_HEADS, is->number, 300 + world_roll(h->w, 4000));
	add_pack(h, is, TIER_TEXT, is->number, text_size(is->paper));
}

/* Sign |is| with the key of |charter|, on top of the issues |before| it. */
static void
sign(struct issue *is, uint64_t charter, const struct issue *before)
{
	struct paper *p = is->paper;
	struct header hd = {.feed = p->feed,
	    .charter = charter,
	    .number = is->number,
	    .time = is->dead ? 2 : 1,
	    .next = p->promise,
	    .n_pack = is->n_pack};
	struct history history;
	struct id leaf;

	history_init(&history);
	for (uint64_t k = 1; k < is->number; k++) {
		bool own = before != NULL && before->number == k;

		(void)header_leaf(&leaf,
		    buf_bytes(own ? &before->file : &press_issue(p, k)->file));
		history_add(&history, &leaf);
	}
	history_root(&history, &hd.history);
	memcpy(hd.pack, is->pack, sizeof(is->pack));
	if (header_sign(&is->file, &hd, &p->key[charter - 1]) != 0)
		world_fail(p->w, "the publisher cannot sign", NULL);
}

/* Tell the publisher's node of the newest charter, and of |e|'s header. */
static void
tell(struct paper *p, struct node_event *e)
{
	e->published.feed = p->feed;
	e->published.charter = buf_bytes(&p->charter[p->n_charter - 1]);
	disk_keep(p->home, OBJECT_CHARTER, &p->feed, p->n_charter,
	    e->published.charter);
	host_step(p->home, e);
}

static void
publish(struct issue *is)
{
	struct paper *p = is->paper;
	struct node_event e = {.type = NODE_PUBLISHED};

	sign(is, p->n_charter, NULL);
	p->head++;
	disk_keep(p->home, OBJECT_HEADER, &p->feed, is->number,
	    buf_bytes(&is->file));
	e.published.header = buf_bytes(&is->file);
	tell(p, &e);
}

struct issue *
press_publish(struct paper *p)
{
	struct issue *is;

	if (p->home == NULL)
		p->home = p->w->host[0];
	if (p->home->node == NULL)
		return NULL;
	is = issue_new(p, p->head + 1);
	add_packs(p->home, is);
	publish(is);
	return is;
}

struct issue *
press_withdraw(struct paper *p, uint64_t number)
{
	struct issue *is = issue_new(p, p->head + 1);
	struct issue *old = press_issue(p, number);

	if (old == NULL)
		world_fail(p->w, "nothing to withdraw", NULL);
	old->withdrawn = true;
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++) {
		add_pack(p->home, is, t, number, 300 + world_roll(p->w, 4000));
		add_pack(p->home, is, t, is->number,
		    300 + world_roll(p->w, 4000));
	}
	publish(is);
	return is;
}

/* |c| fixes the publisher's issues up to |last|. */
static void
pin(struct paper *p, struct charter *c, uint64_t last)
{
	struct history history;
	struct id leaf;

	history_init(&history);
	for (uint64_t k = 1; k <= last; k++) {
		const struct issue *is = press_issue(p, k);

		if (is == NULL)
			world_fail(p->w, "nothing to pin", NULL);
		(void)header_leaf(&leaf, buf_bytes(&is->file));
		history_add(&history, &leaf);
	}
	c->pin = last;
	history_root(&history, &c->pin_root);
}

void
press_end_key(struct paper *p, uint64_t from, bool pins)
{
	struct charter c = {.n_key = 2};
	struct node_event e = {.type = NODE_PUBLISHED};

	c.key[0] = (struct charter_key){p->key[0].pub, 1, from - 1};
	c.key[1] = (struct charter_key){p->key[1].pub, from, UINT64_MAX};
	if (pins)
		pin(p, &c, from - 1);
	make_charter(p, &c);
	for (size_t i = 0; i < p->n_issue; i++)
		p->issue[i]->dead |= p->issue[i]->number >= from;
	p->head = from - 1;
	tell(p, &e);
}

struct issue *
press_steal(struct paper *p, uint64_t number, const struct issue *before,
    struct host *thief)
{
	struct issue *is = issue_new(p, number);

	p->thief = is->dead = true;
	if (thief != NULL)
		add_packs(thief, is);
	sign(is, 1, before);
	return is;
}

void
press_plant(struct host *h, const struct issue *is)
{
	struct node_event e = {.type = NODE_PUBLISHED};

	disk_keep(h, OBJECT_HEADER, &is->paper->feed, is->number,
	    buf_bytes(&is->file));
	e.published.feed = is->paper->feed;
	e.published.header = buf_bytes(&is->file);
	host_step(h, &e);
}

struct issue *
press_pack(const struct world *w, const struct id *root, struct bytes *ret)
{
	struct issue *is = map_get(w->packs, root);

	for (size_t t = 0; is != NULL && t < is->n_pack; t++)
		if (id_eq(&is->pack[t].root, root)) {
			*ret = bytes_of(is->bytes[t], is->pack[t].size);
			return is;
		}
	return NULL;
}

struct issue *
press_issue(const struct paper *p, uint64_t number)
{
	for (size_t i = p->n_issue; i-- > 0;)
		if (p->issue[i]->number == number && !p->issue[i]->dead)
			return p->issue[i];
	return NULL;
}

struct paper *
press_paper(const struct world *w, const struct id *feed)
{
	for (size_t i = 0; i < w->n_paper; i++)
		if (id_eq(&w->paper[i]->feed, feed))
			return w->paper[i];
	return NULL;
}

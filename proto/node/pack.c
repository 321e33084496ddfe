#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

struct pack *
pack_find(struct node *n, const struct id *root)
{
	return map_get(n->packs, root);
}

struct pack *
pack_new(struct node *n, const struct pack_entry *e)
{
	struct pack *p = calloc(1, sizeof(*p));
	struct pack *there = p == NULL ? NULL : map_add(n->packs, &e->root, p);

	if (there == NULL)
		node_fail(n, QERR_NOMEM);
	if (there != p || p == NULL) {
		free(p);
		return there;
	}
	p->root = e->root;
	p->size = e->size;
	return p;
}

/* Delete what is here of |p|. */
void
pack_drop(struct node *n, struct pack *p)
{
	bool here = p->state == PACK_HELD || p->state == PACK_STORED ||
		    (p->part != NULL && p->part->n_have > 0);

	serve_forget(n, NULL, p);
	if (p->part != NULL)
		part_close(n, p);
	if (here)
		update_forget(n, OBJECT_PIECE, &p->root, 0);
	p->state = PACK_AWAY;
	n->want_dirty = true;
}

void
pack_unwant(struct node *n, struct announce *a)
{
	if (!a->wanted)
		return;
	a->wanted = false;
	if (--a->pack->wants == 0 && a->pack->state == PACK_WANTED) {
		if (a->pack->part == NULL || a->pack->part->n_have == 0)
			pack_drop(n, a->pack);
		n->want_dirty = true;
	}
}

/* |a| is no more: withdrawn, cut, or its feed goes. */
void
announce_end(struct node *n, struct announce *a, bool forget)
{
	if (a->dead)
		return;
	a->dead = true;
	pack_unwant(n, a);
	if (--a->pack->uses > 0)
		return;
	if (forget)
		pack_drop(n, a->pack);
	else if (a->pack->part != NULL)
		part_close(n, a->pack);
}

/* An entry that announced |p| goes; the last one takes the pack along. */
void
pack_release(struct node *n, struct pack *p)
{
	if (--p->refs == 0) {
		serve_forget(n, NULL, p);
		if (p->part != NULL)
			part_close(n, p);
		map_del(n->packs, &p->root);
		free(p);
		return;
	}
	for (size_t i = 0; i < n->n_track; i++)
		for (size_t k = 0; k < n->track[i]->n_a; k++)
			if (n->track[i]->a[k].pack == p) {
				p->track = n->track[i];
				p->number = n->track[i]->a[k].number;
				return;
			}
}

void
pack_stored(struct node *n, struct pack *p)
{
	if (p->part != NULL)
		part_close(n, p);
	if (p->state != PACK_HELD && p->wants > 0)
		n->bytes_wanted -= n->bytes_wanted < p->size ? 0 : p->size;
	p->state = PACK_HELD;
}

static struct part *
part_new(struct pack *p)
{
	struct part *t = calloc(1, sizeof(*t));
	size_t bytes = (piece_count(p->size) + 7) / 8;

	if (t == NULL)
		return NULL;
	t->pack = p;
	t->n_piece = piece_count(p->size);
	t->have = calloc(3, bytes);
	if (t->have == NULL) {
		free(t);
		return NULL;
	}
	t->safe = t->have + bytes;
	t->asked = t->safe + bytes;
	return t;
}

/* Make room among the packs being fetched: the one with least to lose. */
static bool
part_evict(struct node *n)
{
	struct part *least = NULL;

	for (size_t i = 0; i < n->n_part; i++) {
		struct part *t = n->part[i];

		if (t->n_asked == 0 && t->hasher == NULL &&
		    t->pack->state == PACK_WANTED &&
		    (least == NULL || t->n_have < least->n_have))
			least = t;
	}
	if (least == NULL)
		return false;
	part_close(n, least->pack);
	n->want_dirty = true;
	return true;
}

struct part *
part_open(struct node *n, struct pack *p)
{
	if (p->part != NULL)
		return p->part;
	if (n->n_part == PARTS_MAX && !part_evict(n))
		return NULL;
	if ((p->part = part_new(p)) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	n->part[n->n_part++] = p->part;
	fetch_look(n);
	return p->part;
}

void
part_close(struct node *n, struct pack *p)
{
	struct part *t = p->part;

	fetch_cancel(n, t);
	for (size_t i = 0; i < n->n_part; i++)
		if (n->part[i] == t)
			n->part[i] = n->part[--n->n_part];
	free(t->have);
	free(t->hash);
	free(t);
	p->part = NULL;
	fetch_look(n);
}

int
part_set_hashes(struct part *t, struct bytes hashes)
{
	struct id root;

	if (hashes.n != t->n_piece * sizeof(struct id))
		return QERR_BADHASH;
	if ((t->hash = malloc(hashes.n)) == NULL)
		return QERR_NOMEM;
	memcpy(t->hash, hashes.p, hashes.n);
	merkle_root(&root, t->hash, t->n_piece);
	if (id_eq(&root, &t->pack->root))
		return 0;
	free(t->hash);
	t->hash = NULL;
	return QERR_BADHASH;
}

void
part_unask(struct part *t, size_t i)
{
	if (!bit(t->asked, i))
		return;
	bit_set(t->asked, i, false);
	t->n_asked--;
}

int
part_take(struct node *n, struct part *t, size_t i, struct bytes data)
{
	struct pack *p = t->pack;
	struct id h;

	hash(&h, HASH_PIECE, data);
	if (!id_eq(&h, t->hash != NULL ? &t->hash[i] : &p->root)) {
		n->bytes_wasted += data.n;
		return QERR_BADHASH;
	}
	part_unask(t, i);
	if (bit(t->have, i)) {
		n->bytes_wasted += data.n;
		return QERR_DUPLICATE;
	}
	bit_set(t->have, i, true);
	t->n_have++;
	n->bytes_got += data.n;
	if (t->n_have == t->n_piece)
		p->state = PACK_STORED;
	update_put_piece(n, p, i, data, t->n_have == t->n_piece);
	return 0;
}

#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/*
 * What a node has shown is remembered when a link to it ends, so that on the next one it
 * has to tell only what has changed since (delta indexes, as Syncthing's): it says how far
 * its counter was, and we say how far we remember it.  A counter begins anew, at a number
 * by luck, when a node starts, so one that is remembered tells who and when as well.
 */
struct row {
	uint64_t feed; /* the beginning of its id */
	uint32_t number;
	uint16_t charter;
};
struct recall {
	uint64_t counter;
	size_t n;
	struct row row[];
};

uint64_t
recall_of(const struct contact *c)
{
	return c != NULL && c->recall != NULL ? c->recall->counter : 0;
}

uint64_t
recall_of_guest(const struct node *n, const uint8_t name[8])
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (memcmp(n->contact[i]->came_by, name, 8) == 0)
			return recall_of(n->contact[i]);
	return 0;
}

/* A row of which more is to be found out is better told again. */
static bool
is_settled(struct link *l, const struct head *h)
{
	const struct share *sh = share_of(l, h);

	return !sh->died && !sh->rival && !sh->differs && !sh->failed &&
	       h->asking != l;
}

static struct recall *
recall_new(struct link *l)
{
	struct node *n = l->n;
	struct recall *r;

	r = malloc(sizeof(*r) + n->n_head * sizeof(r->row[0]));
	if (r == NULL)
		return NULL;
	r->counter = l->told;
	r->n = 0;
	for (size_t i = 0; i < n->n_head; i++) {
		const struct share *sh = share_of(l, n->head[i]);

		if (!sh->known)
			continue;
		if (!is_settled(l, n->head[i])) {
			free(r);
			return NULL;
		}
		r->row[r->n++] = (struct row){
		    load_le64(n->head[i]->id.b), sh->number, sh->charter};
	}
	return r;
}

void
recall_keep(struct link *l)
{
	struct contact *c = l->contact;

	if (!link_is_node(l) || l->n->cfg.role != NODE_MIRROR || c == NULL)
		return;
	/* If not all was told, what is remembered already goes on from there. */
	if (l->told == 0 && !l->forgot)
		return;
	free(c->recall);
	/* What it showed of feeds that are not known here has no name that lasts. */
	c->recall = l->forgot || l->rows.n > 0 ? NULL : recall_new(l);
}

static void
take(struct link *l, const struct row *row)
{
	struct node *n = l->n;
	struct share *sh;

	for (size_t i = 0; i < n->n_head; i++) {
		struct head *h = n->head[i];

		if (load_le64(h->id.b) != row->feed)
			continue;
		sh = share_of(l, h);
		if (sh->known)
			return; /* it was told anew */
		sh->known = true;
		sh->number = row->number;
		if (row->charter > sh->charter)
			sh->charter = row->charter;
		hear_of(l, h);
		return;
	}
	l->forgot = true;
}

void
recall_take(struct link *l, uint64_t counter)
{
	struct node *n = l->n;
	const struct recall *r = NULL;
	uint64_t seen = l->seen;

	l->told = counter;
	l->seen = 0;
	for (size_t i = 0; i < n->n_contact && seen != 0; i++)
		if (recall_of(n->contact[i]) == seen)
			r = n->contact[i]->recall;
	if (r == NULL || counter < seen || counter - seen > COUNTER_RUN)
		return;
	for (size_t i = 0; i < r->n && l->state == LINK_OPEN; i++)
		take(l, &r->row[i]);
}

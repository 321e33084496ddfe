#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

struct share *
share_of(struct link *l, const struct track *s)
{
	return &l->share[s->index];
}

struct track *
share_find(struct link *l, const struct msg_tag *tag, struct share **ret)
{
	for (size_t i = 0; i < l->n_share; i++)
		if (memcmp(l->share[i].in.b, tag->b, sizeof(tag->b)) == 0) {
			*ret = &l->share[i];
			return l->n->track[i];
		}
	return NULL;
}

/* What was news while |l| did not seem to follow |sh|'s feed was not told to it. */
void
share_known(struct link *l, struct share *sh)
{
	if (sh->known)
		return;
	sh->known = true;
	if (l->n->cfg.role == NODE_MIRROR && link_is_node(l) &&
	    l->vouched != l->n->vouched)
		spread_heads(l);
}

static void
share_init(struct link *l, struct share *sh, const struct track *s)
{
	const uint8_t *h = veil_hash(l->veil);

	*sh = (struct share){0};
	msg_tag(&sh->in, h, !l->dialled, &s->id);
	msg_tag(&sh->out, h, l->dialled, &s->id);
	for (size_t i = 0; i < msg_rows(buf_bytes(&l->rows)); i++) {
		struct msg_heads_row row;

		msg_row(&row, buf_bytes(&l->rows), i);
		if (memcmp(row.tag.b, sh->in.b, sizeof(sh->in.b)) != 0)
			continue;
		sh->known = true;
		sh->number = sh->told = row.number;
		sh->charter = row.charter;
	}
}

/* Shares stand as the node's feeds do: keep those that are still there. */
int
share_all(struct link *l)
{
	struct node *n = l->n;
	struct share *old = l->share;
	size_t n_old = l->n_share;

	if (l->state != LINK_HELLO && l->state != LINK_OPEN)
		return 0;
	l->share = calloc(n->n_track + 1, sizeof(*l->share));
	if (l->share == NULL) {
		l->share = old;
		return QERR_NOMEM;
	}
	l->n_share = n->n_track;
	for (size_t i = 0; i < n->n_track; i++) {
		size_t k = 0;

		share_init(l, &l->share[i], n->track[i]);
		while (k < n_old && memcmp(old[k].in.b, l->share[i].in.b,
					sizeof(old[k].in.b)) != 0)
			k++;
		if (k == n_old)
			continue;
		l->share[i] = old[k];
		old[k].run = NULL;
	}
	for (size_t k = 0; k < n_old; k++)
		free(old[k].run);
	free(old);
	return 0;
}

int
share_add_run(struct share *sh, const struct msg_run *r)
{
	struct msg_run *p;

	for (size_t i = 0; i < sh->n_run; i++) {
		struct msg_run *o = &sh->run[i];

		if (o->tier != r->tier || r->first > o->last + 1 ||
		    o->first > r->last + 1)
			continue;
		if (r->first < o->first)
			o->first = r->first;
		if (r->last > o->last)
			o->last = r->last;
		return 0;
	}
	if (sh->n_run == RUNS_KEPT)
		return 0; /* we may ask elsewhere for the rest */
	if (sh->n_run == sh->cap_run) {
		size_t cap = sh->cap_run == 0 ? 4 : sh->cap_run * 2;

		if ((p = realloc(sh->run, cap * sizeof(*p))) == NULL)
			return QERR_NOMEM;
		sh->run = p;
		sh->cap_run = cap;
	}
	sh->run[sh->n_run++] = *r;
	return 0;
}

#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

#define ROWS_MAX ((size_t)MSG_HEADS_MAX * MSG_ROW_LEN)

/* The tag as we write it. */
struct msg_tag
share_tag(struct link *l, const struct head *h)
{
	struct msg_tag tag;

	msg_tag(&tag, veil_hash(l->veil), l->dialled, &h->id);
	return tag;
}

void
share_differs(struct share *sh)
{
	sh->differs = !sh->compared;
}

void
share_show(struct share *sh, uint64_t number)
{
	sh->number = (uint32_t)number;
	sh->died = false;
}

/* A row that came before its feed was known. */
static void
take_row(struct link *l, const struct msg_tag *tag, struct share *sh)
{
	struct bytes rows = buf_bytes(&l->rows);

	for (size_t i = 0; i < msg_rows(rows); i++) {
		struct msg_heads_row row;

		msg_row(&row, rows, i);
		if (memcmp(row.tag.b, tag->b, sizeof(tag->b)) != 0)
			continue;
		sh->known = true;
		sh->number = (uint32_t)row.number;
		sh->charter = (uint16_t)row.charter;
		memmove(l->rows.p + i * MSG_ROW_LEN,
		    l->rows.p + rows.n - MSG_ROW_LEN, MSG_ROW_LEN);
		l->rows.n -= MSG_ROW_LEN;
		return;
	}
}

void
share_keep_row(struct link *l, const struct msg_heads_row *row)
{
	struct bytes rows = buf_bytes(&l->rows);

	for (size_t i = 0; i < msg_rows(rows); i++)
		if (memcmp(rows.p + i * MSG_ROW_LEN, row->tag.b,
			sizeof(row->tag.b)) == 0) {
			memmove(l->rows.p + i * MSG_ROW_LEN,
			    l->rows.p + (i + 1) * MSG_ROW_LEN,
			    rows.n - (i + 1) * MSG_ROW_LEN);
			l->rows.n -= MSG_ROW_LEN;
			break;
		}
	if (l->rows.n < ROWS_MAX)
		msg_row_put(&l->rows, row);
	if (buf_err(&l->rows) != 0)
		node_fail(l->n, QERR_NOMEM);
}

static void
init(struct link *l, const struct head *h)
{
	struct share *sh = share_of(l, h);
	struct msg_tag tag;

	*sh = (struct share){0};
	if (l->tag == NULL && l->rows.n == 0)
		return;
	msg_tag(&tag, veil_hash(l->veil), !l->dialled, &h->id);
	if (l->tag != NULL)
		l->tag[h->index] = tag;
	take_row(l, &tag, sh);
}

/* Room for |n| shares. */
static int
reserve(struct link *l, size_t n)
{
	size_t cap = l->cap_share == 0 ? 4 : l->cap_share * 2;
	void *p;

	if (n <= l->cap_share)
		return 0;
	cap = n > cap ? n : cap;
	if ((p = realloc(l->share, cap * sizeof(*l->share))) == NULL)
		return QERR_NOMEM;
	l->share = p;
	if (l->tag != NULL) {
		if ((p = realloc(l->tag, cap * sizeof(*l->tag))) == NULL)
			return QERR_NOMEM;
		l->tag = p;
	}
	l->cap_share = cap;
	return 0;
}

/* Readers name few feeds or none: tags are made when one is looked for. */
static int
make_tags(struct link *l)
{
	struct node *n = l->n;

	if (l->tag != NULL)
		return 0;
	l->tag = calloc(l->cap_share, sizeof(*l->tag));
	if (l->tag == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n->n_head; i++)
		msg_tag(&l->tag[i], veil_hash(l->veil), !l->dialled,
		    &n->head[i]->id);
	return 0;
}

struct head *
share_find(struct link *l, const struct msg_tag *tag, struct share **ret)
{
	struct node *n = l->n;

	if (make_tags(l) != 0) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	for (size_t i = 0; i < n->n_head; i++)
		if (memcmp(l->tag[i].b, tag->b, sizeof(tag->b)) == 0) {
			*ret = &l->share[i];
			return n->head[i];
		}
	return NULL;
}

int
share_open(struct link *l)
{
	struct node *n = l->n;
	int err = reserve(l, n->n_head + 1);

	for (size_t i = 0; i < n->n_head && err == 0; i++)
		init(l, n->head[i]);
	l->n_share = err == 0 ? n->n_head : 0;
	return err;
}

int
share_add(struct link *l, const struct head *h)
{
	int err;

	if (l->share == NULL)
		return 0; /* it is not open yet */
	if ((err = reserve(l, h->index + 1)) != 0)
		return err;
	init(l, h);
	l->n_share = h->index + 1;
	return 0;
}

void
share_remove(struct link *l, size_t index, size_t last)
{
	if (l->share == NULL)
		return;
	l->forgot |= l->share[index].known;
	free(l->share[index].run);
	l->share[index] = l->share[last];
	l->n_share = last;
	if (l->tag != NULL)
		l->tag[index] = l->tag[last];
}

/* The node's heads may be gone by then. */
void
share_close(struct link *l)
{
	for (size_t i = 0; i < l->n_share; i++)
		free(l->share[i].run);
	free(l->share);
	free(l->tag);
	l->share = NULL;
	l->tag = NULL;
	l->n_share = 0;
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
		unsigned cap = sh->cap_run == 0 ? 4 : sh->cap_run * 2U;

		if ((p = realloc(sh->run, cap * sizeof(*p))) == NULL)
			return QERR_NOMEM;
		sh->run = p;
		sh->cap_run = (uint16_t)cap;
	}
	sh->run[sh->n_run++] = *r;
	return 0;
}

bool
share_has_run(const struct share *sh, uint64_t number, unsigned tier)
{
	for (size_t i = 0; i < sh->n_run; i++)
		if (sh->run[i].tier == tier && number >= sh->run[i].first &&
		    number <= sh->run[i].last)
			return true;
	return false;
}

bool
share_holds(struct link *l, const struct track *s, uint64_t number,
    unsigned tier, const struct pack *p)
{
	const struct share *sh = share_of(l, &s->head);

	if (p->refused[l->slot / 64] >> l->slot % 64 & 1)
		return false;
	for (size_t i = 0; i < l->n_partial; i++)
		if (id_eq(&l->partial[i].root, &p->root))
			return true;
	/* Who is not told asks: a reader, and a follower of one of several packs that are told
	 * of together, as one of them may be nowhere. */
	if (l->n->cfg.role == NODE_READER || (p->beside && sh->follows))
		return sh->number >= number;
	return share_has_run(sh, number, tier);
}

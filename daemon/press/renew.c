#include <stdlib.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"

/*
 * Volumes that hold what was taken back.  A retraction is out at once, with the issues
 * that held the text; such a volume takes long to be made, so it is made anew behind
 * that, by the child that makes volumes.  Nothing but the feed itself says so: who
 * starts anew looks into the volumes, and goes on.  So it is with an issue that was lost,
 * could not be made anew when the text was taken back, and is here again.
 */

bool
press_holds_text(const struct article *a)
{
	return a->length > 0 || a->n_picture > 0 || a->summary.p != NULL;
}

/* The volume that withdraws volume |i| with all that grew into it. */
size_t
press_largest(const struct shelf *s, size_t i)
{
	size_t best = i;

	for (size_t k = 0; k < s->n; k++) {
		const struct shelf_pack *p = &s->pack[k];

		if (p->dead || p->e.tier != TIER_HEADS ||
		    p->e.first == p->e.last || p->e.first != s->pack[i].e.first)
			continue;
		if (p->e.last >= s->pack[best].e.last)
			best = k;
	}
	return best;
}

int
press_renew(struct publisher *p, size_t volume)
{
	const struct pack_entry *e = &p->shelf.pack[volume].e;
	size_t i =
	    e->first == e->last ? volume : press_largest(&p->shelf, volume);
	void *more;

	for (size_t k = 0; k < p->n_renew; k++)
		if (p->renew[k] == i)
			return 0;
	more = realloc(p->renew, (p->n_renew + 1) * sizeof(*p->renew));
	if (more == NULL)
		return QERR_NOMEM;
	p->renew = more;
	p->renew[p->n_renew++] = i;
	return 0;
}

/* Its entry, if |a| was taken back after it said this. */
static const struct ledger_entry *
taken_back(const struct publisher *p, const struct article *a)
{
	const struct ledger_entry *e = ledger_find(&p->ledger, a->name);

	return e != NULL && e->status == ARTICLE_RETRACTED &&
		       e->revision > a->revision
		   ? e
		   : NULL;
}

static bool
any_retracted(const struct publisher *p)
{
	const struct ledger_entry *e;
	size_t at = 0;

	while ((e = map_next(p->ledger.map, &at, NULL)) != NULL)
		if (e->status == ARTICLE_RETRACTED)
			return true;
	return false;
}

/* Where none has, nothing was ever lost. */
static bool
any_key_ended(const struct publisher *p)
{
	const struct charter *c = feed_charter(p->chain);

	for (size_t i = 0; i < c->n_key; i++)
		if (c->key[i].to != UINT64_MAX)
			return true;
	return false;
}

static int
look_into(struct publisher *p, struct shelf_view *v, size_t i)
{
	int r = shelf_look(&p->shelf, v, i, false);

	for (size_t k = 0; k < v->head.n && r == 0; k++) {
		struct article a;

		r = article_decode(&a,
		    records_at(&v->head, buf_bytes(&v->heads), k));
		if (r == 0 && press_holds_text(&a) && taken_back(p, &a) != NULL)
			return press_renew(p, i);
	}
	return r;
}

static int
find(struct publisher *p)
{
	const struct shelf *s = &p->shelf;
	bool issues = any_key_ended(p);
	struct shelf_view v;
	int r;

	r = press_renew_lost(p);
	if (r != 0 || !any_retracted(p))
		return r;
	shelf_view_init(&v);
	for (size_t i = 0; i < s->n && r == 0; i++) {
		const struct shelf_pack *k = &s->pack[i];

		if (k->dead || k->lost || k->e.tier != TIER_HEADS ||
		    (k->e.first == k->e.last && !issues))
			continue;
		jobs_breathe();
		r = look_into(p, &v, i);
	}
	shelf_view_done(&v);
	shelf_rest(&p->shelf);
	return r;
}

void
press_look_anew(struct publisher *p)
{
	p->n_renew = 0;
	p->looked = false;
}

int
press_to_renew(struct publisher *p, size_t *ret)
{
	int r = p->looked ? 0 : find(p);

	p->looked = r == 0;
	for (size_t i = 0; i < p->n_renew; i++)
		while (i < p->n_renew && p->shelf.pack[p->renew[i]].dead)
			p->renew[i] = p->renew[--p->n_renew];
	*ret = p->n_renew > 0 ? p->renew[0] : SHELF_NONE;
	return r;
}

static int
add_tomb(struct publisher *p, const struct ledger_entry *e, struct tombs *t)
{
	struct shelf_view v;
	struct bytes head;
	void *more;
	uint8_t *copy;
	int r;

	more = realloc(t->head, (t->n + 1) * sizeof(*t->head));
	if (more == NULL)
		return QERR_NOMEM;
	t->head = more;
	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, e->pack, false);
	if (r == 0) {
		head = records_at(&v.head, buf_bytes(&v.heads), e->record);
		copy = malloc(head.n);
		r = copy == NULL ? QERR_NOMEM : 0;
		if (r == 0)
			t->head[t->n++] =
			    bytes_of(memcpy(copy, head.p, head.n), head.n);
	}
	shelf_view_done(&v);
	return r;
}

int
press_tombs(struct publisher *p, const struct volume_source *s,
    struct tombs *ret)
{
	int r = 0;

	for (size_t i = 0; i < s->head->n && r == 0; i++) {
		const struct ledger_entry *e;
		struct article a;

		r = article_decode(&a, records_at(s->head, s->heads, i));
		if (r == 0 && (e = taken_back(p, &a)) != NULL)
			r = add_tomb(p, e, ret);
	}
	return r;
}

/* The name of an article in the heads |i| that was taken back, with its text. */
static int
find_taken_back(struct publisher *p, size_t i, struct buf *ret)
{
	struct shelf_view v;
	int r;

	shelf_view_init(&v);
	r = shelf_look(&p->shelf, &v, i, false);
	for (size_t k = 0; k < v.head.n && r == 0 && ret->n == 0; k++) {
		struct article a;

		r = article_decode(&a,
		    records_at(&v.head, buf_bytes(&v.heads), k));
		if (r == 0 && press_holds_text(&a) && taken_back(p, &a) != NULL)
			buf_put(ret, a.name.p, a.name.n);
	}
	shelf_view_done(&v);
	return r == 0 ? buf_err(ret) : r;
}

int
press_retract_again(struct publisher *p, size_t issue)
{
	struct publisher_item *item = calloc(1, sizeof(*item));
	struct buf name, why;
	int r;

	buf_init(&name, 0);
	buf_init(&why, 0);
	r = item == NULL ? QERR_NOMEM : find_taken_back(p, issue, &name);
	if (r == 0 && name.n > 0)
		r = publisher_retract(p, buf_bytes(&name), bytes_of(NULL, 0),
		    item, NULL, NULL, &why);
	press_look_anew(p);
	buf_done(&name);
	buf_done(&why);
	free(item);
	return r;
}

void
publisher_renewal(const struct publisher *p, struct publisher_renewal *ret)
{
	const struct shelf_pack *k;

	*ret = (struct publisher_renewal){
	    .looking = !p->looked && any_retracted(p)};
	for (size_t i = p->n_renew; i-- > 0;) {
		k = &p->shelf.pack[p->renew[i]];
		if (k->dead)
			continue;
		ret->volumes++;
		ret->first = k->e.first;
		ret->last = k->e.last;
	}
	if (ret->volumes == 0 || p->child == 0 || !p->anew)
		return;
	ret->done = p->watch->done;
	ret->all = p->watch->all;
}

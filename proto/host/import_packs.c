#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"

#define COMMIT_BYTES (4 * 1024 * 1024)

static bool
is_held(const struct import *m, size_t i)
{
	struct tree_name t = {.kind = TREE_PACK, .id = m->shelf.pack[i].e.root};

	return store_has(m->store, &t);
}

static bool
is_volume(const struct shelf_pack *p)
{
	return p->e.first !=
	       p->e.last; /* one issue: its own pack, or what replaced it */
}

static uint64_t
cost(const struct import *m, size_t i)
{
	return m->want[i] ? m->shelf.pack[i].e.size : 0;
}

/* A volume, heads and text, or the issues' own: whichever is fewer bytes. */
static void
choose(struct import *m, size_t heads)
{
	const struct shelf *s = &m->shelf;
	const struct shelf_pack *v = &s->pack[heads];
	size_t text = shelf_with(s, heads, TIER_TEXT);
	uint64_t volume = cost(m, heads), issues = 0;

	volume += text == SHELF_NONE ? 0 : cost(m, text);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->n; i++) {
			const struct shelf_pack *p = &s->pack[i];

			if (is_volume(p) || p->e.tier > TIER_TEXT ||
			    p->e.first < v->e.first || p->e.last > v->e.last)
				continue;
			if (pass == 0)
				issues += cost(m, i);
			else if (issues > volume)
				m->want[i] = false;
		}
	if (issues > volume)
		return;
	m->want[heads] = false;
	if (text != SHELF_NONE)
		m->want[text] = false;
}

/* The packs that |i| is compressed against, the newest first.  Returns how many. */
static size_t
base_of(const struct import *m, size_t i, size_t ret[PACK_BASE_BITS])
{
	const struct shelf *s = &m->shelf;
	const struct pack_entry *e = &s->pack[i].e;
	size_t n = 0;

	for (size_t k = i; e->base != 0 && k-- > 0;) {
		const struct shelf_pack *p = &s->pack[k];
		size_t at = k;

		if (p->number + PACK_BASE_BITS < e->first)
			break;
		if (p->e.tier != e->tier || p->e.first != p->number ||
		    !pack_base_has(e->base, e->first, p->number))
			continue;
		if (p->dead)
			at = shelf_own(s, e->tier, p->number);
		if (at != SHELF_NONE)
			ret[n++] = at;
	}
	return n;
}

static void
want_base(struct import *m, size_t i)
{
	size_t base[PACK_BASE_BITS], n = base_of(m, i, base);

	for (size_t k = 0; k < n; k++)
		m->want[base[k]] = !is_held(m, base[k]);
}

static int
plan(struct import *m)
{
	const struct shelf *s = &m->shelf;
	uint64_t head = feed_head(m->feed), newest = m->cfg->newest;

	if ((m->want = calloc(s->n + 1, sizeof(*m->want))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct shelf_pack *p = &s->pack[i];

		m->want[i] = !p->dead &&
			     (m->cfg->tiers >> p->e.tier & 1) != 0 &&
			     (newest == 0 || p->e.last + newest > head) &&
			     !is_held(m, i);
	}
	for (size_t i = 0; i < s->n && m->cfg->volumes; i++)
		if (!s->pack[i].dead && s->pack[i].e.tier == TIER_HEADS &&
		    is_volume(&s->pack[i]))
			choose(m, i);
	/* The newest first: what they lean on leans on others. */
	for (size_t i = s->n; i-- > 0;)
		if (m->want[i])
			want_base(m, i);
	for (size_t i = 0; i < s->n; i++)
		m->wanted += cost(m, i);
	return 0;
}

static int
take_pack(struct import *m, const struct pack_entry *e, struct buf *b)
{
	struct tree_name t = {.kind = TREE_PACK, .id = e->root};
	int err = import_try(m, &t, e->size, b);

	if (err == QERR_ABSENT) {
		m->r->missing++;
		return 0;
	}
	if (err == 0)
		err = pack_check(e, buf_bytes(b));
	if (err != 0) {
		import_blame(m, &t, err);
		m->r->missing++;
		return qerr_is_fatal(err) ? err : 0;
	}
	if ((err = store_put(m->store, &t, buf_bytes(b), false)) != 0)
		return err;
	m->r->packs++;
	m->r->bytes += b->n;
	m->waiting += b->n;
	if (m->cfg->progress != NULL)
		m->cfg->progress(m->cfg->arg, m->r->bytes, m->wanted);
	return m->waiting > COMMIT_BYTES ? import_commit(m) : 0;
}

/* The packs that are wanted, in the order in which they are asked for. */
struct queue {
	size_t *pack;
	size_t n;
};

static void
line_up_one(struct import *m, size_t i, struct queue *q)
{
	if (m->want[i])
		q->pack[q->n++] = i;
	m->want[i] = false;
}

/* Pack |i|, if it is wanted, behind what it is compressed against. */
static void
line_up(struct import *m, size_t i, struct queue *q)
{
	size_t base[PACK_BASE_BITS];

	if (!m->want[i])
		return;
	for (size_t n = base_of(m, i, base); n-- > 0;)
		line_up_one(m, base[n], q);
	line_up_one(m, i, q);
}

/* What matters most comes first: a line may break at any time. */
static void
line_all_up(struct import *m, struct queue *q)
{
	for (unsigned tier = 0; tier < TIERS; tier++)
		for (size_t i = m->shelf.n; i-- > 0;)
			if (m->shelf.pack[i].e.tier == tier)
				line_up(m, i, q);
}

/* Those that follow |at| are asked for soon. */
static void
look_ahead(struct import *m, const struct queue *q, size_t at)
{
	for (size_t k = at + 1; k < q->n && k <= at + IMPORT_AHEAD; k++) {
		const struct pack_entry *e = &m->shelf.pack[q->pack[k]].e;
		struct tree_name t = {.kind = TREE_PACK, .id = e->root};

		import_soon(m->src, &t, e->size);
	}
}

static int
take_all(struct import *m)
{
	struct queue q = {.pack = calloc(m->shelf.n + 1, sizeof(*q.pack))};
	struct buf b;
	int err = q.pack == NULL ? QERR_NOMEM : 0, e;

	buf_init(&b, 0);
	if (err == 0)
		line_all_up(m, &q);
	for (size_t k = 0; k < q.n && err == 0; k++) {
		look_ahead(m, &q, k);
		err = take_pack(m, &m->shelf.pack[q.pack[k]].e, &b);
	}
	buf_done(&b);
	free(q.pack);
	e = import_commit(m); /* what came before the source failed is kept */
	return err != 0 ? err : e;
}

int
import_packs(struct import *m)
{
	int err = plan(m);

	return err != 0 ? err : take_all(m);
}

int
import_drop_dead(struct import *m)
{
	int err = 0;

	for (size_t i = 0; i < m->shelf.n && err == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = m->shelf.pack[i].e.root};

		if (m->shelf.pack[i].dead)
			err = store_forget(m->store, &t);
	}
	return err;
}

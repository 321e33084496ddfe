#include "proto/host/shelf.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/volume.h"

void
shelf_init(struct shelf *s, struct store *store, const struct id *feed,
    const struct reading_key *key)
{
	*s = (struct shelf){.store = store, .feed = *feed, .key = *key};
	for (int t = 0; t < TIERS; t++)
		buf_init(&s->base[t].raw, 0);
}

void
shelf_rest(struct shelf *s)
{
	for (int t = 0; t < TIERS; t++) {
		buf_done(&s->base[t].raw);
		buf_init(&s->base[t].raw, 0);
		s->base[t].there = false;
	}
}

void
shelf_done(struct shelf *s)
{
	shelf_rest(s);
	free(s->pack);
	s->pack = NULL;
	s->n = s->cap = 0;
}

/* The header whose packs begin at |i|, as far as packs go. */
static void
header_at(const struct shelf *s, size_t i, struct header *ret)
{
	*ret = (struct header){.number = s->pack[i].number};
	for (; i < s->n && s->pack[i].number == ret->number; i++)
		ret->pack[ret->n_pack++] = s->pack[i].e;
}

static void
withdraw(struct shelf *s, const struct header *h)
{
	struct header old = {.number = 0};
	size_t begin = 0;

	for (size_t i = 0; i < s->n; i++) {
		struct shelf_pack *p = &s->pack[i];

		if (s->pack[begin].number != p->number)
			begin = i;
		if (p->dead || !header_may_withdraw(h, p->e.first, p->e.last))
			continue;
		if (old.number != p->number)
			header_at(s, begin, &old);
		p->dead = header_withdraws(h, &old, &p->e);
	}
}

int
shelf_add(struct shelf *s, const struct header *h)
{
	bool withdraws = false;

	for (size_t i = 0; i < h->n_pack; i++)
		withdraws = withdraws || h->pack[i].only;
	if (withdraws)
		withdraw(s, h);
	if (s->n + h->n_pack > s->cap) {
		size_t cap = s->cap * 2 + HEADER_PACKS_MAX;
		void *p = realloc(s->pack, cap * sizeof(*s->pack));

		if (p == NULL)
			return QERR_NOMEM;
		s->pack = p;
		s->cap = cap;
	}
	for (size_t i = 0; i < h->n_pack; i++)
		s->pack[s->n++] =
		    (struct shelf_pack){h->number, h->pack[i], false};
	return 0;
}

size_t
shelf_with(const struct shelf *s, size_t i, enum tier tier)
{
	const struct shelf_pack *h = &s->pack[i], *p;

	for (size_t k = i; k < s->n && s->pack[k].number == h->number; k++) {
		p = &s->pack[k];
		if (p->e.tier == tier && p->e.first == h->e.first &&
		    p->e.last == h->e.last && !p->dead)
			return k;
	}
	return SHELF_NONE;
}

static bool
is_volume(const struct shelf_pack *p)
{
	return p->e.tier == TIER_HEADS && p->e.first != p->e.last && !p->dead;
}

size_t
shelf_issue(const struct shelf *s, uint64_t number)
{
	for (size_t i = s->n; i-- > 0;) {
		const struct shelf_pack *p = &s->pack[i];

		if (p->e.tier == TIER_HEADS && !p->dead &&
		    p->e.first == number && p->e.last == number)
			return i;
	}
	return SHELF_NONE;
}

size_t
shelf_key_issue(const struct shelf *s, uint64_t from, uint32_t min,
    size_t before)
{
	size_t v = shelf_newest_volume(s, false);

	if (v != SHELF_NONE && s->pack[v].e.last >= from)
		from = s->pack[v].e.last + 1;
	for (size_t i = before < s->n ? before : s->n;
	     i-- > 0 && s->pack[i].number >= from;) {
		const struct shelf_pack *p = &s->pack[i];
		size_t text;

		if (p->dead || p->e.tier != TIER_HEADS || p->e.first < from ||
		    is_volume(p))
			continue;
		text = shelf_with(s, i, TIER_TEXT);
		if (text != SHELF_NONE && !s->pack[text].e.has_base &&
		    s->pack[text].e.raw >= min)
			return i;
	}
	return SHELF_NONE;
}

size_t
shelf_newest_volume(const struct shelf *s, bool large)
{
	size_t best = SHELF_NONE;

	for (size_t i = s->n; i-- > 0;)
		if (is_volume(&s->pack[i]) && (!large || s->pack[i].e.only) &&
		    (best == SHELF_NONE ||
			s->pack[i].e.last > s->pack[best].e.last))
			best = i;
	return best;
}

struct chosen {
	uint64_t first;
	size_t pack;
};

static int
by_first(const void *a, const void *b)
{
	const struct chosen *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Take pack |i| if no issue of it is taken already. */
static void
choose(const struct shelf *s, size_t i, uint64_t first, uint64_t last,
    bool *taken, struct chosen *c, size_t *n)
{
	const struct pack_entry *e = &s->pack[i].e;

	if (s->pack[i].dead || e->tier != TIER_HEADS || e->first < first ||
	    e->last > last)
		return;
	for (uint64_t k = e->first; k <= e->last; k++)
		if (taken[k - first])
			return;
	for (uint64_t k = e->first; k <= e->last; k++)
		taken[k - first] = true;
	c[(*n)++] = (struct chosen){e->first, i};
}

int
shelf_cover(const struct shelf *s, uint64_t first, uint64_t last, size_t **ret,
    size_t *ret_n)
{
	bool *taken = calloc((size_t)(last - first + 1), sizeof(*taken));
	struct chosen *c = malloc((s->n + 1) * sizeof(*c));
	size_t *list = malloc((s->n + 1) * sizeof(*list)), n = 0;

	if (taken == NULL || c == NULL || list == NULL) {
		free(taken);
		free(c);
		free(list);
		return QERR_NOMEM;
	}
	/* Volumes of one beginning grow: the last announced is the longest. */
	for (size_t i = s->n; i-- > 0;)
		if (is_volume(&s->pack[i]))
			choose(s, i, first, last, taken, c, &n);
	for (size_t i = s->n; i-- > 0;)
		if (!is_volume(&s->pack[i]))
			choose(s, i, first, last, taken, c, &n);
	qsort(c, n, sizeof(*c), by_first);
	for (size_t i = 0; i < n; i++)
		list[i] = c[i].pack;
	free(taken);
	free(c);
	*ret = list;
	*ret_n = n;
	return 0;
}

int
shelf_open(struct shelf *s, size_t i, struct buf *raw)
{
	const struct pack_entry *e = &s->pack[i].e;
	struct tree_name t = {.kind = TREE_PACK, .id = e->root};
	struct bytes base = {NULL, 0};
	struct buf sealed;
	int r = 0;

	buf_init(&sealed, PACK_SIZE_MAX);
	if (e->has_base)
		r = shelf_base(s, e->tier, &e->base, &base);
	if (r == 0)
		r = store_get(s->store, &t, &sealed);
	if (r == 0)
		r = pack_check(e, buf_bytes(&sealed));
	if (r == 0)
		r = pack_open(raw, e, &s->feed, &s->key, buf_bytes(&sealed),
		    base);
	buf_done(&sealed);
	return r;
}

/* A volume's raw bytes from the packs of its issues, PROTOCOL.md §6. */

struct sources {
	struct shelf_view *view;
	struct volume_source *source;
	size_t n;
};

static void
sources_done(struct sources *x)
{
	for (size_t i = 0; i < x->n; i++)
		shelf_view_done(&x->view[i]);
	free(x->view);
	free(x->source);
}

/* Open the issues' own packs of |first| to |last|. */
static int
sources_open(struct shelf *s, struct sources *x, uint64_t first, uint64_t last,
    bool text)
{
	size_t n = (size_t)(last - first + 1);
	int r = 0;

	*x = (struct sources){
	    calloc(n, sizeof(*x->view)), calloc(n, sizeof(*x->source)), 0};
	if (x->view == NULL || x->source == NULL)
		return QERR_NOMEM;
	for (uint64_t k = first; k <= last && r == 0; k++) {
		size_t i = shelf_issue(s, k);
		struct shelf_view *v = &x->view[x->n];
		struct volume_source *o = &x->source[x->n];

		if (i == SHELF_NONE)
			continue; /* an issue without articles */
		shelf_view_init(v);
		x->n++;
		r = shelf_look(s, v, i, text);
		*o =
		    (struct volume_source){k, k, buf_bytes(&v->heads), &v->head,
			buf_bytes(&v->bodies), v->has_text ? &v->body : NULL};
	}
	return r;
}

static int
rebuild(struct shelf *s, const struct pack_entry *e, struct buf *raw)
{
	struct sources x;
	struct volume v = {NULL, 0};
	struct records r = {NULL, 0}, heads = {NULL, 0};
	struct buf head_raw;
	int err;

	buf_init(&head_raw, 0);
	buf_clear(raw);
	err = sources_open(s, &x, e->first, e->last, e->tier != TIER_HEADS);
	if (err == 0)
		err = volume_order(&v, x.source, x.n, NULL, 0);
	if (err == 0)
		err = volume_raw(&head_raw, TIER_HEADS, &v, x.source, NULL);
	if (err == 0)
		err = volume_raw(raw, e->tier, &v, x.source, NULL);
	if (err == 0 && e->tier != TIER_HEADS)
		err = records_of_heads(&heads, buf_bytes(&head_raw), v.n);
	/* Whatever was put together, it is what was signed, or nothing. */
	if (err == 0)
		err = records_open(&r, e, buf_bytes(raw), buf_bytes(&head_raw),
		    &heads);
	records_done(&r);
	records_done(&heads);
	volume_done(&v);
	sources_done(&x);
	buf_done(&head_raw);
	return err == QERR_NOMEM ? err : err == 0 ? 0 : QERR_BASE;
}

/* Find or make the base anew, into its place. */
static int
rebuild_base(struct shelf *s, enum tier tier, const struct id *contents)
{
	struct buf raw;
	int r = QERR_BASE;

	if (s->depth == SHELF_DEPTH_MAX)
		return r;
	s->depth++;
	/* Not in place: on the way the issues may need another base there. */
	buf_init(&raw, 0);
	for (size_t i = s->n; i-- > 0 && r == QERR_BASE;)
		if (s->pack[i].e.tier == tier &&
		    id_eq(&s->pack[i].e.contents, contents) &&
		    !s->pack[i].e.has_base)
			r = rebuild(s, &s->pack[i].e, &raw);
	buf_done(&s->base[tier].raw);
	s->base[tier].raw = raw;
	s->depth--;
	return r;
}

int
shelf_base(struct shelf *s, enum tier tier, const struct id *contents,
    struct bytes *ret)
{
	int r = QERR_BASE;

	if (s->base[tier].there && id_eq(&s->base[tier].contents, contents)) {
		*ret = buf_bytes(&s->base[tier].raw);
		return 0;
	}
	s->base[tier].there = false;
	for (size_t i = s->n; i-- > 0 && r != 0;) {
		const struct pack_entry *e = &s->pack[i].e;

		/* A base has no base: this goes one step deep. */
		if (e->tier == tier && id_eq(&e->contents, contents) &&
		    !e->has_base && !s->pack[i].dead)
			r = shelf_open(s, i, &s->base[tier].raw);
	}
	if (r != 0)
		r = rebuild_base(s, tier, contents);
	if (r != 0)
		return r;
	s->base[tier].contents = *contents;
	s->base[tier].there = true;
	*ret = buf_bytes(&s->base[tier].raw);
	return 0;
}

void
shelf_view_init(struct shelf_view *v)
{
	*v = (struct shelf_view){.pack = SHELF_NONE};
	buf_init(&v->heads, 0);
	buf_init(&v->bodies, 0);
}

void
shelf_view_done(struct shelf_view *v)
{
	buf_done(&v->heads);
	buf_done(&v->bodies);
	records_done(&v->head);
	records_done(&v->body);
	shelf_view_init(v);
}

static int
look_at_text(struct shelf *s, struct shelf_view *v)
{
	size_t i = shelf_with(s, v->pack, TIER_TEXT);
	int r;

	if (i == SHELF_NONE)
		return 0;
	r = shelf_open(s, i, &v->bodies);
	if (r == 0)
		r = records_open(&v->body, &s->pack[i].e, buf_bytes(&v->bodies),
		    buf_bytes(&v->heads), &v->head);
	v->has_text = r == 0;
	return r;
}

int
shelf_look(struct shelf *s, struct shelf_view *v, size_t i, bool text)
{
	int r;

	if (v->pack != i) {
		shelf_view_done(v);
		r = shelf_open(s, i, &v->heads);
		if (r == 0)
			r = records_open(&v->head, &s->pack[i].e,
			    buf_bytes(&v->heads), bytes_of(NULL, 0), NULL);
		if (r != 0)
			return r;
		v->pack = i;
	}
	return text && !v->has_text ? look_at_text(s, v) : 0;
}

struct bytes
shelf_body(const struct shelf_view *v, size_t k)
{
	if (!v->has_text)
		return bytes_of(NULL, 0);
	return records_at(&v->body, buf_bytes(&v->bodies), k);
}

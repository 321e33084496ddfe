#include "proto/host/shelf.h"

#include <stdlib.h>

#include "proto/base/qerr.h"

void
shelf_init(struct shelf *s, struct store *store, const struct id *feed,
    const struct reading_key *key)
{
	*s = (struct shelf){.store = store, .feed = *feed, .key = *key};
	for (int t = 0; t <= TIER_TEXT; t++)
		recent_init(&s->recent[t]);
}

void
shelf_rest(struct shelf *s)
{
	for (int t = 0; t <= TIER_TEXT; t++)
		recent_done(&s->recent[t]);
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
	if (withdraws) {
		withdraw(s, h);
		shelf_rest(s); /* an issue may say something else now */
	}
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
		    (struct shelf_pack){h->number, h->pack[i], false, false};
	s->head = h->number;
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
	return p->e.tier == TIER_HEADS && p->e.first != p->e.last && !p->dead &&
	       !p->lost;
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
shelf_own(const struct shelf *s, enum tier tier, uint64_t number)
{
	size_t i = shelf_issue(s, number);

	return i != SHELF_NONE ? shelf_with(s, i, tier) : SHELF_NONE;
}

size_t
shelf_newest_volume(const struct shelf *s)
{
	size_t best = SHELF_NONE;

	for (size_t i = s->n; i-- > 0;)
		if (is_volume(&s->pack[i]) &&
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

	if (s->pack[i].dead || s->pack[i].lost || e->tier != TIER_HEADS ||
	    e->first < first || e->last > last)
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

/* --- bases, PROTOCOL.md §6 --- */

static int
open_pack(struct shelf *s, const struct pack_entry *e, struct bytes base,
    struct buf *raw)
{
	struct tree_name t = {.kind = TREE_PACK, .id = e->root};
	struct buf sealed;
	int r;

	buf_init(&sealed, PACK_SIZE_MAX);
	r = store_get(s->store, &t, &sealed);
	if (r == 0)
		r = pack_check(e, buf_bytes(&sealed));
	if (r == 0)
		r = pack_open(raw, e, &s->feed, &s->key, buf_bytes(&sealed),
		    base);
	buf_done(&sealed);
	return r;
}

/* Have the issue |number| of the set |base| of |next|, whose own base is in that, too. */
static int
recall(struct shelf *s, enum tier tier, uint64_t number, uint64_t next,
    uint32_t base)
{
	struct recent *u = &s->recent[tier];
	struct bytes prefix = {NULL, 0};
	size_t i;
	struct buf raw;
	int r = 0;

	if (recent_has(u, number))
		return 0;
	if (number > s->head)
		return QERR_BASE;
	i = shelf_own(s, tier, number);
	if (i == SHELF_NONE)
		return recent_put(u, number, prefix, next, base);
	if (s->pack[i].e.base != 0)
		r = recent_join(u, number, s->pack[i].e.base, &prefix);
	buf_init(&raw, 0);
	if (r == 0)
		r = open_pack(s, &s->pack[i].e, prefix, &raw);
	if (r == 0)
		r = recent_put(u, number, buf_bytes(&raw), next, base);
	buf_done(&raw);
	return r;
}

int
shelf_base(struct shelf *s, enum tier tier, uint64_t next, uint32_t base,
    struct bytes *ret)
{
	struct recent *u = &s->recent[tier];
	int r = 0;

	for (uint64_t k = next - PACK_BASE_BITS; k != next && r == 0; k++)
		if (pack_base_has(base, next, k))
			r = recall(s, tier, k, next, base);
	if (r == 0)
		r = recent_join(u, next, base, ret);
	return r == 0 || qerr_is_fatal(r) ? r : QERR_BASE;
}

void
shelf_follow(struct shelf *s, enum tier tier, uint64_t number, uint32_t base,
    struct bytes raw)
{
	/* Who finds it missing opens it again. */
	(void)recent_put(&s->recent[tier], number, raw, number, base);
}

int
shelf_open(struct shelf *s, size_t i, struct buf *raw)
{
	const struct pack_entry *e = &s->pack[i].e;
	struct bytes base = {NULL, 0};
	int r = 0;

	if (e->base != 0)
		r = shelf_base(s, e->tier, e->first, e->base, &base);
	if (r == 0)
		r = open_pack(s, e, base, raw);
	if (r == 0 && e->tier <= TIER_TEXT && e->first == e->last)
		shelf_follow(s, e->tier, e->first, e->base, buf_bytes(raw));
	return r;
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

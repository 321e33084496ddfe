#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"

/*
 * An issue is compressed against some before it, for its words are theirs: against one of
 * them and all that this leans on, which is a chain.  Of a feed of several languages, or
 * kinds of articles, there are several, and each issue goes on with the one that it is
 * smallest with, as measured.  Where no chain pays, or all are as long as they may be, it
 * begins one.  Long ones would save more, and cost more where a text is taken back: what
 * leans on it is made anew, and fetched again.  What another volume has, or will have, is
 * no base, for who takes the volume does without it.
 */
#define BASE_MAX      8             /* issues */
#define BASE_RAW      (1536 * 1024) /* bytes of text */
#define BASE_RAW_FAST (512 * 1024)
#define BASE_TIMES \
	16 /* the issue's own text: to open them takes time as well */

/* The pack that counts of what the issue |number| itself says, or NULL. */
static const struct pack_entry *
own_pack(const struct publisher *p, uint64_t number, enum tier tier)
{
	size_t i;

	for (size_t k = 0; k < p->n_pending; k++) {
		const struct header *h = &p->pending[k];

		for (i = 0; h->number == number && i < h->n_pack; i++)
			if (h->pack[i].tier == tier)
				return &h->pack[i];
	}
	i = shelf_own(&p->shelf, tier, number);
	return i != SHELF_NONE ? &p->shelf.pack[i].e : NULL;
}

/* The chain that ends with the issue |number|, as the next one would name it; 0: none. */
static uint32_t
chain(const struct publisher *p, uint64_t number)
{
	const struct pack_entry *heads = own_pack(p, number, TIER_HEADS);
	const struct pack_entry *text = own_pack(p, number, TIER_TEXT);
	uint64_t back = press_next(p) - number, set;

	if (heads == NULL || text == NULL)
		return 0;
	set = (uint64_t)(heads->base | text->base) << back | 1u << (back - 1);
	return set >> PACK_BASE_BITS == 0 ? (uint32_t)set : 0;
}

/* The bytes of text in |base|; SIZE_MAX if it is as long as it may be. */
static size_t
length(const struct publisher *p, uint32_t base, int level)
{
	size_t most = level == ISSUE_FAST ? BASE_RAW_FAST : BASE_RAW;
	uint64_t next = press_next(p);
	size_t n = 0, text = 0;

	for (uint64_t k = next - PACK_BASE_BITS; k != next; k++)
		if (pack_base_has(base, next, k)) {
			const struct pack_entry *e = own_pack(p, k, TIER_TEXT);

			n++;
			text += e != NULL ? e->raw : 0;
		}
	return n <= BASE_MAX && text <= most ? text : SIZE_MAX;
}

struct judging {
	const struct issue *issue;
	struct bytes base;
	size_t size;
	int result;
};

static void
judge(void *arg)
{
	struct judging *j = arg;

	j->result = issue_judge(j->issue, TIER_TEXT, j->base, &j->size);
}

/* The size of |is| against the set |base|, about; SIZE_MAX if that is not here any more. */
static int
measure(struct publisher *p, const struct issue *is, uint32_t base, size_t *ret)
{
	struct judging j = {.issue = is};
	int r = shelf_base(&p->shelf, TIER_TEXT, press_next(p), base, &j.base);

	*ret = SIZE_MAX;
	if (r != 0) {
		p->lacks = true;
		return qerr_is_fatal(r) ? r : 0;
	}
	jobs_calculate(judge, &j);
	*ret = j.size;
	return j.result;
}

/* The first issue that |is| may lean on: of its own volume, and as far as a set reaches. */
static uint64_t
reach(const struct publisher *p, const struct issue *is)
{
	uint64_t next = press_next(p);
	uint64_t from = next > PACK_BASE_BITS ? next - PACK_BASE_BITS : 1;

	if (!press_tail_fits(&p->tail, issue_count(is),
		is->tier[TIER_TEXT].raw.n))
		return next;
	return p->tail.first > from ? p->tail.first : from;
}

static int
choose(struct publisher *p, const struct issue *is, int level, uint32_t *ret)
{
	size_t own = is->tier[TIER_TEXT].raw.n, text, size, best;
	uint64_t from = reach(p, is), k = press_next(p);
	uint32_t seen = 0; /* part of a chain that was looked at */
	int r = measure(p, is, 0, &best);

	*ret = 0;
	best -= best / 20;
	while (k-- > from && r == 0) {
		uint32_t base = chain(p, k);

		if ((base & ~seen) == 0)
			continue;
		text = length(p, base, level);
		if (text != SIZE_MAX && text / BASE_TIMES > own)
			continue; /* there may be a shorter part */
		seen |= base;
		if (text == SIZE_MAX)
			continue;
		r = measure(p, is, base, &size);
		if (r == 0 && size < best) {
			best = size;
			*ret = base;
		}
	}
	return r;
}

int
press_base(struct publisher *p, const struct issue *is, int level,
    struct issue_base *ret)
{
	uint64_t next = press_next(p);
	int r;

	*ret = (struct issue_base){.set = 0};
	r = choose(p, is, level, &ret->set);
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT && r == 0; t++)
		if (ret->set != 0)
			r = shelf_base(&p->shelf, t, next, ret->set,
			    &ret->raw[t]);
	if (r != 0)
		ret->set = 0; /* not here any more: it does without */
	return qerr_is_fatal(r) ? r : 0;
}

int
press_base_check(struct publisher *p, const struct edition *e,
    const struct edition_verdict *v, struct buf *why)
{
	const struct header *h = &v->header;
	struct bytes here = {NULL, 0};
	int r = 0;

	for (size_t i = 0; i < h->n_pack && r == 0; i++) {
		const struct pack_entry *k = &h->pack[i];

		if (k->base == 0)
			continue;
		r = shelf_base(&p->shelf, k->tier, h->number, k->base, &here);
		if (r == 0 && !bytes_eq(here, e->base[k->tier]))
			r = QERR_BASE;
	}
	shelf_rest(&p->shelf);
	if (r == QERR_BASE)
		buf_put_str(why,
		    "It leans on earlier issues that are not here, or say "
		    "something else here. Draft it anew where all issues are.");
	else if (r != 0)
		buf_printf(why, "Nothing was published: %s.", qerr_str(r));
	return r;
}

void
press_follow(struct publisher *p, const struct issue *is, uint64_t number)
{
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++) {
		const struct pack_entry *e = own_pack(p, number, t);

		if (e != NULL)
			shelf_follow(&p->shelf, t, number, e->base,
			    buf_bytes(&is->tier[t].raw));
	}
}

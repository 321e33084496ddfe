#include "daemon/press/press.h"
#include "proto/base/qerr.h"

/*
 * An issue is compressed against those before it, for its words are theirs: against all
 * from the last one that stands alone.  One stands alone again where they would be too
 * many or too large to fetch and open for its sake, where that does not pay, and behind a
 * volume, for who takes the volume does without them.
 */
#define BASE_SPAN     12
#define BASE_RAW      (1536 * 1024) /* bytes of text */
#define BASE_RAW_FAST (512 * 1024)
#define BASE_TIMES    16 /* its own text: to open them takes time as well */

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
	i = shelf_issue(&p->shelf, number);
	if (i != SHELF_NONE)
		i = shelf_with(&p->shelf, i, tier);
	return i != SHELF_NONE ? &p->shelf.pack[i].e : NULL;
}

/* Does what is from issue |first| on lean on nothing before it?  Adds up its text. */
static bool
stands_alone(const struct publisher *p, uint64_t first, size_t *ret_text)
{
	*ret_text = 0;
	for (uint64_t k = first; k < press_next(p); k++)
		for (enum tier t = TIER_HEADS; t <= TIER_TEXT; t++) {
			const struct pack_entry *e = own_pack(p, k, t);

			if (e != NULL && e->base > k - first)
				return false;
			if (e != NULL && t == TIER_TEXT)
				*ret_text += e->raw;
		}
	return true;
}

static uint8_t
choose(const struct publisher *p, const struct issue *is, int level)
{
	size_t v = shelf_newest_volume(&p->shelf, false), text;
	size_t most = level == ISSUE_FAST ? BASE_RAW_FAST : BASE_RAW;
	uint64_t next = press_next(p);
	uint64_t first = next > BASE_SPAN ? next - BASE_SPAN : 1;

	if (v != SHELF_NONE && p->shelf.pack[v].e.last >= first)
		first = p->shelf.pack[v].e.last + 1;
	while (first < next && !stands_alone(p, first, &text))
		first++;
	if (first == next || text > most ||
	    text / BASE_TIMES > is->tier[TIER_TEXT].raw.n)
		return 0;
	return (uint8_t)(next - first);
}

/* Have the issues from |first| on in p->before[t]. */
static int
look_back(struct publisher *p, enum tier t, uint64_t first)
{
	uint64_t next = press_next(p);
	struct run *u = &p->before[t], had = *u;
	struct bytes raw;
	int r;

	if (run_has(u, first, next))
		return 0;
	if (p->n_pending > 0) /* the shelf does not know these yet */
		return QERR_BASE;
	r = shelf_base(&p->shelf, t, next, (uint8_t)(next - first), &raw);
	if (r == 0) {
		*u = p->shelf.run[t];
		p->shelf.run[t] = had;
	}
	return r;
}

int
press_base(struct publisher *p, const struct issue *is, int level,
    struct issue_base *ret)
{
	uint64_t next = press_next(p), first;
	int r = 0;

	*ret = (struct issue_base){.span = choose(p, is, level)};
	first = next - ret->span;
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT && r == 0; t++) {
		r = look_back(p, t, first);
		if (r == 0)
			ret->raw[t] = run_cut(&p->before[t], first, next);
	}
	if (r != 0)
		ret->span = 0; /* not here any more: it does without */
	return qerr_is_fatal(r) ? r : 0;
}

int
press_follow(struct publisher *p, const struct issue *is, uint64_t number)
{
	int r = 0;

	for (enum tier t = TIER_HEADS; t <= TIER_TEXT && r == 0; t++) {
		struct run *u = &p->before[t];

		if (u->next != number)
			run_start(u, number);
		r = run_add(u, buf_bytes(&is->tier[t].raw));
	}
	return qerr_is_fatal(r) ? r : 0;
}

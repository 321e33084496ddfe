#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"

/*
 * The dictionaries of a feed are its own issues: a recent one is the base of the next
 * ones, for its words are theirs.  Of a feed of several languages, or kinds of articles,
 * there are several, and each issue takes the one that it is smallest with, as measured.
 * An issue with which none pays has none, and so becomes one itself: that is how a base
 * is replaced, and never without need, for who lacks a base fetches one issue more.
 */
#define BASE_SPAN 12   /* issues after a base that may lean on it */
#define BASE_MIN  1024 /* bytes of text that make an issue worth being one */

struct judging {
	const struct issue *issue;
	struct bytes base;
	bool saves;
	size_t size;
	int result;
};

static void
judge(void *arg)
{
	struct judging *j = arg;

	j->result =
	    issue_judge(j->issue, TIER_TEXT, j->base, &j->saves, &j->size);
}

/* Measure the text of |is| with that of the issue whose heads are |i|. */
static int
measure(struct publisher *p, const struct issue *is, size_t i,
    struct judging *ret)
{
	size_t text = shelf_with(&p->shelf, i, TIER_TEXT);
	int r;

	*ret = (struct judging){.issue = is};
	r = shelf_base(&p->shelf, TIER_TEXT, &p->shelf.pack[text].e.contents,
	    &ret->base);
	if (r != 0)
		return r;
	jobs_calculate(judge, ret);
	return ret->result;
}

/* The issue (its heads) that pays most, or SHELF_NONE. */
static int
choose(struct publisher *p, const struct issue *is, size_t *ret)
{
	uint64_t next = press_next(p);
	uint64_t from = next > BASE_SPAN ? next - BASE_SPAN : 1;
	size_t best = 0, i = SHELF_NONE;
	struct judging j;
	int r = 0;

	*ret = SHELF_NONE;
	while (r == 0 && (i = shelf_key_issue(&p->shelf, from, BASE_MIN, i)) !=
			     SHELF_NONE) {
		r = measure(p, is, i, &j);
		if (r != 0 && !qerr_is_fatal(r)) { /* not here any more */
			r = 0;
			continue;
		}
		if (r != 0 || !j.saves ||
		    (*ret != SHELF_NONE && j.size >= best))
			continue;
		best = j.size;
		*ret = i;
	}
	return r;
}

int
press_base(struct publisher *p, const struct issue *is, struct issue_base *ret)
{
	size_t v, k;
	int r;

	*ret = (struct issue_base){0};
	r = choose(p, is, &v);
	for (enum tier t = TIER_HEADS;
	     t <= TIER_TEXT && r == 0 && v != SHELF_NONE; t++) {
		k = shelf_with(&p->shelf, v, t);
		if (k == SHELF_NONE || p->shelf.pack[k].e.has_base)
			continue;
		ret->contents[t] = p->shelf.pack[k].e.contents;
		r = shelf_base(&p->shelf, t, &ret->contents[t], &ret->raw[t]);
	}
	return r;
}

#include "daemon/extract/extract.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/find.h"
#include "daemon/extract/foot.h"
#include "daemon/extract/kill.h"
#include "daemon/extract/lead.h"
#include "daemon/extract/page.h"
#include "daemon/extract/prune.h"
#include "daemon/extract/standfirst.h"
#include "daemon/extract/tail.h"
#include "daemon/extract/teaser.h"
#include "daemon/extract/twice.h"
#include "proto/base/qerr.h"

#define ENOUGH    500 /* letters; fewer may be the wrong ones .. */
#define SOME      140 /* .. but if a paragraph is there, only much more is better */
#define PARTS_MAX 256

static const struct strength strengths[] = {
    {true, true, true},
    {false, true, true},
    {false, false, true},
    {false, false, false},
};

/* A document that people write is text; what only pages have gives them away. */
static bool
is_of_a_page(const GumboNode *n)
{
	switch ((int)n->v.element.tag) {
	case GUMBO_TAG_SCRIPT: /* deeper, it belongs to something quoted */
		return n->parent->type == GUMBO_NODE_ELEMENT &&
		       (n->parent->v.element.tag == GUMBO_TAG_HEAD ||
			   n->parent->v.element.tag == GUMBO_TAG_BODY);
	case GUMBO_TAG_NAV:
	case GUMBO_TAG_NOSCRIPT:
	case GUMBO_TAG_STYLE:
		return true;
	case GUMBO_TAG_LINK: {
		const GumboAttribute *rel =
		    gumbo_get_attribute(&n->v.element.attributes, "rel");

		return rel != NULL && strcmp(rel->value, "stylesheet") == 0;
	}
	default:
		return false;
	}
}

bool
extract_is_page(const GumboNode *root)
{
	const GumboVector *c = &root->v.element.children;

	if (is_of_a_page(root))
		return true;
	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *n = c->data[i];

		if (n->type == GUMBO_NODE_ELEMENT && extract_is_page(n))
			return true;
	}
	return false;
}

/* The article as one strength finds it. */
struct attempt {
	struct page page;
	uint32_t part[PARTS_MAX];
	size_t n_part;
	uint32_t letters, prose;
};

static void
clean_part(struct attempt *a, uint32_t top, const struct strength *s,
    struct bytes title, struct twice *twice)
{
	prune(&a->page, top, s, title);
	if (s->prune) {
		tail_cut(&a->page, top);
		teaser_kill(&a->page, top);
		foot_cut(&a->page, top, title);
	}
	twice_kill(twice, &a->page, top);
	a->letters += a->page.e[top].in.text;
	a->prose += a->page.e[top].in.prose;
}

static int
attempt(struct attempt *a, const GumboNode *root, const struct strength *s,
    const struct page_about *about, const struct pick *pick)
{
	struct twice twice = {.n = 0};
	struct topic topic;
	int err = page_measure(&a->page, root);

	a->n_part = 0;
	a->letters = a->prose = 0;
	if (err != 0 || pick_drops(pick, root))
		return err;
	for (uint32_t i = 1; i < a->page.n; i++)
		if (!a->page.e[i].dead && pick_drops(pick, a->page.e[i].node))
			page_kill(&a->page, i);
	a->page.standfirst = standfirst_find(&a->page, about->summary);
	kill_all(&a->page, s->beside, about->title);
	topic_of(&topic, about->title);
	a->n_part = find_heaviest(&a->page, s, &topic, a->part, PARTS_MAX);
	for (size_t i = 0; i < a->n_part; i++)
		clean_part(a, a->part[i], s, about->title, &twice);
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	const GumboNode *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
by_place(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Room for |n_root| and |n_noise|, and what |pick| drops. */
static int
begin(struct extract *x, size_t n_root, size_t n_noise, const struct pick *pick)
{
	x->root = calloc(n_root + 1, sizeof(const GumboNode *));
	x->noise =
	    calloc(n_noise + pick->n_drop + 1, sizeof(const GumboNode *));
	if (x->root == NULL || x->noise == NULL)
		return QERR_NOMEM;
	while (x->n_noise < pick->n_drop) {
		x->noise[x->n_noise] = pick->drop[x->n_noise];
		x->n_noise++;
	}
	return 0;
}

static int
keep(struct extract *x, const struct attempt *a, struct bytes title,
    const struct pick *pick)
{
	const struct page *p = &a->page;
	uint32_t root[PARTS_MAX + LEAD_MAX + 1];
	struct lead_parts parts = {a->part, a->n_part};
	size_t n = lead_find(p, &parts, title, root);

	memcpy(root + n, a->part, a->n_part * sizeof(root[0]));
	n += a->n_part;
	qsort(root, n, sizeof(root[0]), by_place);
	if (begin(x, n, p->n, pick) != 0)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		x->root[x->n_root++] = p->e[root[i]].node;
	for (size_t i = 0; i < a->n_part; i++) {
		uint32_t top = a->part[i];

		for (uint32_t k = top + 1; k < p->e[top].end;
		     k = p->e[k].dead ? p->e[k].end : k + 1)
			if (p->e[k].dead)
				x->noise[x->n_noise++] = p->e[k].node;
	}
	qsort(x->noise, x->n_noise, sizeof(const GumboNode *), by_address);
	x->found = true;
	x->letters = a->letters;
	return 0;
}

static bool
is_better(const struct attempt *now, const struct attempt *best)
{
	if (best->prose > 0)
		return now->prose > 2 * best->prose;
	return now->letters > (best->letters < SOME ? 1 : 2) * best->letters;
}

int
extract_all(struct extract *ret, const struct pick *pick)
{
	*ret = (struct extract){0};
	if (begin(ret, pick->n_keep, 0, pick) != 0)
		return QERR_NOMEM;
	while (ret->n_root < pick->n_keep) {
		ret->root[ret->n_root] = pick->keep[ret->n_root];
		ret->n_root++;
	}
	return 0;
}

/* Nothing is weighed: what says of itself that it is none of the text. */
static void
clean(struct page *p, struct bytes title)
{
	for (uint32_t i = 1; i < p->n;) {
		const struct page_element *e = &p->e[i];

		if (!e->dead && kill_is_plain(p, i))
			page_kill(p, i);
		i = p->e[i].dead ? p->e[i].end : i + 1;
	}
	for (uint32_t i = 1; i < p->n; i++)
		if (p->e[i].tag == GUMBO_TAG_BODY) {
			tail_cut_boxes(p, i);
			foot_cut_links(p, i, title);
		}
}

int
extract_clean(struct extract *ret, const GumboNode *root, struct bytes title)
{
	static const struct pick none = {0};
	struct page p;
	int r = page_measure(&p, root);

	*ret = (struct extract){0};
	if (r == 0)
		r = begin(ret, 0, p.n, &none);
	if (r == 0)
		clean(&p, title);
	for (uint32_t i = 1; r == 0 && i < p.n;
	     i = p.e[i].dead ? p.e[i].end : i + 1)
		if (p.e[i].dead && !page_is_never_text(p.e[i].tag))
			ret->noise[ret->n_noise++] = p.e[i].node;
	if (r == 0)
		qsort(ret->noise, ret->n_noise, sizeof(ret->noise[0]),
		    by_address);
	page_done(&p);
	return r;
}

static int
find(struct extract *ret, const GumboNode *root, const struct page_about *about,
    const struct pick *pick)
{
	struct attempt *now = calloc(1, sizeof(*now));
	struct attempt *best = calloc(1, sizeof(*best));
	int err = now == NULL || best == NULL ? QERR_NOMEM : 0;

	for (size_t i = 0; i < sizeof(strengths) / sizeof(strengths[0]) &&
			   err == 0 && best->letters < ENOUGH;
	     i++) {
		err = attempt(now, root, &strengths[i], about, pick);
		if (err == 0 && is_better(now, best)) {
			struct attempt *was = best;

			best = now;
			now = was;
		}
		page_done(&now->page);
	}
	if (err == 0)
		err = best->n_part > 0 ? keep(ret, best, about->title, pick)
				       : extract_all(ret, pick);
	if (best != NULL)
		page_done(&best->page);
	free(now);
	free(best);
	return err;
}

int
extract_find(struct extract *ret, const GumboNode *root,
    const struct page_about *about, const struct pick *pick)
{
	*ret = (struct extract){0};
	return pick->n_keep > 0 ? extract_all(ret, pick)
				: find(ret, root, about, pick);
}

void
extract_done(struct extract *x)
{
	free(x->root);
	free(x->noise);
	*x = (struct extract){0};
}

bool
extract_is_noise(const struct extract *x, const GumboNode *n)
{
	return x->n_noise > 0 &&
	       bsearch(&n, x->noise, x->n_noise, sizeof(n), by_address) != NULL;
}

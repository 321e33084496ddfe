#include "daemon/extract/extract.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/find.h"
#include "daemon/extract/noise.h"
#include "daemon/extract/page.h"
#include "daemon/extract/prune.h"
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
	uint32_t letters;
};

static int
attempt(struct attempt *a, const GumboNode *root, const struct strength *s,
    struct bytes title)
{
	int err = page_measure(&a->page, root);

	a->n_part = 0;
	a->letters = 0;
	if (err != 0)
		return err;
	find_kill(&a->page, s);
	a->n_part = find_heaviest(&a->page, s, a->part, PARTS_MAX);
	for (size_t i = 0; i < a->n_part; i++) {
		prune(&a->page, a->part[i], s, title);
		a->letters += a->page.e[a->part[i]].in.text;
	}
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	const GumboNode *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* The picture between the title and the text, with what it says, is the lead. */
static uint32_t
lead_picture(const struct page *p, uint32_t first, struct bytes title)
{
	bool below_title = false;

	for (uint32_t i = 1; i < first; i++) {
		const struct page_element *e = &p->e[i];

		if (e->dead) {
			i = e->end - 1;
			continue;
		}
		below_title = below_title ||
			      (e->tag == GUMBO_TAG_H1 && noise_is(p, i, title));
		if (below_title && e->tag == GUMBO_TAG_FIGURE &&
		    e->end <= first && e->in.img > 0 && e->in.text > 0)
			return i;
	}
	return 0;
}

static int
keep(struct extract *x, const struct attempt *a, struct bytes title)
{
	const struct page *p = &a->page;
	uint32_t lead = lead_picture(p, a->part[0], title);

	x->root = calloc(a->n_part + 1, sizeof(const GumboNode *));
	x->noise = calloc(p->n + 1, sizeof(const GumboNode *));
	if (x->root == NULL || x->noise == NULL)
		return QERR_NOMEM;
	if (lead != 0)
		x->root[x->n_root++] = p->e[lead].node;
	for (size_t i = 0; i < a->n_part; i++) {
		uint32_t top = a->part[i];

		x->root[x->n_root++] = p->e[top].node;
		for (uint32_t k = top + 1; k < p->e[top].end;
		     k = p->e[k].dead ? p->e[k].end : k + 1)
			if (p->e[k].dead)
				x->noise[x->n_noise++] = p->e[k].node;
	}
	qsort(x->noise, x->n_noise, sizeof(const GumboNode *), by_address);
	return 0;
}

static bool
is_better(const struct attempt *now, const struct attempt *best)
{
	return now->letters > (best->letters < SOME ? 1 : 2) * best->letters;
}

int
extract_find(struct extract *ret, const GumboNode *root, struct bytes title)
{
	struct attempt *now = calloc(1, sizeof(*now));
	struct attempt *best = calloc(1, sizeof(*best));
	int err = now == NULL || best == NULL ? QERR_NOMEM : 0;

	*ret = (struct extract){0};
	for (size_t i = 0; i < sizeof(strengths) / sizeof(strengths[0]) &&
			   err == 0 && best->letters < ENOUGH;
	     i++) {
		err = attempt(now, root, &strengths[i], title);
		if (err == 0 && is_better(now, best)) {
			struct attempt *was = best;

			best = now;
			now = was;
		}
		page_done(&now->page);
	}
	if (err == 0 && best->n_part > 0)
		err = keep(ret, best, title);
	if (best != NULL)
		page_done(&best->page);
	free(now);
	free(best);
	return err;
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

#include "daemon/extract/pick.h"

#include <stdlib.h>

#include "proto/base/qerr.h"

struct walk {
	struct pick *p;
	const struct rule *rule[RULES_MAX]; /* those for this page */
	size_t n_rule;
	size_t cap_keep, cap_drop;
	int err;
};

static void
add(struct walk *w, const GumboNode ***list, size_t *n, size_t *cap,
    const GumboNode *node)
{
	if (*n == *cap) {
		size_t more = *cap == 0 ? 16 : 2 * *cap;
		const GumboNode **grown =
		    realloc(*list, more * sizeof(const GumboNode *));

		if (grown == NULL) {
			w->err = QERR_NOMEM;
			return;
		}
		*list = grown;
		*cap = more;
	}
	(*list)[(*n)++] = node;
}

/* The rules that mean |n|, as bits. */
static unsigned
meanings(const struct walk *w, const GumboNode *n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < w->n_rule; i++)
		if ((bits & 1u << w->rule[i]->what) == 0 &&
		    select_is(&w->rule[i]->select, n))
			bits |= 1u << w->rule[i]->what;
	return bits;
}

/* |settled|: |n| is in something that is kept, or dropped. */
static void
look(struct walk *w, const GumboNode *n, bool settled)
{
	const GumboVector *c = &n->v.element.children;
	struct pick *p = w->p;
	unsigned is = meanings(w, n);

	if ((is & 1u << RULE_TITLE) != 0 && p->title == NULL)
		p->title = n;
	if ((is & 1u << RULE_DATE) != 0 && p->date == NULL)
		p->date = n;
	if ((is & 1u << RULE_AUTHOR) != 0 && p->n_author < PICK_AUTHORS_MAX)
		p->author[p->n_author++] = n;
	if ((is & ~(1u << RULE_KEEP)) != 0) {
		add(w, &p->drop, &p->n_drop, &w->cap_drop, n);
		settled = true; /* nothing in it is the article */
	} else if ((is & 1u << RULE_KEEP) != 0 && !settled) {
		add(w, &p->keep, &p->n_keep, &w->cap_keep, n);
		settled = true;
	}
	for (unsigned i = 0; i < c->length && w->err == 0; i++) {
		const GumboNode *child = c->data[i];

		if (child->type == GUMBO_NODE_ELEMENT)
			look(w, child, settled);
	}
}

static int
by_address(const void *a, const void *b)
{
	const GumboNode *const *x = a, *const *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
pick_find(struct pick *ret, const struct rules *r, struct bytes host,
    const GumboNode *root)
{
	struct walk w = {.p = ret};

	*ret = (struct pick){0};
	for (size_t i = 0; r != NULL && i < r->n; i++)
		if (r->rule[i].how == RULE_SELECT &&
		    rule_is_for(&r->rule[i], host))
			w.rule[w.n_rule++] = &r->rule[i];
	if (w.n_rule > 0)
		look(&w, root, false);
	if (ret->n_drop > 0)
		qsort(ret->drop, ret->n_drop, sizeof(const GumboNode *),
		    by_address);
	return w.err;
}

void
pick_done(struct pick *p)
{
	free(p->keep);
	free(p->drop);
	*p = (struct pick){0};
}

bool
pick_drops(const struct pick *p, const GumboNode *n)
{
	return p->n_drop > 0 &&
	       bsearch(&n, p->drop, p->n_drop, sizeof(n), by_address) != NULL;
}

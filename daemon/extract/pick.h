#ifndef QUIRE_PICK_H
#define QUIRE_PICK_H

#include "daemon/extract/rules.h"

/* What an operator's rules say of one page, as nodes of its tree. */
#define PICK_AUTHORS_MAX 16

struct pick {
	const GumboNode **keep; /* in the order of the page, none in another */
	size_t n_keep;
	const GumboNode **drop; /* by address; and all below them */
	size_t n_drop;
	const GumboNode *title, *date; /* the first; NULL: no rule finds any */
	const GumboNode *author[PICK_AUTHORS_MAX];
	size_t n_author;
};

/*
 * Find what |r| (may be NULL: nothing) picks of the page |root|, which is at |host|.
 * What the rules take for title, author and date is dropped from the text.  0 or
 * QERR_NOMEM; free with pick_done() in any case.
 */
int pick_find(struct pick *ret, const struct rules *r, struct bytes host,
    const GumboNode *root);
void pick_done(struct pick *p);

/* True if |n| itself is to be dropped. */
bool pick_drops(const struct pick *p, const GumboNode *n);

#endif

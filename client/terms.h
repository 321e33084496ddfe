#ifndef QUIRE_TERMS_H
#define QUIRE_TERMS_H

#include "proto/base/buf.h"

/*
 * What a reader looks for: words and phrases, folded as proto/base/fold.h has it, each of
 * which has to be in a text.
 */
#define TERMS_MAX 64

struct terms {
	struct buf term[TERMS_MAX];
	size_t n;
};

/*
 * Take in one word of a command line: a phrase, or several phrases, where quotation marks
 * stand around them.  Marks that stand alone are passed over, unless there is nothing
 * else; blanks count as one.  0, or QERR_TEXT (no UTF-8), QERR_MISSING (nothing in it),
 * QERR_FULL or QERR_NOMEM.
 */
int terms_add(struct terms *t, const char *word);
void terms_done(struct terms *t);

#endif

#ifndef QUIRE_FRONT_H
#define QUIRE_FRONT_H

#include "daemon/ingest/ingest.h"

/*
 * Front matter: lines of "key: value" at the beginning of a document that say what it is.
 * Between two lines of "---" they may be anything, and what is not known is passed over.
 * Bare ones end at a blank line, a heading ("#") or a tag, and one of them at least has to
 * be no text for sure: a title, author, language or date, or a known key in small letters.
 * "Note: names were changed." is text, and so is "Kabul: the city …".
 *
 * Take it off the front of |*text|: 0, or QERR_RANGE and |why| has what to mend, where a
 * bare key is nearly one that is known.
 */
int front_take(struct ingest_doc *d, struct bytes *text, struct buf *why);

#endif

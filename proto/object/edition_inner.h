#ifndef QUIRE_EDITION_INNER_H
#define QUIRE_EDITION_INNER_H

#include "proto/object/edition.h"

/*
 * The inside of an edition's check: edition_open.c (all of it) and edition_anew.c (packs
 * of earlier issues).
 */

/*
 * Compare |part|, whose bodies have the hashes |body|, with what it is made of, which
 * begins at e->before[*at]; |*at| moves behind that.  Each article is there as it was
 * signed, in its newest revision, or is a tombstone: these are |part->gone|.  Of an issue
 * that is given up there is a tombstone alone, and |part->lost| is above 0.  QERR_MISSING
 * if one is not there, QERR_BADHASH if one is another, QERR_RANGE if what was before does
 * not fit together, or as header_open() of a header before.
 */
int edition_compare(const struct edition_verdict *v, struct edition_part *part,
    const struct id *body, const struct edition *e, size_t *at);

#endif

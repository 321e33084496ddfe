#ifndef QUIRE_EDITION_INNER_H
#define QUIRE_EDITION_INNER_H

#include "proto/object/edition.h"

/*
 * The inside of an edition's check: edition_open.c (all of it) and edition_anew.c (packs
 * that take the place of others).
 */

/*
 * Compare |part|, whose bodies have the hashes |body|, with what it takes the place of.
 * Each article is there as it was signed, or is a tombstone: these are |part->gone|.
 * QERR_MISSING if one is not there, QERR_BADHASH if one is another, or as header_open()
 * of the header before.
 */
int edition_compare(const struct edition_verdict *v, struct edition_part *part,
    const struct id *body, const struct edition_before *before);

#endif

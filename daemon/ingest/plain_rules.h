#ifndef QUIRE_PLAIN_RULES_H
#define QUIRE_PLAIN_RULES_H

#include "daemon/ingest/ingest.h"

/*
 * Append to |dst| what src->rules leave of |text|, and take the title, author and date
 * they find, where |d| does not know them yet; *ret_headings: they say that there are
 * headings.  0 or QERR_NOMEM.
 */
int plain_rules(struct buf *dst, struct ingest_doc *d,
    const struct ingest_source *src, struct bytes text, bool *ret_headings);

#endif

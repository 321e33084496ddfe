#ifndef QUIRE_HTML_RULES_H
#define QUIRE_HTML_RULES_H

#include "daemon/extract/pick.h"
#include "daemon/ingest/ingest.h"

/*
 * Find what src->rules pick of the page |root|, and take the title, authors and date
 * they find, where |d| does not know them yet.  The page's site is known by where it
 * was found, else by what it says its address is.  0 or QERR_NOMEM; free |ret| with
 * pick_done() in any case.
 */
int html_rules(struct pick *ret, struct ingest_doc *d,
    const struct ingest_source *src, const GumboNode *root);

#endif

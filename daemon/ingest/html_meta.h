#ifndef QUIRE_HTML_META_H
#define QUIRE_HTML_META_H

#include "daemon/ingest/html_node.h"
#include "daemon/ingest/ingest.h"
#include "daemon/ingest/meta.h"

/* What the page says its address is; NULL if it does not. */
const char *html_canonical(const GumboNode *root);

/* What the document, found |at| an address, says of itself, where |d| does not know it yet. */
void html_meta(struct ingest_doc *d, const GumboNode *root, struct bytes at);

/* meta_set() of what a page says, whose dates are read in whatever way they are written. */
void html_meta_set(struct ingest_doc *d, enum meta_field f, struct bytes value);

#endif

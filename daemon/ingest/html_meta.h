#ifndef QUIRE_HTML_META_H
#define QUIRE_HTML_META_H

#include <gumbo.h>

#include "daemon/ingest/ingest.h"

/* Small questions to gumbo's tree. */
const GumboElement *html_element(const GumboNode *n); /* NULL if it is none */
bool html_is(const GumboNode *n, GumboTag tag);       /* and of HTML itself */
const char *html_attribute(const GumboNode *n, const char *name);
/* The first element of |tag| in or below |n|, in document order, or NULL. */
const GumboNode *html_find(const GumboNode *n, GumboTag tag);
/* Append all text below |n|, a blank for each <br>. */
void html_text(struct buf *dst, const GumboNode *n);
/* The same of what people see; false, and no more looked at, if |dst| may not hold it. */
bool html_text_within(struct buf *dst, const GumboNode *n);

/* What the page says its address is; NULL if it does not. */
const char *html_canonical(const GumboNode *root);

/* What the document, found |at| an address, says of itself, where |d| does not know it yet. */
void html_meta(struct ingest_doc *d, const GumboNode *root, struct bytes at);

#endif

#ifndef QUIRE_HTML_BYLINE_H
#define QUIRE_HTML_BYLINE_H

#include <gumbo.h>

#include "daemon/ingest/ingest.h"

/*
 * Who wrote the article and when, as a page shows it to its readers: an element
 * marked as author or byline, a <time>; where |d| does not know it yet.  What is
 * nearer to |article| (may be |root|) counts more: other articles have authors, too.
 */
void html_byline(struct ingest_doc *d, const GumboNode *root,
    const GumboNode *article, struct bytes at);

/* Take the names in |n|, which is known to say who wrote it. */
void html_byline_author(struct ingest_doc *d, const GumboNode *n);

#endif

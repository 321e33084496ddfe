#ifndef QUIRE_HTML_LD_H
#define QUIRE_HTML_LD_H

#include <gumbo.h>

#include "daemon/ingest/ingest.h"

/*
 * What a page says of its article in JSON-LD (schema.org's Article and what is one:
 * NewsArticle, BlogPosting, …), where |d| does not know it yet.  A script that is no
 * JSON, or too deep or too large, says nothing.
 */
#define HTML_LD_MAX (256 * 1024) /* bytes of one script */

void html_ld(struct ingest_doc *d, const GumboNode *root);

/* jansson seeds its tables from a file: call it before files are taken away. */
void html_ld_ready(void);

#endif

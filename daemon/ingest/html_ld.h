#ifndef QUIRE_HTML_LD_H
#define QUIRE_HTML_LD_H

#include <gumbo.h>

#include "daemon/ingest/ingest.h"

/*
 * What a script of a page says of its article in JSON-LD (schema.org's Article and what is one:
 * NewsArticle, BlogPosting, …), where |d| does not know it yet.  A script that is no
 * JSON, and cannot be mended (html_ld_mend.h), or too deep or too large, says nothing.
 */
#define HTML_LD_MAX (256 * 1024) /* bytes of one script */

/* |title| is the text of the page's <title>. */
void html_ld(struct ingest_doc *d, const GumboNode *script, struct bytes title);

/* What is said of the page that the article is on, if nobody said it better. */
void html_ld_page(struct ingest_doc *d, const GumboNode *script);

/* jansson seeds its tables from a file: call it before files are taken away. */
void html_ld_ready(void);

#endif

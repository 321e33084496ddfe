#ifndef QUIRE_HTML_BYLINE_INNER_H
#define QUIRE_HTML_BYLINE_INNER_H

#include "daemon/ingest/html_byline.h"

/*
 * The inside of a byline:
 *
 *	html_byline.c       who wrote it, as elements are marked; and what is asked first
 *	html_byline_said.c  .. as words say it
 *	html_byline_date.c  when
 *
 * What is below |n| is looked at, but not what is in |seen| (may be NULL).
 */

/* html_byline_said.c: the outermost element that is no more than "By Jane Roe", or NULL. */
const GumboNode *html_byline_said(const GumboNode *n, const GumboNode *seen);

/*
 * html_byline_date.c: set when |d| was published, if it is found: as marked elements say
 * it, or those named for it; in "/2024/05/31/" of the page's address; or behind the first
 * heading.
 */
void html_byline_date(struct ingest_doc *d, const GumboNode *n,
    const GumboNode *seen);
void html_byline_date_in_address(struct ingest_doc *d, struct bytes at);
void html_byline_date_behind_title(struct ingest_doc *d, const GumboNode *root);

#endif

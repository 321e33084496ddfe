#ifndef QUIRE_HTML_BYLINE_INNER_H
#define QUIRE_HTML_BYLINE_INNER_H

#include "daemon/extract/date.h"
#include "daemon/ingest/html_byline.h"

/*
 * The inside of a byline:
 *
 *	html_byline.c       who wrote it, as elements are marked; and what is asked first
 *	html_byline_said.c  .. as words say it
 *	html_byline_date.c  when, as elements say it that are marked or named for it
 *	html_byline_near.c  .. as the address does, or what is around the title
 *	html_byline_when.c  .. in figures
 *
 * What is below |n| is looked at, but not what is in |seen| (may be NULL).
 */

/* html_byline_said.c: the outermost element that is no more than "By Jane Roe", or NULL. */
const GumboNode *html_byline_said(const GumboNode *n, const GumboNode *seen);

/* Where a date is to be set, and how the page's country writes it in figures. */
struct dating {
	struct ingest_doc *d;
	enum date_order order;
};
struct dating dating_of(struct ingest_doc *d, struct bytes at);
void dating_set(struct dating *g, int64_t when);
/* Set it to the first day in |text|; false if there is none. */
bool dating_find(struct dating *g, struct bytes text);

/* Set when it was published, if it is found. */
void html_byline_date(struct dating *g, const GumboNode *n,
    const GumboNode *seen);
/* .. in "/2024/05/31/" of the page's address; .. in the first lines behind its title, or in
 * the last above it. */
void html_byline_date_in_address(struct dating *g, struct bytes at);
void html_byline_date_by_title(struct dating *g, const GumboNode *root);

#endif

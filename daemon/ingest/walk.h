#ifndef QUIRE_WALK_H
#define QUIRE_WALK_H

#include <gumbo.h>

#include "daemon/extract/extract.h"
#include "daemon/ingest/ingest.h"

/*
 * The way through a document's tree: what of it becomes which part of the body.
 *
 *	walk.c          elements, links and headings
 *	walk_article.c  where it begins
 *	walk_figure.c   pictures and their captions
 *	walk_table.c    tables of data, and those that lay out
 *	walk_text.c     lines that are kept as they are, raised and lowered letters
 *	walk_math.c     formulas, as text
 */

/* Append to d->body what is the article below |root|: the parts that |page| has, or, if
 * it is NULL, all of a document.  0 or QERR_*. */
int walk_article(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, const struct extract *page);

#endif

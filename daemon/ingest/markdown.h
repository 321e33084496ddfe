#ifndef QUIRE_MARKDOWN_H
#define QUIRE_MARKDOWN_H

#include "daemon/ingest/ingest.h"

/*
 * Markdown as CommonMark has it, with the tables of GitHub's.  HTML in it is left out.
 * Returns as ingest().
 */
int markdown_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why);

#endif

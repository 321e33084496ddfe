#ifndef QUIRE_PLAIN_H
#define QUIRE_PLAIN_H

#include "daemon/ingest/ingest.h"

/* Take in UTF-8 plain text: blank lines part its paragraphs.  The first line is the
 * title if it stands alone and there is no other.  src->rules say what is left out.
 * Results as of ingest(). */
int plain_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text);

/* Take a paragraph off the front of |*text|: lines up to a blank one. */
struct bytes plain_paragraph(struct bytes *text);

#endif

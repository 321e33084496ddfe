#ifndef QUIRE_PLAIN_H
#define QUIRE_PLAIN_H

#include "daemon/ingest.h"

/* Take in UTF-8 plain text: blank lines part its paragraphs.  The first line is the
 * title if it stands alone and there is no other.  Results as of ingest(). */
int plain_ingest(struct ingest_doc *d, struct bytes text);

#endif

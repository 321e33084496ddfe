#ifndef QUIRE_JSONFEED_H
#define QUIRE_JSONFEED_H

#include "daemon/ingest/ingest.h"

/* JSON Feed 1.0 and 1.1 (jsonfeed.org), as daemon/ingest/webfeed.h has other feeds. */

/* By its first letter, which no XML begins with. */
bool jsonfeed_is(struct bytes text);

int jsonfeed_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why);
int jsonfeed_list(struct ingest_list *ret, const struct ingest_source *src,
    struct bytes text, struct buf *why);

#endif

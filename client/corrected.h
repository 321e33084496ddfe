#ifndef QUIRE_CORRECTED_H
#define QUIRE_CORRECTED_H

#include "client/app.h"
#include "proto/base/buf.h"
#include "proto/host/ctl.h"

/* What a correction changes, as quired says it: of an item that has "parts", which these
 * are and how many words; of an item "change", the words that go and come. */
void corrected_parts(struct buf *b, const struct ctl_item *it);
void corrected_words(struct buf *b, const struct app *a,
    const struct ctl_item *it);

#endif

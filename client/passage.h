#ifndef QUIRE_PASSAGE_H
#define QUIRE_PASSAGE_H

#include "proto/base/buf.h"

/*
 * Words searched for in a text, whatever their case (proto/base/fold.h).
 */
#define PASSAGE_BEFORE 32 /* characters shown before what was found */
#define PASSAGE_AFTER  160

/* Where |term|, folded and not empty, begins in |fold|; SIZE_MAX if nowhere. */
size_t passage_find(struct bytes fold, struct bytes term);
/*
 * Append to |dst| the passage of |text| around byte |at| of |fold|, which is |text|
 * folded: whole words on one line, with an ellipsis where something comes before or
 * after.
 */
void passage_cut(struct buf *dst, struct bytes text, struct bytes fold,
    size_t at);

#endif

#ifndef QUIRE_STORE_ROW_H
#define QUIRE_STORE_ROW_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * DIR/row-FEED: the headers of a feed that were checked, one behind another with
 * their leaves in its history, so that thousands need one file to be opened and
 * nothing to be checked again.  Made from the tree, and deleted with any of its
 * headers; one that is damaged, or whose last header is not the tree's, is none.
 */
#define ROW_WORTH 32 /* headers beyond the row that make a new one worth it */

/* Append the files to |b|, their ends to |ends| as u32le, and to |leaves|, which may
 * be NULL, 32 bytes each.  Returns how many, or a fatal QERR_*. */
int row_read(int dir, const struct id *feed, struct buf *b, struct buf *ends,
    struct buf *leaves);
int row_write(int dir, const struct id *feed, struct bytes files,
    struct bytes ends, struct bytes leaves);
void row_remove(int dir, const struct id *feed);

#endif

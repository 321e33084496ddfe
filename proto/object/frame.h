#ifndef QUIRE_FRAME_H
#define QUIRE_FRAME_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * One zstd frame (RFC 8878) as packs and capsules carry it: content size
 * present, no dictionary id, a window of at most 16 MiB, alone.  |base| is the
 * prefix that both sides know (.p NULL: none).
 */

/*
 * Append the frame of |raw| (not empty) to |b|; |level| is zstd's.  |done| grows by
 * raw.n, bit by bit, for somebody who watches; NULL: nobody does, and it takes less
 * memory.
 */
int frame_deflate(struct buf *b, struct bytes raw, struct bytes base, int level,
    _Atomic size_t *done);

/*
 * Append to |raw| exactly the |size| bytes that |z| stands for.  QERR_INFLATE
 * if it is no such frame or one of another size, QERR_TRAILING if something is
 * behind it.  Nothing is allocated before the size is known to be right.
 */
int frame_inflate(struct buf *raw, struct bytes z, size_t size,
    struct bytes base);

#endif

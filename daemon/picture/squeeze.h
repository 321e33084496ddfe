#ifndef QUIRE_PICTURE_SQUEEZE_H
#define QUIRE_PICTURE_SQUEEZE_H

#include "daemon/picture/canvas.h"
#include "proto/base/buf.h"

/*
 * Append |from| as WebP of at most |budget| bytes, its longer side at most |side|:
 * as good as fits, and rather smaller than poor.  The same pixels become the same
 * bytes.  0 and its size; QERR_TOOBIG if not even a few pixels fit, QERR_NOMEM.
 */
int squeeze(struct buf *b, uint32_t *ret_width, uint32_t *ret_height,
    const struct canvas *from, uint32_t side, size_t budget);

#endif

#ifndef QUIRE_PICTURE_DECODE_H
#define QUIRE_PICTURE_DECODE_H

#include <stdbool.h>

#include "daemon/picture/canvas.h"
#include "proto/object/picture.h"

/*
 * A clean picture, or the first of one that moves, as pixels, scaled down on the way so
 * that its longer side is at most |side|, and turned only as AVIF itself says.  Runs in
 * the confined child, for these libraries read strangers' bytes; they say nothing and
 * end nothing.
 *
 * 0 and |ret| is a canvas; QERR_NOMEM if it takes more than DECODE_MEMORY, or more
 * than there is; else QERR_RANGE, or QERR_TYPE if nobody here decodes |type|.
 */
#define DECODE_MEMORY (192 * 1024 * 1024)

int decode(struct canvas *ret, enum picture_type type, struct bytes clean,
    uint32_t side);

/* One format each. */
int decode_jpeg(struct canvas *ret, struct bytes clean, uint32_t side);
int decode_png(struct canvas *ret, struct bytes clean, uint32_t side);
int decode_webp(struct canvas *ret, struct bytes clean, uint32_t side);
int decode_gif(struct canvas *ret, struct bytes clean, uint32_t side);
int decode_avif(struct canvas *ret, struct bytes clean, uint32_t side);

/* Load what AVIF takes, while files can be opened.  False if it is not installed: then
 * decode() says QERR_TYPE. */
bool decode_avif_load(void);

#endif

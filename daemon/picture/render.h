#ifndef QUIRE_PICTURE_RENDER_H
#define QUIRE_PICTURE_RENDER_H

#include "daemon/picture/set.h"

/*
 * From a newsroom's picture to what is published of it, in sizes that readers on bad
 * lines can fetch.  It is cleaned (daemon/picture/clean.h) before anything else, and:
 *
 * - What moves stays as it is, clean, up to PICTURE_LARGE_MAX, with its first picture
 *   as the small one; of what is larger the first picture is published.
 * - AVIF stays as it is, up to PICTURE_KEPT_MAX, where libavif is not installed.
 * - What stands upright, takes PICTURE_ALONE_MAX at most and is no longer than
 *   RENDER_LARGE_SIDE stays as it is, alone.
 * - Of all others, the large one is the clean picture if it stands upright, takes
 *   RENDER_AS_IT_IS bytes at most and is no longer than RENDER_LARGE_SIDE; else it is
 *   WebP of PICTURE_LARGE_MAX at most, turned upright, and not more than the picture
 *   took.  The small one is WebP of PICTURE_SMALL_MAX, left out beside a large one
 *   that can stand alone: so it is always less than two thirds of it.
 *
 * No picture of more than RENDER_PIXELS_MAX is taken, for whoever shows it has to
 * hold them all.
 */
#define RENDER_PIXELS_MAX (100 * 1000 * 1000)
#define RENDER_AS_IT_IS   (64 * 1024)
#define RENDER_LARGE_SIDE 1600
#define RENDER_SMALL_SIDE 480

_Static_assert(PICTURE_SMALL_MAX * 3 <= PICTURE_ALONE_MAX * 2,
    "a small one is worth its bytes");

/*
 * Make |ret| of |picture|.  The same picture becomes the same bytes.  0; or a QERR_*,
 * and |why| has sentences that say what is wrong with it and what to do.  Initialise
 * |ret| first and free it in any case.
 */
int picture_render(struct picture_set *ret, struct bytes picture,
    struct buf *why);

#endif

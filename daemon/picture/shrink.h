#ifndef QUIRE_PICTURE_SHRINK_H
#define QUIRE_PICTURE_SHRINK_H

#include "daemon/picture/canvas.h"

/*
 * Makes a picture smaller while its rows come in: each new pixel is the mean of the
 * area that it covers, weighed by opacity, in whole numbers, so that every machine
 * comes to the same.  Holds one row of sums, never the picture.
 */
struct shrink {
	struct canvas *to; /* borrowed */
	uint32_t width, height;
	uint32_t y;    /* rows so far */
	uint32_t done; /* rows of |to| that are complete */
	uint64_t
	    *row; /* sums over the part of a row: 4 a pixel, like the next */
	uint64_t *sum; /* sums over rows, for row |done| */
};

/*
 * Begin to fill |to|, which is no larger, from a picture of |width| by |height|, at
 * most 2^32 pixels.  0 or QERR_NOMEM; end with shrink_done() in any case.
 */
int shrink_begin(struct shrink *s, struct canvas *to, uint32_t width,
    uint32_t height);

/* The next row; those beyond the last are ignored. */
void shrink_row(struct shrink *s, const uint8_t *rgba);

void shrink_done(struct shrink *s);

/* Make |ret| of |from|, its longer side |side| at most.  0 or QERR_NOMEM; free it with
 * canvas_done() if 0. */
int shrink_to(struct canvas *ret, const struct canvas *from, uint32_t side);

/* Fill |to|, which is no larger, from |from|.  0 or QERR_NOMEM. */
int shrink_canvas(struct canvas *to, const struct canvas *from);

#endif

#ifndef QUIRE_PICTURE_CANVAS_H
#define QUIRE_PICTURE_CANVAS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels: red, green, blue, opacity, a byte each, row by row.  Owns them. */
struct canvas {
	uint32_t width, height;
	uint8_t *rgba;
};

/* All transparent.  0 or QERR_NOMEM; free with canvas_done() if 0. */
int canvas_init(struct canvas *c, uint32_t width, uint32_t height);
void canvas_done(struct canvas *c);

static inline uint8_t *
canvas_row(const struct canvas *c, uint32_t y)
{
	return c->rgba + (size_t)y * c->width * 4;
}

/* Turn it upright, as Exif's |orientation| 1..8 says.  0 or QERR_NOMEM. */
int canvas_turn(struct canvas *c, int orientation);

/* Scale a size down so that its longer side is at most |side|; none becomes 0. */
void canvas_fit(uint32_t *width, uint32_t *height, uint32_t side);

#endif

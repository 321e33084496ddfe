#include "daemon/picture/canvas.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"

int
canvas_init(struct canvas *c, uint32_t width, uint32_t height)
{
	*c = (struct canvas){width, height, NULL};
	c->rgba = calloc((size_t)width * height, 4);
	return c->rgba != NULL ? 0 : QERR_NOMEM;
}

void
canvas_done(struct canvas *c)
{
	free(c->rgba);
	*c = (struct canvas){0};
}

/* The pixel that is to be shown at x, y of |to|. */
static const uint8_t *
pixel(const struct canvas *from, int orientation, uint32_t x, uint32_t y)
{
	uint32_t right = from->width - 1, bottom = from->height - 1;
	/* From 5 on, what was recorded as a row is a column. */
	uint32_t a = orientation >= 5 ? y : x, b = orientation >= 5 ? x : y;

	switch (orientation) {
	case 2:
		a = right - a;
		break;
	case 3:
	case 7:
		a = right - a;
		b = bottom - b;
		break;
	case 4:
	case 6:
		b = bottom - b;
		break;
	case 8:
		a = right - a;
		break;
	default:
		break;
	}
	return canvas_row(from, b) + (size_t)a * 4;
}

int
canvas_turn(struct canvas *c, int orientation)
{
	bool lies = orientation >= 5;
	struct canvas to;
	int r;

	if (orientation == 1)
		return 0;
	r = canvas_init(&to, lies ? c->height : c->width,
	    lies ? c->width : c->height);
	if (r != 0)
		return r;
	for (uint32_t y = 0; y < to.height; y++)
		for (uint32_t x = 0; x < to.width; x++)
			memcpy(canvas_row(&to, y) + (size_t)x * 4,
			    pixel(c, orientation, x, y), 4);
	canvas_done(c);
	*c = to;
	return 0;
}

static uint32_t
scaled(uint32_t n, uint32_t side, uint32_t longer)
{
	uint64_t v = ((uint64_t)n * side + longer / 2) / longer;

	return v > 0 ? (uint32_t)v : 1;
}

void
canvas_fit(uint32_t *width, uint32_t *height, uint32_t side)
{
	uint32_t longer = *width > *height ? *width : *height;

	if (longer <= side)
		return;
	*width = scaled(*width, side, longer);
	*height = scaled(*height, side, longer);
}

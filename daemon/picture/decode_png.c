#include <png.h>
#include <stdlib.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"
#include "proto/base/reader.h"

struct png {
	png_structp p;
	png_infop info;
	struct reader from;
	struct shrink shrink;
	struct canvas *to;
	uint32_t width, height;
	uint8_t *rows; /* one, or all of an interlaced picture */
};

static _Noreturn void
leave(png_structp p, png_const_charp message)
{
	(void)message;
	png_longjmp(p, 1);
}

static void
say_nothing(png_structp p, png_const_charp message)
{
	(void)p;
	(void)message;
}

static void
give(png_structp p, png_bytep to, size_t n)
{
	struct png *g = png_get_io_ptr(p);
	const uint8_t *from = reader_bytes(&g->from, n);

	if (from == NULL)
		png_error(p, "");
	memcpy(to, from, n);
}

/* Whatever it is, 8 bits each of red, green, blue and opacity come out. */
static void
ask_for_rgba(struct png *g)
{
	png_set_expand(g->p);
	png_set_scale_16(g->p);
	png_set_gray_to_rgb(g->p);
	png_set_add_alpha(g->p, 255, PNG_FILLER_AFTER);
}

static void
read_rows(struct png *g)
{
	for (uint32_t y = 0; y < g->height; y++) {
		png_read_row(g->p, g->rows, NULL);
		shrink_row(&g->shrink, g->rows);
	}
}

/* Each of seven passes touches rows anywhere: all must be there at once. */
static void
read_interlaced(struct png *g, int passes)
{
	size_t stride = (size_t)g->width * 4;

	while (passes-- > 0)
		for (uint32_t y = 0; y < g->height; y++)
			png_read_row(g->p, g->rows + y * stride, NULL);
	for (uint32_t y = 0; y < g->height; y++)
		shrink_row(&g->shrink, g->rows + y * stride);
}

static int
begin(struct png *g, uint32_t side, size_t rows)
{
	uint32_t width = g->width, height = g->height;
	int r;

	canvas_fit(&width, &height, side);
	if (rows > DECODE_MEMORY / 4 / g->width)
		return QERR_NOMEM;
	g->rows = calloc(rows * g->width, 4);
	if (g->rows == NULL)
		return QERR_NOMEM;
	if ((r = canvas_init(g->to, width, height)) != 0)
		return r;
	return shrink_begin(&g->shrink, g->to, g->width, g->height);
}

static int
run(struct png *g, uint32_t side)
{
	int passes, r;

	if (setjmp(png_jmpbuf(g->p)) != 0)
		return QERR_RANGE;
	png_set_read_fn(g->p, g, give);
	png_read_info(g->p, g->info);
	g->width = png_get_image_width(g->p, g->info);
	g->height = png_get_image_height(g->p, g->info);
	ask_for_rgba(g);
	passes = png_set_interlace_handling(g->p);
	png_read_update_info(g->p, g->info);
	if (png_get_rowbytes(g->p, g->info) != (size_t)g->width * 4)
		return QERR_RANGE;
	r = begin(g, side, passes > 1 ? g->height : 1);
	if (r == 0 && passes > 1)
		read_interlaced(g, passes);
	else if (r == 0)
		read_rows(g);
	return r;
}

int
decode_png(struct canvas *ret, struct bytes clean, uint32_t side)
{
	struct png g = {.to = ret};
	int r = QERR_NOMEM;

	*ret = (struct canvas){0};
	reader_init(&g.from, clean.p, clean.n);
	g.p = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, leave,
	    say_nothing);
	if (g.p != NULL)
		g.info = png_create_info_struct(g.p);
	if (g.info != NULL)
		r = run(&g, side);
	png_destroy_read_struct(&g.p, &g.info, NULL);
	shrink_done(&g.shrink);
	free(g.rows);
	if (r != 0)
		canvas_done(ret);
	return r;
}

#ifndef QUIRE_TEST_PICTURE_H
#define QUIRE_TEST_PICTURE_H

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include "daemon/picture/canvas.h"
#include "proto/base/buf.h"
#include "tests/lib/check.h"

/* Pictures made on the spot: what is on them, and files of it. */

/* Four corners of four colours: red, green, blue, white, row by row. */
static inline void
draw_corners(struct canvas *c, uint32_t width, uint32_t height)
{
	static const uint8_t colour[4][4] = {{255, 0, 0, 255}, {0, 255, 0, 255},
	    {0, 0, 255, 255}, {255, 255, 255, 255}};

	check(canvas_init(c, width, height) == 0);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			memcpy(canvas_row(c, y) + (size_t)x * 4,
			    colour[(x >= width / 2) + 2 * (y >= height / 2)],
			    4);
}

/* Noise over slopes: as hard to compress as a photograph, the same each time. */
static inline void
draw_noise(struct canvas *c, uint32_t width, uint32_t height)
{
	uint32_t seed = 1;

	check(canvas_init(c, width, height) == 0);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			uint8_t *p = canvas_row(c, y) + (size_t)x * 4;

			seed = seed * 1664525 + 1013904223;
			p[0] = (uint8_t)(x * 191 / width + (seed >> 26));
			p[1] = (uint8_t)(y * 191 / height + (seed >> 20 & 63));
			p[2] = (uint8_t)((x ^ y) & 127);
			p[3] = 255;
		}
}

static inline void
put_png_bytes(png_structp p, png_bytep from, size_t n)
{
	buf_put(png_get_io_ptr(p), from, n);
}

/* |type| PNG_COLOR_TYPE_RGBA, or _RGB or _GRAY of which the rest is left out. */
static inline void
make_png_as(struct buf *b, const struct canvas *c, int type, int depth,
    int interlace)
{
	png_structp p =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(p);
	size_t n = type == PNG_COLOR_TYPE_RGBA  ? 4
		   : type == PNG_COLOR_TYPE_RGB ? 3
						: 1;
	size_t wide = depth == 16 ? 2 : 1;
	uint8_t *row = malloc((size_t)c->width * n * wide);
	int passes;

	check(row != NULL && info != NULL);
	png_set_write_fn(p, b, put_png_bytes, NULL);
	png_set_IHDR(p, info, c->width, c->height, depth, type, interlace,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(p, info);
	passes = png_set_interlace_handling(p);
	for (int pass = 0; pass < passes; pass++)
		for (uint32_t y = 0; y < c->height; y++) {
			for (size_t i = 0; i < c->width * n * wide; i++)
				row[i] = canvas_row(c,
				    y)[i / wide / n * 4 + i / wide % n];
			png_write_row(p, row);
		}
	png_write_end(p, NULL);
	png_destroy_write_struct(&p, &info);
	free(row);
}

static inline void
make_png(struct buf *b, const struct canvas *c)
{
	make_png_as(b, c, PNG_COLOR_TYPE_RGBA, 8, PNG_INTERLACE_NONE);
}

/* |space| JCS_EXT_RGBA; or JCS_CMYK, to which the four bytes are inks. */
static inline void
make_jpeg_as(struct buf *b, const struct canvas *c, int quality,
    J_COLOR_SPACE space, bool progressive)
{
	struct jpeg_compress_struct j;
	struct jpeg_error_mgr err;
	unsigned char *p = NULL;
	unsigned long n = 0;

	j.err = jpeg_std_error(&err);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &p, &n);
	j.image_width = c->width;
	j.image_height = c->height;
	j.input_components = 4;
	j.in_color_space = space;
	jpeg_set_defaults(&j);
	jpeg_set_quality(&j, quality, TRUE);
	if (progressive)
		jpeg_simple_progression(&j);
	jpeg_start_compress(&j, TRUE);
	for (uint32_t y = 0; y < c->height; y++) {
		JSAMPROW row = canvas_row(c, y);

		jpeg_write_scanlines(&j, &row, 1);
	}
	jpeg_finish_compress(&j);
	jpeg_destroy_compress(&j);
	buf_put(b, p, n);
	free(p);
}

static inline void
make_jpeg(struct buf *b, const struct canvas *c, int quality)
{
	make_jpeg_as(b, c, quality, JCS_EXT_RGBA, false);
}

/* Quality 0 is lossless. */
static inline void
make_webp(struct buf *b, const struct canvas *c, float quality)
{
	int stride = (int)c->width * 4;
	uint8_t *p = NULL;
	size_t n = quality > 0 ? WebPEncodeRGBA(c->rgba, (int)c->width,
				     (int)c->height, stride, quality, &p)
			       : WebPEncodeLosslessRGBA(c->rgba, (int)c->width,
				     (int)c->height, stride, &p);

	check(n > 0);
	buf_put(b, p, n);
	WebPFree(p);
}

/* Put |more| into |b| at |at|. */
static inline void
insert(struct buf *b, size_t at, struct bytes more)
{
	size_t tail = b->n - at;

	check(buf_grow(b, more.n) != NULL);
	memmove(b->p + at + more.n, b->p + at, tail);
	memcpy(b->p + at, more.p, more.n);
}

#endif

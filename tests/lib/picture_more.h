#ifndef QUIRE_TEST_PICTURE_MORE_H
#define QUIRE_TEST_PICTURE_MORE_H

#include <avif/avif.h>
#include <gif_lib.h>
#include <webp/mux.h>

#include "tests/lib/picture.h"

/* Files of the kinds that move, and AVIF. */

static inline int
put_gif_bytes(GifFileType *f, const GifByteType *from, int n)
{
	buf_put(f->UserData, from, (size_t)n);
	return n;
}

/* Colour 8 × (red ≥ 128) + …, as draw_corners() has them, or nothing: 15. */
static inline GifByteType
gif_colour(const uint8_t *p)
{
	return (GifByteType)(p[3] < 128 ? 15
					: (p[0] >> 7) * 4 + (p[1] >> 7) * 2 +
					      (p[2] >> 7));
}

/* |frames| of |c|, of which the second and later are black. */
static inline void
make_gif(struct buf *b, const struct canvas *c, int frames, bool interlace)
{
	static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
	GraphicsControlBlock control = {.TransparentColor = 15};
	GifColorType colours[16] = {{0, 0, 0}};
	int width = (int)c->width, height = (int)c->height, why;
	GifFileType *f = EGifOpen(b, put_gif_bytes, &why);
	GifByteType *row = calloc((size_t)width, 1), block[4];
	ColorMapObject *map;

	for (unsigned i = 0; i < 8; i++)
		colours[i] = (GifColorType){(i & 4) != 0 ? 255 : 0,
		    (i & 2) != 0 ? 255 : 0, (i & 1) != 0 ? 255 : 0};
	map = GifMakeMapObject(16, colours);
	check(f != NULL && row != NULL && map != NULL);
	EGifSetGifVersion(f, true);
	check(EGifPutScreenDesc(f, width, height, 8, 0, map) == GIF_OK);
	for (int i = 0; i < frames; i++) {
		EGifGCBToExtension(&control, block);
		check(EGifPutExtension(f, GRAPHICS_EXT_FUNC_CODE, 4, block) ==
		      GIF_OK);
		check(EGifPutImageDesc(f, 0, 0, width, height, interlace,
			  NULL) == GIF_OK);
		for (int pass = interlace ? 0 : 3; pass < 4; pass++)
			for (int y = interlace ? first[pass] : 0; y < height;
			     y += interlace ? step[pass] : 1) {
				for (int x = 0; x < width; x++)
					row[x] =
					    i > 0
						? 0
						: gif_colour(canvas_row(c,
								 (uint32_t)y) +
							     x * 4);
				check(EGifPutLine(f, row, width) == GIF_OK);
			}
	}
	check(EGifCloseFile(f, &why) == GIF_OK);
	GifFreeMapObject(map);
	free(row);
}

/* Turned as |angle| says, 90 degrees against the clock each. */
static inline void
make_avif(struct buf *b, const struct canvas *c, unsigned angle)
{
	avifImage *image = avifImageCreate((uint32_t)c->width,
	    (uint32_t)c->height, 8, AVIF_PIXEL_FORMAT_YUV420);
	avifEncoder *e = avifEncoderCreate();
	avifRWData out = AVIF_DATA_EMPTY;
	avifRGBImage rgb;

	check(image != NULL && e != NULL);
	avifRGBImageSetDefaults(&rgb, image);
	rgb.pixels = c->rgba;
	rgb.rowBytes = c->width * 4;
	check(avifImageRGBToYUV(image, &rgb) == AVIF_RESULT_OK);
	if (angle > 0) {
		image->transformFlags |= AVIF_TRANSFORM_IROT;
		image->irot.angle = (uint8_t)angle;
	}
	e->speed = AVIF_SPEED_FASTEST;
	e->minQuantizer = e->maxQuantizer = 20;
	check(avifEncoderWrite(e, image, &out) == AVIF_RESULT_OK);
	buf_put(b, out.data, out.size);
	avifRWDataFree(&out);
	avifEncoderDestroy(e);
	avifImageDestroy(image);
}

/* Two frames: |c|, and a black one. */
static inline void
make_moving_webp(struct buf *b, const struct canvas *c)
{
	int width = (int)c->width, height = (int)c->height;
	WebPAnimEncoder *e = WebPAnimEncoderNew(width, height, NULL);
	WebPData out;
	WebPPicture p;

	check(e != NULL && WebPPictureInit(&p));
	p.use_argb = 1;
	p.width = width;
	p.height = height;
	check(WebPPictureImportRGBA(&p, c->rgba, width * 4));
	check(WebPAnimEncoderAdd(e, &p, 0, NULL));
	memset(p.argb, 0, (size_t)p.argb_stride * (size_t)height * 4);
	check(WebPAnimEncoderAdd(e, &p, 100, NULL));
	check(WebPAnimEncoderAdd(e, NULL, 200, NULL));
	WebPDataInit(&out);
	check(WebPAnimEncoderAssemble(e, &out));
	buf_put(b, out.bytes, out.size);
	WebPDataClear(&out);
	WebPPictureFree(&p);
	WebPAnimEncoderDelete(e);
}

#endif

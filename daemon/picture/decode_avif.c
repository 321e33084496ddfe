#include <avif/avif.h>
#include <dlfcn.h>
#include <stdlib.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"

#if AVIF_VERSION_MAJOR >= 1
#define LIBRARY "libavif.so.16"
#else
#define LIBRARY "libavif.so.15"
#endif
#define PIXELS_MAX (32 * 1000 * 1000) /* their planes, too, have to be held */

/* What is used of libavif, which only the keeper of the children for pictures loads: it
 * brings a dozen libraries along, which a process with keys had better be without. */
static struct {
	avifDecoder *(*new)(void);
	void (*free)(avifDecoder *);
	avifResult (*set_memory)(avifDecoder *, const uint8_t *, size_t);
	avifResult (*parse)(avifDecoder *);
	avifResult (*next)(avifDecoder *);
	void (*set_defaults)(avifRGBImage *, const avifImage *);
	avifResult (*to_rgb)(const avifImage *, avifRGBImage *);
	bool loaded;
} avif;

bool
decode_avif_load(void)
{
	/* POSIX has the cast of a function's address be made so. */
	const struct {
		const char *name;
		void **at;
	} calls[] = {{"avifDecoderCreate", (void **)&avif.new},
	    {"avifDecoderDestroy", (void **)&avif.free},
	    {"avifDecoderSetIOMemory", (void **)&avif.set_memory},
	    {"avifDecoderParse", (void **)&avif.parse},
	    {"avifDecoderNextImage", (void **)&avif.next},
	    {"avifRGBImageSetDefaults", (void **)&avif.set_defaults},
	    {"avifImageYUVToRGB", (void **)&avif.to_rgb}};
	void *lib;

	if (avif.loaded || (lib = dlopen(LIBRARY, RTLD_NOW)) == NULL)
		return avif.loaded;
	avif.loaded = true;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((*calls[i].at = dlsym(lib, calls[i].name)) == NULL)
			avif.loaded = false;
	return avif.loaded;
}

static int
error_of(avifResult r)
{
	switch ((int)r) { /* of many */
	case AVIF_RESULT_OK:
		return 0;
	case AVIF_RESULT_OUT_OF_MEMORY:
		return QERR_NOMEM;
	default:
		return QERR_RANGE;
	}
}

/* It says how it is turned: first around, then over (MIAF, ISO 23000-22 §7.3.6.7). */
static int
turn(struct canvas *c, const avifImage *image)
{
	static const int around[] = {1, 8, 3, 6};
	int r = 0;

	if ((image->transformFlags & AVIF_TRANSFORM_IROT) != 0)
		r = canvas_turn(c, around[image->irot.angle & 3]);
	if (r == 0 && (image->transformFlags & AVIF_TRANSFORM_IMIR) != 0)
#if AVIF_VERSION_MAJOR >= 1
		r = canvas_turn(c, image->imir.axis == 0 ? 4 : 2);
#else
		r = canvas_turn(c, image->imir.mode == 0 ? 4 : 2);
#endif
	return r;
}

static int
to_canvas(struct canvas *ret, const avifImage *image, uint32_t side)
{
	struct canvas whole;
	avifRGBImage rgb;
	int r = canvas_init(&whole, image->width, image->height);

	if (r != 0)
		return r;
	avif.set_defaults(&rgb, image);
	rgb.format = AVIF_RGB_FORMAT_RGBA;
	rgb.depth = 8;
	rgb.pixels = whole.rgba;
	rgb.rowBytes = whole.width * 4;
	r = error_of(avif.to_rgb(image, &rgb));
	if (r == 0)
		r = shrink_to(ret, &whole, side);
	canvas_done(&whole);
	if (r == 0 && (r = turn(ret, image)) != 0)
		canvas_done(ret);
	return r;
}

int
decode_avif(struct canvas *ret, struct bytes clean, uint32_t side)
{
	enum picture_type type;
	uint32_t width, height;
	avifDecoder *d;
	avifResult r;
	int err;

	*ret = (struct canvas){0};
	if (!avif.loaded)
		return QERR_TYPE;
	if (picture_look(clean, &type, &width, &height) == 0 &&
	    (uint64_t)width * height > PIXELS_MAX)
		return QERR_NOMEM;
	if ((d = avif.new()) == NULL)
		return QERR_NOMEM;
	d->maxThreads = 1; /* no other may be started */
	d->imageSizeLimit = PIXELS_MAX;
	d->ignoreExif = d->ignoreXMP = AVIF_TRUE;
	r = avif.set_memory(d, clean.p, clean.n);
	if (r == AVIF_RESULT_OK)
		r = avif.parse(d);
	if (r == AVIF_RESULT_OK)
		r = avif.next(d);
	err = error_of(r);
	if (err == 0)
		err = to_canvas(ret, d->image, side);
	avif.free(d);
	return err;
}

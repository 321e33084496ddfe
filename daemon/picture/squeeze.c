#include "daemon/picture/squeeze.h"

#include <webp/encode.h>

#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"

/* Below, blocks show; above, bytes go and nobody sees for what. */
#define QUALITY_MIN  40
#define QUALITY_MAX  84
#define QUALITY_STEP 4

/* libwebp's way of handing bytes over. */
static int
take(const uint8_t *p, size_t n, const WebPPicture *picture)
{
	struct buf *b = picture->custom_ptr;

	buf_put(b, p, n);
	return buf_err(b) == 0;
}

static int
encode(struct buf *b, const struct canvas *c, int quality)
{
	WebPConfig config;
	WebPPicture picture;
	int r = QERR_NOMEM;

	buf_clear(b);
	if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
		return QERR_VERSION;
	config.quality = (float)quality;
	config.alpha_quality = quality;
	picture.width = (int)c->width;
	picture.height = (int)c->height;
	picture.writer = take;
	picture.custom_ptr = b;
	if (WebPPictureImportRGBA(&picture, c->rgba, (int)c->width * 4) &&
	    WebPEncode(&config, &picture))
		r = 0;
	WebPPictureFree(&picture);
	return r;
}

/*
 * The best quality at which |c| fits, halving what lies between; it is left once
 * nearly all of the budget is used.  QERR_TOOBIG if none fits, or none will: then
 * *ret_n is what one took.
 */
static int
search(struct buf *best, const struct canvas *c, size_t budget, size_t *ret_n)
{
	int low = QUALITY_MIN, high = QUALITY_MAX, r = 0;
	struct buf b;

	buf_init(&b, 0);
	while (high - low >= QUALITY_STEP && best->n < budget - budget / 8) {
		int quality = (low + high) / 2;

		if ((r = encode(&b, c, quality)) != 0)
			break;
		*ret_n = b.n;
		if (b.n > budget * 2)
			break;
		if (b.n > budget) {
			high = quality;
			continue;
		}
		low = quality;
		buf_clear(best);
		buf_put(best, b.p, b.n);
	}
	buf_done(&b);
	return r != 0 ? r : best->n > 0 ? buf_err(best) : QERR_TOOBIG;
}

static int
try_side(struct buf *best, struct canvas *c, const struct canvas *from,
    uint32_t side, size_t budget, size_t *ret_n)
{
	uint32_t width = from->width, height = from->height;
	int r;

	canvas_fit(&width, &height, side);
	r = canvas_init(c, width, height);
	if (r == 0)
		r = shrink_canvas(c, from);
	return r != 0 ? r : search(best, c, budget, ret_n);
}

int
squeeze(struct buf *b, uint32_t *ret_width, uint32_t *ret_height,
    const struct canvas *from, uint32_t side, size_t budget)
{
	uint32_t longer =
	    from->width > from->height ? from->width : from->height;
	struct buf best;
	size_t n = 0;
	int r = QERR_TOOBIG;

	buf_init(&best, 0);
	if (side > longer)
		side = longer;
	while (r == QERR_TOOBIG && side > 0) {
		struct canvas c = {0};

		r = try_side(&best, &c, from, side, budget, &n);
		*ret_width = c.width;
		*ret_height = c.height;
		canvas_done(&c);
		/* Half as long is a quarter of the pixels. */
		side = n / 4 > budget ? side / 2 : side * 3 / 4;
	}
	buf_put(b, best.p, best.n);
	buf_done(&best);
	return r != 0 ? r : buf_err(b);
}

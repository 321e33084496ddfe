#include <webp/decode.h>
#include <webp/demux.h>

#include "daemon/picture/decode.h"
#include "daemon/picture/shrink.h"
#include "proto/base/qerr.h"

/* The library scales by area itself, and need not hold the whole picture. */
static void
set(WebPDecoderConfig *c, const struct canvas *to)
{
	c->options.use_scaling = (int)to->width != c->input.width ||
				 (int)to->height != c->input.height;
	c->options.scaled_width = (int)to->width;
	c->options.scaled_height = (int)to->height;
	c->output.colorspace = MODE_RGBA;
	c->output.is_external_memory = 1;
	c->output.u.RGBA.rgba = to->rgba;
	c->output.u.RGBA.stride = (int)to->width * 4;
	c->output.u.RGBA.size = (size_t)to->width * to->height * 4;
}

/* The first of a moving one, on what it is drawn on. */
static int
decode_first(struct canvas *ret, struct bytes clean, uint32_t side)
{
	WebPData data = {clean.p, clean.n};
	struct canvas first;
	WebPAnimDecoderOptions o;
	WebPAnimDecoder *d;
	WebPAnimInfo info;
	int when, r = QERR_RANGE;

	if (!WebPAnimDecoderOptionsInit(&o))
		return QERR_RANGE;
	o.color_mode = MODE_RGBA;
	d = WebPAnimDecoderNew(&data, &o);
	if (d != NULL && WebPAnimDecoderGetInfo(d, &info) &&
	    WebPAnimDecoderGetNext(d, &first.rgba, &when)) {
		first.width = info.canvas_width;
		first.height = info.canvas_height;
		r = shrink_to(ret, &first, side);
	}
	WebPAnimDecoderDelete(d);
	return r;
}

int
decode_webp(struct canvas *ret, struct bytes clean, uint32_t side)
{
	uint32_t width, height;
	WebPDecoderConfig c;
	VP8StatusCode status;
	int r;

	*ret = (struct canvas){0};
	if (!WebPInitDecoderConfig(&c) ||
	    WebPGetFeatures(clean.p, clean.n, &c.input) != VP8_STATUS_OK)
		return QERR_RANGE;
	width = (uint32_t)c.input.width;
	height = (uint32_t)c.input.height;
	if (c.input.has_animation)
		return (uint64_t)width * height > DECODE_MEMORY / 4 / 3
			   ? QERR_NOMEM
			   : decode_first(ret, clean, side);
	canvas_fit(&width, &height, side);
	if ((r = canvas_init(ret, width, height)) != 0)
		return r;
	set(&c, ret);
	status = WebPDecode(clean.p, clean.n, &c);
	if (status != VP8_STATUS_OK)
		canvas_done(ret);
	return status == VP8_STATUS_OK              ? 0
	       : status == VP8_STATUS_OUT_OF_MEMORY ? QERR_NOMEM
						    : QERR_RANGE;
}

#include <webp/decode.h>

#include "daemon/picture/decode.h"
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

int
decode_webp(struct canvas *ret, struct bytes clean, uint32_t side)
{
	uint32_t width, height;
	WebPDecoderConfig c;
	VP8StatusCode status;
	int r;

	*ret = (struct canvas){0};
	if (!WebPInitDecoderConfig(&c) ||
	    WebPGetFeatures(clean.p, clean.n, &c.input) != VP8_STATUS_OK ||
	    c.input.has_animation)
		return QERR_RANGE;
	width = (uint32_t)c.input.width;
	height = (uint32_t)c.input.height;
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

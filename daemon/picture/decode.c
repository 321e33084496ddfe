#include "daemon/picture/decode.h"

#include "proto/base/qerr.h"

int
decode(struct canvas *ret, enum picture_type type, struct bytes clean,
    uint32_t side)
{
	switch (type) {
	case PICTURE_JPEG:
		return decode_jpeg(ret, clean, side);
	case PICTURE_PNG:
		return decode_png(ret, clean, side);
	case PICTURE_WEBP:
		return decode_webp(ret, clean, side);
	case PICTURE_GIF:
		return decode_gif(ret, clean, side);
	case PICTURE_AVIF:
		return decode_avif(ret, clean, side);
	}
	return QERR_TYPE;
}

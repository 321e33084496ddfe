#include "proto/wire/frame.h"

#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"

static void
count(struct frame_way *w)
{
	if (++w->n < FRAME_REKEY)
		return;
	noise_rekey(&w->c);
	w->n = 0;
}

int
frame_seal(struct frame_way *w, uint8_t dst[FRAME_LEN], const void *p, size_t n)
{
	int err;

	store_be16(dst, (uint16_t)n);
	if (n > 0)
		memcpy(dst + FRAME_HEAD, p, n);
	memset(dst + FRAME_HEAD + n, 0, FRAME_PAYLOAD - n);
	if ((err = noise_seal(&w->c, dst, dst, FRAME_PLAIN)) != 0)
		return err;
	count(w);
	return 0;
}

int
frame_open(struct frame_way *w, uint8_t dst[FRAME_PLAIN],
    const uint8_t src[FRAME_LEN])
{
	static const uint8_t zeros[FRAME_PAYLOAD];
	size_t n;
	int err;

	if ((err = noise_open(&w->c, dst, src, FRAME_LEN)) != 0)
		return err;
	n = load_be16(dst);
	if (n > FRAME_PAYLOAD)
		return QERR_RANGE;
	if (memcmp(dst + FRAME_HEAD + n, zeros, FRAME_PAYLOAD - n) != 0)
		return QERR_ENCODING;
	count(w);
	return (int)n;
}

#include "proto/wire/frame.h"

#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"

static void
count(struct frame_way *w)
{
	if (w->shorts < FRAME_SHORTS)
		w->shorts++;
	if (++w->n < FRAME_REKEY)
		return;
	noise_rekey(&w->c);
	w->n = 0;
}

size_t
frame_room(const struct frame_way *w, size_t n, size_t *ret_frames)
{
	struct frame_way next = {.shorts = w->shorts};
	size_t room = 0, payload;

	for (*ret_frames = 0; n > 0; ++*ret_frames) {
		room += frame_len(&next);
		payload = frame_len(&next) - FRAME_EXTRA;
		n -= n < payload ? n : payload;
		next.shorts++;
	}
	return room;
}

size_t
frame_full(const struct frame_way *w, size_t n, size_t *ret_room)
{
	struct frame_way next = {.shorts = w->shorts};
	size_t full = 0;

	*ret_room = 0;
	while (n - full >= frame_len(&next) - FRAME_EXTRA) {
		full += frame_len(&next) - FRAME_EXTRA;
		*ret_room += frame_len(&next);
		next.shorts++;
	}
	return full;
}

size_t
frame_fit(const struct frame_way *w, size_t n)
{
	struct frame_way next = {.shorts = w->shorts};
	size_t fit = 0;

	for (; fit < n; next.shorts++)
		fit += frame_len(&next) - FRAME_EXTRA;
	return fit;
}

int
frame_seal(struct frame_way *w, uint8_t *dst, const void *p, size_t n)
{
	size_t len = frame_len(w);
	int err;

	store_be16(dst, (uint16_t)n);
	if (n > 0)
		memcpy(dst + FRAME_HEAD, p, n);
	memset(dst + FRAME_HEAD + n, 0, len - FRAME_EXTRA - n);
	if ((err = noise_seal(&w->c, dst, dst, len - NOISE_TAG_LEN)) != 0)
		return err;
	count(w);
	return 0;
}

int
frame_open(struct frame_way *w, uint8_t dst[FRAME_PLAIN], const uint8_t *src)
{
	static const uint8_t zeros[FRAME_PAYLOAD];
	size_t len = frame_len(w), n;
	int err;

	if ((err = noise_open(&w->c, dst, src, len)) != 0)
		return err;
	n = load_be16(dst);
	if (n > len - FRAME_EXTRA)
		return QERR_RANGE;
	if (memcmp(dst + FRAME_HEAD + n, zeros, len - FRAME_EXTRA - n) != 0)
		return QERR_ENCODING;
	count(w);
	return (int)n;
}

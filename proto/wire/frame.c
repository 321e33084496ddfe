#include "proto/wire/frame.h"

#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"

#define SIZE_SHIFT 14
#define COUNT_MASK 0x3fff

static void
count(struct frame_way *w, enum frame_size next)
{
	w->size = next;
	if (++w->n < FRAME_REKEY)
		return;
	noise_rekey(&w->c);
	w->n = 0;
}

enum frame_size
frame_size_for(size_t n)
{
	enum frame_size s = FRAME_LONG;

	while (s > FRAME_SHORT && n < frame_size_len(s) - FRAME_EXTRA)
		s--;
	return s;
}

/* Go on behind the next frame, which takes what it can of |*n| bytes; what it could. */
static size_t
walk(struct frame_way *w, size_t *n)
{
	size_t payload = frame_payload(w);

	*n -= *n < payload ? *n : payload;
	w->size = frame_size_for(*n);
	return payload;
}

size_t
frame_room(const struct frame_way *w, size_t n)
{
	struct frame_way next = {.size = w->size};
	size_t room = 0;

	while (n > 0)
		room += walk(&next, &n) + FRAME_EXTRA;
	return room;
}

size_t
frame_full(const struct frame_way *w, size_t n, size_t *ret_room)
{
	struct frame_way next = {.size = w->size};
	size_t left = n;

	*ret_room = 0;
	while (left >= frame_payload(&next))
		*ret_room += walk(&next, &left) + FRAME_EXTRA;
	return n - left;
}

size_t
frame_fit(const struct frame_way *w, size_t n)
{
	struct frame_way next = {.size = w->size};
	size_t fit = 0;

	while (n > 0)
		fit += walk(&next, &n);
	return fit;
}

int
frame_seal(struct frame_way *w, uint8_t *dst, const void *p, size_t n,
    enum frame_size next)
{
	size_t len = frame_len(w);
	int err;

	store_be16(dst, (uint16_t)(next << SIZE_SHIFT | n));
	if (n > 0)
		memcpy(dst + FRAME_HEAD, p, n);
	memset(dst + FRAME_HEAD + n, 0, len - FRAME_EXTRA - n);
	if ((err = noise_seal(&w->c, dst, dst, len - NOISE_TAG_LEN)) != 0)
		return err;
	count(w, next);
	return 0;
}

int
frame_open(struct frame_way *w, uint8_t *dst, const uint8_t *src)
{
	static const uint8_t zeros[FRAME_PLAIN];
	size_t payload = frame_payload(w), n;
	unsigned next;
	int err;

	if ((err = noise_open(&w->c, dst, src, frame_len(w))) != 0)
		return err;
	next = load_be16(dst) >> SIZE_SHIFT;
	n = load_be16(dst) & COUNT_MASK;
	if (next > FRAME_LONG || n > payload)
		return QERR_RANGE;
	if (memcmp(dst + FRAME_HEAD + n, zeros, payload - n) != 0)
		return QERR_ENCODING;
	count(w, (enum frame_size)next);
	return (int)n;
}

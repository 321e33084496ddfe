#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/veil_inner.h"

/* Open the frame at |p| where payloads go on, without a copy of its own. */
static int
take_frame(struct veil *v, const uint8_t *p)
{
	uint8_t under[FRAME_HEAD];
	uint8_t *dst;
	int n;

	if (v->text.n == 0)
		(void)buf_grow(&v->text, FRAME_HEAD);
	if (buf_reserve(&v->text, frame_payload(&v->in)) != 0)
		return QERR_NOMEM;

	/* The length lands on the two bytes before, which come back. */
	dst = v->text.p + v->text.n - FRAME_HEAD;
	memcpy(under, dst, FRAME_HEAD);
	n = frame_open(&v->in, dst, p);
	memcpy(dst, under, FRAME_HEAD);
	if (n < 0)
		return n;
	v->text.n += (size_t)n;
	return 0;
}

/* Bring messages not yet given out to the front. */
static void
compact(struct veil *v)
{
	if (v->read == FRAME_HEAD)
		return;
	memmove(v->text.p + FRAME_HEAD, v->text.p + v->read,
	    v->text.n - v->read);
	v->text.n -= v->read - FRAME_HEAD;
	v->read = FRAME_HEAD;
}

int
veil_take_frames(struct veil *v, const uint8_t *p, size_t n)
{
	int err = 0;

	compact(v);
	if (v->raw.n > 0) {
		size_t more = frame_len(&v->in) - v->raw.n;

		buf_put(&v->raw, p, n < more ? n : more);
		if (n < more)
			return buf_err(&v->raw);
		p += more;
		n -= more;
		err = take_frame(v, v->raw.p);
		buf_clear(&v->raw);
	}
	while (err == 0 && n >= frame_len(&v->in)) {
		size_t len = frame_len(&v->in);

		err = take_frame(v, p);
		p += len;
		n -= len;
	}
	if (err == 0 && n > 0) {
		buf_put(&v->raw, p, n);
		err = buf_err(&v->raw);
	}
	return err;
}

/* All of it was given out. */
static void
forget_text(struct veil *v)
{
	buf_done(&v->text);
	v->read = FRAME_HEAD;
}

bool
veil_next(struct veil *v, struct bytes *ret_msg)
{
	const uint8_t *at;
	size_t left, len;

	if (v->state != VEIL_OPEN || v->text.n < v->read + VEIL_LENGTH) {
		if (v->text.n <= v->read && v->text.cap > VEIL_KEPT)
			forget_text(v);
		return false;
	}
	at = v->text.p + v->read;
	left = v->text.n - v->read - VEIL_LENGTH;
	len = load_le32(at);
	if (len == 0 || len > VEIL_MESSAGE_MAX) {
		veil_drain(v);
		return false;
	}
	if (len > left)
		return false;

	*ret_msg = bytes_of(at + VEIL_LENGTH, len);
	v->read += VEIL_LENGTH + len;
	return true;
}

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/veil_inner.h"

#define LONG_BURST 4096 /* bytes; where it ends is hidden the better */

int
veil_send(struct veil *v, struct bytes msg)
{
	if (v->state != VEIL_OPEN)
		return QERR_AGAIN;
	if (msg.n == 0 || msg.n > VEIL_MESSAGE_MAX)
		return QERR_RANGE;
	if (v->queue.n > VEIL_QUEUE_MAX - VEIL_LENGTH - msg.n)
		return QERR_FULL;
	if (buf_reserve(&v->queue, VEIL_LENGTH + msg.n) != 0)
		return QERR_NOMEM;
	buf_put_le32(&v->queue, (uint32_t)msg.n);
	buf_put(&v->queue, msg.p, msg.n);
	return 0;
}

size_t
veil_queued(const struct veil *v)
{
	return v->queue.n;
}

size_t
veil_fit(const struct veil *v, size_t n)
{
	return frame_fit(&v->out, v->queue.n + n) - v->queue.n;
}

uint64_t
veil_written(const struct veil *v)
{
	return v->written;
}

/* Let |n| more bytes of the tail leave. */
static void
put_tail(struct veil *v, size_t n, struct buf *out)
{
	buf_put(out, v->tail + v->tail_at, n);
	v->tail_at += n;
	v->written += n;
}

/* Begin a new idle frame, of which nothing has left. */
static int
new_tail(struct veil *v, enum frame_size next)
{
	size_t len = frame_len(&v->out);
	uint8_t *p = v->tail;

	if (v->tail_len < len && (p = realloc(v->tail, len)) == NULL)
		return QERR_NOMEM;
	v->tail = p;
	v->tail_len = len;
	v->tail_at = 0;
	v->burst = 0;
	return frame_seal(&v->out, v->tail, NULL, 0, next);
}

/*
 * Seal the first |n| bytes of the queue into |room| bytes of frames; |end|: the size of
 * the frame behind them, if nothing is left.
 */
static int
put_frames(struct veil *v, size_t n, size_t room, enum frame_size end,
    struct buf *out)
{
	size_t left = v->queue.n;
	const uint8_t *src = v->queue.p;
	uint8_t *dst;
	int err;

	/* All at once, or nothing: what is sealed must leave. */
	if ((err = buf_reserve(out,
		 v->tail_len - v->tail_at + room + frame_size_len(end))) != 0)
		return err;
	if (v->tail_at < v->tail_len)
		put_tail(v, v->tail_len - v->tail_at, out);
	dst = buf_grow(out, room);
	while (err == 0 && n > 0) {
		size_t len = frame_len(&v->out), part = frame_payload(&v->out);

		part = n < part ? n : part;
		left -= part;
		err = frame_seal(&v->out, dst, src, part,
		    left > 0 ? frame_size_for(left) : end);
		dst += len;
		src += part;
		n -= part;
	}
	v->written += room;
	v->burst += room;
	return err;
}

int
veil_flush(struct veil *v, struct rng *g, struct buf *out)
{
	enum frame_size end;
	size_t room;
	int err;

	if (v->state != VEIL_OPEN || v->queue.n == 0)
		return 0;
	room = frame_room(&v->out, v->queue.n);
	end = v->burst + room < LONG_BURST ? FRAME_SHORT : FRAME_MIDDLE;
	if ((err = put_frames(v, v->queue.n, room, end, out)) != 0 ||
	    (err = new_tail(v, FRAME_SHORT)) != 0)
		return err;
	put_tail(v, (size_t)rng_between(g, 1, v->tail_len - 1), out);
	buf_shrink(&v->queue, VEIL_KEPT);
	return buf_err(out);
}

int
veil_flush_full(struct veil *v, struct buf *out)
{
	size_t n, room;
	int err;

	if (v->state != VEIL_OPEN)
		return 0;
	n = frame_full(&v->out, v->queue.n, &room);
	if (n == 0)
		return 0;
	if ((err = put_frames(v, n, room, FRAME_SHORT, out)) != 0)
		return err;
	memmove(v->queue.p, v->queue.p + n, v->queue.n - n);
	v->queue.n -= n;
	return buf_err(out);
}

int
veil_pad_to(struct veil *v, uint64_t total, struct buf *out)
{
	int err = 0;

	while (v->state == VEIL_OPEN && err == 0 && v->written < total) {
		size_t more = (size_t)(total - v->written), len;

		len = frame_len(&v->out);
		if (v->tail_at == v->tail_len &&
		    (err = new_tail(v,
			 frame_size_for(more > len ? more - len : 0))) != 0)
			break;
		len = v->tail_len - v->tail_at;
		put_tail(v, more < len ? more : len, out);
		err = buf_err(out);
	}
	return err;
}

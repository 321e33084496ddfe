#include "proto/wire/websocket.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"

enum opcode {
	OP_MORE = 0,
	OP_TEXT = 1,
	OP_BINARY = 2,
	OP_CLOSE = 8,
	OP_PING = 9,
	OP_PONG = 10,
};

#define FIN      0x80
#define RESERVED 0x70
#define MASK     0x80
#define LEN_16   126
#define LEN_64   127

/* Why a connection is closed, RFC 6455 §7.4.1. */
#define CODE_DONE     1000
#define CODE_PROTOCOL 1002
#define CODE_TYPE     1003
#define CODE_NONE     1005 /* never sent: an empty close frame */
#define CODE_TOOBIG   1009

void
websocket_init(struct websocket *w, bool client)
{
	*w = (struct websocket){.client = client};
}

/* Going out. */

static void
mask(uint8_t *p, size_t n, const uint8_t key[4], size_t at)
{
	for (size_t i = 0; i < n; i++)
		p[i] ^= key[(at + i) & 3];
}

static void
put_frame(struct websocket *w, struct rng *g, struct buf *out, enum opcode op,
    struct bytes data)
{
	uint8_t head[WEBSOCKET_HEAD_MAX], *key, *at;
	size_t n = 2;

	head[0] = (uint8_t)(FIN | op);
	if (data.n < LEN_16) {
		head[1] = (uint8_t)data.n;
	} else if (data.n <= 0xffff) {
		head[1] = LEN_16;
		store_be16(head + 2, (uint16_t)data.n);
		n += 2;
	} else {
		head[1] = LEN_64;
		store_be32(head + 2, (uint32_t)((uint64_t)data.n >> 32));
		store_be32(head + 6, (uint32_t)data.n);
		n += 8;
	}
	key = head + n;
	if (w->client) {
		head[1] |= MASK;
		rng_bytes(g, key, 4);
		n += 4;
	}
	buf_put(out, head, n);
	if (data.n == 0 || (at = buf_grow(out, data.n)) == NULL)
		return;
	memcpy(at, data.p, data.n);
	if (w->client)
		mask(at, data.n, key, 0);
}

void
websocket_put(struct websocket *w, struct rng *g, struct buf *out,
    struct bytes data)
{
	if (!w->closed)
		put_frame(w, g, out, OP_BINARY, data);
}

static void
put_close(struct websocket *w, struct rng *g, struct buf *out, unsigned code)
{
	uint8_t b[2];

	if (w->closed)
		return;
	store_be16(b, (uint16_t)code);
	put_frame(w, g, out, OP_CLOSE,
	    bytes_of(b, code == CODE_NONE ? 0 : sizeof(b)));
	w->closed = true;
}

void
websocket_close(struct websocket *w, struct rng *g, struct buf *out)
{
	put_close(w, g, out, CODE_DONE);
}

void
websocket_answer(struct websocket *w, struct rng *g, struct buf *out)
{
	if (w->pinged && !w->closed)
		put_frame(w, g, out, OP_PONG, bytes_of(w->ping, w->n_ping));
	w->pinged = false;
	if (w->code != 0)
		put_close(w, g, out, w->code);
}

/* Coming in. */

static int
fail(struct websocket *w, unsigned code, int err)
{
	w->code = code;
	w->end = err;
	return err;
}

static enum opcode
opcode(const struct websocket *w)
{
	return (enum opcode)(w->head[0] & 15);
}

static bool
is_control(const struct websocket *w)
{
	return (w->head[0] & 8) != 0;
}

/* Bytes of the head, as far as those that came tell. */
static size_t
head_len(const struct websocket *w)
{
	size_t n = 2;

	if (w->n_head < 2)
		return n;
	if ((w->head[1] & 127) == LEN_16)
		n += 2;
	if ((w->head[1] & 127) == LEN_64)
		n += 8;
	return n + (w->client ? 0 : 4);
}

/* What the first two bytes say, before there is more to wait for. */
static int
check_head(struct websocket *w)
{
	bool last = (w->head[0] & FIN) != 0;
	bool masked = (w->head[1] & MASK) != 0;

	if ((w->head[0] & RESERVED) != 0 || masked == w->client)
		return fail(w, CODE_PROTOCOL, QERR_PROTOCOL);
	switch (opcode(w)) {
	case OP_MORE:
	case OP_BINARY:
		if (w->in_message == (opcode(w) == OP_BINARY))
			return fail(w, CODE_PROTOCOL, QERR_PROTOCOL);
		w->in_message = !last;
		return 0;
	case OP_TEXT:
		return fail(w, CODE_TYPE, QERR_TYPE);
	case OP_CLOSE:
	case OP_PING:
	case OP_PONG:
		if (last && (w->head[1] & 127) <= WEBSOCKET_CONTROL_MAX)
			return 0;
		return fail(w, CODE_PROTOCOL, QERR_PROTOCOL);
	}
	return fail(w, CODE_PROTOCOL, QERR_UNKNOWN);
}

static int
read_length(struct websocket *w)
{
	uint64_t n = w->head[1] & 127, least = 0;

	if (n == LEN_16) {
		n = load_be16(w->head + 2);
		least = LEN_16;
	} else if (n == LEN_64) {
		n = (uint64_t)load_be32(w->head + 2) << 32 |
		    load_be32(w->head + 6);
		least = 0x10000;
	}
	if (n < least)
		return fail(w, CODE_PROTOCOL, QERR_ENCODING);
	if (n > WEBSOCKET_FRAME_MAX)
		return fail(w, CODE_TOOBIG, QERR_TOOBIG);
	w->left = n;
	w->masked = w->n_control = 0;
	return 0;
}

/* RFC 6455 §7.4: which codes may stand in a close frame. */
static bool
is_code(unsigned code)
{
	return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
		   code != 1006) ||
	       (code >= 3000 && code <= 4999);
}

static int
on_close(struct websocket *w)
{
	unsigned code = CODE_NONE;

	if (w->n_control > 0) {
		if (w->n_control == 1 ||
		    !is_code(code = load_be16(w->control)) ||
		    !utf8_valid(bytes_of(w->control + 2, w->n_control - 2)))
			return fail(w, CODE_PROTOCOL, QERR_PROTOCOL);
	}
	return fail(w, code, QERR_ABSENT);
}

/* A frame is whole. */
static int
end_frame(struct websocket *w)
{
	enum opcode op = opcode(w);

	w->n_head = 0;
	if (op == OP_CLOSE)
		return on_close(w);
	if (op == OP_PING) {
		memcpy(w->ping, w->control, w->n_control);
		w->n_ping = w->n_control;
		w->pinged = true;
	}
	return 0;
}

/* A byte of the head; 0, or what is wrong with it. */
static int
take_head(struct websocket *w, uint8_t c)
{
	int err = 0;

	w->head[w->n_head++] = c;
	if (w->n_head == 2)
		err = check_head(w);
	if (err != 0 || w->n_head < head_len(w))
		return err;
	if ((err = read_length(w)) == 0 && w->left == 0)
		err = end_frame(w);
	return err;
}

/* The next |n| bytes of what a frame carries. */
static int
take_payload(struct websocket *w, const uint8_t *p, size_t n, struct buf *in)
{
	uint8_t *at;

	if (is_control(w)) {
		at = w->control + w->n_control;
		w->n_control += n;
	} else if ((at = buf_grow(in, n)) == NULL) {
		return w->end = buf_err(in);
	}
	memcpy(at, p, n);
	if (!w->client)
		mask(at, n, w->head + head_len(w) - 4, w->masked);
	w->masked += n;
	w->left -= n;
	return w->left == 0 ? end_frame(w) : 0;
}

int
websocket_take(struct websocket *w, struct bytes bytes, struct buf *in)
{
	while (bytes.n > 0 && w->end == 0) {
		size_t n = 1;

		if (w->n_head < head_len(w)) {
			take_head(w, bytes.p[0]);
		} else {
			n = bytes.n < w->left ? bytes.n : (size_t)w->left;
			take_payload(w, bytes.p, n, in);
		}
		bytes = bytes_of(bytes.p + n, bytes.n - n);
	}
	return w->end;
}

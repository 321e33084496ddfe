#include "proto/wire/veil.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/door.h"
#include "proto/wire/frame.h"
#include "proto/wire/line.h"

#define LONG_BURST 4096 /* bytes; where it ends is hidden the better */
#define LENGTH     4    /* u32le before each message */
#define KEPT       512  /* of an empty buffer */

struct veil {
	enum veil_state state;
	bool dials;
	struct veil_door *door;  /* answering */
	struct line_keys *keys;  /* dialling, until open */
	struct noise *handshake; /* dialling, until open */
	struct frame_way in, out;
	uint8_t hash[NOISE_HASH_LEN];
	uint8_t name[8];
	uint64_t seen;

	struct buf raw;  /* a line or frame of which a part is here */
	struct buf text; /* FRAME_HEAD spare bytes, then payloads */
	size_t read;     /* messages given out: bytes of |text| */

	struct buf queue; /* messages that wait for a flush */
	uint8_t *tail;    /* the idle frame of |tail_len| bytes made last, .. */
	size_t tail_len;  /* 0: there was none */
	size_t tail_at;   /* of which this many have left */
	size_t burst;     /* bytes of real frames since it was made */
	uint64_t written;
};

static struct veil *new (void)
{
	struct veil *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	buf_init(&v->raw, 0);
	buf_init(&v->text, 0);
	buf_init(&v->queue, VEIL_QUEUE_MAX);
	v->read = FRAME_HEAD;
	return v;
}

/* Wipe and free what only the handshake needs. */
static void
end_handshake(struct veil *v)
{
	noise_free(v->handshake);
	v->handshake = NULL;
	if (v->keys != NULL)
		sodium_memzero(v->keys, sizeof(*v->keys));
	free(v->keys);
	v->keys = NULL;
}

/* Fall silent for good: nothing of what the link could do is left. */
static void
drain(struct veil *v)
{
	v->state = VEIL_DRAIN;
	end_handshake(v);
	sodium_memzero(&v->in, sizeof(v->in));
	sodium_memzero(&v->out, sizeof(v->out));
	buf_wipe(&v->raw);
	buf_wipe(&v->text);
	buf_wipe(&v->queue);
	if (v->tail != NULL)
		sodium_memzero(v->tail, v->tail_len);
	free(v->tail);
	v->tail = NULL;
	v->tail_len = v->tail_at = 0;
}

void
veil_free(struct veil *v)
{
	if (v == NULL)
		return;
	drain(v);
	sodium_memzero(v, sizeof(*v));
	free(v);
}

static int
dial(struct veil *v, const struct invite *to, const struct line_said *said,
    struct rng *g, struct buf *out)
{
	struct line_luck luck;
	int err = QERR_NOMEM;

	if ((v->keys = malloc(sizeof(*v->keys))) == NULL)
		return err;
	line_keys(v->keys, to->secret);
	line_luck(&luck, true, g);
	v->handshake = line_begin(true, v->keys, to->node, &luck);
	if (v->handshake != NULL) {
		buf_put(out, to->pre, to->n_pre);
		err = line_dial(out, v->handshake, v->keys, &luck, said);
	}
	sodium_memzero(&luck, sizeof(luck));
	return err;
}

struct veil *
veil_dial(const struct invite *to, uint64_t wall, uint64_t seen, struct rng *g,
    struct buf *out)
{
	struct line_said said = {wall, seen};
	struct veil *v = new ();
	int err;

	if (v == NULL)
		return NULL;
	v->dials = true;
	err = dial(v, to, &said, g, out);
	if (err == QERR_AEAD) {
		/* A node key of low order: the invite cannot be used. */
		drain(v);
	} else if (err != 0) {
		veil_free(v);
		return NULL;
	}
	return v;
}

struct veil *
veil_accept(struct veil_door *door)
{
	struct veil *v = new ();

	if (v != NULL)
		v->door = door;
	return v;
}

enum veil_state
veil_state(const struct veil *v)
{
	return v->state;
}

const uint8_t *
veil_hash(const struct veil *v)
{
	return v->hash;
}

const uint8_t *
veil_invite_name(const struct veil *v)
{
	return v->name;
}

uint64_t
veil_seen(const struct veil *v)
{
	return v->seen;
}

/* The first lines. */

static void
become_open(struct veil *v, struct noise *h)
{
	if (v->dials)
		noise_split(h, &v->out.c, &v->in.c, v->hash);
	else
		noise_split(h, &v->in.c, &v->out.c, v->hash);
	v->state = VEIL_OPEN;
}

/* Dialling: the node's line is |n| characters at |p|. */
static int
read_answer(struct veil *v, const uint8_t *p, size_t n)
{
	struct line_body b;
	int err;

	if ((err = line_decode(&b, false, p, n)) != 0 ||
	    (err = line_accept(&b, v->handshake, v->keys)) != 0)
		return err;
	become_open(v, v->handshake);
	end_handshake(v);
	return 0;
}

/* Answering: their line may come in, and is answered. */
static int
answer(struct veil *v, struct line_body *b, struct door_entry *e, uint64_t wall,
    const struct line_luck *luck, struct buf *out)
{
	const struct line_keys *k = door_keys(e);
	struct noise *h = line_begin(false, k, door_private(v->door), luck);
	uint8_t seen[NOISE_HASH_LEN];
	struct line_said said;
	int err;

	if (h == NULL)
		return QERR_NOMEM;
	/* What is remembered: masked bytes cannot vary without the secret. */
	crypto_generichash(seen, sizeof(seen), b->b, b->n, NULL, 0);
	if ((err = line_open(b, h, k, &said)) == 0 &&
	    (err = door_admit(v->door, e, said.wall, wall, seen)) == 0 &&
	    (err = line_answer(out, h, k, luck)) == 0) {
		door_name(e, v->name);
		v->seen = said.seen;
		become_open(v, h);
	}
	noise_free(h);
	return err;
}

static int
read_dialler(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	struct line_body b;
	struct door_entry *e;
	struct line_luck luck;
	int err;

	if ((err = line_decode(&b, true, p, n)) != 0)
		return err;
	if ((e = door_find(v->door, &b)) == NULL)
		return QERR_AEAD;
	line_luck(&luck, false, g);
	err = answer(v, &b, e, wall, &luck, out);
	sodium_memzero(&luck, sizeof(luck));
	sodium_memzero(&b, sizeof(b));
	return err;
}

static bool
is_base64url(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/*
 * A dialler may send up to INVITE_PRE_MAX bytes of anything before its line, so
 * the line is what of base64url stands before a LF and is long enough; lines
 * shorter than ours are part of that anything.
 */
static size_t
line_start(const struct veil *v, const uint8_t *p, size_t lf)
{
	size_t at = lf;

	if (v->dials)
		return 0;
	while (at > 0 && is_base64url(p[at - 1]))
		at--;
	return at;
}

static size_t
line_limit(const struct veil *v)
{
	return v->dials ? LINE_ANSWER_MAX + 1
			: INVITE_PRE_MAX + LINE_DIAL_MAX + 1;
}

/*
 * Look for the line in |v->raw|, whose bytes before |from| hold no LF but of
 * what may stand before it.  0: there may still be one; else drain.
 */
static int
find_line(struct veil *v, size_t from, uint64_t wall, struct rng *g,
    struct buf *out, size_t *ret_end)
{
	size_t limit = line_limit(v);

	for (size_t i = from; i < v->raw.n && i < limit; i++) {
		size_t at;

		if (v->raw.p[i] != '\n')
			continue;
		at = line_start(v, v->raw.p, i);
		if (!v->dials && i - at < LINE_MIN)
			continue;
		*ret_end = i + 1;
		if (at > INVITE_PRE_MAX)
			return QERR_RANGE;
		return v->dials ? read_answer(v, v->raw.p, i)
				: read_dialler(v, v->raw.p + at, i - at, wall,
				      g, out);
	}
	return v->raw.n >= limit ? QERR_TOOBIG : 0;
}

/* Frames. */

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

static int
take_frames(struct veil *v, const uint8_t *p, size_t n)
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

static int
take_line(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	size_t before = v->raw.n, room = line_limit(v) - before;
	size_t used = n < room ? n : room, end = 0;
	int err;

	buf_put(&v->raw, p, used);
	if ((err = buf_err(&v->raw)) != 0)
		return err;
	err = find_line(v, before, wall, g, out, &end);
	if (err != 0 || v->state == VEIL_LINE)
		return err;

	used = end - before;
	buf_shrink(&v->raw, 0);
	return take_frames(v, p + used, n - used);
}

int
veil_input(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out)
{
	int err = 0;

	if (n == 0)
		return 0;
	if (v->state == VEIL_LINE)
		err = take_line(v, p, n, wall, g, out);
	else if (v->state == VEIL_OPEN)
		err = take_frames(v, p, n);
	if (err != 0)
		drain(v);
	return qerr_is_fatal(err) ? err : 0;
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

	if (v->state != VEIL_OPEN || v->text.n < v->read + LENGTH) {
		if (v->text.n <= v->read && v->text.cap > KEPT)
			forget_text(v);
		return false;
	}
	at = v->text.p + v->read;
	left = v->text.n - v->read - LENGTH;
	len = load_le32(at);
	if (len == 0 || len > VEIL_MESSAGE_MAX) {
		drain(v);
		return false;
	}
	if (len > left)
		return false;

	*ret_msg = bytes_of(at + LENGTH, len);
	v->read += LENGTH + len;
	return true;
}

/* Sending. */

int
veil_send(struct veil *v, struct bytes msg)
{
	if (v->state != VEIL_OPEN)
		return QERR_AGAIN;
	if (msg.n == 0 || msg.n > VEIL_MESSAGE_MAX)
		return QERR_RANGE;
	if (v->queue.n > VEIL_QUEUE_MAX - LENGTH - msg.n)
		return QERR_FULL;
	if (buf_reserve(&v->queue, LENGTH + msg.n) != 0)
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
	buf_shrink(&v->queue, KEPT);
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

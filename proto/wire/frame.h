#ifndef QUIRE_WIRE_FRAME_H
#define QUIRE_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/noise.h"

/*
 * Frames of three sizes, PROTOCOL.md §13: each says, sealed, how long the next one is, so
 * that a short talk is cheap and a long one, too, and there is no length to attack.
 * The first of a direction is short.  A new key comes after each 1,024 frames.
 */
#define FRAME_HEAD  2 /* u16be: the next one's size * 2^14 + bytes of payload */
#define FRAME_EXTRA (NOISE_TAG_LEN + FRAME_HEAD)
#define FRAME_MAX   4096
#define FRAME_PLAIN (FRAME_MAX - NOISE_TAG_LEN)
#define FRAME_REKEY 1024

enum frame_size {
	FRAME_SHORT,  /* 256 bytes on the wire */
	FRAME_MIDDLE, /* 1,024 */
	FRAME_LONG,   /* 4,096 */
};

struct frame_way {
	struct noise_cipher c;
	uint32_t n;           /* frames since the last key */
	enum frame_size size; /* of the next one */
};

static inline size_t
frame_size_len(enum frame_size s)
{
	return (size_t)256 << 2 * s;
}

/* Bytes on the wire of the next frame, and the most that it carries. */
static inline size_t
frame_len(const struct frame_way *w)
{
	return frame_size_len(w->size);
}
static inline size_t
frame_payload(const struct frame_way *w)
{
	return frame_len(w) - FRAME_EXTRA;
}

/* The size of the next frame but one, where |n| bytes wait behind the next: the longest
 * that they fill. */
enum frame_size frame_size_for(size_t n);

/* Bytes on the wire of the next frames that |n| bytes of payload take. */
size_t frame_room(const struct frame_way *w, size_t n);

/* How many of |n| bytes of payload fill whole frames, and the room of these. */
size_t frame_full(const struct frame_way *w, size_t n, size_t *ret_room);

/* How much payload the next frames take that |n| bytes of it need. */
size_t frame_fit(const struct frame_way *w, size_t n);

/* Write the next frame, of |n| <= frame_payload() bytes, 0: an idle one; |next|: how long
 * the one behind it will be.  0, or what noise_seal() returns. */
int frame_seal(struct frame_way *w, uint8_t *dst, const void *p, size_t n,
    enum frame_size next);

/*
 * Open the next frame, |src| of frame_len() bytes, into |dst| (FRAME_PLAIN bytes at most,
 * of which the payload stands behind FRAME_HEAD); returns the payload's length.
 * QERR_AEAD, _RANGE or _ENCODING if it is not one.
 */
int frame_open(struct frame_way *w, uint8_t *dst, const uint8_t *src);

#endif

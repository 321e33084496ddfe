#ifndef QUIRE_FRAME_H
#define QUIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/noise.h"

/*
 * Frames of fixed sizes, PROTOCOL.md §13: the first FRAME_SHORTS of a direction are
 * 256 bytes on the wire, so that a short talk is cheap, all others 1,024; there is no
 * length to attack.  A new key comes after each 1,024 frames of a direction.
 */
#define FRAME_SHORT   256
#define FRAME_SHORTS  16
#define FRAME_LEN     1024
#define FRAME_HEAD    2 /* u16be: bytes of payload */
#define FRAME_PLAIN   (FRAME_LEN - NOISE_TAG_LEN)
#define FRAME_EXTRA   (NOISE_TAG_LEN + FRAME_HEAD)
#define FRAME_PAYLOAD (FRAME_LEN - FRAME_EXTRA)
#define FRAME_REKEY   1024

struct frame_way {
	struct noise_cipher c;
	uint32_t n;      /* frames since the last key */
	uint32_t shorts; /* of the short frames, how many are over */
};

/* Bytes on the wire of the next frame. */
static inline size_t
frame_len(const struct frame_way *w)
{
	return w->shorts < FRAME_SHORTS ? FRAME_SHORT : FRAME_LEN;
}

/* Bytes on the wire of the next frames that |n| bytes of payload take, and how many
 * frames these are. */
size_t frame_room(const struct frame_way *w, size_t n, size_t *ret_frames);

/* How many of |n| bytes of payload fill whole frames, and the room of these. */
size_t frame_full(const struct frame_way *w, size_t n, size_t *ret_room);

/* How much payload the next frames take that |n| bytes of it need. */
size_t frame_fit(const struct frame_way *w, size_t n);

/* Write the next frame, of |n| <= frame_len() - FRAME_EXTRA bytes; 0: an idle one. */
int frame_seal(struct frame_way *w, uint8_t *dst, const void *p, size_t n);

/*
 * Open the next frame, |src| of frame_len() bytes, into |dst| (FRAME_PLAIN bytes, of
 * which the payload stands behind FRAME_HEAD); returns the payload's length.
 * QERR_AEAD, _RANGE or _ENCODING if it is not one.
 */
int frame_open(struct frame_way *w, uint8_t dst[FRAME_PLAIN],
    const uint8_t *src);

#endif

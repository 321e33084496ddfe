#ifndef QUIRE_FRAME_H
#define QUIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proto/wire/noise.h"

/*
 * Frames of a fixed size, PROTOCOL.md §13: 1,024 bytes on the wire, 1,006 of
 * payload, and a new key after each 1,024 of a direction.
 */
#define FRAME_LEN     1024
#define FRAME_PLAIN   (FRAME_LEN - NOISE_TAG_LEN)
#define FRAME_HEAD    2 /* u16be: bytes of payload */
#define FRAME_PAYLOAD (FRAME_PLAIN - FRAME_HEAD)
#define FRAME_REKEY   1024

struct frame_way {
	struct noise_cipher c;
	uint32_t n; /* frames since the last key */
};

/* Write one frame of |n| <= FRAME_PAYLOAD bytes; 0: an idle one. */
int frame_seal(struct frame_way *w, uint8_t dst[FRAME_LEN], const void *p,
    size_t n);

/*
 * Open one frame into |dst| (FRAME_PLAIN bytes, of which the payload stands
 * behind FRAME_HEAD); returns the payload's length.  QERR_AEAD, _RANGE or
 * _ENCODING if it is not one.
 */
int frame_open(struct frame_way *w, uint8_t dst[FRAME_PLAIN],
    const uint8_t src[FRAME_LEN]);

#endif

#ifndef QUIRE_VEIL_INNER_H
#define QUIRE_VEIL_INNER_H

#include "proto/wire/frame.h"
#include "proto/wire/line.h"
#include "proto/wire/veil.h"

/*
 * The inside of a veil:
 *
 *   veil.c       its life
 *   veil_line.c  the first lines: until it is open
 *   veil_take.c  then frames that come in, and the messages in them
 *   veil_send.c  messages that go out, in bursts of frames
 */
#define VEIL_LENGTH 4   /* u32le before each message */
#define VEIL_KEPT   512 /* bytes of an empty buffer */

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

/* Fall silent for good: nothing of what the link could do is left. */
void veil_drain(struct veil *v);
/* Wipe and free what only the handshake needs. */
void veil_end_handshake(struct veil *v);

/* Take in |n| bytes while it waits for a line; once that is there, what is behind it is
 * taken as frames.  0, or an error after which it drains; so below. */
int veil_take_line(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out);
int veil_take_frames(struct veil *v, const uint8_t *p, size_t n);

#endif

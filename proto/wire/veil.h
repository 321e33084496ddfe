#ifndef QUIRE_VEIL_H
#define QUIRE_VEIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/rng.h"
#include "proto/wire/invite.h"

/*
 * The veil, PROTOCOL.md §13: what a link looks like to everybody else.  Each
 * side's first flight is one base64url line in one write; after it come frames
 * of three sizes, in bursts that end inside an idle one.  A veil is one end of
 * one connection as a calculation: bytes in, messages out, and the reverse.
 * Whatever is wrong with the input, it falls silent and says so (draining).
 *
 *   LINE --valid line--> OPEN --any invalid input--> DRAIN
 */
#define VEIL_SECRETS_MAX 1024
#define VEIL_CLOCK_SLACK 5400 /* seconds */
#define VEIL_MESSAGE_MAX 65536
#define VEIL_QUEUE_MAX   (1024 * 1024) /* messages waiting for a flush */

enum veil_state {
	VEIL_LINE,
	VEIL_OPEN,
	VEIL_DRAIN,
};

/*
 * The secrets that let peers in, the lines seen already and when we began: one a
 * node, shared by its veils, which it must outlive.  Bounded; when the replay
 * memory is full, new lines are refused (fail closed).
 */
struct veil_door;
struct veil_door *veil_door_new(const uint8_t node_private[32],
    uint64_t started /* UNIX seconds */);
void veil_door_free(struct veil_door *d);
/* Let |secret| in, or no longer.  QERR_FULL at VEIL_SECRETS_MAX. */
int veil_door_add(struct veil_door *d, const uint8_t secret[32]);
void veil_door_remove(struct veil_door *d, const uint8_t secret[32]);
size_t veil_door_count(const struct veil_door *d);

struct veil;

/*
 * The dialling end: writes its line at once into |out|.  |wall|: UNIX seconds; |seen|: a
 * number for the other end, of the node's (0 says nothing).  NULL if memory is short.
 */
struct veil *veil_dial(const struct invite *to, uint64_t wall, uint64_t seen,
    struct rng *g, struct buf *out);
/* The answering end. */
struct veil *veil_accept(struct veil_door *door);
void veil_free(struct veil *v);

enum veil_state veil_state(const struct veil *v);
/* After OPEN: the handshake hash, and (answering end) the invite's name and |seen|. */
const uint8_t *veil_hash(const struct veil *v);
const uint8_t *veil_invite_name(const struct veil *v);
uint64_t veil_seen(const struct veil *v);

/*
 * Take in bytes.  A reply to a valid line goes into |out|.  Returns 0, or
 * QERR_NOMEM; invalid input is not an error but a veil that drains.
 */
int veil_input(struct veil *v, const uint8_t *p, size_t n, uint64_t wall,
    struct rng *g, struct buf *out);

/*
 * The next whole message that came in: true and |*ret_msg|, valid until the
 * next veil_next(), veil_input() or veil_free().  Call it after each veil_input()
 * until it is false: then a veil holds at most one message.
 */
bool veil_next(struct veil *v, struct bytes *ret_msg);

/*
 * Queue one message of 1 to VEIL_MESSAGE_MAX bytes: 0, QERR_AGAIN if the veil is
 * not open, QERR_FULL beyond VEIL_QUEUE_MAX, QERR_NOMEM.
 */
int veil_send(struct veil *v, struct bytes msg);
/*
 * Write what is queued into |out| as frames, with the tail that hides where the
 * burst ended.  Nothing if nothing is queued.  0, or a failure of |out|, after
 * which the link is of no more use.
 */
int veil_flush(struct veil *v, struct rng *g, struct buf *out);
/*
 * In the middle of a burst: write only the frames that are full, without a tail; the
 * rest stays queued.
 */
int veil_flush_full(struct veil *v, struct buf *out);
/* Bytes that wait for veil_flush(): flush at about 64 KiB. */
size_t veil_queued(const struct veil *v);
/*
 * How many bytes more may be queued, a message's with the 4 of its length, so that as
 * many frames are written as if it were |n|; at least |n|.
 */
size_t veil_fit(const struct veil *v, size_t n);
/*
 * Bytes of frames written in all (not the line).  Pad: write idle frames, cut
 * where |total| is reached; nothing if it is reached already.
 */
uint64_t veil_written(const struct veil *v);
int veil_pad_to(struct veil *v, uint64_t total, struct buf *out);

#endif

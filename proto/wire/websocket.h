#ifndef QUIRE_WEBSOCKET_H
#define QUIRE_WEBSOCKET_H

#include <stdbool.h>

#include "proto/base/buf.h"
#include "proto/base/rng.h"

/*
 * A stream of bytes in the binary messages of a WebSocket, RFC 6455 §5 to §7, as a
 * calculation; either end.  How a stream is cut into messages and fragments means
 * nothing.  Strict: no extensions, no text, the shortest length, masks from the client
 * and from nobody else.  A ping is answered, several unanswered ones once.
 */
#define WEBSOCKET_HEAD_MAX    14
#define WEBSOCKET_CONTROL_MAX 125
#define WEBSOCKET_FRAME_MAX   (16 * 1024 * 1024) /* that may come in */

struct websocket {
	bool client;
	/* The frame that is coming in: its head, then what is left of it. */
	uint8_t head[WEBSOCKET_HEAD_MAX];
	size_t n_head;
	uint64_t left;
	size_t masked;   /* bytes since its mask began */
	bool in_message; /* its last frame is still to come */
	uint8_t control[WEBSOCKET_CONTROL_MAX];
	size_t n_control;
	/* What is to be answered. */
	uint8_t ping[WEBSOCKET_CONTROL_MAX];
	size_t n_ping;
	bool pinged;
	unsigned code; /* of the close frame to send; 0: none */
	bool closed;   /* it was sent: nothing follows */
	int end;       /* what websocket_take() returns from now on */
};

void websocket_init(struct websocket *w, bool client);

/* Append |data|, which is not empty, as one message, unless a close frame was sent. */
void websocket_put(struct websocket *w, struct rng *g, struct buf *out,
    struct bytes data);
/* Append a close frame, once: 1000, there is no more to say. */
void websocket_close(struct websocket *w, struct rng *g, struct buf *out);

/*
 * Take in bytes; what they carry is appended to |in|.  0; QERR_ABSENT once the peer has
 * said that it closes; or it broke the rules, QERR_*.  After these the connection is to
 * be closed, when what websocket_answer() writes has left.
 */
int websocket_take(struct websocket *w, struct bytes bytes, struct buf *in);
/* Append what is owed: a pong, or a close frame.  To be called when there is room. */
void websocket_answer(struct websocket *w, struct rng *g, struct buf *out);

#endif

#ifndef QUIRE_UPGRADE_H
#define QUIRE_UPGRADE_H

#include "proto/base/buf.h"

/*
 * The opening handshake of a WebSocket, RFC 6455 §4, as a calculation; both ends.  The
 * request is what a browser's would be, for the web server in front to see.  No
 * extensions or subprotocols are asked for, nor accepted.
 */
#define UPGRADE_MAX 8192 /* bytes of a request or an answer */
#define UPGRADE_KEY 16   /* random bytes */

/* Append the client's request for |path| of |host|, of IPv6 without brackets. */
void upgrade_ask(struct buf *out, const char *host, uint16_t port,
    const char *path, const uint8_t key[UPGRADE_KEY]);

/*
 * The server's answer at the beginning of |in|: its length if the connection is a
 * WebSocket from there on; QERR_AGAIN if more is to come; QERR_ABSENT if this is no
 * place for one; or what is wrong.
 */
int upgrade_check(struct bytes in, const uint8_t key[UPGRADE_KEY]);

/*
 * At the server: |in| begins with a request.  If it is one for |path|, all of it and
 * nothing behind, 0, and the answer is appended.  QERR_AGAIN if more is to come, else
 * what is wrong: then not a byte is to be said.
 */
int upgrade_answer(struct buf *out, struct bytes in, const char *path);

#endif

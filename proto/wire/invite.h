#ifndef QUIRE_INVITE_H
#define QUIRE_INVITE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * An invite lets one person or peer reach a node, PROTOCOL.md §12:
 * quire://HOST:PORT/PATH?t=raw|web|pt[&pt=…[&args=…]][&pre=…]#TOKEN.
 * TOKEN is base64url(1 || node key || secret || check).  It is a secret: wipe
 * with invite_done().
 */
#define INVITE_TEXT_MAX   1024
#define INVITE_HOST_MAX   255
#define INVITE_PATH_MAX   255
#define INVITE_PRE_MAX    64
#define INVITE_TOKEN_LEN  92
#define INVITE_SECRET_LEN 32

enum invite_transport {
	INVITE_RAW,
	INVITE_WEB, /* WebSocket behind a web server */
	INVITE_PT,  /* a pluggable transport */
};

struct invite {
	enum invite_transport transport;
	char host[INVITE_HOST_MAX + 1]; /* an IPv6 address without brackets */
	uint16_t port;
	char path[INVITE_PATH_MAX + 1]; /* web: "/some/path", else "/" */
	char pt[32], pt_args[256];      /* pt: its name and arguments */
	/* Sent before the first line; the last byte is not of base64url. */
	uint8_t pre[INVITE_PRE_MAX];
	size_t n_pre;
	uint8_t node[32]; /* the node's X25519 public key */
	uint8_t secret[INVITE_SECRET_LEN];
};

/* Strict: what is accepted, invite_text() writes again, byte for byte. */
int invite_parse(struct invite *ret, struct bytes text);
void invite_text(struct buf *dst, const struct invite *v);
/* What operators name and revoke a secret by: 8 bytes of its BLAKE2b-256. */
void invite_name(uint8_t dst[8], const uint8_t secret[INVITE_SECRET_LEN]);
/* Whether |v|, put together from parts, is one that invite_parse() takes. */
bool invite_good(const struct invite *v);
void invite_done(struct invite *v);

#endif

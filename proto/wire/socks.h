#ifndef QUIRE_SOCKS_H
#define QUIRE_SOCKS_H

#include "proto/base/buf.h"

/*
 * The client of a SOCKS5 proxy (RFC 1928, RFC 1929) until it is connected, as a
 * calculation.
 */
#define SOCKS_HOST_MAX  255
#define SOCKS_LOGIN_MAX 255 /* of each, name and word */
#define SOCKS_REPLY_MAX 262

struct socks_to {
	char host[SOCKS_HOST_MAX + 1]; /* a name, unless there is an |ip| */
	uint8_t ip[16];
	size_t n_ip; /* 0, 4 or 16 */
	uint16_t port;
	/* Empty: without. */
	char user[SOCKS_LOGIN_MAX + 1], word[SOCKS_LOGIN_MAX + 1];
	size_t n_user, n_word;
};

enum socks_state {
	SOCKS_HELLO,
	SOCKS_LOGIN,
	SOCKS_REPLY,
	SOCKS_OPEN,
};
struct socks {
	struct socks_to to;
	enum socks_state state;
	uint8_t in[SOCKS_REPLY_MAX];
	size_t n_in;
};

/* Begin; what to send first is appended. */
void socks_init(struct socks *s, const struct socks_to *to, struct buf *out);
/*
 * Take in what the proxy says; what to send next is appended.  0 if it is open,
 * QERR_AGAIN if more is to come, QERR_ABSENT if the proxy does not reach it, or what is
 * wrong with the proxy.
 */
int socks_take(struct socks *s, struct bytes in, struct buf *out);

#endif

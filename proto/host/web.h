#ifndef QUIRE_WEB_H
#define QUIRE_WEB_H

#include "proto/wire/invite.h"

/*
 * A link through a web server (t=web, PROTOCOL.md §13): the veil's bytes in the binary
 * messages of a WebSocket, in TLS by libcurl.  All of that is done by a child, one a
 * link, so that whoever takes TLS over has no keys, and no other link.  Here are both
 * ends of the socket between: the child is asked once, answers with one byte, and then
 * carries what either side says until one of them closes.
 *
 *	web_ask() --web_request--> web_carry()
 *	          <-- enum web ---             ... bytes <---> TLS
 */
#define WEB_PROXY_MAX (INVITE_HOST_MAX + 16)
#define WEB_CONNECT_MAX \
	30 /* seconds until TLS stands, and again for the upgrade */

struct web_request {
	char host[INVITE_HOST_MAX + 1];
	uint16_t port;
	char path[INVITE_PATH_MAX + 1];
	char proxy[WEB_PROXY_MAX]; /* "HOST:PORT" of a SOCKS5 proxy, or "" */
};
enum web {
	WEB_UP = 1,      /* bytes follow */
	WEB_AWAY,        /* nobody answers there */
	WEB_CERTIFICATE, /* it is not who it says */
	WEB_REFUSED,     /* a web server, but nothing of ours at this path */
	WEB_LIBRARY,     /* no libcurl */
};

/* Ask the child at |fd|; 0 or QERR_IO. */
int web_ask(int fd, const struct web_request *rq);

/*
 * In the child: load what it takes, then serve |fd| to the end.  |confine| (NULL: none)
 * raises the walls in between; if it fails the child is of no use.
 */
void web_carry(int fd, int (*confine)(void *arg, int fd), void *arg);

#endif

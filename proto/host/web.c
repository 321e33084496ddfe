#include "proto/host/web.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "proto/base/qerr.h"
#include "proto/host/curl.h"
#include "proto/host/entropy.h"
#include "proto/wire/upgrade.h"
#include "proto/wire/websocket.h"

#define CHUNK     65536
#define CLOSE_MAX 5000 /* ms for the other end to close, after us */

int
web_ask(int fd, const struct web_request *rq)
{
	/* Both ends are this very program: the struct is its own encoding. */
	return send(fd, rq, sizeof(*rq), MSG_NOSIGNAL) == (ssize_t)sizeof(*rq)
		   ? 0
		   : QERR_IO;
}

/* The child. */
struct carry {
	int fd, tls; /* the descriptor below TLS, to wait for */
	const struct curl_calls *c;
	CURL *curl;
	struct websocket ws;
	struct rng g;
	/* To TLS: one message at a time, which does not move until all of it has left,
	 * as OpenSSL wants it; and to |fd|. */
	struct buf up, down;
	size_t up_sent, down_sent;
	bool fd_over, tls_over; /* no more comes from there */
	uint8_t chunk[CHUNK];
};

/* Once: connect, proxies and TLS included. */

static CURLcode
connect_tls(struct carry *k, const struct web_request *rq)
{
	const struct curl_calls *c = k->c;
	bool six = strchr(rq->host, ':') != NULL;
	char url[INVITE_HOST_MAX + 32], proxy[WEB_PROXY_MAX + 16];
	curl_socket_t tls = CURL_SOCKET_BAD;
	CURLcode rc;

	snprintf(url, sizeof(url), "https://%s%s%s:%u/", six ? "[" : "",
	    rq->host, six ? "]" : "", (unsigned)rq->port);
	snprintf(proxy, sizeof(proxy), "%s%s",
	    rq->proxy[0] != '\0' ? "socks5h://" : "", rq->proxy);
	c->easy_setopt(k->curl, CURLOPT_URL, url);
	c->easy_setopt(k->curl, CURLOPT_PROTOCOLS_STR, "https");
	/* As a browser does for a WebSocket: ALPN says http/1.1. */
	c->easy_setopt(k->curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	c->easy_setopt(k->curl, CURLOPT_CONNECT_ONLY, 1L);
	c->easy_setopt(k->curl, CURLOPT_CONNECTTIMEOUT, (long)WEB_CONNECT_MAX);
	c->easy_setopt(k->curl, CURLOPT_NOSIGNAL, 1L);
	c->easy_setopt(k->curl, CURLOPT_TCP_KEEPALIVE, 1L);
	/* Of the environment no proxy is taken, which would be a way around. */
	c->easy_setopt(k->curl, CURLOPT_PROXY, proxy);
	c->easy_setopt(k->curl, CURLOPT_NOPROXY, "");
	curl_trust(c, k->curl);
	rc = c->easy_perform(k->curl);
	if (rc == CURLE_OK)
		rc = c->easy_getinfo(k->curl, CURLINFO_ACTIVESOCKET, &tls);
	k->tls = tls;
	return rc;
}

/* Bytes, 0 if there are none yet, or -1 if there will be no more. */
static ssize_t
tls_read(struct carry *k, void *p, size_t n)
{
	size_t got = 0;
	CURLcode rc = k->c->easy_recv(k->curl, p, n, &got);

	if (rc == CURLE_AGAIN)
		return 0;
	return rc == CURLE_OK && got > 0 ? (ssize_t)got : -1;
}

static ssize_t
tls_write(struct carry *k, const void *p, size_t n)
{
	size_t sent = 0;
	CURLcode rc = k->c->easy_send(k->curl, p, n, &sent);

	if (rc == CURLE_AGAIN)
		return 0;
	return rc == CURLE_OK ? (ssize_t)sent : -1;
}

static bool
wait_tls(const struct carry *k, short what)
{
	struct pollfd p = {.fd = k->tls, .events = what};
	int n;

	do
		n = poll(&p, 1, WEB_CONNECT_MAX * 1000);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static bool
write_all(struct carry *k, struct bytes b)
{
	while (b.n > 0) {
		ssize_t n = tls_write(k, b.p, b.n);

		if (n < 0 || (n == 0 && !wait_tls(k, POLLOUT)))
			return false;
		b = bytes_of(b.p + n, b.n - (size_t)n);
	}
	return true;
}

/* Then the upgrade; what came behind it is carried on. */

static int
await_upgrade(struct carry *k, const uint8_t key[UPGRADE_KEY])
{
	struct buf in;
	int got = QERR_AGAIN;

	buf_init(&in, 0);
	while (got == QERR_AGAIN) {
		uint8_t part[1024];
		ssize_t n = tls_read(k, part, sizeof(part));

		if (n < 0 || (n == 0 && !wait_tls(k, POLLIN)))
			got = QERR_ABSENT;
		buf_put(&in, part, n > 0 ? (size_t)n : 0);
		if (n > 0)
			got = upgrade_check(buf_bytes(&in), key);
	}
	if (got > 0)
		websocket_take(&k->ws, bytes_of(in.p + got, in.n - (size_t)got),
		    &k->down);
	buf_done(&in);
	return got < 0 ? got : 0;
}

static bool
upgrade(struct carry *k, const struct web_request *rq)
{
	uint8_t key[UPGRADE_KEY];
	struct buf ask;
	bool good;

	entropy_bytes(key, sizeof(key));
	buf_init(&ask, 0);
	upgrade_ask(&ask, rq->host, rq->port, rq->path, key);
	good = buf_err(&ask) == 0 && write_all(k, buf_bytes(&ask)) &&
	       await_upgrade(k, key) == 0;
	buf_done(&ask);
	return good;
}

static uint8_t
dial(struct carry *k, const struct web_request *rq)
{
	CURLcode rc = connect_tls(k, rq);

	switch ((int)rc) { /* of a hundred */
	case CURLE_OK:
		return upgrade(k, rq) ? WEB_UP : WEB_REFUSED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return WEB_CERTIFICATE;
	default:
		return WEB_AWAY;
	}
}

/* Then carry.  Each returns if something moved. */

static bool
from_fd(struct carry *k)
{
	ssize_t n;

	if (k->fd_over || k->up.n > 0)
		return false;
	n = recv(k->fd, k->chunk, sizeof(k->chunk), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0) {
		/* What was said at once goes as one message. */
		websocket_put(&k->ws, &k->g, &k->up,
		    bytes_of(k->chunk, (size_t)n));
		return true;
	}
	k->fd_over = true;
	websocket_close(&k->ws, &k->g, &k->up);
	return true;
}

static bool
to_tls(struct carry *k)
{
	ssize_t n;

	if (k->up.n == 0)
		websocket_answer(&k->ws, &k->g, &k->up);
	if (k->up.n == 0)
		return false;
	n = tls_write(k, k->up.p + k->up_sent, k->up.n - k->up_sent);
	if (n < 0) {
		k->tls_over = true;
		n = (ssize_t)(k->up.n - k->up_sent);
	}
	k->up_sent += (size_t)n;
	if (k->up_sent == k->up.n) {
		buf_clear(&k->up);
		k->up_sent = 0;
	}
	return n > 0;
}

static bool
from_tls(struct carry *k)
{
	ssize_t n;

	if (k->tls_over || k->down.n > 0)
		return false;
	n = tls_read(k, k->chunk, sizeof(k->chunk));
	if (n < 0 || websocket_take(&k->ws, bytes_of(k->chunk, (size_t)n),
			 &k->down) != 0)
		k->tls_over = true;
	return n != 0;
}

static bool
to_fd(struct carry *k)
{
	ssize_t n;

	if (k->down.n == 0)
		return false;
	n = send(k->fd, k->down.p + k->down_sent, k->down.n - k->down_sent,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0) { /* nobody reads any more */
		k->fd_over = true;
		n = (ssize_t)(k->down.n - k->down_sent);
	}
	k->down_sent += (size_t)n;
	if (k->down_sent == k->down.n) {
		buf_clear(&k->down);
		k->down_sent = 0;
	}
	return true;
}

/* False if there is nothing more to wait for. */
static bool
wait_both(const struct carry *k)
{
	struct pollfd p[2] = {
	    {.fd = k->fd,
		.events = (short)((k->up.n == 0 && !k->fd_over ? POLLIN : 0) |
				  (k->down.n > 0 ? POLLOUT : 0))},
	    {.fd = k->tls,
		.events = (short)((k->down.n == 0 ? POLLIN : 0) |
				  (k->up.n > 0 ? POLLOUT : 0))},
	};
	int n;

	do
		n = poll(p, 2, k->fd_over ? CLOSE_MAX : -1);
	while (n < 0 && errno == EINTR);
	/* Who asked us is gone, and does not only say no more. */
	if ((p[0].revents & POLLHUP) != 0 && (k->fd_over || k->up.n > 0))
		return false;
	return n > 0;
}

static void
carry(struct carry *k)
{
	while (buf_err(&k->up) == 0 && buf_err(&k->down) == 0) {
		bool moved = to_fd(k);

		moved = from_tls(k) || moved;
		moved = to_tls(k) || moved;
		moved = from_fd(k) || moved;
		if (k->tls_over && k->down.n == 0 && k->up.n == 0)
			return;
		if (!moved && !wait_both(k))
			return;
	}
}

static bool
hear(int fd, struct web_request *rq)
{
	return recv(fd, rq, sizeof(*rq), MSG_WAITALL) == (ssize_t)sizeof(*rq);
}

void
web_carry(int fd, int (*confine)(void *arg, int fd), void *arg)
{
	static struct carry k;
	uint8_t seed[32], answer = WEB_LIBRARY;
	struct web_request rq;

	signal(SIGPIPE, SIG_IGN);
	k.fd = fd;
	/* Behind the walls its files cannot be opened. */
	k.c = curl_load();
	if (confine != NULL && confine(arg, fd) != 0)
		return;
	if (!hear(fd, &rq))
		return;
	entropy_bytes(seed, sizeof(seed));
	rng_init(&k.g, seed);
	websocket_init(&k.ws, true);
	if (k.c != NULL && (k.curl = k.c->easy_init()) != NULL)
		answer = dial(&k, &rq);
	if (send(fd, &answer, 1, MSG_NOSIGNAL) == 1 && answer == WEB_UP)
		carry(&k);
	if (k.curl != NULL)
		k.c->easy_cleanup(k.curl);
}

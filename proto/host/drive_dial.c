#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/drive_inner.h"
#include "proto/host/log.h"

/* /16 of IPv4, /32 of IPv6: whom one operator or censor may well own. */
uint32_t
drive_group(const struct sockaddr *sa)
{
	struct sockaddr_storage ss;

	memset(&ss, 0, sizeof(ss));
	if (sa->sa_family == AF_INET) {
		memcpy(&ss, sa, sizeof(struct sockaddr_in));
		return ntohl(((struct sockaddr_in *)&ss)->sin_addr.s_addr) >>
		       16;
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&ss, sa, sizeof(struct sockaddr_in6));
		return load_be32(((struct sockaddr_in6 *)&ss)
				     ->sin6_addr.s6_addr);
	}
	return 0;
}

static void
fail(struct drive_link *l)
{
	drive_link_lost(l);
}

static void
connect_to(struct drive_link *l, const struct sockaddr *sa, socklen_t len)
{
	int fd = socket(sa->sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	l->state = DRIVE_CONNECT;
	if (fd < 0 || drive_link_open(l, fd) != 0) {
		fail(l);
		return;
	}
	if (connect(fd, sa, len) != 0 && errno != EINPROGRESS) {
		fail(l);
		return;
	}
	event_add(l->writable, NULL);
}

/* SOCKS5 (RFC 1928), no authentication: Tor on this machine. */

static void
send_now(struct drive_link *l, const void *p, size_t n)
{
	if (send(l->fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		fail(l);
}

static void
socks_hello(struct drive_link *l)
{
	static const uint8_t hello[] = {5, 1, 0};

	l->state = DRIVE_SOCKS_HELLO;
	event_del(l->writable);
	event_add(l->readable, NULL);
	send_now(l, hello, sizeof(hello));
}

static void
socks_connect(struct drive_link *l)
{
	uint8_t m[4 + 1 + INVITE_HOST_MAX + 2] = {5, 1, 0, 3};
	size_t n = strlen(l->host);

	m[4] = (uint8_t)n;
	memcpy(m + 5, l->host, n);
	store_be16(m + 5 + n, l->port);
	l->state = DRIVE_SOCKS_REPLY;
	send_now(l, m, 5 + n + 2);
}

/* The reply's length is known from its fifth byte: read just that. */
static void
socks_reply(struct drive_link *l)
{
	uint8_t m[262];
	ssize_t n = recv(l->fd, m, sizeof(m), MSG_PEEK);
	size_t len;

	if (n < 5) {
		if (n <= 0)
			fail(l);
		return;
	}
	len = m[3] == 1 ? 10 : m[3] == 4 ? 22 : m[3] == 3 ? 7u + m[4] : 0;
	if (m[0] != 5 || m[1] != 0 || len == 0) {
		fail(l);
		return;
	}
	if ((size_t)n < len)
		return;
	if (recv(l->fd, m, len, 0) != (ssize_t)len) {
		fail(l);
		return;
	}
	drive_link_up(l, true);
}

void
drive_dial_input(struct drive_link *l)
{
	uint8_t m[2];

	if (l->state == DRIVE_SOCKS_REPLY) {
		socks_reply(l);
		return;
	}
	if (l->state != DRIVE_SOCKS_HELLO ||
	    recv(l->fd, m, sizeof(m), 0) != sizeof(m) || m[0] != 5 ||
	    m[1] != 0) {
		fail(l);
		return;
	}
	socks_connect(l);
}

void
drive_dial_writable(struct drive_link *l)
{
	int err = 0;
	socklen_t len = sizeof(err);

	if (l->state != DRIVE_CONNECT)
		return;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0 ||
	    err != 0) {
		fail(l);
		return;
	}
	if (l->host[0] != '\0')
		socks_hello(l);
	else
		drive_link_up(l, true);
}

/* Names. */

static void
resolved(int err, struct evutil_addrinfo *res, void *arg)
{
	struct drive_link *l = arg;
	struct drive *d;

	if (err == EVUTIL_EAI_CANCEL)
		return; /* the link is gone */
	d = l->d;
	l->dns = NULL;
	if (err != 0 || res == NULL) {
		fail(l);
	} else {
		l->group = drive_group(res->ai_addr);
		connect_to(l, res->ai_addr, res->ai_addrlen);
	}
	if (res != NULL)
		evutil_freeaddrinfo(res);
	drive_pump(d);
}

static void
resolve(struct drive_link *l, const char *host, uint16_t port)
{
	struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = EVUTIL_AI_ADDRCONFIG};
	struct evdns_getaddrinfo_request *dns;
	struct drive *d = l->d;
	char service[8];

	l->state = DRIVE_RESOLVE;
	if (d->dns == NULL)
		d->dns = evdns_base_new(d->cfg.base,
		    EVDNS_BASE_INITIALIZE_NAMESERVERS |
			EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (d->dns == NULL) {
		fail(l);
		return;
	}
	snprintf(service, sizeof(service), "%u", port);
	dns = evdns_getaddrinfo(d->dns, host, service, &hints, resolved, l);
	if (dns != NULL)
		l->dns = dns; /* else it is answered, and |l| may be gone */
}

static bool
is_onion(const char *host)
{
	size_t n = strlen(host);

	return n > 6 && strcmp(host + n - 6, ".onion") == 0;
}

static uint32_t
onion_group(const char *host)
{
	uint8_t h[crypto_generichash_BYTES];

	crypto_generichash(h, sizeof(h), (const uint8_t *)host, strlen(host),
	    NULL, 0);
	return load_be32(h);
}

/* "ADDRESS:PORT" or "[v6]:PORT" as a socket address. */
static int
parse_address(struct sockaddr_storage *ss, socklen_t *len, const char *text)
{
	const char *colon = strrchr(text, ':');
	struct sockaddr_in *in = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	char host[INET6_ADDRSTRLEN + 2];
	uint64_t port;
	size_t n;

	memset(ss, 0, sizeof(*ss));
	if (colon == NULL ||
	    dec_parse(&port, colon + 1, strlen(colon + 1)) != 0 || port > 65535)
		return QERR_ENCODING;
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(host))
		return QERR_ENCODING;
	memcpy(host, text, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		*len = sizeof(*in);
		return 0;
	}
	if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		*len = sizeof(*in6);
		return 0;
	}
	return QERR_ENCODING;
}

void
drive_dial(struct drive *d, const struct node_dial *to)
{
	struct drive_link *l = drive_link_new(d);
	struct sockaddr_storage ss;
	const char *where = d->cfg.socks;
	char text[INVITE_HOST_MAX + 16];
	socklen_t len;

	if (l == NULL)
		return;
	l->dial = to->token;
	l->state = DRIVE_RESOLVE;
	drive_link_timer(l, to->timeout);
	/* Transports other than plain TCP are not spoken yet. */
	if (to->to.transport != INVITE_RAW) {
		log_debug("an invite names a transport that this program "
			  "does not speak");
		fail(l);
		return;
	}
	if (is_onion(to->to.host)) {
		if (where == NULL || where[0] == '\0' ||
		    parse_address(&ss, &len, where) != 0) {
			log_warn("an onion address cannot be dialled: set "
				 "socks, as in \"socks 127.0.0.1:9050\"");
			fail(l);
			return;
		}
		memcpy(l->host, to->to.host, sizeof(l->host));
		l->port = to->to.port;
		l->group = onion_group(l->host);
		connect_to(l, (struct sockaddr *)&ss, len);
		return;
	}
	snprintf(text, sizeof(text), "[%s]:%u", to->to.host, to->to.port);
	if (parse_address(&ss, &len, text) == 0) {
		l->group = drive_group((struct sockaddr *)&ss);
		connect_to(l, (struct sockaddr *)&ss, len);
	} else {
		resolve(l, to->to.host, to->to.port);
	}
}

/* Listening. */

void
drive_listen_on(struct drive *d, bool on)
{
	d->deaf = !on;
	for (size_t i = 0; i < d->n_listener; i++)
		if (on)
			event_add(d->listener[i].ev, NULL);
		else
			event_del(d->listener[i].ev);
}

/* Of those that only drain, the oldest goes when there are too many links. */
static bool
make_room(struct drive *d)
{
	struct drive_link *oldest = NULL;

	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->state == DRIVE_DRAIN)
			oldest = l; /* the newest stand first */
	if (oldest == NULL)
		return false;
	drive_link_free(oldest);
	return true;
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct drive_link *l;
	int got;

	(void)what;
	if (d->n_link >= d->cfg.fd_max && !make_room(d)) {
		drive_listen_on(d, false);
		return;
	}
	got = accept4(fd, (struct sockaddr *)&ss, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (got < 0) {
		/* Out of descriptors: until some link ends. */
		if ((errno == EMFILE || errno == ENFILE) && !make_room(d) &&
		    d->n_link > 0)
			drive_listen_on(d, false);
		return;
	}
	if ((l = drive_link_new(d)) == NULL || drive_link_open(l, got) != 0) {
		if (l == NULL)
			close(got);
		else
			drive_link_free(l);
		return;
	}
	l->group = drive_group((struct sockaddr *)&ss);
	drive_link_up(l, false);
	drive_pump(d);
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
		return 0;
	return ntohs(ss.ss_family == AF_INET
			 ? ((struct sockaddr_in *)&ss)->sin_port
			 : ((struct sockaddr_in6 *)&ss)->sin6_port);
}

int
drive_listen(struct drive *d, const char *where, uint16_t *ret_port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	struct event *ev;
	int fd, one = 1;

	if (d->n_listener == DRIVE_LISTEN_MAX)
		return QERR_FULL;
	if (parse_address(&ss, &len, where) != 0)
		return QERR_ENCODING;
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return QERR_IO;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&ss, len) != 0 ||
	    listen(fd, SOMAXCONN) != 0 ||
	    (ev = event_new(d->cfg.base, fd, EV_READ | EV_PERSIST, on_accept,
		 d)) == NULL) {
		int why = errno;

		close(fd);
		errno = why;
		return QERR_IO;
	}
	event_add(ev, NULL);
	d->listener[d->n_listener].fd = fd;
	d->listener[d->n_listener++].ev = ev;
	*ret_port = port_of(fd);
	return 0;
}

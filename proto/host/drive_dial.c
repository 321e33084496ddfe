#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/drive_inner.h"
#include "proto/host/nearby.h"
#include "proto/wire/socks.h"

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

void
drive_dial_trouble(struct drive_link *l, enum drive_trouble what,
    const char *why)
{
	struct drive *d = l->d;

	if (d->cfg.trouble != NULL)
		d->cfg.trouble(d->cfg.arg, what, &l->to, why);
	fail(l);
}

/*
 * What goes before the line (`pre`) are bytes of whoever made the invite: said in our own
 * network, they might be a command that what listens there obeys.
 */
static bool
is_trap(const struct drive_link *l, const struct sockaddr *sa)
{
	return l->strange && l->to.n_pre > 0 && l->socks == NULL && nearby(sa);
}

static void
connect_to(struct drive_link *l, const struct sockaddr *sa, socklen_t len)
{
	int fd;

	if (is_trap(l, sa)) {
		fail(l);
		return;
	}
	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);

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

/* A proxy: of tor, or of a pluggable transport's program, on this machine. */

static bool
send_now(struct drive_link *l, const struct buf *b)
{
	return b->n == 0 ||
	       (buf_err(b) == 0 &&
		   send(l->fd, b->p, b->n, MSG_NOSIGNAL) == (ssize_t)b->n);
}

static void
socks_hello(struct drive_link *l)
{
	struct socks_to to = l->socks->to;
	struct buf b;
	bool sent;

	l->state = DRIVE_SOCKS;
	event_del(l->writable);
	event_add(l->readable, NULL);
	buf_init(&b, 0);
	socks_init(l->socks, &to, &b);
	sent = send_now(l, &b);
	buf_wipe(&b);
	if (!sent)
		fail(l);
}

static void
socks_input(struct drive_link *l)
{
	uint8_t in[SOCKS_REPLY_MAX];
	ssize_t n = recv(l->fd, in, sizeof(in), 0);
	struct buf b;
	int err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	buf_init(&b, 0);
	err = n <= 0 ? QERR_ABSENT
		     : socks_take(l->socks, bytes_of(in, (size_t)n), &b);
	if (!send_now(l, &b))
		err = QERR_ABSENT;
	buf_wipe(&b);
	if (err == 0)
		drive_link_up(l, true);
	else if (err != QERR_AGAIN)
		fail(l);
}

void
drive_dial_input(struct drive_link *l)
{
	if (l->state == DRIVE_SOCKS)
		socks_input(l);
	else if (l->state == DRIVE_WEB)
		drive_web_answer(l);
	else if (l->state == DRIVE_UPGRADE)
		drive_web_request(l);
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
	if (l->socks != NULL)
		socks_hello(l);
	else
		drive_link_up(l, true);
}

void
drive_dial_at(struct drive_link *l, const struct sockaddr_storage *sa,
    socklen_t len, const struct socks_to *via)
{
	if (via != NULL) {
		l->socks = calloc(1, sizeof(*l->socks));
		if (l->socks == NULL) {
			l->d->fatal = QERR_NOMEM;
			return;
		}
		l->socks->to = *via;
	}
	connect_to(l, (const struct sockaddr *)sa, len);
}

void
drive_dial_to(struct socks_to *ret, const struct invite *v)
{
	*ret = (struct socks_to){.port = v->port};
	memcpy(ret->host, v->host, sizeof(ret->host));
	if (inet_pton(AF_INET, v->host, ret->ip) == 1)
		ret->n_ip = 4;
	else if (inet_pton(AF_INET6, v->host, ret->ip) == 1)
		ret->n_ip = 16;
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

/* Of a name that is not looked up here. */
uint32_t
drive_host_group(const char *host)
{
	uint8_t h[crypto_generichash_BYTES];

	crypto_generichash(h, sizeof(h), (const uint8_t *)host, strlen(host),
	    NULL, 0);
	return load_be32(h);
}

int
drive_address(struct sockaddr_storage *ss, socklen_t *len, const char *text)
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

/* The proxy to go through, NULL for none; false: there is none, but should be. */
static bool
choose_proxy(struct drive_link *l, const char **ret)
{
	const char *socks = l->d->cfg.socks;
	bool wanted = l->d->cfg.socks_all || is_onion(l->to.host);

	*ret = wanted && socks != NULL && socks[0] != '\0' ? socks : NULL;
	return *ret != NULL || !is_onion(l->to.host);
}

static void
dial_raw(struct drive_link *l, const char *proxy)
{
	char text[INVITE_HOST_MAX + 16];
	struct sockaddr_storage ss;
	struct socks_to to;
	socklen_t len;

	if (proxy != NULL) {
		l->group = drive_host_group(l->to.host);
		drive_dial_to(&to, &l->to);
		if (drive_address(&ss, &len, proxy) == 0)
			drive_dial_at(l, &ss, len, &to);
		else
			drive_dial_trouble(l, DRIVE_NO_PROXY, "");
		return;
	}
	snprintf(text, sizeof(text), "[%s]:%u", l->to.host, l->to.port);
	if (drive_address(&ss, &len, text) == 0) {
		l->group = drive_group((struct sockaddr *)&ss);
		drive_dial_at(l, &ss, len, NULL);
	} else {
		resolve(l, l->to.host, l->to.port);
	}
}

void
drive_dial(struct drive *d, const struct node_dial *to)
{
	struct drive_link *l = drive_link_new(d);
	const char *proxy;

	if (l == NULL)
		return;
	l->dial = to->token;
	l->to = to->to;
	l->strange = d->cfg.strange || !to->named;
	l->state = DRIVE_RESOLVE;
	drive_link_timer(l, to->timeout);
	if (!choose_proxy(l, &proxy))
		drive_dial_trouble(l, DRIVE_NO_PROXY, "");
	else if (l->to.transport == INVITE_WEB)
		drive_web_dial(l, proxy);
	else if (l->to.transport == INVITE_PT)
		drive_plugin_dial(l);
	else
		dial_raw(l, proxy);
}

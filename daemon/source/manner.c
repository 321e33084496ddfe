#include "daemon/source/manner.h"

#include <sodium.h>

#include "daemon/ingest/address.h"
#include "daemon/source/robots.h"

void
manner_done(struct manner *m)
{
	for (size_t i = 0; i < m->n; i++)
		buf_done(&m->host[i].robots);
	m->n = 0;
}

static void
origin_of(struct id *ret, struct bytes address)
{
	struct bytes o = address_origin(address);

	crypto_generichash(ret->b, sizeof(ret->b), o.p, o.n, NULL, 0);
}

/* Find or make it, in the place of the one that is missed the least. */
static struct manner_host *
host_of(struct manner *m, struct bytes address)
{
	struct manner_host *h = &m->host[0];
	struct id origin;

	origin_of(&origin, address);
	for (size_t i = 0; i < m->n; i++)
		if (id_eq(&m->host[i].origin, &origin))
			return &m->host[i];
	if (m->n < MANNER_HOSTS_MAX)
		h = &m->host[m->n++];
	else
		for (size_t i = 1; i < m->n; i++)
			if (m->host[i].last < h->last)
				h = &m->host[i];
	buf_done(&h->robots);
	*h = (struct manner_host){.origin = origin};
	buf_init(&h->robots, ROBOTS_MAX);
	return h;
}

static struct bytes
path_of(struct bytes address)
{
	size_t n = address_origin(address).n;

	address = bytes_of(address.p + n, address.n - n);
	return address.n > 0 && address.p[0] == '/' ? address : bytes_str("/");
}

enum manner_say
manner_ask(struct manner *m, struct bytes address, uint64_t delay, when_ms now,
    when_ms *ret_until)
{
	struct manner_host *h;

	if (!address_is_web(address))
		return MANNER_GO;
	h = host_of(m, address);
	if (h->robots_until > now &&
	    !robots_allow(buf_bytes(&h->robots), path_of(address)))
		return MANNER_FORBID;
	if (delay < h->delay)
		delay = h->delay;
	*ret_until = h->last == 0 ? 0 : when_add(h->last, delay);
	if (*ret_until > now)
		return MANNER_WAIT;
	return h->robots_until > now ? MANNER_GO : MANNER_ASK;
}

void
manner_went(struct manner *m, struct bytes address, when_ms now)
{
	if (address_is_web(address))
		host_of(m, address)->last = now > 0 ? now : 1;
}

void
manner_robots(struct buf *dst, struct bytes address)
{
	struct bytes o = address_origin(address);

	buf_put(dst, o.p, o.n);
	buf_put_str(dst, "/robots.txt");
}

bool
manner_learn(struct manner *m, struct bytes address,
    const struct fetch_answer *a, when_ms now)
{
	struct manner_host *h = host_of(m, address);
	bool there = a->error == FETCH_OK && a->status == 200;

	if ((a->error != FETCH_OK && a->error != FETCH_TOOBIG &&
		a->error != FETCH_REDIRECTS && a->error != FETCH_SCHEME) ||
	    (a->error == FETCH_OK && (a->status >= 500 || a->status == 429)))
		return false;
	buf_clear(&h->robots);
	if (there)
		buf_put(&h->robots, a->body.p,
		    a->body.n < ROBOTS_MAX ? a->body.n : ROBOTS_MAX);
	h->robots_until = when_add(now, MANNER_ROBOTS);
	h->delay = robots_delay(buf_bytes(&h->robots)) * 1000;
	return true;
}

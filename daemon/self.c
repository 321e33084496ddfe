#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "daemon/settings.h"

/* Take host and port from |where|, or only the host. */
static bool
take_address(struct invite *v, struct bytes where, bool port_too)
{
	uint64_t port;
	size_t n;

	if (!address_check(where, false, &port) || port == 0)
		return false;
	if (port_too)
		v->port = (uint16_t)port;
	n = where.n;
	while (where.p[n - 1] != ':')
		n--;
	where.n = n - 1;
	if (where.p[0] == '[')
		where = bytes_of(where.p + 1, where.n - 2);
	if (where.n > INVITE_HOST_MAX)
		return false;
	memcpy(v->host, where.p, where.n);
	v->host[where.n] = '\0';
	return true;
}

/* Where others reach us, if nobody says so: where we listen, if that is one address. */
static void
listened(const struct daemon *d, char dst[INVITE_HOST_MAX + 16])
{
	const char *listen = d->cfg->listen.n > 0 ? d->cfg->listen.text[0] : "";
	const char *colon = strrchr(listen, ':');

	dst[0] = '\0';
	if (colon == NULL || strncmp(listen, "0.0.0.0:", 8) == 0 ||
	    strncmp(listen, "[::]:", 5) == 0)
		return;
	/* Port 0 in the settings: the one that was picked. */
	snprintf(dst, INVITE_HOST_MAX + 16, "%.*s:%u", (int)(colon - listen),
	    listen, d->port);
}

/* Where others reach us: as asked for, as configured, or where we listen. */
static bool
take_own(struct daemon *d, struct bytes wish, const char *public,
    struct invite *v, struct self_trouble *why)
{
	char where[INVITE_HOST_MAX + 16];
	bool port_too = v->transport == INVITE_RAW;

	if (wish.p != NULL) {
		*why = (struct self_trouble){2, "The address is not HOST:PORT.",
		    "As in: --address news.example.org:7117"};
		return take_address(v, wish, true);
	}
	if (v->transport == INVITE_WEB)
		return true; /* it says so itself */
	if (public[0] != '\0')
		return take_address(v, bytes_str(public), true);
	listened(d, where);
	if (d->cfg->public[0] != '\0')
		snprintf(where, sizeof(where), "%s", d->cfg->public);
	*why = (struct self_trouble){1,
	    "It is not known at which address others reach this node.",
	    "Set public in quired.conf, or use: quire invite new --address HOST:PORT"};
	return where[0] != '\0' && take_address(v, bytes_str(where), port_too);
}

bool
self_invite(struct daemon *d, struct bytes transport, struct bytes address,
    struct invite *ret, struct self_trouble *why)
{
	char name[PT_NAME_MAX + 1];
	const char *wrong, *public;

	snprintf(name, sizeof(name), "%s", transport_default(d));
	if (transport.p != NULL)
		snprintf(name, sizeof(name), "%.*s", (int)transport.n,
		    (const char *)transport.p);
	if ((wrong = transport_where(d, name, ret, &public)) != NULL) {
		*why = (struct self_trouble){1, wrong, ""};
		return false;
	}
	if (!take_own(d, address, public, ret, why))
		return false;
	crypto_scalarmult_base(ret->node, d->link_private);
	*why = (struct self_trouble){2, "No invite can hold that address.",
	    "As in: --address news.example.org:7117"};
	return invite_good(ret);
}

void
self_tell(struct daemon *d)
{
	struct node_event ev = {.type = NODE_SELF};
	struct self_trouble why;
	struct invite v;
	struct buf text;

	buf_init(&text, 0);
	problems_clear(&d->problems, "introduce");
	if (!d->cfg->introduce)
		;
	else if (self_invite(d, (struct bytes){NULL, 0},
		     (struct bytes){NULL, 0}, &v, &why))
		invite_text(&text, &v);
	else
		problems_set(&d->problems, "introduce",
		    "The settings say introduce, but it is not known at which "
		    "address others reach this node.",
		    NULL, "Set public in quired.conf.");
	if (!bytes_eq(buf_bytes(&text), buf_bytes(&d->self))) {
		buf_clear(&d->self);
		buf_put(&d->self, text.p, text.n);
		ev.self.invite = buf_bytes(&d->self);
		drive_event(d->drive, &ev);
	}
	buf_done(&text);
}

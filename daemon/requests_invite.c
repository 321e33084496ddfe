#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "daemon/settings.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

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
own_address(struct daemon *d, struct control_client *c, struct bytes wish,
    const char *public, struct invite *v)
{
	char where[INVITE_HOST_MAX + 16];
	bool port_too = v->transport == INVITE_RAW;

	if (wish.p != NULL) {
		if (take_address(v, wish, true))
			return true;
		control_fail(c, 2, "As in: --address news.example.org:7117",
		    "The address is not HOST:PORT.");
		return false;
	}
	if (v->transport == INVITE_WEB)
		return true; /* it says so itself */
	if (public[0] != '\0')
		return take_address(v, bytes_str(public), true);
	listened(d, where);
	if (d->cfg->public[0] != '\0')
		snprintf(where, sizeof(where), "%s", d->cfg->public);
	if (where[0] != '\0' && take_address(v, bytes_str(where), port_too))
		return true;
	control_fail(c, 1,
	    "Set public in quired.conf, or use: quire invite new --address HOST:PORT",
	    "It is not known at which address others reach this node.");
	return false;
}

/* True, and |*ret| lacks but its secret; else |c| was told. */
static bool
begin_invite(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq, struct invite *ret)
{
	char name[PT_NAME_MAX + 1];
	const char *wrong, *public;

	snprintf(name, sizeof(name), "%s", transport_default(d));
	if (rq->transport.p != NULL)
		snprintf(name, sizeof(name), "%.*s", (int)rq->transport.n,
		    (const char *)rq->transport.p);
	if ((wrong = transport_where(d, name, ret, &public)) != NULL) {
		control_fail(c, 1, "", "%s", wrong);
		return false;
	}
	if (!own_address(d, c, rq->address, public, ret))
		return false;
	if (invite_good(ret))
		return true;
	control_fail(c, 2, "As in: --address news.example.org:7117",
	    "No invite can hold that address.");
	return false;
}

void
requests_invite_new(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct node_event ev = {.type = NODE_INVITE};
	const struct invites_entry *e;
	struct ctl_item it;
	struct invite v;
	struct buf text;
	uint8_t name[8];
	char hex[17];
	int err;

	if (!begin_invite(d, c, rq, &v))
		return;
	if ((err = invites_add(&d->invites, rq->text, clock_wall(), &e)) != 0) {
		control_fail(c, 1,
		    err == QERR_FULL ? "Revoke one: quire invite revoke NAME"
				     : "",
		    err == QERR_DUPLICATE ? "There is an invite of that name."
		    : err == QERR_TEXT    ? "That is no name for an invite."
					  : "The invite was not made: %s.",
		    qerr_str(err));
		return;
	}
	crypto_scalarmult_base(v.node, d->link_private);
	memcpy(v.secret, e->secret, sizeof(v.secret));
	memcpy(ev.invite.secret, e->secret, sizeof(v.secret));
	drive_event(d->drive, &ev);
	buf_init(&text, 0);
	invite_text(&text, &v);
	invite_name(name, e->secret);
	hex_encode(hex, name, sizeof(name));
	ctl_item_init(&it, "invite");
	ctl_add_text(&it, "name", bytes_str(e->name));
	ctl_add_text(&it, "id", bytes_str(hex));
	ctl_add_number(&it, "made", e->made);
	ctl_add_text(&it, "invite", buf_bytes(&text));
	control_item(c, &it);
	control_done(c);
	buf_wipe(&text);
	invite_done(&v);
	sodium_memzero(&ev, sizeof(ev));
}

void
requests_invite_list(struct daemon *d, struct control_client *c)
{
	for (size_t i = 0; i < d->invites.n; i++) {
		const struct invites_entry *e = &d->invites.entry[i];
		struct ctl_item it;
		uint8_t name[8];
		char hex[17];

		invite_name(name, e->secret);
		hex_encode(hex, name, sizeof(name));
		ctl_item_init(&it, "invite");
		ctl_add_text(&it, "name", bytes_str(e->name));
		ctl_add_text(&it, "id", bytes_str(hex));
		ctl_add_number(&it, "made", e->made);
		control_item(c, &it);
	}
	control_done(c);
}

void
requests_invite_revoke(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct node_event ev = {.type = NODE_INVITE};
	int err = invites_remove(&d->invites, rq->text, ev.invite.secret);

	if (err != 0) {
		control_fail(c, 1, "See: quire invite list",
		    err == QERR_ABSENT ? "There is no invite of that name."
				       : "The invite was not revoked: %s.",
		    qerr_str(err));
		return;
	}
	ev.invite.remove = true;
	drive_event(d->drive, &ev);
	sodium_memzero(&ev, sizeof(ev));
	control_done(c);
}

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"

/* Looking. */

static const char *const class_name[] = {
    [CONTACT_GUEST] = "guest",
    [CONTACT_NEW] = "new",
    [CONTACT_TESTED] = "tested",
    [CONTACT_PINNED] = "pinned",
};

static void
where_of(const struct invite *v, char dst[INVITE_HOST_MAX + 16])
{
	snprintf(dst, INVITE_HOST_MAX + 16,
	    strchr(v->host, ':') != NULL ? "[%s]:%u" : "%s:%u", v->host,
	    v->port);
}

/* What the operator knows of one that he named; an item borrows its texts. */
struct named {
	char where[INVITE_HOST_MAX + 16];
	char transport[sizeof(((struct invite *)0)->pt)];
};

/* Its address, how it is reached, and where the operator named it. */
static void
add_named(struct daemon *d, struct ctl_item *it, struct bytes invite,
    struct named *to)
{
	bool asked = false;
	struct invite v;

	if (invite_parse(&v, invite) != 0)
		return;
	for (size_t i = 0; i < d->extra.peer.n; i++)
		asked |= bytes_eq(invite, bytes_str(d->extra.peer.text[i]));
	where_of(&v, to->where);
	snprintf(to->transport, sizeof(to->transport), "%s",
	    v.transport == INVITE_PT    ? v.pt
	    : v.transport == INVITE_WEB ? "web"
					: "raw");
	invite_done(&v);
	ctl_add_text(it, "address", bytes_str(to->where));
	ctl_add_text(it, "transport", bytes_str(to->transport));
	ctl_add_text(it, "from", bytes_str(asked ? "request" : "quired.conf"));
}

/* The name of the operator's invite that a guest came with, or NULL. */
static const char *
invite_of(const struct daemon *d, const uint8_t id[8])
{
	uint8_t name[8];

	for (size_t i = 0; i < d->invites.n; i++) {
		invite_name(name, d->invites.entry[i].secret);
		if (memcmp(name, id, sizeof(name)) == 0)
			return d->invites.entry[i].name;
	}
	return NULL;
}

static void
peer_item(struct daemon *d, struct control_client *c,
    const struct node_contact *p)
{
	static const uint8_t nobody[8];
	const char *name = invite_of(d, p->id);
	char id[17], via[17], merit[8];
	struct named named;
	struct ctl_item it;

	hex_encode(id, p->id, sizeof(p->id));
	hex_encode(via, p->via, sizeof(p->via));
	snprintf(merit, sizeof(merit), "%d", p->merit);
	ctl_item_init(&it, "peer");
	ctl_add_text(&it, "id", bytes_str(id));
	ctl_add_text(&it, "class", bytes_str(class_name[p->class]));
	if (p->class == CONTACT_PINNED)
		add_named(d, &it, p->invite, &named);
	if (p->class == CONTACT_GUEST && name != NULL)
		ctl_add_text(&it, "invite", bytes_str(name));
	if (memcmp(p->via, nobody, sizeof(nobody)) != 0)
		ctl_add_text(&it, "via", bytes_str(via));
	ctl_add_number(&it, "link", p->link);
	ctl_add_flag(&it, "dialled", p->dialled);
	ctl_add_flag(&it, "anchor", p->anchor);
	ctl_add_text(&it, "merit", bytes_str(merit));
	ctl_add_number(&it, "failures", p->failures);
	ctl_add_number(&it, "faults", p->faults);
	ctl_add_number(&it, "damaged", p->damaged);
	ctl_add_number(&it, "known", p->known);
	ctl_add_number(&it, "linked", p->linked);
	ctl_add_number(&it, "introduced", p->introduced);
	ctl_add_number(&it, "passed_on", p->passed_on);
	control_item(c, &it);
}

/* What the operator chose is not left alone for it: he is to know. */
#define DAMAGED_MIN    3
#define DAMAGED_RECENT 3600 /* seconds */

static void
tell_damaged(struct daemon *d, const struct node_contact *p)
{
	char key[32], id[17], where[INVITE_HOST_MAX + 16] = "", text[512];
	struct invite v;

	hex_encode(id, p->id, sizeof(p->id));
	snprintf(key, sizeof(key), "damaged%s", id);
	if (p->damaged < DAMAGED_MIN || p->damaged_ago > DAMAGED_RECENT) {
		problems_clear(&d->problems, key);
		return;
	}
	if (invite_parse(&v, p->invite) == 0) {
		where_of(&v, where);
		invite_done(&v);
	}
	if (!problems_has(&d->problems, key))
		log_warn("a peer that the settings name keeps giving damaged "
			 "pieces; quire peers says which");
	snprintf(text, sizeof(text),
	    "Peer %s gave %u damaged pieces, the last %llu minutes ago.", where,
	    p->damaged, (unsigned long long)p->damaged_ago / 60);
	problems_set(&d->problems, key, text, NULL,
	    "Nothing of them was kept. Its disk, its memory or the way to it "
	    "is at fault, or it lies: ask its operator, and name another peer.");
}

void
requests_peers_minute(struct daemon *d)
{
	struct node_contact p;

	for (size_t at = 0; node_next_contact(d->node, &at, &p);)
		if (p.class == CONTACT_PINNED)
			tell_damaged(d, &p);
}

void
requests_peers(struct daemon *d, struct control_client *c)
{
	static const enum node_class order[] = {
	    CONTACT_PINNED, CONTACT_TESTED, CONTACT_NEW, CONTACT_GUEST};
	struct node_contact p;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (size_t at = 0; node_next_contact(d->node, &at, &p);)
			if (p.class == order[i])
				peer_item(d, c, &p);
	control_done(c);
}

/* Changing. */

void
requests_peer_add(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct invite v;
	char *text;
	int err = invite_parse(&v, rq->text);

	if (err != 0) {
		control_fail(c, 1,
		    "Ask the other operator for: quire invite new",
		    "That is no invite: it %s.", qerr_str(err));
		return;
	}
	invite_done(&v);
	if ((text = strndup((const char *)rq->text.p, rq->text.n)) == NULL)
		err = QERR_NOMEM;
	else
		err = feeds_add_peer(d, text);
	if (text != NULL)
		sodium_memzero(text, rq->text.n);
	free(text);
	if (err != 0)
		control_fail(c, 1, "", "The peer was not added: %s.",
		    qerr_str(err));
	else
		control_done(c);
}

void
requests_peer_remove(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	int err = feeds_remove_peer(d, rq->text);

	if (err == QERR_ABSENT)
		control_fail(c, 1,
		    "Those of quired.conf are removed there; see: quire peers",
		    "No peer that was added by request is called that.");
	else if (err != 0)
		control_fail(c, 1, "", "It could not be noted down: %s.",
		    qerr_str(err));
	else
		control_done(c);
}

/* Whom |ref| names: by its id, the name of its invite, or its address. */
static bool
find_peer(struct daemon *d, struct bytes ref, struct node_contact *ret)
{
	char hex[17], where[INVITE_HOST_MAX + 16];
	size_t at = 0;

	while (node_next_contact(d->node, &at, ret)) {
		const char *name = invite_of(d, ret->id);
		struct invite v;
		bool is_here;

		hex_encode(hex, ret->id, sizeof(ret->id));
		if (bytes_eq(ref, bytes_str(hex)) ||
		    (name != NULL && bytes_eq(ref, bytes_str(name))))
			return true;
		if (ret->class != CONTACT_PINNED ||
		    invite_parse(&v, ret->invite) != 0)
			continue;
		where_of(&v, where);
		is_here = bytes_eq(ref, bytes_str(where)) ||
			  bytes_eq(ref, ret->invite);
		invite_done(&v);
		if (is_here)
			return true;
	}
	return false;
}

void
requests_peer_revoke(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct node_event ev = {.type = NODE_REVOKE};
	struct node_contact p;

	if (!find_peer(d, rq->text, &p)) {
		control_fail(c, 1, "See: quire peers",
		    "No peer is called that.");
		return;
	}
	ev.revoke.contact = bytes_of(p.id, sizeof(p.id));
	drive_event(d->drive, &ev);
	control_done(c);
}

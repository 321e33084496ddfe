#include <sodium.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"

/* |text| is absent where it is not to be seen again. */
static void
invite_item(struct control_client *c, const struct invites_entry *e,
    struct bytes text)
{
	struct ctl_item it;
	uint8_t name[8];
	char hex[17];

	invite_name(name, e->secret);
	hex_encode(hex, name, sizeof(name));
	ctl_item_init(&it, "invite");
	ctl_add_text(&it, "name", bytes_str(e->name));
	ctl_add_text(&it, "id", bytes_str(hex));
	ctl_add_number(&it, "made", e->made);
	if (text.p != NULL)
		ctl_add_text(&it, "invite", text);
	control_item(c, &it);
}

void
requests_invite_new(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct node_event ev = {.type = NODE_INVITE};
	const struct invites_entry *e;
	struct self_trouble why;
	struct invite v;
	struct buf text;
	int err;

	if (!self_invite(d, rq->transport, rq->address, &v, &why)) {
		control_fail(c, why.exit, why.hint, "%s", why.message);
		return;
	}
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
	memcpy(v.secret, e->secret, sizeof(v.secret));
	memcpy(ev.invite.secret, e->secret, sizeof(v.secret));
	drive_event(d->drive, &ev);
	buf_init(&text, 0);
	invite_text(&text, &v);
	invite_item(c, e, buf_bytes(&text));
	control_done(c);
	buf_wipe(&text);
	invite_done(&v);
	sodium_memzero(&ev, sizeof(ev));
}

void
requests_invite_list(struct daemon *d, struct control_client *c)
{
	for (size_t i = 0; i < d->invites.n; i++)
		invite_item(c, &d->invites.entry[i], bytes_of(NULL, 0));
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

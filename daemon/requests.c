#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/entropy.h"
#include "proto/object/follow.h"

/* Looking. */

static void
tell_problems(const struct daemon *d, struct control_client *c)
{
	struct ctl_item it;

	for (size_t i = 0; i < d->problems.n; i++) {
		const struct problem *p = &d->problems.at[i];

		ctl_item_init(&it, "problem");
		ctl_add_text(&it, "message", bytes_str(p->message));
		if (p->file[0] != '\0')
			ctl_add_text(&it, "file", bytes_str(p->file));
		if (p->hint[0] != '\0')
			ctl_add_text(&it, "hint", bytes_str(p->hint));
		control_item(c, &it);
	}
}

static void
do_status(struct daemon *d, struct control_client *c)
{
	struct node_stat st;
	struct ctl_item it;
	struct buf listen;
	uint64_t in, out;

	buf_init(&listen, 0);
	for (size_t i = 0; i < d->cfg->listen.n; i++)
		buf_printf(&listen, "%s%s", i > 0 ? " " : "",
		    d->cfg->listen.text[i]);
	node_stat(d->node, &st);
	drive_counters(d->drive, &in, &out);
	ctl_item_init(&it, "status");
	ctl_add_text(&it, "version", bytes_str(QUIRE_VERSION));
	ctl_add_number(&it, "pid", (uint64_t)getpid());
	ctl_add_number(&it, "uptime", (clock_now() - d->started) / 1000);
	ctl_add_text(&it, "state", bytes_str(d->cfg->state));
	if (listen.n > 0)
		ctl_add_text(&it, "listen", buf_bytes(&listen));
	ctl_add_number(&it, "port", d->port);
	ctl_add_number(&it, "followed", st.followed);
	ctl_add_number(&it, "links_out", st.links_out);
	ctl_add_number(&it, "links_in", st.links_in);
	ctl_add_number(&it, "readers", st.readers);
	ctl_add_number(&it, "contacts", st.contacts);
	ctl_add_number(&it, "packs_wanted", st.packs_wanted);
	ctl_add_number(&it, "packs_held", st.packs_held);
	ctl_add_number(&it, "bytes_in", in);
	ctl_add_number(&it, "bytes_out", out);
	ctl_add_number(&it, "stored", store_used(d->store));
	ctl_add_number(&it, "free", store_free(d->store));
	ctl_add_flag(&it, "full", d->full);
	control_item(c, &it);
	transport_tell(d, c);
	tell_problems(d, c);
	sources_tell(d, c);
	buf_done(&listen);
	control_done(c);
}

/* |r| is the room that publishes it, or NULL. */
static void
feed_item(struct daemon *d, struct control_client *c, const struct id *feed,
    const struct config_follow *f, const char *from, const struct room *r)
{
	struct node_feed_stat st;
	char name[129], id[ID_TEXT_LEN + 1];
	struct ctl_item it;

	if (node_feed_stat(d->node, feed, &st) != 0)
		return;
	feeds_name(d, feed, name);
	id_text(id, feed);
	ctl_item_init(&it, "feed");
	ctl_add_text(&it, "feed", bytes_str(id));
	if (name[0] != '\0')
		ctl_add_text(&it, "name", bytes_str(name));
	if (f != NULL)
		ctl_add_text(&it, "link", bytes_str(f->link));
	ctl_add_number(&it, "head", st.head);
	ctl_add_number(&it, "shown", st.shown);
	ctl_add_number(&it, "charter", st.charter);
	ctl_add_flag(&it, "published", r != NULL);
	ctl_add_flag(&it, "binding", r != NULL && r->volume != NULL);
	if (r != NULL)
		(void)requests_renewal(&it, r);
	ctl_add_flag(&it, "forked", st.forked);
	if (st.forked_charter > 0)
		ctl_add_number(&it, "forked_charter", st.forked_charter);
	ctl_add_flag(&it, "overdue", st.overdue);
	ctl_add_flag(&it, "full", d->full);
	ctl_add_number(&it, "packs_wanted", st.packs_wanted);
	ctl_add_number(&it, "packs_offered", st.packs_offered);
	ctl_add_number(&it, "packs_held", st.packs_held);
	ctl_add_number(&it, "packs_over", st.packs_over);
	ctl_add_number(&it, "bytes_wanted", st.bytes_wanted);
	ctl_add_number(&it, "bytes_held", st.bytes_held);
	ctl_add_number(&it, "receipts", st.receipts);
	ctl_add_number(&it, "receipts_due", st.receipts_due);
	ctl_add_flag(&it, "settled", st.settled);
	if (f != NULL) {
		ctl_add_number(&it, "tiers", f->tiers);
		ctl_add_number(&it, "quota", f->quota);
		ctl_add_number(&it, "newest", f->newest);
	}
	ctl_add_text(&it, "from", bytes_str(from));
	control_item(c, &it);
}

static void
do_feeds(struct daemon *d, struct control_client *c)
{
	for (size_t i = 0; i < d->n_room; i++)
		feed_item(d, c, publisher_feed(d->room[i].p), NULL,
		    "quired.conf", &d->room[i]);
	for (int k = 0; k < 2; k++) {
		const struct config *cfg = k == 0 ? d->cfg : &d->extra;

		for (size_t i = 0; i < cfg->n_follow; i++)
			if (k == 0 ||
			    config_find(d->cfg, &cfg->follow[i].feed) == NULL)
				feed_item(d, c, &cfg->follow[i].feed,
				    &cfg->follow[i],
				    k == 0 ? "quired.conf" : "request", NULL);
	}
	control_done(c);
}

/* Changing. */

static char *
text_of(struct bytes b)
{
	char *s = malloc(b.n + 1);

	if (s == NULL)
		return NULL;
	if (b.n > 0)
		memcpy(s, b.p, b.n);
	s[b.n] = '\0';
	return s;
}

static void
do_follow(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct config_follow f = {
	    .tiers = rq->tiers, .quota = rq->quota, .newest = rq->newest};
	struct follow *link = calloc(1, sizeof(*link));
	int err = link == NULL ? QERR_NOMEM : follow_parse(link, rq->text);

	if (err == 0 && (f.link = text_of(rq->text)) == NULL)
		err = QERR_NOMEM;
	if (err != 0) {
		control_fail(c, 1,
		    "It begins with quire: and comes from the newsroom.",
		    "That is no follow link: it %s.", qerr_str(err));
	} else {
		f.feed = link->feed;
		if (f.tiers == 0)
			f.tiers = (1u << TIERS) - 1;
		if (feeds_follow(d, &f, c) == 0)
			control_done(c);
	}
	if (link != NULL)
		sodium_memzero(link, sizeof(*link));
	free(link);
	free(f.link);
}

static void
do_unfollow(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq)
{
	struct id feed;
	int err = feeds_find(d, rq->text, &feed);

	if (err == 0)
		err = feeds_unfollow(d, &feed);
	if (err == QERR_ABSENT)
		control_fail(c, 1,
		    "Those of quired.conf are removed there; see: quire status",
		    "No feed that was followed by request is called that.");
	else if (err != 0)
		control_fail(c, 1, "", "It could not be noted down: %s.",
		    qerr_str(err));
	else
		control_done(c);
}

void
requests_do(void *arg, struct control_client *c, const struct ctl_request *rq)
{
	struct daemon *d = arg;

	switch (rq->kind) {
	case CTL_STATUS:
		do_status(d, c);
		break;
	case CTL_FEEDS:
		do_feeds(d, c);
		break;
	case CTL_PEERS:
		requests_peers(d, c);
		break;
	case CTL_PEER_ADD:
		requests_peer_add(d, c, rq);
		break;
	case CTL_PEER_REMOVE:
		requests_peer_remove(d, c, rq);
		break;
	case CTL_PEER_REVOKE:
		requests_peer_revoke(d, c, rq);
		break;
	case CTL_FOLLOW:
		do_follow(d, c, rq);
		break;
	case CTL_UNFOLLOW:
		do_unfollow(d, c, rq);
		break;
	case CTL_INVITE_NEW:
		requests_invite_new(d, c, rq);
		break;
	case CTL_INVITE_LIST:
		requests_invite_list(d, c);
		break;
	case CTL_INVITE_REVOKE:
		requests_invite_revoke(d, c, rq);
		break;
	case CTL_PUBLISH:
	case CTL_DOCUMENT:
	case CTL_TRY:
	case CTL_COMMIT:
	case CTL_DRAFT:
	case CTL_RELEASE:
	case CTL_RETRACT:
		requests_press(d, c, rq);
		break;
	case CTL_RELOAD:
		if (reload(d, c) != 0)
			control_fail(c, 1, "See: quired -T",
			    "The settings have mistakes, and stay as they were.");
		else
			control_done(c);
		break;
	case CTL_STOP:
		control_done(c);
		daemon_stop(d);
		break;
	}
}

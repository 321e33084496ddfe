#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"
#include "proto/object/charter.h"
#include "proto/object/follow.h"

#define REQUESTS      "requests" /* a file of the store, as quired.conf */
#define REQUESTS_NAME "the file requests of the state folder"
#define ALL_TIERS     ((1u << TIERS) - 1)

static struct node_policy
policy_of(const struct config_follow *f)
{
	return (struct node_policy){
	    .tiers = f->tiers == 0 ? ALL_TIERS : (unsigned)f->tiers,
	    .quota = f->quota,
	    .newest = f->newest,
	};
}

static int
restore(struct daemon *d, const struct id *feed,
    const struct node_policy *policy)
{
	struct node_feed_stat st;

	if (node_feed_stat(d->node, feed, &st) == 0)
		return 0; /* published here, too */
	return drive_restore(d->node, d->store, feed, policy, NULL);
}

static int
load_requests(struct daemon *d)
{
	struct buf b, errors;
	int err;

	buf_init(&b, 0);
	buf_init(&errors, 0);
	err = store_get_file(d->store, REQUESTS, &b, CONFIG_FILE_MAX);
	if (err == QERR_ABSENT)
		err = 0;
	if (config_parse(&d->extra, buf_bytes(&b), REQUESTS_NAME, &errors) !=
	    0) {
		log_error(REQUESTS_NAME " is damaged: delete it, and follow "
					"again what it held");
		err = QERR_ENCODING;
	}
	buf_wipe(&b);
	buf_done(&errors);
	return err;
}

static int
save_requests(struct daemon *d)
{
	struct buf b;
	int err;

	buf_init(&b, 0);
	config_write(&b, &d->extra);
	err = buf_err(&b);
	if (err == 0)
		err = store_put_file(d->store, REQUESTS, buf_bytes(&b));
	buf_wipe(&b);
	return err;
}

int
feeds_start(struct daemon *d)
{
	int err = load_requests(d);

	for (size_t i = 0; i < d->n_room && err == 0; i++) {
		struct node_policy all = {.tiers = ALL_TIERS, .own = true};

		err = restore(d, publisher_feed(d->room[i].p), &all);
	}
	for (int k = 0; k < 2 && err == 0; k++) {
		const struct config *c = k == 0 ? d->cfg : &d->extra;

		for (size_t i = 0; i < c->n_follow && err == 0; i++) {
			struct node_policy p = policy_of(&c->follow[i]);

			err = restore(d, &c->follow[i].feed, &p);
		}
	}
	return err;
}

static void
tell_peer(struct daemon *d, const char *invite, bool remove)
{
	struct node_event ev = {.type = NODE_PEER};

	ev.peer.invite = bytes_str(invite);
	ev.peer.remove = remove;
	drive_event(d->drive, &ev);
}

/* A follow link may name invites: they are peers for that feed's sake. */
static void
link_peers(struct daemon *d, const char *link)
{
	struct follow *f = calloc(1, sizeof(*f));

	if (f != NULL && follow_parse(f, bytes_str(link)) == 0)
		for (size_t i = 0; i < f->n_source; i++)
			if (strncmp(f->source[i], "quire://", 8) == 0)
				tell_peer(d, f->source[i], false);
	if (f != NULL)
		sodium_memzero(f, sizeof(*f));
	free(f);
}

static void
tell_config(struct daemon *d, const struct config *c)
{
	for (size_t i = 0; i < c->peer.n; i++)
		tell_peer(d, c->peer.text[i], false);
	for (size_t i = 0; i < c->n_follow; i++)
		link_peers(d, c->follow[i].link);
}

void
feeds_tell(struct daemon *d)
{
	tell_config(d, d->cfg);
	tell_config(d, &d->extra);
}

static void
node_follow(struct daemon *d, const struct config_follow *f)
{
	struct node_event ev = {.type = NODE_FOLLOW};
	struct node_feed_stat st;

	ev.follow.feed = f->feed;
	ev.follow.policy = policy_of(f);
	/* What is on the disk from before is taken up again. */
	if (node_feed_stat(d->node, &f->feed, &st) != 0)
		drive_restore(d->node, d->store, &f->feed, &ev.follow.policy,
		    NULL);
	drive_event(d->drive, &ev);
	link_peers(d, f->link);
}

static bool
is_published(const struct daemon *d, const struct id *feed)
{
	for (size_t i = 0; i < d->n_room; i++)
		if (id_eq(publisher_feed(d->room[i].p), feed))
			return true;
	return false;
}

static void
node_unfollow(struct daemon *d, const struct id *feed)
{
	struct node_event ev = {.type = NODE_UNFOLLOW};

	if (is_published(d, feed))
		return;
	ev.follow.feed = *feed;
	drive_event(d->drive, &ev);
}

const struct config_follow *
feeds_config(const struct daemon *d, const struct id *feed,
    const char **ret_from)
{
	const struct config_follow *f = config_find(d->cfg, feed);

	*ret_from = "quired.conf";
	if (f != NULL)
		return f;
	*ret_from = "request";
	return config_find(&d->extra, feed);
}

int
feeds_follow(struct daemon *d, const struct config_follow *f,
    struct control_client *c)
{
	const char *from;
	int err;

	if (feeds_config(d, &f->feed, &from) != NULL &&
	    strcmp(from, "quired.conf") == 0) {
		control_fail(c, 1,
		    "Change it there, then: systemctl reload quired",
		    "That feed is followed by quired.conf.");
		return QERR_DUPLICATE;
	}
	if ((err = config_add_follow(&d->extra, f)) == 0)
		err = save_requests(d);
	if (err != 0) {
		control_fail(c, 1, "",
		    "It could not be noted down: the state "
		    "folder %s.",
		    qerr_str(err));
		return err;
	}
	node_follow(d, f);
	return 0;
}

int
feeds_unfollow(struct daemon *d, const struct id *feed)
{
	if (config_find(&d->extra, feed) == NULL)
		return QERR_ABSENT;
	config_remove_follow(&d->extra, feed);
	node_unfollow(d, feed);
	return save_requests(d);
}

void
feeds_name(struct daemon *d, const struct id *feed, char dst[129])
{
	struct tree_name t = {.kind = TREE_CHARTER, .id = *feed, .number = 1};
	const struct config_follow *f;
	struct charter c = {.is_revocation = true};
	const char *from;
	struct buf b;

	dst[0] = '\0';
	buf_init(&b, 0);
	while (store_has(d->store, &t))
		t.number++;
	/* A revocation leaves the name to the charter before it. */
	while (--t.number > 0 && c.is_revocation) {
		buf_clear(&b);
		if (store_get(d->store, &t, &b) != 0 ||
		    charter_peek(&c, buf_bytes(&b)) != 0)
			break;
	}
	if (!c.is_revocation)
		snprintf(dst, 129, "%.*s", (int)c.name.n,
		    (const char *)c.name.p);
	buf_done(&b);
	if (dst[0] == '\0' && (f = feeds_config(d, feed, &from)) != NULL) {
		struct follow *link = calloc(1, sizeof(*link));

		if (link != NULL && follow_parse(link, bytes_str(f->link)) == 0)
			snprintf(dst, 129, "%s", link->name);
		free(link);
	}
}

static bool
is_ref(struct daemon *d, const struct id *feed, struct bytes ref)
{
	char text[ID_TEXT_LEN + 1], name[129];

	id_text(text, feed);
	feeds_name(d, feed, name);
	return bytes_eq(ref, bytes_str(text)) || bytes_eq(ref, bytes_str(name));
}

int
feeds_find(struct daemon *d, struct bytes ref, struct id *ret)
{
	struct follow *link = calloc(1, sizeof(*link));
	bool is_link = link != NULL && follow_parse(link, ref) == 0;

	if (is_link)
		*ret = link->feed;
	free(link);
	if (is_link)
		return 0;
	for (size_t i = 0; i < d->n_room; i++)
		if (is_ref(d, publisher_feed(d->room[i].p), ref)) {
			*ret = *publisher_feed(d->room[i].p);
			return 0;
		}
	for (int k = 0; k < 2; k++) {
		const struct config *c = k == 0 ? d->cfg : &d->extra;

		for (size_t i = 0; i < c->n_follow; i++)
			if (is_ref(d, &c->follow[i].feed, ref)) {
				*ret = c->follow[i].feed;
				return 0;
			}
	}
	return QERR_ABSENT;
}

int
feeds_add_peer(struct daemon *d, const char *invite)
{
	int err = config_add_peer(&d->extra, invite);

	if (err == 0)
		err = save_requests(d);
	if (err == 0)
		tell_peer(d, invite, false);
	return err;
}

static bool
is_peer(const char *invite, struct bytes ref)
{
	struct invite v;
	char where[INVITE_HOST_MAX + 16];

	if (bytes_eq(ref, bytes_str(invite)))
		return true;
	if (invite_parse(&v, bytes_str(invite)) != 0)
		return false;
	snprintf(where, sizeof(where),
	    strchr(v.host, ':') != NULL ? "[%s]:%u" : "%s:%u", v.host, v.port);
	invite_done(&v);
	return bytes_eq(ref, bytes_str(where));
}

int
feeds_remove_peer(struct daemon *d, struct bytes ref)
{
	for (size_t i = 0; i < d->extra.peer.n; i++) {
		if (!is_peer(d->extra.peer.text[i], ref))
			continue;
		tell_peer(d, d->extra.peer.text[i], true);
		config_remove_peer(&d->extra, i);
		return save_requests(d);
	}
	return QERR_ABSENT;
}

static bool
has_peer(const struct config *c, const char *invite)
{
	for (size_t i = 0; i < c->peer.n; i++)
		if (strcmp(c->peer.text[i], invite) == 0)
			return true;
	return false;
}

void
feeds_reload(struct daemon *d, const struct config *old)
{
	for (size_t i = 0; i < old->peer.n; i++)
		if (!has_peer(d->cfg, old->peer.text[i]) &&
		    !has_peer(&d->extra, old->peer.text[i]))
			tell_peer(d, old->peer.text[i], true);
	for (size_t i = 0; i < d->cfg->peer.n; i++)
		if (!has_peer(old, d->cfg->peer.text[i]))
			tell_peer(d, d->cfg->peer.text[i], false);
	for (size_t i = 0; i < old->n_follow; i++)
		if (config_find(d->cfg, &old->follow[i].feed) == NULL &&
		    config_find(&d->extra, &old->follow[i].feed) == NULL)
			node_unfollow(d, &old->follow[i].feed);
	for (size_t i = 0; i < d->cfg->n_follow; i++)
		node_follow(d, &d->cfg->follow[i]);
}

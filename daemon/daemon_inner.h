#ifndef QUIRE_DAEMON_INNER_H
#define QUIRE_DAEMON_INNER_H

#include <event2/event.h>

#include "daemon/control.h"
#include "daemon/daemon.h"
#include "daemon/invites.h"
#include "daemon/press/publisher.h"
#include "daemon/problems.h"
#include "daemon/work/jobs.h"
#include "daemon/work/worker.h"
#include "proto/base/map.h"
#include "proto/host/drive.h"
#include "proto/host/transports.h"
#include "proto/node/node.h"

/*
 * The inside of quired:
 *
 *   daemon.c    its life: start, signals, stop
 *   reload.c    the settings read again
 *   facts.c     what the node tells
 *   feeds.c     which feeds and peers the node is told of, and who said so
 *   requests.c  what `quire` asks on the control socket; requests_press.c of it
 *               what is about publishing, requests_draft.c what is signed elsewhere,
 *               requests_retract.c what is taken back, requests_try.c what only looks
 *               and requests_address.c looks at addresses,
 *               requests_invite.c about who may come in, requests_peers.c about whom it
 *               knows
 *   self.c      how others reach this node
 *   press_room.c the feeds that it publishes: batches, volumes, promises
 *   jobs.c      the thread in which it does so: once the loop runs, what a publisher or
 *               a worker does is a job; others may only ask a publisher what it is
 *   transport.c links other than plain TCP: what carries them, and what invites to them say
 *   inbox.c     folders whose documents are published
 *   source/     addresses whose articles are
 *   mirror/     web hosts that hold copies of what is followed
 */
struct daemon;
struct sources;
struct mirrors;

struct inbox_file {
	char *path;
	int64_t ctime; /* nanoseconds: a new name or right is a change, too */
	int64_t size;
	bool done, seen, told; /* told: it is a problem */
};
struct inbox {
	char *folder;
	uint64_t settle; /* seconds */
	struct inbox_file *file;
	size_t n, cap, next;
	size_t looked; /* files, ever */
	size_t entry;  /* of the feed that is next */
	struct map *by_path;
	bool open; /* a batch is */
	struct event *timer;
	struct job job; /* a look at the folder, or one document more */
};

struct room { /* a feed that is published here */
	struct daemon *d;
	struct publisher *p;
	struct event *volume; /* readable when one is made */
	bool ended;           /* it is */
	bool failed;          /* the last one */
	struct job made, minute,
	    cancel;          /* of a volume, of a minute, of a batch */
	bool slow, reminded; /* that a promise is due */
	struct buf rules;    /* of its sites, for what is taken in */
	struct inbox inbox;
};

struct daemon {
	struct config *cfg;
	struct config extra; /* feeds and peers asked for by request */
	const struct daemon_options *opt;
	struct event_base *base;
	struct store *store;
	struct node *node;
	struct drive *drive;
	struct control *control;
	struct worker *worker;
	struct jobs *jobs; /* NULL before the loop and after it */
	struct event *turn;
	struct invites invites;
	struct buf
	    self; /* how others may be told to reach us, as the node knows */
	struct problems problems;
	struct event *signal[4], *minute, *alive;
	struct room *room;
	size_t n_room;
	struct sources *sources; /* NULL: it publishes nothing */
	struct mirrors *mirrors; /* NULL: the settings say no */
	struct errand *errand;   /* NULL: no address is being tried */
	uint8_t link_private[32];
	uint16_t port; /* listened at first */
	struct transports *transports;
	char *web_path[CONFIG_WEB_MAX];
	/* Which of the drive's listeners these are. */
	size_t web_at[CONFIG_WEB_MAX], plugin_at[CONFIG_TRANSPORT_MAX];
	when_ms started;
	bool stopping, full;
};

/* feeds.c */
int feeds_start(struct daemon *d); /* before the node's first step */
void feeds_tell(struct daemon *d); /* after it: peers */
int feeds_follow(struct daemon *d, const struct config_follow *f,
    struct control_client *c);
int feeds_unfollow(struct daemon *d, const struct id *feed);
/* By id, link or name: 0 or QERR_ABSENT. */
int feeds_find(struct daemon *d, struct bytes ref, struct id *ret);
const struct config_follow *feeds_config(const struct daemon *d,
    const struct id *feed, const char **ret_from);
int feeds_add_peer(struct daemon *d, const char *invite);
int feeds_remove_peer(struct daemon *d, struct bytes ref);
/* Settings were read again: what is new, and what is no longer. */
void feeds_reload(struct daemon *d, const struct config *old);
/* The name of a feed: its charter's, else its link's; never NULL. */
void feeds_name(struct daemon *d, const struct id *feed, char dst[129]);

/* requests.c */
void requests_do(void *arg, struct control_client *c,
    const struct ctl_request *rq);
/* Add to |it| the volumes of |r| that hold what was taken back; false: there are none. */
bool requests_renewal(struct ctl_item *it, const struct room *r);

/* self.c */
struct self_trouble {
	int exit; /* as struct ctl_error has it */
	const char *message, *hint;
};
/*
 * An invite to this node, but for its secret: by |transport| and at |address| if they
 * are there, else as the settings have it.  False: |why|.
 */
bool self_invite(struct daemon *d, struct bytes transport, struct bytes address,
    struct invite *ret, struct self_trouble *why);
/* Tell the node whether, and how, others may be told to reach it, if that changed. */
void self_tell(struct daemon *d);

/* requests_peers.c */
void requests_peers(struct daemon *d, struct control_client *c);
/* Each minute: which of those that the settings name give what is damaged. */
void requests_peers_minute(struct daemon *d);
void requests_peer_add(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_peer_remove(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_peer_revoke(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);

/* requests_invite.c */
void requests_invite_new(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_invite_list(struct daemon *d, struct control_client *c);
void requests_invite_revoke(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);

/* requests_press.c: what is asked of the feeds that it publishes. */
void requests_press(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_closed(void *arg, void *draft);

/* of that, for requests_draft.c, requests_retract.c and requests_try.c */
/* The feed that is meant, or NULL, which |c| is told. */
struct room *requests_room(struct daemon *d, struct control_client *c,
    struct bytes feed);
/* End the answer: done, or |err|, of which |why| has a sentence or gets one. */
void requests_done(struct control_client *c, int err, struct buf *why);
/* An item "document": what became of |file|. */
void requests_document(struct control_client *c, struct bytes file,
    const struct publisher_item *x);
/* An item "issue"; |arg| is a struct requests_issues. */
struct requests_issues {
	struct control_client *c;
	const struct id *feed;
};
void requests_issue(void *arg, const struct publisher_issue *i);
/* A picture of the document |arg|, a struct ctl_request. */
int requests_picture(void *arg, struct bytes src);
/* Read all of |fd|, a plain file: 0, QERR_IO, QERR_TOOBIG or QERR_NOMEM. */
int requests_read(struct buf *b, int fd, size_t max);
/* items "change": the words that go and come */
void requests_change(struct control_client *c, const struct change *x);

/* requests_draft.c: DRAFT, of the documents that were handed over, else of none; RELEASE */
void requests_draft(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_release(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
/* Write |draft| into |fd|, a plain file, and tell of it; 0, or QERR_IO with |why|. */
int requests_drafted(struct control_client *c, int fd,
    const struct publisher *p, struct bytes draft,
    const struct publisher_drafted *d, struct buf *why);

/* requests_retract.c: RETRACT */
void requests_retract(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);

/* requests_try.c */
void requests_try(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
/* Answer with what would become of |src|, whose rules and languages are set here. */
void requests_try_source(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq, struct draft_source *src);

/* requests_address.c: TRY of an address.  First, in the loop, it is fetched, and the client
 * waits; then, in a job, it is tried. */
void requests_address_fetch(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_address_try(struct daemon *d, struct control_client *c,
    const struct ctl_request *rq);
void requests_address_stop(struct daemon *d); /* after control_free() */

/* press_room.c */
int rooms_open(struct daemon *d);
void rooms_close(struct daemon *d);
void rooms_minute(struct daemon *d);
/*
 * Say that |what| ("Its inbox is"), by the setting |from|, is not published, as its issues
 * are not signed here alone.
 */
void room_tell_unsigned(struct room *r, const char *what, const char *from);
void room_committed(struct room *r); /* look if a volume is due */
/* Before what may stop the one that is being made; room_committed() follows. */
void room_unwatch(struct room *r);
struct room *rooms_find(struct daemon *d, struct bytes ref);

/* inbox.c */
void inbox_start(struct room *r);
void inbox_stop(struct room *r);

/* transport.c */
int transport_fork(struct daemon *d);  /* before any secret is read */
int transport_start(struct daemon *d); /* once listen's addresses are open */
void transport_stop(struct daemon *d); /* after drive_free() */
void transport_trouble(void *arg, enum drive_trouble what,
    const struct invite *to, const char *why);
void transport_fine(struct daemon *d);
void transport_tell(struct daemon *d, struct control_client *c);
/* What invites are for if nothing else is asked for: "raw", "web" or a program's. */
const char *transport_default(const struct daemon *d);
/*
 * How an invite for |name| begins: its transport, and what of host, port, path and
 * arguments is known; |*ret_public| is a "HOST:PORT" of its own, or "".  NULL, or what
 * is wrong.
 */
const char *transport_where(struct daemon *d, const char *name,
    struct invite *ret, const char **ret_public);

/* source/sources.c */
int sources_fork(struct daemon *d);  /* before any secret is read */
int sources_start(struct daemon *d); /* after rooms_open() */
void sources_stop(struct daemon *d); /* before rooms_close() */
void sources_tell(struct daemon *d, struct control_client *c);

/* mirror/mirrors.c */
int mirrors_fork(struct daemon *d);  /* before any secret is read */
int mirrors_start(struct daemon *d); /* once the node has its feeds */
void mirrors_stop(struct daemon *d);

/*
 * source/errand.c: have |address| fetched, as a source's pages are; |fn| is called from
 * the loop, once, unless quired ends before.  0; QERR_AGAIN while another is; QERR_ABSENT
 * if nothing is published here; QERR_IO; QERR_TOOBIG.
 */
#define FETCHED_TEXT_MAX 256
struct fetched {
	const char *wrong, *hint; /* NULL: it came */
	struct bytes address, type,
	    body; /* where it was found; type may be empty */
};
typedef void (*fetched_fn)(void *arg, const struct fetched *f);
int sources_fetch(struct daemon *d, struct bytes address, fetched_fn fn,
    void *arg);

/* facts.c: what the node tells, for the log, which has numbers and never names, and for
 * `quire status`; |d| is the daemon */
void facts_tell(void *d, const struct node_tell *t);

/* reload.c: read the settings again; mistakes change nothing.  |c| is told what changed,
 * unless it is NULL. */
int reload(struct daemon *d, struct control_client *c);

/* daemon.c */
void daemon_stop(struct daemon *d);

#endif

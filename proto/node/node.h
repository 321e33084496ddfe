#ifndef QUIRE_NODE_H
#define QUIRE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"
#include "proto/base/when.h"
#include "proto/object/feed.h"
#include "proto/object/header.h"
#include "proto/wire/invite.h"

/*
 * A node is a whole quire participant as a calculation: what it knows, what it
 * wants and whom it talks to.  It has no sockets, files, clock or luck of its
 * own.  Whoever drives it (quired, quire sync, or tests/sim) turns what happened
 * into an event, calls node_step(), and then carries out the update, in the
 * order in which its fields stand.
 *
 * Objects are named by (kind, feed or pack, number), as in a tree: the driver
 * keeps a tree (PROTOCOL.md §9), and beside it one object more, the node's memory of
 * others.  Whom to dial comes from the operator, and from introductions.
 */
struct node;

/* Limits on what strangers can fill; research and reasons in PROTOCOL.md §16. */
#define NODE_FOLLOWED_MAX 1024
#define NODE_CARRIED_MAX  1024 /* not followed: only their newest heads */
#define NODE_CONTACTS_MAX 128  /* nodes that it can dial */
#define NODE_GUESTS_MAX   128  /* invites that nodes came in with */
#define NODE_OUT_MAX      8    /* links to stay, which it chose itself */
#define NODE_ERRANDS_MAX  4    /* .. and for a while: for what only they have */
#define NODE_FEELERS_MAX  1    /* .. to have a look */
#define NODE_IN_MAX       16
#define NODE_VISITS_MAX   4 /* more in, for a minute: they may be feelers */
#define NODE_READERS_MAX  64
#define NODE_PINNED_MAX   32

enum node_role {
	NODE_READER, /* follows and fetches; never listens, serves or announces */
	NODE_MIRROR, /* a full node */
};

struct node_config {
	enum node_role role;
	uint8_t identity_seed[32]; /* Ed25519 seed of the node's key */
	uint8_t link_private[32];  /* X25519 key that invites name */
	uint64_t wall;  /* UNIX seconds at start: for first flights only */
	uint64_t quota; /* bytes of packs in all; 0: no limit */
};

/* Which bytes of a feed a participant keeps. */
struct node_policy {
	unsigned tiers; /* bit mask of 1 << TIER_x */
	uint64_t quota; /* bytes of this feed's packs; 0: the node's */
	uint64_t
	    newest; /* issues back from the head whose packs are wanted; 0: all */
	bool own;   /* published here, and it stays so; no quota counts */
};

/*
 * Restoring, before the first step, what the tree holds: a feed that has accepted its
 * charters and |n| headers, these headers by |i| from 0, and the state of its packs.
 * |f| is taken, on failure as well.  A mirror needs the |head|'s file.  |have| counts
 * verified pieces as a bitmap of piece_count() bits, NULL if the pack is whole.
 */
struct node_headers {
	size_t n;
	int (*at)(const void *arg, size_t i, struct header *ret);
	const void *arg;
	struct bytes head;
};
struct node *node_new(const struct node_config *cfg, const uint8_t seed[32]);
void node_free(struct node *n);
/* What it knows of a feed, for its driver to keep; NULL if it does not follow it, or the
 * feed sleeps. */
struct feed *node_feed(const struct node *n, const struct id *feed);
int node_restore_feed(struct node *n, struct feed *f,
    const struct node_policy *policy, const struct node_headers *headers);
/*
 * For readers, whose start is not to grow with the feed: |f| has its charters alone, and
 * nothing is missing of it up to header |number|, whose identity |hash| is; the packs with
 * these |roots|, one behind another, are whole.  It sleeps: once somebody shows anything
 * else, FACT_WOKEN is told, and node_restore_feed() brings what there is, for the next
 * event.  |f| is taken, on failure as well.
 */
int node_restore_asleep(struct node *n, struct feed *f,
    const struct node_policy *policy, uint64_t number, const struct id *hash,
    struct bytes roots);
/* A fork proof; one that a charter has ended meanwhile proves nothing more. */
int node_restore_proof(struct node *n, const struct id *feed,
    struct bytes file);
int node_restore_pack(struct node *n, const struct id *root,
    const uint8_t *have);
/* OBJECT_MEMORY as it was put last: QERR_* if it is damaged, and nothing is restored. */
int node_restore_memory(struct node *n, struct bytes object);

/* Where an object lies, for the driver's tree. */
enum node_object {
	OBJECT_CHARTER,  /* id: feed, number: version */
	OBJECT_HEADER,   /* id: feed, number; the highest is also the head */
	OBJECT_PROOF,    /* id: feed, number */
	OBJECT_CHARTERS, /* id: feed; the proof that its charters are forked */
	OBJECT_PIECE,    /* id: pack root, number: piece */
	OBJECT_MEMORY, /* id: zeros, number: 0; replaced whole; it holds secrets */
};

enum node_event_type {
	NODE_START,
	NODE_LINK_UP,   /* a transport has connected, or was connected to */
	NODE_LINK_DATA, /* bytes came in */
	NODE_LINK_DOWN, /* the transport is gone, or a dial failed */
	NODE_LINK_ROOM, /* what was sent has left; more may be sent */
	NODE_STORED,    /* a put is safely on disk, or failed */
	NODE_LOADED,    /* an object asked for in update.get, or its absence */
	NODE_DEADLINE,  /* node_deadline() has passed */
	NODE_FOLLOW, /* the user follows a feed (again: changes its policy) */
	NODE_UNFOLLOW,
	NODE_PUBLISHED, /* own issue: header, charter and packs are in the tree */
	NODE_FOUND, /* a part of a followed feed came by another way than a link */
	NODE_PEER,   /* the operator adds (or removes) a pinned peer's invite */
	NODE_INVITE, /* a secret that lets somebody in, or no longer */
	NODE_SELF,   /* how others reach this node, if they may be told */
	NODE_REVOKE, /* no introduction that somebody passed on counts any more */
	NODE_SYNC,   /* reader: look for news in all feeds now */
	NODE_SPACE, /* bytes free for packs; 0: the disk is full */
};

/*
 * Everything an event points to belongs to the caller and is only looked at
 * during the call.  |now| never goes back; |wall| may do as it likes.
 */
struct node_event {
	enum node_event_type type;
	when_ms now;
	uint64_t wall;
	uint8_t fresh[32]; /* random bytes, or all zero: nothing is mixed in */
	union {
		struct {
			uint64_t
			    link; /* the driver's number, never used again */
			bool we_dialled;
			uint64_t dial; /* if we dialled: update.dial's token */
			uint32_t
			    group; /* address group of the peer (/16, /32, onion) */
		} link_up;
		struct {
			uint64_t link;
			struct bytes in;
		} link_data;
		struct {
			uint64_t link; /* 0 if a dial failed */
			uint64_t dial;
		} link_down;
		struct {
			uint64_t link;
			size_t queued; /* bytes that still wait in the driver */
		} link_room;
		struct {
			uint64_t token;
			/* 0, QERR_NOSPACE or QERR_IO; QERR_CHAIN of a header: those
			 * before it cannot be read, and of its feed alone no more are
			 * taken until NODE_SPACE. */
			int err;
		} stored;
		struct {
			uint64_t token;
			struct bytes object; /* .p NULL: we do not have it */
		} loaded;
		struct {
			struct id feed;
			struct node_policy policy;
		} follow;
		struct {
			struct id feed;
			struct bytes
			    charter; /* file, if it is new; else absent */
			struct bytes header; /* file; else absent */
		} published;
		struct {
			/* It is verified as what a peer gives, and may be nothing.
			 * Of OBJECT_PIECE |id| is the pack; |number| on, there is
			 * |data|; |hashes| are those of all its pieces. */
			enum node_object kind;
			struct id id;
			uint64_t number;
			struct bytes data, hashes;
		} found;
		struct {
			struct bytes invite; /* as text */
			bool remove;
		} peer;
		struct {
			uint8_t secret[INVITE_SECRET_LEN];
			bool remove;
		} invite;
		struct {
			/* An invite to this node, whose secret is not used; absent:
			 * it does not consent to be introduced. */
			struct bytes invite;
		} self;
		struct {
			struct bytes contact; /* id of who passed them on */
		} revoke;
		struct {
			uint64_t free;
		} space;
	};
};

struct node_put {
	uint64_t token;
	enum node_object kind;
	struct id id;
	uint64_t number;
	uint64_t total; /* OBJECT_PIECE: the pack's size */
	bool completes; /* OBJECT_PIECE: the pack is whole after this one */
	struct bytes data;
};

struct node_get {
	uint64_t token;
	enum node_object kind;
	struct id id;
	uint64_t number;
};

/* Delete from the tree: withdrawn or over quota packs, headers that died. */
struct node_forget {
	enum node_object
	    kind; /* OBJECT_HEADER, OBJECT_CHARTER: all from |number| on; OBJECT_PIECE: the whole pack */
	struct id id;
	uint64_t number;
};

struct node_send {
	uint64_t link;
	struct bytes data;
};

struct node_dial {
	uint64_t token;
	struct invite to;
	when_ms timeout;
	bool named; /* by the operator or user, not by strangers */
};

struct node_drop {
	uint64_t link;
	bool drain; /* say nothing more, read on, let the peer close */
	int why;    /* QERR_*, 0: done with it */
};

/* What the operator or user may want to know; no addresses, no secrets. */
enum node_fact {
	FACT_HEAD, /* id: feed, number: its new head */
	FACT_CHARTER, /* id: feed, number: version; value: headers died from it, or UINT64_MAX */
	FACT_PACK,      /* id: root; a pack is whole and stored */
	FACT_WITHDRAWN, /* id: root */
	FACT_FORK, /* id: feed, number; or 0, and value: the version of the charters */
	FACT_ROLLBACK, /* id: feed, number: what a peer showed */
	FACT_OVERDUE,  /* id: feed, value: milliseconds */
	FACT_RECEIPTS, /* id: feed, number; value: peers that proved to hold all of it */
	FACT_SYNCED, /* reader: id: feed; nothing more to fetch from any source */
	FACT_PROGRESS, /* id: feed; number: bytes still wanted, value: bytes got */
	FACT_PEER, /* a link opened (number 1) or shut (0) with a node; value: link */
	FACT_FAULT, /* a peer broke a rule; number: QERR_* negated, value: link */
	FACT_ROTTEN, /* id: root; the disk no longer has what it stored: fetched again, a few times */
	FACT_FULL, /* storing stopped: disk or quota; number: 1 begins, 0 ends */
	FACT_INTRODUCED, /* number: nodes that we were told of; value: link */
	FACT_WITHHELD, /* id: feed; number: issue that a peer of the operator's did not show; value: link */
	FACT_WOKEN, /* reader: id: feed that slept: node_restore_feed() it now */
	FACT_UNREACHED, /* reader: no source could be reached; number: sources tried */
};

struct node_tell {
	enum node_fact fact;
	struct id id;
	uint64_t number;
	uint64_t value;
};

/*
 * What the driver is to do, in this order.  Everything in it belongs to the node
 * and stays valid until the next node_step(); puts come before sends because
 * nothing may be announced before it is stored (an announcement of a put waits
 * for its NODE_STORED).
 */
struct node_update {
	const struct node_put *put;
	size_t n_put;
	const struct node_forget *forget;
	size_t n_forget;
	const struct node_get *get;
	size_t n_get;
	const struct node_send *send;
	size_t n_send;
	const struct node_dial *dial;
	size_t n_dial;
	const struct node_drop *drop;
	size_t n_drop;
	const struct node_tell *tell;
	size_t n_tell;
};

/*
 * Tell |n| what happened, and learn what to do about it.  Returns 0, or a fatal
 * QERR_*; a peer's fault is not an error here, it is a line in update.drop.
 */
int node_step(struct node *n, const struct node_event *ev,
    struct node_update *ret_update);

/* When NODE_DEADLINE is due next, or WHEN_NEVER. */
when_ms node_deadline(const struct node *n);

/* For status and tests: plain numbers about the node and one feed. */
struct node_stat {
	size_t followed, carried;
	size_t contacts, pinned, tested, fresh; /* in all, and by class */
	size_t links_out, links_in, readers;
	size_t packs_wanted, packs_held; /* each once */
	uint64_t bytes_in, bytes_out, bytes_wasted;
};
void node_stat(const struct node *n, struct node_stat *ret);

struct node_feed_stat {
	uint64_t head, charter;
	uint64_t shown; /* the newest issue that a link says it has, or ours */
	bool forked, overdue, own;
	uint64_t forked_charter; /* the version of two charters; 0: none */
	size_t sources;          /* links that have shown it */
	bool
	    lacking; /* packs are wanted, and nobody here has the first of them */
	size_t packs_wanted, packs_held; /* each once */
	size_t packs_offered; /* wanted, and a link says that it has them */
	size_t packs_over; /* of issues, and the quota has no room for them */
	uint64_t bytes_wanted, bytes_held;
	/* For the head, if we publish it: peers of the operator's who gave back a piece of
	 * it, how many it takes to be told that it is held, and whether it is. */
	size_t receipts, receipts_due;
	bool settled;
};
/* QERR_ABSENT if |feed| is not followed. */
int node_feed_stat(const struct node *n, const struct id *feed,
    struct node_feed_stat *ret);

/* A feed by its newest head, followed or only carried; QERR_ABSENT. */
struct node_head {
	uint64_t number, charter;
	bool followed, forked;
	unsigned gap; /* that its news are told with; above 3 they are not */
};
int node_head(const struct node *n, const struct id *feed,
    struct node_head *ret);

/*
 * Walk over the nodes that this one knows of; as node_next_pack().  No address, no
 * secret: an operator knows those of whom he named.
 */
enum node_class {
	CONTACT_GUEST,  /* came in by an invite of ours */
	CONTACT_NEW,    /* introduced, and not reached yet */
	CONTACT_TESTED, /* introduced, and reached */
	CONTACT_PINNED, /* of the operator's choice */
};
struct node_contact {
	uint8_t id[8];  /* lasting: of a guest, its invite_name() */
	uint8_t via[8]; /* who introduced it; zeros: nobody */
	enum node_class class;
	struct bytes invite; /* pinned: as the operator gave it */
	uint64_t link;       /* 0: none */
	bool dialled, anchor;
	int merit; /* -16..16 */
	unsigned failures;
	/* Since we started: rules that it broke, of these pieces that were not what was
	 * signed, and seconds since the last of those. */
	unsigned faults, damaged;
	uint64_t damaged_ago;
	uint64_t known;  /* seconds of own uptime since it was reached first */
	uint64_t linked; /* seconds with a link to it */
	unsigned introduced; /* nodes that it told us of */
	unsigned
	    passed_on; /* tokens of ours that others came with, through it */
};
bool node_next_contact(const struct node *n, size_t *at,
    struct node_contact *ret);

/*
 * Walk over the packs that the headers of |feed| announce; one may come several
 * times.  |*at| starts at 0; false at the end.
 */
struct node_pack {
	struct id root;
	uint64_t size;
	bool alive; /* announced, and not withdrawn */
	bool held;
};
bool node_next_pack(const struct node *n, const struct id *feed, size_t *at,
    struct node_pack *ret);
/* The same for those that are wanted and not here, the most important first. */
bool node_next_want(const struct node *n, const struct id *feed, size_t *at,
    struct node_pack *ret);

#endif

#ifndef QUIRE_NODE_INNER_H
#define QUIRE_NODE_INNER_H

#include "proto/base/buf.h"
#include "proto/base/cbor.h"
#include "proto/base/heap.h"
#include "proto/base/map.h"
#include "proto/base/padme.h"
#include "proto/base/qerr.h"
#include "proto/base/rng.h"
#include "proto/node/node.h"
#include "proto/node/peers.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"
#include "proto/object/proof.h"
#include "proto/wire/message.h"
#include "proto/wire/veil.h"

/*
 * The inside of a node, shared by its parts:
 *
 *   node.c    events in, update out, time
 *   update.c  what the driver is to do
 *   stat.c    what the driver may know
 *   restore.c from the tree, before the first step
 *
 *   feeds.h
 *   head.c    feeds by their newest heads, as they are told to others
 *   carry.c   .. of which those that are not followed
 *   stranger.c .. and how they come to be carried
 *   track.c   feeds, and what their headers announce
 *   pack.c    packs, and those of which a part is here
 *   plan.c    which packs are wanted
 *   accept.c  headers and fork proofs that came in
 *   charters.c .. and charters
 *   receipt.c who holds what we published
 *
 *   links.h
 *   link.c    one connection: its veil, and silence
 *   hello.c   who the peer is
 *   crowd.c   .. and whether there is a place for it
 *   hear.c    what the peer says
 *   share.c   what a link has to do with a feed
 *   recall.c  what the peer showed on an earlier link
 *   spread.c  telling others: HEADS, NEWS, PROOF
 *   holds.c   what is held, told to who asks for it: HOLDS
 *   fetch.c   what was asked for, and whom to ask
 *   ask.c     .. for what next
 *   give.c    what came
 *   found.c   .. by another way
 *   brief.c   little a link, where lines are frozen
 *   serve.c   answering
 *
 *   peers.h
 *   contact.c the nodes that are known
 *   group.c   .. by where they lie
 *   dial.c    whom of them to dial, and when
 *   merit.c   what peers deserve
 *   introduce.c who is told of whom
 *   tie.c     .. and what was given to whom
 *   memory.c  what is remembered of all that over restarts
 *   reader.c  when a reader is done
 *
 * timer.h has what is due, limits.h the constants.
 */

struct pending { /* a put on its way to the disk */
	uint64_t token;
	enum node_object kind;
	struct id feed, root; /* whose; they may be gone by then */
	uint64_t number;
};

struct want {
	struct pack *pack;
	struct track *track;
	uint64_t number, age;
	uint8_t class, tier;
};

struct shunned { /* a feed that could not be carried */
	struct id feed;
	when_ms until;
};

struct proof { /* a fork being proved: ours is still to be loaded */
	uint64_t get;
	struct id feed;
	uint64_t number;
	struct buf theirs;
};

struct node {
	struct node_config cfg;
	uint8_t sign_sk[64], sign_pk[32];
	struct rng rng;
	when_ms now;
	uint64_t wall;
	bool full;
	/* Counts changes of what HEADS would say, from a number that luck picks. */
	uint64_t counter, counter_from;
	uint64_t steps;
	int fatal;
	struct heap timers;
	struct timer tick; /* dials, feelers */
	struct timer daily, memory;
	struct buf self; /* an invite to us, if we may be introduced */
	bool unsaved;    /* what must be durable before it is told */
	uint64_t needed,
	    safe; /* tokens of its puts: of the last that had such, done */
	when_ms feeler_at;
	when_ms began;
	uint64_t age; /* seconds of uptime before that */
	struct veil_door *door;

	struct head **head; /* all of them, .. */
	size_t n_head, cap_head;
	struct track **track; /* .. and those that are followed */
	size_t n_track, cap_track;
	size_t n_carried, carried_bytes;
	struct shunned *shunned; /* a ring */
	size_t n_shunned, next_shunned;
	struct map *packs; /* struct pack by root */
	struct want *want;
	size_t n_want, cap_want;
	uint64_t want_gen; /* counts how often it was made */
	bool want_dirty;
	struct part *part[PARTS_MAX];
	size_t n_part;
	size_t in_flight;
	/* Slots of links that have nothing to ask for; see fetch_look(). */
	uint64_t dry[(LINKS_MAX + 63) / 64];
	struct timer slow; /* while parts are asked for: who is? */
	bool replan, retry, passed_over; /* some track's, some link's is set */

	struct link *link[LINKS_MAX];
	uint64_t link_id[LINKS_MAX];             /* of each, or 0 */
	size_t n_slot;                           /* links lie below */
	uint64_t touched[(LINKS_MAX + 63) / 64]; /* slots; see link_touch() */
	struct link *dead[LINKS_MAX * 2]; /* to be freed at the next step */
	size_t n_dead;
	struct contact **contact;
	size_t n_contact, cap_contact;
	struct pending *pending;
	size_t n_pending, cap_pending, pending_from;
	struct proof *proof[PROOFS_MAX];
	size_t n_proof;
	uint64_t token;

	/* reader */
	bool syncing, ending;
	size_t waking; /* feeds that were woken and are not restored yet */
	uint64_t bytes_wanted, bytes_got, told_got;

	uint64_t bytes_in, bytes_out, bytes_wasted;

	struct msg msg; /* being read */
	struct msg say; /* being written */
	struct buf scratch, rows;

	/* the update being made */
	struct node_put *put;
	size_t n_put, cap_put;
	struct node_get *get;
	size_t n_get, cap_get;
	struct node_forget *forget;
	size_t n_forget, cap_forget;
	struct node_send *send;
	size_t n_send, cap_send;
	struct node_dial *dial;
	size_t n_dial, cap_dial;
	struct node_drop *drop;
	size_t n_drop, cap_drop;
	struct node_tell *tell;
	size_t n_tell, cap_tell;
	struct buf **keep; /* bytes that the update points to */
	size_t n_keep, cap_keep;
};

/* node.c */
/* Take one from a bucket that holds |burst| and gains one each |each| ms; |*at| is 0 at
 * first.  False if it is empty. */
bool bucket_take(when_ms *at, when_ms now, uint64_t each, uint64_t burst);
void node_fail(struct node *n, int err);
/* Room for one more in an array of the node's; NULL after node_fail(). */
void *node_grow(struct node *n, void *array, size_t count, size_t *cap,
    size_t size);

/* Seconds of own uptime, over all restarts. */
static inline uint64_t
node_age(const struct node *n)
{
	return n->age + (n->now - n->began) / 1000;
}

/* update.c */
uint64_t update_put(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number, struct bytes data);
void update_put_piece(struct node *n, struct pack *p, size_t i,
    struct bytes data, bool completes);
uint64_t update_get(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number, uint64_t token);
void update_forget(struct node *n, enum node_object kind, const struct id *id,
    uint64_t number);
void update_dial(struct node *n, uint64_t token, const struct invite *to,
    when_ms timeout, bool named);
void update_drop(struct node *n, uint64_t link, bool drain, int why);
void update_tell(struct node *n, enum node_fact fact, const struct id *id,
    uint64_t number, uint64_t value);
void update_begin(struct node *n);
void update_end(struct node *n, struct node_update *ret);
void update_free(struct node *n);

#endif

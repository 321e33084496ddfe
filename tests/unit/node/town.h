#ifndef QUIRE_TEST_TOWN_H
#define QUIRE_TEST_TOWN_H

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/rng.h"
#include "proto/node/node.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/history.h"
#include "proto/object/merkle.h"
#include "proto/wire/message.h"
#include "proto/wire/veil.h"
#include "tests/lib/check.h"

/*
 * A town of a few nodes, joined by perfect wires, with a disk of their own each: what a
 * node is for, without any weather.  tests/sim has the weather.  A house has a node in
 * it, or a mouth, which says on its links just what the test wants.
 */
#define HOUSES_MAX 48
#define FEEDS_MAX  40
#define TOWN_WALL  UINT64_C(1800000000)
#define SECOND     ((when_ms)1000)
#define MINUTE     (60 * SECOND)
#define HOUR       (60 * MINUTE)
#define DAY        (24 * HOUR)

struct object {
	enum node_object kind;
	struct id id;
	uint64_t number;
	struct buf data;
	bool here;
};

struct mouth { /* one link of a house without a node */
	struct house *h;
	uint64_t link;
	bool dialled, open, over;
	bool declines; /* what it is asked for, it does not hold */
	struct invite to;
	struct veil *veil;
	size_t heard[MSG_BYE + 1];    /* messages of each kind */
	struct buf last[MSG_BYE + 1]; /* .. and the last of them */
};

struct town;
struct house {
	struct town *t;
	size_t index; /* from 1; also its port */
	struct node *node;
	struct node_config cfg;
	unsigned boots;
	uint8_t secret[32];                 /* anybody's */
	uint8_t invite[HOUSES_MAX + 1][32]; /* one for each house that asked */
	uint8_t link_public[32];
	bool introduces;           /* it consents to be introduced */
	struct id feed[FEEDS_MAX]; /* it follows */
	size_t n_feed;
	bool prints; /* .. and publishes */
	struct object *obj;
	size_t n_obj;
	bool nospace;
	uint64_t told[64]; /* how often each fact was told */
	struct node_tell last[64];
	size_t dials;
	uint64_t corrupt;           /* pieces loaded from here are damaged */
	bool mute;                  /* answers no ASK of pieces */
	bool away;                  /* cannot be dialled */
	struct id woken[FEEDS_MAX]; /* feeds that slept, to be restored */
	size_t n_woken;
	/* without a node */
	uint64_t seen; /* what its lines say that it remembers */
	struct veil_door *door;
	struct rng rng;
	struct mouth **mouth;
	size_t n_mouth;
	struct buf out;
};

struct wire {
	bool open;
	struct house *end[2]; /* the dialler first */
	uint64_t id[2];
};

struct town {
	when_ms now;
	struct house house[HOUSES_MAX];
	size_t n;
	struct wire *wire;
	size_t n_wire;
	uint64_t ids;
	struct letter **q; /* what happens next */
	size_t n_q, from;
};

void town_done(struct town *t);
/* Let |ms| pass. */
void town_run(struct town *t, when_ms ms);

struct house *house_new(struct town *t, enum node_role role);
void house_event(struct house *h, struct node_event *e);
/* Power is lost; it comes back: all that was stored is there, and peers are to be told
 * again. */
void house_stop(struct house *h);
void house_restart(struct house *h);
/* .. and feeds of which nothing is missing sleep: how many. */
size_t house_sleep(struct house *h);
/* |from| gets an invite of |to|'s, for it alone, as its operator's; or no longer. */
void house_peer(struct house *from, struct house *to);
void house_unpeer(struct house *from, struct house *to);
/* An invite of |to|'s for |from|, as text. */
void house_invite(struct house *from, struct house *to, struct buf *text);
/* Whether it may be introduced. */
void house_self(struct house *h, bool introduces);
void house_follow(struct house *h, const struct id *feed);
void house_sync(struct house *h);
/* All wires of |h| are cut. */
void house_cut(struct house *h);
struct object *house_find(struct house *h, enum node_object kind,
    const struct id *id, uint64_t number);
void house_put(struct house *h, enum node_object kind, const struct id *id,
    uint64_t number, struct bytes data);
/* The host of its invites, each in an address group of its own. */
void house_host(const struct house *h, char dst[INVITE_HOST_MAX + 1]);

/* A house without a node; a link of it that dials |to|, with |to|'s secret. */
struct house *mouth_house(struct town *t);
struct mouth *mouth_dial(struct house *h, struct house *to);
/* .. by an invite of |to|'s for this house alone, or by |text|. */
struct mouth *mouth_dial_own(struct house *h, struct house *to);
struct mouth *mouth_dial_invite(struct house *h, struct bytes text);
void mouth_hello(struct mouth *m, enum msg_role role, uint8_t who);
void mouth_say(struct mouth *m, const struct msg *msg);
/* The last message of |kind| that it heard, which must have come. */
void mouth_last(struct mouth *m, enum msg_kind kind, struct msg *ret);

/* A publisher. */
struct press {
	struct key_secret k;
	struct charter c;
	struct buf charter, head; /* the newest files */
	struct id feed;
	struct history history;
	uint64_t number;
	uint32_t next; /* the promise of the next ones, seconds */
	uint8_t bytes[400000];
};
void press_new(struct press *p, uint8_t seed);
void press_done(struct press *p);
/* Sign the next issue, with packs of |size| bytes in tiers 0 and 1 that |h| (may be
 * NULL) then holds; the file is p->head. */
void press_sign(struct press *p, struct house *h, size_t size);
/* .. and tell |h| of it. */
void press_publish(struct press *p, struct house *h, size_t size);
/* The second charter: from issue |from| on, another key signs. */
void press_revoke(struct press *p, uint64_t from, struct buf *ret);
/* |h| has all of it. */
void press_check(struct press *p, struct house *h);

#endif

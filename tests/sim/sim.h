#ifndef QUIRE_SIM_H
#define QUIRE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/qerr.h"
#include "proto/node/node.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"

/*
 * The simulator: the real node_step() of many participants in virtual time, on a
 * network and disks that fail, all from one seed.
 *
 *   world.c     dice, the future, time
 *   host.c      a participant: its driver, its births and deaths
 *   disk.c      what it stores
 *   network.c   links between hosts
 *   press.c     the publisher, and the thief of its key
 *   puppet.c    a participant that is no node, and does what a play wants
 *   source.c    .. such as to serve a feed, and lie
 *   adversary.c bad weather
 *   censor.c    who throttles, cuts and looks at first bytes
 *   invariant.c what must hold after every step
 *   scene_*.c   stories, each with an end that can be wrong
 *
 * After every step: what a node stores is what its publisher signed; what it
 * says it has is on its disk; a quota is kept.  A seed repeats bit for bit.
 */
#define HOSTS_MAX  12
#define CONNS_MAX  4096
#define ISSUES_MAX 32
#define MINUTE     (60 * 1000)
#define WALL       UINT64_C(1800000000) /* UNIX seconds when time begins */

enum lie {
	HONEST,
	CORRUPTS, /* gives damaged pieces */
	MUTE,     /* takes asks for pieces and never answers */
	STALE,    /* stopped taking in at half time */
};

struct object {
	enum node_object kind;
	struct id id;
	uint64_t number;
	struct buf data;
	bool here;
};

struct puppet;

struct host {
	struct world *w;
	size_t index;
	struct node *node;     /* NULL while it is down, .. */
	struct puppet *puppet; /* .. or has one of these instead */
	enum node_role role;
	enum lie lie;
	uint64_t boots, quota;
	uint8_t link_public[32];
	struct object *obj; /* durable */
	size_t n_obj;
	bool peer[HOSTS_MAX]; /* whom it dials */
	when_ms slow, full_until, down_until;
	int side;
	bool synced, unreached, told_fork;
	uint64_t stored; /* bytes of pieces, ever */
	size_t most_in, most_readers, most_strangers; /* links at a time */
};

struct conn {
	bool open;
	struct host *end[2]; /* the dialler, whom it dialled */
	uint64_t id[2], boots[2];
	when_ms busy[2], delay;
	uint64_t left;     /* bytes until it is cut */
	bool frozen, deaf; /* deaf: the dialler does not read, .. */
	uint64_t unread;   /* .. so much */
	uint64_t rate;     /* the censor's, bytes a second; 0: not his */
	bool judged;
};

struct event {
	when_ms at;
	uint64_t order, boots;
	struct host *to;
	struct node_event e;
	struct buf data;
	bool absent, is_put;
	struct node_put put;         /* durable when its STORED is due */
	void (*fn)(struct world *w); /* of the world, not of a host */
};

/* A header that somebody has signed, and its packs. */
struct issue {
	uint64_t number;
	bool dead; /* not the publisher's, or no longer */
	struct buf file;
	struct pack_entry pack[2];
	size_t n_pack;
	uint8_t *bytes[2];
};

struct world {
	uint64_t seed, dice[4], order, digest, steps, ids;
	when_ms now;
	struct event **heap;
	size_t n_heap, cap_heap;
	struct host host[HOSTS_MAX]; /* the first is the publisher's */
	size_t n_host;
	struct conn conn[CONNS_MAX];
	size_t n_conn;
	struct key_secret key[2]; /* the second, once the first is revoked */
	struct buf charter[2];    /* by version - 1 */
	size_t n_charter;
	struct id feed;
	struct issue issue[ISSUES_MAX];
	size_t n_issue;
	uint64_t head, head_max; /* the newest issue; the last to be */
	bool thief;              /* somebody else has signed, too */
	unsigned cut, corrupt,
	    freeze; /* in a thousand links; a million bytes */
	bool storm, split, censor;
};

/* world.c */
struct world *world_new(uint64_t seed);
void world_free(struct world *w);
_Noreturn void world_fail(struct world *w, const char *what,
    const struct host *h);
/* Below |n|; of all 64 bits if |n| is 0. */
uint64_t world_roll(struct world *w, uint64_t n);
void world_digest(struct world *w, uint64_t x);
struct event *world_post(struct host *to, when_ms in,
    const struct node_event *ne, struct bytes data);
void world_at(struct world *w, when_ms in, void (*fn)(struct world *));
void world_run(struct world *w, when_ms span);

/* host.c */
struct host *host_new(struct world *w, enum node_role role);
void host_free(struct host *h);
bool host_is_up(const struct host *h);
/* Its link keys and the secret of its invite. */
void host_keys(struct host *h, uint8_t ret_private[32], uint8_t ret_secret[32]);
void host_step(struct host *h, struct node_event *e);
void host_boot(struct host *h);
/* Power is lost: of what was not synced, some came through and some did not. */
void host_crash(struct host *h);

/* disk.c */
struct object *disk_find(struct host *h, enum node_object kind,
    const struct id *id, uint64_t n);
void disk_keep(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n, struct bytes data);
uint64_t disk_used(const struct host *h);
void disk_put(struct host *h, const struct node_put *p);
void disk_get(struct host *h, const struct node_get *g);
void disk_forget(struct host *h, const struct node_forget *f);
void disk_crash(struct host *h);

/* network.c */
void net_dial(struct host *h, const struct node_dial *d);
void net_send(struct host *h, const struct node_send *s);
void net_drop(struct host *h, uint64_t link);
void net_cut(struct conn *c);
/* |h| reads no more of |link|. */
void net_deafen(struct host *h, uint64_t link);

/* press.c */
void press_init(struct world *w);
/* The next issue, at the first host; nothing if that is down. */
void press_publish(struct world *w);
/*
 * A charter revokes the first key from issue |from| on: those die.  It may pin those
 * before.
 */
void press_end_key(struct world *w, uint64_t from, bool pins);
/*
 * A thief of the first key signs an issue, on top of its own |before| or of the
 * publisher's, with packs on the disk of |thief| or none.
 */
struct issue *press_steal(struct world *w, uint64_t number,
    const struct issue *before, struct host *thief);
/* Let |h| have the thief's |is| as if it had published it. */
void press_plant(struct host *h, const struct issue *is);
/* The bytes of a pack; .p NULL if nobody made it. */
struct bytes press_pack(const struct world *w, const struct id *root);
/* The publisher's issue |number|. */
const struct issue *press_issue(const struct world *w, uint64_t number);

/* censor.c */
void censor_meet(struct conn *c);
void censor_send(struct conn *c, int end, uint64_t link, struct bytes data);

/* adversary.c */
void adversary_begin(struct world *w);
void adversary_end(struct world *w);
void adversary_weather(struct world *w);
/* Part the two sides, or join them again. */
void adversary_split(struct world *w);
/* Start again who is down, and tell of room on the disk, from now on. */
void adversary_tend(struct world *w);

/* invariant.c */
void invariant_put(struct host *h, const struct node_put *p);
void invariant_tell(struct host *h, const struct node_tell *t);
void invariant_step(struct host *h);
/* |h| has all headers, and if |packs| all packs. */
void invariant_whole(struct host *h, bool packs);
/* |h| has nothing on its disk that the publisher did not sign, or has revoked. */
void invariant_clean(struct host *h);

/* scene_*.c */
void scene_storm(struct world *w);
void scene_liars(struct world *w);
void scene_revoke(struct world *w);
void scene_pin(struct world *w);
void scene_flood(struct world *w);
void scene_censor(struct world *w);
void scene_chain(struct world *w);

#endif

#ifndef QUIRE_SIM_H
#define QUIRE_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/heap.h"
#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/node/limits.h"
#include "proto/node/node.h"
#include "proto/object/feed.h"
#include "proto/object/hash.h"
#include "proto/object/merkle.h"
#include "proto/wire/message.h"
#include "proto/wire/veil.h"

/*
 * The simulator: the real node_step() of many participants in virtual time, on a
 * network and disks that fail, all from one seed.
 *
 *   world.c     the future, time
 *   dice.c      luck, a stream for each actor
 *   host.c      a participant: its driver, its births and deaths
 *   disk.c      what it stores
 *   blob.c      bytes that many store, once
 *   network.c   links between hosts: delay, rate, cuts, countries
 *   press.c     publishers, and thieves of their keys
 *   book.c      what a host remembers of others
 *   puppet.c    a participant that is no node, and does what a play wants
 *   source.c    .. such as to serve a feed, and lie
 *   liar.c      a node that is not honest: what it says and hears is tampered with
 *   adversary.c bad weather
 *   censor.c    who throttles, cuts and looks at first bytes
 *   invariant.c what must hold after every step
 *   ledger.c    .. and of all that is said and heard
 *   tally.c     figures
 *   sham.c      arithmetic that large worlds do without, and clocks
 *   scene_*.c   stories, each with an end that can be wrong
 *
 * After every step: what a node stores is what its publisher signed; what it
 * says it has is on its disk; a quota is kept.  A seed repeats bit for bit.
 */
#define HOSTS_MAX     65535
#define ISSUES_MAX    256 /* of one paper */
#define COUNTRIES_MAX 8
#define MINUTE        (60 * 1000)
#define HOUR          (60 * MINUTE)
#define DAY           (24 * HOUR)
#define WALL          UINT64_C(1800000000) /* UNIX seconds when time begins */
#define DELAY         60 /* ms one way, the median of a lognormal */

/* xoshiro256**; one an actor, so that nobody's luck shifts another's. */
struct dice {
	uint64_t s[4];
};

/* Something that will happen: an event, or a node's deadline. */
struct moment {
	struct heap_item item;
	struct host *deadline; /* NULL: it begins a struct event */
};

/* Values that are looked at in order of size, once all are there. */
struct tally {
	uint64_t *v;
	size_t n, cap;
	bool sorted;
};

enum lie {
	HONEST,
	CORRUPTS, /* gives damaged pieces */
	MUTE,     /* takes asks for pieces and never answers */
	STALE,    /* takes in nothing */
	CRAWLS,   /* gives a kilobyte a second */
	SILENT,   /* passes nothing on: says HELLO, and is heard of */
	BOASTS,   /* says that it holds everything, and gives nothing */
	SELECTS,  /* SILENT on links that last, honest to who looks in */
};

/* Bytes that are kept, once however many keep them. */
struct blob;

struct puppet;
struct shelf;

/* ASKs that one end of a link has heard and not answered to the end. */
#define DEBT_MAX ASKS_MAX
struct debt {
	uint64_t ask[DEBT_MAX];
	size_t n;
	when_ms since; /* its last GIVE, or the first of them */
};

/* The introductions that a host has given a contact. */
#define TOLD_MAX 2
struct told {
	uint64_t to;
	size_t n;
	uint64_t token[TOLD_MAX];
};

struct host {
	struct world *w;
	size_t index;
	struct dice dice;
	struct moment due;
	struct node *node;     /* NULL while it is down, .. */
	struct puppet *puppet; /* .. or has one of these instead */
	enum node_role role;
	enum lie lie;
	when_ms lies_from;
	uint64_t boots, quota;
	uint8_t link_public[32];
	uint32_t group; /* the first half of its address */
	size_t country;
	uint64_t up;           /* bytes a second to all; 0: a line for each */
	uint64_t up_busy;      /* until then, us */
	struct map *disk;      /* struct shelf, durable */
	uint64_t used;         /* bytes of pieces on it */
	struct event **writes; /* puts on their way to it */
	size_t n_write, cap_write;
	struct conn **conn; /* open ones */
	size_t n_conn, cap_conn;
	struct host **peer; /* whom it dials */
	size_t n_peer, cap_peer;
	struct host **guest; /* who dials it */
	size_t n_guest, cap_guest;
	struct paper **paper; /* what it follows */
	size_t n_paper, cap_paper;
	struct told **told;
	size_t n_told, cap_told;
	when_ms slow, full_until, down_until;
	bool synced, unreached, told_fork, told_overdue;
	bool open;                /* it may be introduced */
	bool greeted;             /* by a HELLO, in this step */
	bool blocked;             /* nobody reaches it, and it nobody */
	uint64_t receipts;        /* of its newest issue */
	when_ms head_at;          /* it began, or took in a head */
	uint64_t head;            /* told since then, of its one paper */
	uint64_t stored;          /* bytes of pieces, ever */
	uint64_t steps, link_now; /* whose bytes it looks at */
	size_t most_in, most_readers, most_strangers; /* links at a time */
};

struct conn {
	struct host *end[2]; /* the dialler, whom it dialled */
	uint64_t id[2], boots[2];
	uint64_t busy[2]; /* us: until then what was sent is on its way */
	when_ms delay;
	uint64_t left;   /* bytes until it is cut, .. */
	bool freezes;    /* .. or freezes, and nobody is told */
	bool frozen;     /* nothing comes through any more */
	bool deaf;       /* the dialler does not read */
	uint64_t unread; /* bytes that wait for who is frozen or deaf */
	uint64_t rate;   /* the censor's, bytes a second; 0: not his */
	bool judged;
	struct debt debt[2];
};

struct event {
	struct moment m;
	uint64_t boots;
	struct host *to;
	struct node_event e;
	struct buf data;
	struct blob *blob; /* or this */
	bool absent, is_put;
	struct node_put put;         /* durable when its STORED is due */
	void (*fn)(struct world *w); /* of the world, not of a host */
};

/* A header that somebody has signed, and its packs. */
struct issue {
	struct paper *paper;
	uint64_t number;
	when_ms at;
	bool dead;      /* not the publisher's, or no longer */
	bool withdrawn; /* its own packs were replaced by later ones */
	struct buf file;
	struct pack_entry pack[4];
	size_t n_pack;
	uint8_t *bytes[4];
	struct tally heads; /* ms after |at| at which hosts had the head, .. */
	struct tally packs; /* .. and its largest pack */
};

/* What a publisher has signed. */
struct paper {
	struct world *w;
	size_t index;
	struct host *home; /* where it publishes */
	struct id feed;
	struct key_secret key[2]; /* the second, once the first is revoked */
	struct buf charter[2];    /* by version - 1 */
	size_t n_charter;
	struct issue **issue;
	size_t n_issue, cap_issue;
	uint64_t head, head_max; /* the newest issue; the last to be */
	bool thief;              /* somebody else has signed, too */
	size_t text;             /* bytes of the next text pack; 0: any */
	uint64_t promise;        /* seconds to the next issue at most */
	when_ms charter_at;      /* when the newest one was signed, .. */
	struct tally charters;   /* .. and ms after that, at hosts */
	struct tally proofs;     /* when hosts had a fork proved */
};

/* What happens to what crosses from one country to another. */
struct border {
	bool cut;              /* no bytes */
	bool shut;             /* nobody can dial across */
	bool quiet;            /* and nobody is told that a link is cut */
	uint64_t freeze, span; /* it freezes after so many bytes and some */
};

struct world {
	uint64_t seed, digest, steps, n_links;
	uint64_t clock; /* UNIX seconds when time begins */
	struct dice dice;
	when_ms now;
	struct heap future;
	struct conn **conn; /* by the id of either end; NULL: there is none */
	size_t n_conn, cap_conn;
	struct host **host;              /* the first is a publisher's */
	size_t n_host, cap_host, n_want; /* how many were asked for; 0: any */
	struct paper **paper;
	size_t n_paper, cap_paper;
	struct map *packs; /* struct issue by root */
	unsigned cut, corrupt,
	    freeze;      /* in a thousand links; a million bytes */
	uint64_t faults; /* which kinds of weather there are, a bit each */
	struct border border[COUNTRIES_MAX][COUNTRIES_MAX]; /* from, to */
	bool storm, censor;
	bool far; /* delays are DELAY's lognormal, not 5..205 ms */
	bool verbose;
	uint64_t events[NODE_SPACE + 1]; /* by type */
	/* messages that came in, by kind, and their bytes */
	uint64_t heard[MSG_BYE + 1], heard_bytes[MSG_BYE + 1];
	uint64_t sent; /* bytes on the wire */
};

/* dice.c */
void dice_init(struct dice *d, uint64_t seed, uint64_t actor);
/* Below |n|; of all 64 bits if |n| is 0. */
uint64_t dice_roll(struct dice *d, uint64_t n);
/* Lognormal (sigma 1/2) with this median. */
uint64_t dice_spread(struct dice *d, uint64_t median);

/* world.c */
struct world *world_new(uint64_t seed);
void world_free(struct world *w);
_Noreturn void world_fail(struct world *w, const char *what,
    const struct host *h);
uint64_t world_roll(struct world *w, uint64_t n);
void world_digest(struct world *w, uint64_t x);
struct event *world_post(struct host *to, when_ms in,
    const struct node_event *ne, struct bytes data);
void world_at(struct world *w, when_ms in, void (*fn)(struct world *));
void world_run(struct world *w, when_ms span);
/* Room for one more in an array of pointers. */
void *world_grow(void *array, size_t n, size_t *cap);

/* host.c */
struct host *host_new(struct world *w, enum node_role role);
void host_free(struct host *h);
bool host_is_up(const struct host *h);
/* It will dial |to|, from its next boot on. */
void host_knows(struct host *h, struct host *to);
/* .. and now, too. */
void host_meet(struct host *h, struct host *to);
/* It follows the world's first paper unless told otherwise. */
void host_follow(struct host *h, struct paper *p);
/* .. and now, too. */
void host_read(struct host *h, struct paper *p);
/* Its link keys and the secret of its invite. */
void host_keys(const struct host *h, uint8_t ret_private[32],
    uint8_t ret_secret[32]);
/* Its invite, of its own or for |guest| alone. */
void host_invite(struct host *h, const struct host *guest, struct invite *ret);
/* |guest| has an invite of it, for himself alone. */
void host_expect(struct host *h, struct host *guest);
/* All who have an invite of it. */
void host_let_in(struct host *h);
struct host *host_of(struct world *w, const struct invite *v);
void host_step(struct host *h, struct node_event *e);
/* The time has come that its node named. */
void host_deadline(struct host *h);
void host_boot(struct host *h);
/* Power is lost: of what was not synced, some came through and some did not. */
void host_crash(struct host *h);
/* It is gone, and its links are silent: nobody is told. */
void host_vanish(struct host *h);
/* It lives on, and nothing goes in or out any more. */
void host_block(struct host *h);

/* blob.c */
/* What is to be dropped again. */
struct blob *blob_take(struct bytes data);
struct blob *blob_share(struct blob *b);
void blob_drop(struct blob *b);
struct bytes blob_bytes(const struct blob *b);

/* disk.c */
struct blob *disk_find(struct host *h, enum node_object kind,
    const struct id *id, uint64_t n);
void disk_keep(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n, struct bytes data);
void disk_lose(struct host *h, enum node_object kind, const struct id *id,
    uint64_t n);
void disk_put(struct host *h, const struct node_put *p);
void disk_put_done(struct host *h, struct event *e);
void disk_get(struct host *h, const struct node_get *g);
void disk_forget(struct host *h, const struct node_forget *f);
void disk_crash(struct host *h);
void disk_free(struct host *h);

/* network.c */
void net_dial(struct host *h, const struct node_dial *d);
void net_send(struct host *h, const struct node_send *s);
void net_drop(struct host *h, uint64_t link);
/* Where |h| calls it |link|, and which end that is; NULL: it is gone. */
struct conn *net_conn(struct host *h, uint64_t link, int *ret_end);
void net_cut(struct conn *c);
/* |h| reads no more of |link|. */
void net_deafen(struct host *h, uint64_t link);
/* What is said between the two from now on is lost, as |b| has it. */
void net_border(struct world *w, size_t a, size_t b, struct border what);

/* press.c */
struct paper *press_new(struct world *w);
void press_free(struct paper *p);
/* The next issue, at its home; NULL if that is down. */
struct issue *press_publish(struct paper *p);
/* The next issue replaces the packs of issue |number| by others. */
struct issue *press_withdraw(struct paper *p, uint64_t number);
/*
 * A charter revokes the first key from issue |from| on: those die.  It may pin those
 * before.
 */
void press_end_key(struct paper *p, uint64_t from, bool pins);
/*
 * A thief of the first key signs an issue, on top of its own |before| or of the
 * publisher's, with packs on the disk of |thief| or none.
 */
struct issue *press_steal(struct paper *p, uint64_t number,
    const struct issue *before, struct host *thief);
/* Let |h| have the thief's |is| as if it had published it. */
void press_plant(struct host *h, const struct issue *is);
/* Whose pack that is, and its bytes; NULL if nobody made it. */
struct issue *press_pack(const struct world *w, const struct id *root,
    struct bytes *ret);
/* The publisher's issue |number|. */
struct issue *press_issue(const struct paper *p, uint64_t number);
struct paper *press_paper(const struct world *w, const struct id *feed);
/* The identity of its newest charter. */
void press_charter_hash(const struct paper *p, struct id *ret);

/* censor.c */
void censor_meet(struct conn *c);
void censor_judge(struct conn *c, int end, struct bytes data);

/* adversary.c */
void adversary_begin(struct world *w);
void adversary_end(struct world *w);
void adversary_weather(struct world *w);
/* Part the two sides, or join them again. */
void adversary_split(struct world *w);
/* Start again who is down, and tell of room on the disk, from now on. */
void adversary_tend(struct world *w);

/* liar.c: whose step it is, for what stands between a node and its veils. */
extern struct host *liar_now;

/* invariant.c */
void invariant_put(struct host *h, const struct node_put *p);
void invariant_tell(struct host *h, const struct node_tell *t);
/* |u| came of |e|; |alone|: no timer was due. */
void invariant_step(struct host *h, const struct node_event *e,
    const struct node_update *u, bool alone);
/* Nothing is asked, answered or written any more. */
void invariant_rest(struct world *w);
/* |h| has all headers, and if |packs| all packs. */
void invariant_whole(struct host *h, bool packs);
/* |h| has nothing on its disk that the publisher did not sign, or has revoked. */
void invariant_clean(struct host *h);

/* ledger.c */
/* A message on |link| of |h|, which has a node. */
void ledger_hears(struct host *h, uint64_t link, const struct msg *m);
void ledger_says(struct host *h, const struct veil *v, const struct msg *m);
/* The end of the world. */
void ledger_close(struct world *w);
void ledger_free(struct host *h);

/* tally.c */
void tally_add(struct tally *t, uint64_t v);
/* The value that |permille| of all do not pass; 0 if there is none. */
uint64_t tally_at(struct tally *t, unsigned permille);
void tally_done(struct tally *t);
/* A line of figures, if anybody wants to see them. */
void say(const struct world *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* sham.c */
extern bool sham;
extern uint64_t sham_clock; /* world.clock */

/* scene_*.c */
void scene_storm(struct world *w);
void scene_liars(struct world *w);
void scene_revoke(struct world *w);
void scene_pin(struct world *w);
void scene_flood(struct world *w);
void scene_censor(struct world *w);
void scene_chain(struct world *w);
void scene_publish(struct world *w);
void scene_swarm(struct world *w);
void scene_vanish(struct world *w);
void scene_half(struct world *w);
void scene_country(struct world *w);
void scene_idle(struct world *w);
void scene_receipts(struct world *w);
void scene_room(struct world *w);
void scene_freeze(struct world *w);
void scene_frozen(struct world *w);
void scene_many(struct world *w);
void scene_junk(struct world *w);
void scene_enumerate(struct world *w);
void scene_eclipse(struct world *w);
void scene_sybils(struct world *w);
void scene_return(struct world *w);
void scene_books(struct world *w);

#endif

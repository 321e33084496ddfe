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
 *   head.c    feeds by their newest heads, as they are told to others
 *   carry.c   .. of which those that are not followed
 *   track.c   feeds, and what their headers announce
 *   pack.c    packs, and those of which a part is here
 *   plan.c    which packs are wanted
 *   accept.c  charters, headers and fork proofs that came in
 *   spread.c  telling others: HEADS, NEWS, PROOF
 *   holds.c   what is held, told to who asks for it: HOLDS
 *   link.c    one connection: its veil, and silence
 *   hello.c   who the peer is
 *   hear.c    what the peer says
 *   share.c   what a link has to do with a feed
 *   brief.c   little a link, where lines are frozen
 *   fetch.c   whom to ask for what
 *   give.c    what came
 *   found.c   .. by another way
 *   serve.c   answering
 *   contact.c the nodes that are known
 *   dial.c    whom of them to dial, and when
 *   merit.c   what peers deserve
 *   receipt.c who holds what we published
 *   introduce.c who is told of whom
 *   tie.c     .. and what was given to whom
 *   memory.c  what is remembered of all that over restarts
 *   reader.c  when a reader is done
 *   restore.c from the tree, before the first step
 *
 * Times are milliseconds, sizes bytes.  PROTOCOL.md §15 and §16 have the rules;
 * the constants are these, and their grounds stand in design and research.
 */
#define LINKS_MAX     112 /* out + in + readers + strangers so far */
#define STRANGERS_MAX 24  /* accepted, no HELLO yet */
#define HELLO_TIME    20000
#define DIAL_TIME     10000
#define DIAL_ROUND_TIME \
	30000 /* by a web server or a program, which may have to start */
#define DIAL_ONION_TIME 60000
#define PING_TIME       240000 /* +- a quarter */
#define SILENCE_TIME    900000
#define READER_IDLE     300000
#define EAGER           3     /* links that get a new head at once */
#define SHOW_MIN        20000 /* the others are shown it by a row, .. */
#define SHOW_MAX        40000
#define HOLD_BACK_MIN   500
#define HOLD_BACK_MAX   1500
#define ASKS_MAX        16 /* open at a time on a link, either way */
#define LITTLE_ASKS_MAX 14 /* .. of little packs; a few for others have room */
#define WINDOW_MAX      4  /* .. of other packs */
#define STALL_MIN       2000
#define STALL_MAX       64000
#define STALLS_MAX      3 /* in a row, then the link is of no use */
#define REST_TIME       16000
#define ENDGAME_TIME    4000
#define IN_FLIGHT_MAX   (4 * 1024 * 1024)
#define PARTS_MAX       32 /* packs being fetched */
#define SERVE_BELOW     65536
#define OUT_KEPT        512 /* of a buffer while it is idle */
#define UNREAD_MAX \
	(1024 * 1024) /* waits at the driver; then the link is over */
#define GIVE_HEADERS       16384 /* gather so many bytes of headers in a GIVE */
#define HOLDS_STEP         (512 * 1024)
#define RUNS_KEPT          256 /* of one feed that a link showed */
#define BACKOFF_MIN        60000
#define PINNED_BACKOFF_MIN 15000
#define BACKOFF_MAX        (24 * 3600 * 1000)
#define NEW_FAILURES       16     /* who was never reached is forgotten */
#define FEELER_TIME        600000 /* +- a half */
#define FEELER_WORRIED     60000  /* while something is overdue, or lacking */
#define FEELER_STAY        20000
#define VISIT_TIME         60000 /* after which who came in takes a place */
#define START_TIME         200 /* before the first dials: peers are yet to be told */
#define RECEIPTS_MAX       32 /* of an issue, asked for at a time */
#define FOLLOWS_KEPT       64
#define READER_SOURCES     3 /* a reader talks to so many at once */
#define READER_TRIES       2 /* dials of one source in a sync */
#define ROTTEN_MAX         3 /* times that a pack is bad on our disk */
#define BYE_TIME           5000
#define PARTIAL_MAX        8   /* packs that a link holds in part */
#define PROOFS_MAX         8   /* forks being proved */
#define BRIEF_LEAST        512 /* bytes worth asking for */
#define BRIEF_NO_LIMIT     ((size_t)1 << 40)
#define SEEK_MAX           4 /* links asked at a time who holds what we lack */
#define SEEK_TIME          1000

/* Carrying heads of feeds that are not followed; _EACH in milliseconds. */
#define CARRIED_BYTES       (2 * 1024 * 1024) /* of all */
#define CARRIED_FEED_BYTES  28672 /* charters of one: they fit one GIVE */
#define CARRIED_ALONE_MAX   64    /* that no link but this one has shown */
#define CARRIED_NEWS_EACH   100
#define CARRIED_NEWS_BURST  256 /* a link */
#define CARRIED_CHECK_EACH  50
#define CARRIED_CHECK_BURST 64 /* a link: signatures */
#define CARRIED_FEED_EACH   10000
#define CARRIED_FEED_BURST  60 /* heads of a feed */
#define CARRIED_ASKS        2  /* open on a link for such feeds */
#define SHUNNED_MAX         256
#define SHUNNED_TIME        (24 * 3600 * 1000)

struct timer {
	struct heap_item item;
	void (*fire)(struct node *n, void *owner);
	void *owner;
};

/* A pack's bytes, whoever announces them; in node.packs by root. */
enum pack_state {
	PACK_AWAY, /* not here, and nobody wants it */
	PACK_WANTED,
	PACK_STORED, /* all pieces came; the last ones are not yet durable */
	PACK_HELD,
};
struct part {
	struct pack *pack;
	size_t n_piece, n_have, n_asked;
	struct id *hash;     /* of each piece; NULL: not known yet */
	uint8_t *have;       /* bitmaps: came and are right */
	uint8_t *safe;       /* .. and are durable */
	uint8_t *asked;      /* .. are on their way from somebody */
	struct link *hasher; /* was asked for the hashes */
	uint64_t told;       /* bytes when HOLDS was last said */
};
struct pack {
	struct id root;
	uint32_t size;
	uint32_t wants;      /* announcements that want it */
	uint32_t uses;       /* announcements alive at all */
	uint32_t refs;       /* announcements, dead ones too */
	uint64_t refused[2]; /* links (by slot) that do not hold it */
	struct track *track; /* who announced it last, and where */
	uint64_t number;
	uint8_t tier, rotten; /* how often it was */
	enum pack_state state;
	struct part *part;
};

/* One entry of a header's packs. */
enum plan {
	PLAN_DROP, /* outside the policy: what is here goes */
	PLAN_KEEP, /* not fetched, but what is here stays */
	PLAN_WANT,
};

struct announce {
	struct pack *pack;
	uint32_t number, first, last;
	uint32_t
	    worth; /* the newest number that needs it; while the plan is made */
	uint8_t tier;
	bool only;
	uint8_t base;   /* issues before it that it leans on */
	bool dead;      /* withdrawn, or cut with its header */
	bool wanted;    /* counted in pack->wants */
	enum plan plan; /* while it is made */
};

/*
 * A feed by its newest head: what is told of it to others, whether it is followed
 * or carried.  It begins a track or a carried.
 */
struct head {
	struct node *n;
	struct id id;
	size_t index; /* in node.head, and of the links' shares */
	bool followed;
	bool forked;
	uint8_t gap; /* that it is told with; above MSG_GAP_MAX: it is not */
	uint64_t number, charter; /* that may be told; 0: none */
	uint64_t changed;         /* node.counter, when these did last */
	struct buf file;          /* of the newest header that we have */
	struct buf proof;         /* of the fork */
	/* asking for charters and headers: one link at a time */
	struct link *asking;
};

struct track {            /* a feed followed */
	struct head head; /* what is durable of it */
	struct node_policy policy;
	struct feed *feed;
	struct announce *a; /* in order of announcement */
	size_t n_a, cap_a;
	uint32_t *first_a; /* by number - 1: where its entries begin */
	size_t cap_first;
	uint64_t next;   /* the head's promise, seconds */
	size_t n_unsafe; /* headers on their way to the disk */
	bool overdue, plan_dirty;
	bool wants;        /* packs; as of the newest list of them */
	bool seeking;      /* .. and nobody here has the first of them */
	bool retry;        /* an ask of charters or headers came to nothing */
	uint64_t cut_step; /* the step in which headers died */
	when_ms sought;    /* since it is so */
	when_ms fresh;     /* when its newest head came */
	when_ms late;      /* since when it is overdue */
	size_t n_source;   /* links that follow it */
	uint64_t waited;   /* for the next one, before the restart */
	when_ms waits_from;
	struct timer due, seek, judge;
	uint64_t
	    given_by; /* link that gave every header; 0: several, or the disk */
	uint64_t sole; /* link that alone gives headers up to the pin; 0: any */
	size_t index;  /* in node.track */
	struct receipt
	    *receipt; /* of the head, if it is ours: RECEIPTS_MAX at most */
	size_t n_receipt;
};

struct receipt { /* whose, and what we know of it */
	struct track *track;
	uint8_t by[8]; /* contact */
	uint32_t group;
	bool good;
	uint8_t tries;
	uint64_t link;    /* of which a part is asked back; 0: none */
	struct id part;   /* its hash, while .. */
	uint64_t get;     /* .. our piece is loaded; 0: it is not */
	size_t from, len; /* of the part in it */
};

/* A feed that is not followed: nothing of it is on the disk. */
struct carried {
	struct head head;
	struct buf charters; /* all files, each a CBOR byte string */
	struct buf fork;     /* the proof that they are forked; else empty */
	struct id last;      /* hash of the newest one */
	struct id hash;      /* identity of the header */
	uint64_t by;         /* link that brought it first */
	when_ms heard;       /* of its newest head */
	when_ms bucket;
};

/* What a link has to do with a head; index as in node.head. */
struct share {
	uint32_t number, shown; /* newest that the peer showed, that we did */
	uint16_t charter;       /* newest version that one showed the other */
	uint8_t shown_gap;
	uint32_t owed;   /* least issue of which HOLDS are due; 0: none are */
	bool known : 1;  /* the peer showed it */
	bool died : 1;   /* headers have since, perhaps what it showed */
	bool waits : 1;  /* news of it are held back */
	bool near : 1;   /* the peer said that it follows it: gap 0 */
	bool failed : 1; /* showed what it could not give */
	bool rival : 1;  /* its header of our head's number is another */
	bool proved : 1; /* was sent the proof of a fork */
	bool proved_charters : 1; /* .. and that of its charters */
	bool differs : 1;  /* its charters are not ours: all are asked for */
	bool compared : 1; /* .. and were, once */
	bool asked : 1;   /* was told what we hold, and so asked for the same */
	bool follows : 1; /* told us what it holds */
	uint16_t n_run, cap_run;
	struct msg_run *run; /* what it holds, RUNS_KEPT at most */
};

struct wait { /* news held back */
	struct head *head;
	when_ms at;
};

struct ask { /* ours, open on a link */
	uint32_t id;
	enum msg_what what;
	struct head *head; /* NULL: charters of the link's stranger, or packs */
	struct part *part;
	struct pack *pack;          /* of |head|, for a receipt; else NULL */
	uint64_t first, last, next; /* next: expected in what comes */
	uint64_t
	    budget; /* bytes; 0, to fetch_say(): as many as the link has room for */
	bool gave; /* some of what it is about came */
	when_ms at;
	bool fork_check;
	bool again; /* asked of another link as well */
};

struct job { /* the peer's, waiting to be answered */
	uint32_t id;
	enum msg_what what;
	struct head *head;
	struct pack *pack;
	uint64_t next, last, budget;
};

/* A feed that nobody here knows: its header waits for the charters. */
struct stranger {
	struct id id;
	uint8_t gap;
	struct buf file, charters;
};

struct partial { /* a pack that the peer holds a part of */
	struct id root;
	uint8_t have[128];
};

enum link_state {
	LINK_LINE,
	LINK_HELLO, /* the veil is open; the peer has not said who it is */
	LINK_OPEN,
	LINK_SHUT,
};
struct link {
	struct node *n;
	uint64_t id;
	size_t slot;
	enum link_state state;
	bool dialled, proven, said_bye, heads_seen;
	bool gained;   /* something was taken in from it */
	uint64_t came; /* bytes */
	uint32_t group;
	struct veil *veil;
	struct buf out;
	size_t queued; /* at the driver */
	enum msg_role role;
	uint8_t key[32];
	struct contact *contact;
	int8_t merit;            /* if it has no contact */
	bool visited;            /* it took its place */
	bool said_two, said_own; /* invites to us */
	when_ms brought_next, bytes_next;
	size_t good; /* bytes of pieces */
	struct timer timer;
	when_ms opened, last_in, last_out, hello_by, rest_until;
	uint64_t said;       /* node.counter, up to which all was told */
	when_ms show_at;     /* then what changed since is; 0: nothing did */
	when_ms hold_at;     /* then it is told what else is held; 0: nothing */
	struct share *share; /* as node.head */
	struct msg_tag *tag; /* of each as the peer writes it; NULL: not made */
	size_t n_share, cap_share;
	struct wait *wait;
	size_t n_wait, cap_wait;
	struct buf rows; /* the peer's, of feeds that we do not know */
	struct stranger *stranger;
	when_ms news_bucket, check_bucket;
	/* asking */
	struct ask ask[ASKS_MAX];
	size_t n_ask, window, stalls;
	bool asks_more; /* little packs, until so many are open */
	uint32_t next_ask;
	uint64_t want_gen; /* how far node.want was looked at */
	size_t want_from;
	bool refused_any;
	uint64_t stall;
	struct partial *partial;
	size_t n_partial;
	/* answering */
	struct job job[ASKS_MAX];
	size_t n_job;
	uint64_t get; /* token of the object being loaded; 0: none */
	struct buf gather;
	uint64_t gather_first;
	uint64_t served;
};

enum purpose { /* of a dial */
	TO_STAY,
	TO_FEEL,  /* a look, and goodbye */
	TO_FETCH, /* while it gives what nobody else here has */
};

/* A node that can be dialled, or a guest.  Seconds are of node_age(). */
struct contact {
	struct node *n;
	uint8_t id[8];
	enum node_class class;
	struct buf invite; /* as text; empty: a guest */
	uint8_t node[32];  /* the key in it */
	uint8_t via[8];    /* who introduced it; zeros: nobody */
	uint8_t key[32];   /* it said in HELLO, if .. */
	bool keyed;
	bool named;    /* pinned: the operator said so since the start */
	bool anchor;   /* to be dialled first after a restart */
	bool answered; /* reader: in this sync */
	int8_t merit;
	uint8_t misses; /* new heads that it did not show, in a row */
	uint8_t n_follows;
	uint32_t *follows; /* beginnings of feed ids that we have in common */
	uint32_t group;
	unsigned failures, tries;
	uint64_t since, heard; /* reached first and last; 0: never */
	uint64_t linked;       /* seconds, without the link that there is, .. */
	when_ms met;   /* .. which counts from then on; 0: it does not */
	uint64_t rest; /* until then it is not dialled */
	when_ms next_try;
	uint64_t dial; /* token while dialling */
	enum purpose purpose;
	struct link *link; /* the first one, if there are several */
	struct tie *tie;   /* introductions; NULL: none yet */
	/* reader: bytes a link after which its line was frozen, 0: it was not; links
	 * since that ended well, and how many it takes to try more */
	uint64_t cap;
	unsigned good, patience;
	/* .. and what it gave by now of a piece, or of hashes, that comes in parts */
	struct buf some;
	struct id some_pack;
	enum msg_what some_what;
	uint64_t some_piece;
};

#define GIVEN_MAX MSG_TOKENS_MAX

/* What a contact and we have given each other by way of introductions. */
struct tie {
	/* Ours, for it to pass on: who came with them.  A secret of zeros counts no
	 * more. */
	unsigned n_minted;
	uint8_t minted[GIVEN_MAX][INVITE_SECRET_LEN];
	uint8_t user[GIVEN_MAX][8];
	/* Ours, for itself. */
	bool has_own, own_used;
	uint8_t own[INVITE_SECRET_LEN];
	/* Its own, for us to pass on: to whom they went. */
	unsigned n_stock;
	struct buf stock[GIVEN_MAX];
	uint8_t passed[GIVEN_MAX][8];
	/* What it was told of others. */
	unsigned n_given;
	struct buf given[GIVEN_MAX];
	uint64_t given_at;
	/* What we were told by it. */
	unsigned taken;
	uint64_t asked_at;
	bool got_own;
};

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
	uint8_t epoch[8];
	struct rng rng;
	when_ms now;
	uint64_t wall;
	bool full;
	uint64_t counter; /* of changes of what HEADS would say */
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

	struct link *link[LINKS_MAX];
	size_t n_slot;                    /* links lie below */
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
void timer_init(struct timer *t, void (*fire)(struct node *, void *),
    void *owner);
void timer_set(struct node *n, struct timer *t, when_ms when);
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
    when_ms timeout);
void update_drop(struct node *n, uint64_t link, bool drain, int why);
void update_tell(struct node *n, enum node_fact fact, const struct id *id,
    uint64_t number, uint64_t value);
/* A copy of |data| that lives as long as the update. */
struct bytes update_keep(struct node *n, struct bytes data);
void update_begin(struct node *n);
void update_end(struct node *n, struct node_update *ret);
void update_free(struct node *n);

/* head.c */
struct head *head_find(const struct node *n, const struct id *feed);
/* Begin |h|, of |feed|, and put it into the table: 0, or QERR_NOMEM. */
int head_add(struct node *n, struct head *h, const struct id *feed);
/* Take it out: no link, ask or job knows it any more. */
void head_remove(struct head *h);
/* |h|, which is new, comes in the place of |old|, which is taken out. */
void head_replace(struct head *h, struct head *old);
void head_done(struct head *h);
/* What may be told of it has changed. */
void head_changed(struct head *h);
void head_set_file(struct head *h, struct bytes file);
/* |a| and |b| prove a fork: keep them. */
void head_forked(struct head *h, struct bytes a, struct bytes b);
/* The newest charter that may be told. */
struct bytes head_charter(const struct head *h);
/* The proof that its charters are forked: false if they are not. */
bool head_charters_forked(const struct head *h, struct bytes *ret_a,
    struct bytes *ret_b);
/* What the mark of the head is made of. */
void head_mark(const struct head *h, struct id *ret);
static inline struct track *
head_track(struct head *h)
{
	return h->followed ? (struct track *)(void *)h : NULL;
}
static inline struct carried *
head_carried(struct head *h)
{
	return h->followed ? NULL : (struct carried *)(void *)h;
}

/* carry.c: 0, or a fault of the peer */
int carry_news(struct link *l, const struct msg_news *m,
    const struct header *h);
/* The peer's header |number| of |c|, for which it was asked. */
int carry_header(struct carried *c, struct link *l, uint64_t number,
    struct bytes file);
int carry_charter(struct carried *c, struct link *l, struct bytes file);
int carry_proof(struct carried *c, struct link *l, struct bytes a,
    struct bytes b);
/* Two charters of |c| that are said to contradict each other. */
int carry_fork(struct carried *c, struct link *l, struct bytes a,
    struct bytes b);
/* True if |p| says that it is behind one of its charters. */
bool carry_is_of(const struct carried *c, const struct charter *p);
/* Charters of the link's stranger; |last|: there are no more. */
int carry_stranger(struct link *l, struct bytes charters, bool last);
void carry_forget_stranger(struct link *l);
/* Ask |l| for what it showed of |c|, or of any; ask anybody for what he showed of |c|. */
void carry_ask(struct link *l, struct carried *c);
void carry_more(struct link *l);
void carry_again(struct carried *c);
void carry_free(struct carried *c);
/* The files of |c| from |first| on, as in a GIVE. */
struct bytes carry_charters(const struct carried *c, uint64_t first);

/* track.c */
struct track *track_find(const struct node *n, const struct id *feed);
struct track *track_new(struct node *n, const struct id *feed,
    const struct node_policy *policy);
void track_free(struct track *s);
void track_remove(struct node *n, struct track *s);
/* Take in what an accepted header announces and withdraws. */
void track_add_header(struct track *s, const struct header *h);
/* The headers from |floor| on died. */
void track_cut(struct track *s, uint64_t floor);
/* For how long the next header was waited for, in own uptime; and before a restart. */
uint64_t track_waited(const struct track *s);
void track_wait(struct track *s, uint64_t before);
uint64_t track_charter(const struct track *s);
/* True if every live pack of |tier| that header |number| announces is held. */
bool track_holds(const struct track *s, uint64_t number, unsigned tier);
bool track_whole(const struct track *s);
/* The link in |slot| holds what it did not hold before. */
void track_unrefuse(struct track *s, const struct msg_run *r, size_t slot);

/* pack.c */
struct pack *pack_find(struct node *n, const struct id *root);
/* Find or make it; NULL after node_fail(). */
struct pack *pack_new(struct node *n, const struct pack_entry *e);
/* An entry that announced |p| goes; the last one takes the pack along. */
void pack_release(struct node *n, struct pack *p);
/* Delete what is here of |p|. */
void pack_drop(struct node *n, struct pack *p);
void pack_stored(struct node *n, struct pack *p);
/* |a| wants its pack no more. */
void pack_unwant(struct node *n, struct announce *a);
/* |a| is no more: withdrawn, cut, or its feed goes. */
void announce_end(struct node *n, struct announce *a, bool forget);
struct part *part_open(struct node *n, struct pack *p);
void part_close(struct node *n, struct pack *p);
/* These are said to be the hashes of its pieces: 0, QERR_BADHASH or QERR_NOMEM. */
int part_set_hashes(struct part *t, struct bytes hashes);
/* Piece |i| has come: check it, and put it.  0, QERR_BADHASH, or QERR_DUPLICATE. */
int part_take(struct node *n, struct part *t, size_t i, struct bytes data);
/* It is on its way from nobody. */
void part_unask(struct part *t, size_t i);

/* plan.c: which packs of |s| are wanted, from its policy; and the list of all */
void track_plan(struct track *s);
void want_update(struct node *n);
static inline bool
bit(const uint8_t *b, size_t i)
{
	return (b[i / 8] >> (i % 8) & 1) != 0;
}
static inline void
bit_set(uint8_t *b, size_t i, bool v)
{
	b[i / 8] =
	    (uint8_t)((b[i / 8] & ~(1u << (i % 8))) | (unsigned)v << (i % 8));
}

/* accept.c: 0, or a fault of the peer */
/* A charter was taken in, from which headers died from |floor| on. */
void accept_verdict(struct track *s, uint64_t floor);
bool accept_from(const struct track *s, struct link *l);
int accept_headers(struct track *s, const struct bytes *file, size_t count,
    struct link *from);
/* Another space on the disk: what failed for want of it is done again. */
void accept_space(struct node *n);
int accept_head(struct track *s, struct bytes file, struct link *from);
int accept_proof(struct node *n, struct bytes a, struct bytes b,
    struct link *from);
/* |err|, or 0 if that is a publisher's fault and none of who passes it on. */
int accept_fault(int err);
/* A header of a number that we have: perhaps a fork. */
void accept_rival(struct track *s, uint64_t number, struct bytes theirs);
bool accept_loaded(struct node *n, uint64_t token, struct bytes object);
void accept_stored(struct node *n, uint64_t token, int err);

/* charters.c: of a feed that is followed; 0, or a fault of the peer */
int charters_accept(struct track *s, struct bytes file, struct link *from);
/* Two charters that are said to contradict each other. */
int charters_proof(struct track *s, struct bytes a, struct bytes b,
    struct link *from);

/* spread.c */
/* To who has just come, and may be a reader: what is followed, and of the rest what
 * costs no frame more. */
void spread_first(struct link *l);
/* To a node, what changed since it was told all. */
void spread_heads(struct link *l);
void spread_ping(struct link *l);
void spread_head(struct head *h, bool urgent);
void spread_charter(struct head *h);
bool spread_tells(const struct link *l);
void spread_proof(struct head *h, struct link *from);
void spread_forked(struct link *l, struct share *sh, struct head *h);
/* That the charters of |h| are forked, to all but |from|. */
void spread_charters(struct head *h, struct link *from);
void spread_due(struct link *l);
when_ms spread_timer(const struct link *l);

/* holds.c */
/* Tell |l| what is held of |s|: it answers with what it holds. */
void holds_ask(struct link *l, struct track *s);
/* Ask who may hold what |s| lacks. */
void holds_seek(struct track *s);
/* |p| has become whole and durable. */
void holds_pack(struct node *n, struct pack *p);
/* Headers |from| to the safe head have become safe. */
void holds_safe(struct track *s, uint64_t from);
void holds_part(struct node *n, struct part *part);
/* What |l| is yet to be told, as it holds that itself. */
void holds_due(struct link *l);

/* link.c */
void link_up(struct node *n, const struct node_event *ev);
void link_data(struct node *n, uint64_t id, struct bytes in);
void link_down(struct node *n, uint64_t id);
void link_room(struct node *n, uint64_t id, size_t queued);
void link_shut(struct link *l, bool drain, int why);
void link_free(struct link *l);
void link_say(struct link *l); /* n->say */
void link_bye(struct link *l);
void link_timer(struct link *l);
void link_flush(struct node *n);
bool link_is_node(const struct link *l);

/* hello.c */
void hello_say(struct link *l);
/* No room: come back later. */
void hello_busy(struct link *l);
size_t hello_count_in(const struct node *n, enum msg_role role);
int hello_heard(struct link *l, const struct msg_hello *m);

/* hear.c: 0, or a fault of the peer */
int hear(struct link *l, struct bytes in);

/* share.c */
static inline struct share *
share_of(struct link *l, const struct head *h)
{
	return &l->share[h->index];
}
struct head *share_find(struct link *l, const struct msg_tag *tag,
    struct share **ret);
struct msg_tag share_tag(struct link *l, const struct head *h);
/* The newest number that the peer knows of. */
static inline uint64_t
share_told(const struct share *sh)
{
	return sh->died || sh->shown > sh->number ? sh->shown : sh->number;
}
/* The peer has shown that it has header |number|. */
void share_show(struct share *sh, uint64_t number);
/* The peer's charters are not ours. */
void share_differs(struct share *sh);
/* For a link that opens, and as heads come and go: 0 or QERR_NOMEM. */
int share_open(struct link *l);
int share_add(struct link *l, const struct head *h);
void share_remove(struct link *l, size_t index, size_t last);
void share_close(struct link *l);
/* Remember a row of a feed that is not known. */
void share_keep_row(struct link *l, const struct msg_heads_row *row);
int share_add_run(struct share *sh, const struct msg_run *r);
/* True if the peer said that it holds all of |tier| of issue |number|. */
bool share_has_run(const struct share *sh, uint64_t number, unsigned tier);
/* True if the peer in |l| says that it holds |p|, of |tier| of issue |number|, or a
 * part of it. */
bool share_holds(struct link *l, const struct track *s, uint64_t number,
    unsigned tier, const struct pack *p);

/* fetch.c */
/* Say |a|; returns its place in the link. */
struct ask *fetch_say(struct link *l, const struct ask *a,
    const struct msg_tag *tag);
void fetch_heads(struct link *l, struct share *sh, struct track *s);
void fetch_more(struct node *n);
void fetch_stop(struct link *l);
void fetch_cancel(struct node *n, struct part *p);
/* |a| of |l| is over: what did not come may be asked of others. */
void fetch_end(struct link *l, struct ask *a);
/* Cancel one ask. */
void fetch_drop(struct link *l, size_t k);
when_ms fetch_timer(struct link *l);
void fetch_stalled(struct link *l);
/* Ask anybody for what is still to come of |s|'s charters and headers. */
void fetch_track(struct track *s);

/* give.c */
int give_take(struct link *l, const struct msg_give *g);

/* found.c */
void found(struct node *n, const struct node_event *ev);

/* brief.c */
/* How many bytes may still be asked of |l|; BRIEF_NO_LIMIT: as many as there are. */
size_t brief_room(const struct link *l);
/* |l| is silent where something should come: true if its line is frozen; then it is
 * shut. */
bool brief_frozen(struct link *l);
/* The other end closed it. */
void brief_ended(struct link *l);
void brief_look(struct link *l);
/* What |l|'s node gave by now of |what|, or of that |piece|, of |t|; NULL: nothing. */
struct buf *brief_some(const struct link *l, const struct part *t,
    enum msg_what what, uint64_t piece);
/* Another node is about to give piece |i| of |t|, bit by bit. */
bool brief_elsewhere(const struct link *l, const struct part *t, size_t i);
/*
 * |g| answers |a|, which is about |all| bytes: |*ret| has them if they are all here now,
 * else it is absent.  0 or a fault.
 */
int brief_gather(struct link *l, struct ask *a, const struct msg_give *g,
    size_t all, struct bytes *ret);

/* serve.c */
int serve_ask(struct link *l, const struct msg_ask *a);
void serve_more(struct link *l);
bool serve_loaded(struct node *n, uint64_t token, struct bytes object);
/* A feed or a pack goes: nothing may point to it any more. */
void serve_forget(struct node *n, const struct head *h, const struct pack *p);

/* contact.c */
struct contact *contact_find(const struct node *n, const uint8_t id[8]);
/* Who can be dialled and has said |key|. */
struct contact *contact_of_key(const struct node *n, const uint8_t key[32]);
/*
 * Put the node that |text|, which is |v|, leads to into the book, by the operator's
 * word or by an introduction of |via|'s.  NULL: there is no room for it; or, introduced,
 * it is known already.
 */
struct contact *contact_pin(struct node *n, struct bytes text,
    const struct invite *v);
struct contact *contact_introduce(struct node *n, struct bytes text,
    const struct invite *v, const uint8_t via[8]);
/* Who was pinned by that invite, or NULL. */
struct contact *contact_pinned(const struct node *n, struct bytes text);
void contact_set_invite(struct contact *c, struct bytes text,
    const struct invite *v);
/* True if we are, or are about to be, linked to the same node at another address. */
bool contact_is_met(const struct contact *c);
/* Who came in by the invite called |name|; NULL if there is no room. */
struct contact *contact_guest(struct node *n, const uint8_t name[8]);
void contact_free(struct contact *c);
/* From the memory: one as it was, its invite still to come from |r|. */
struct contact *contact_restore(struct node *n, const uint8_t id[8],
    enum node_class class);
void contact_restore_invite(struct contact *c, struct reader *r);
uint32_t contact_group(const struct invite *v);
/* It follows |feed|, as we do. */
void contact_follows(struct contact *c, const struct id *feed);
bool contact_is_source(const struct contact *c, const struct id *feed);
uint64_t contact_linked(const struct contact *c);

/* dial.c */
void dial_tick(struct node *n, void *unused);
/* Look at it soon: something is worrying. */
void dial_worry(struct node *n);
struct contact *dial_find(const struct node *n, uint64_t token);
void dial_failed(struct node *n, uint64_t token);
void dial_opened(struct contact *c);
void dial_lost(struct contact *c, struct link *l);
/* It broke a rule, and no weather did: no soon again. */
void dial_faulted(struct contact *c);
/* Whether a reader may dial it once more. */
bool dial_is_hopeful(const struct contact *c);
/* True if there is somebody to take another's place. */
bool dial_has_other(struct node *n);
/* |l| did what it was dialled for: true if it may stay all the same. */
bool dial_may_stay(struct link *l);

/* merit.c */
int merit_of(const struct link *l);
void merit_fault(struct link *l);
/* |l| has shown the newest head of |s|. */
void merit_shown(struct link *l, struct track *s);
void merit_bytes(struct link *l, size_t bytes);
/* |s| has a new head. */
void merit_expect(struct track *s);
void merit_judge(struct node *n, void *track);
void merit_begin(struct node *n);
void merit_daily(struct node *n, void *unused);
void merit_crowd(struct link *l);

/* tie.c */
struct tie *tie_of(struct contact *c);
void tie_free(struct tie *t);
/* Mint what |c| is to pass on, or its own; nothing if that was done before. */
void tie_mint_two(struct contact *c);
void tie_mint_own(struct contact *c);
bool tie_is_void(const uint8_t secret[INVITE_SECRET_LEN]);
/* True if nobody has come with minted |i|, and somebody may. */
bool tie_is_unused(const struct tie *t, size_t i);
/* Who came in by the invite called |name|; NULL if there is no room. */
struct contact *tie_guest(struct node *n, const uint8_t name[8]);
/* Nothing that |a| was given counts any more, nor who came through it. */
void tie_forget(struct contact *a);
void tie_put(struct buf *b, const struct tie *t);
void tie_get(struct reader *r, struct contact *c);
void tie_count(const struct tie *t, struct node_contact *ret);

/* introduce.c */
void introduce_self(struct node *n, struct bytes invite);
/* What is due on |l|, which opened; on all links. */
void introduce_look(struct link *l);
void introduce_all(struct node *n);
int introduce_heard(struct link *l, const struct msg_peers *m);
/* |l| asks for introductions: true if there will be some, once that is safe. */
bool introduce_asked(struct link *l);
void introduce_answer(struct link *l);

/* memory.c */
void memory_begin(struct node *n);
void memory_tick(struct node *n, void *unused);
/* Something changed that must be durable before it is told. */
void memory_change(struct node *n);
bool memory_is_safe(const struct node *n);
void memory_stored(struct node *n, uint64_t token, int err);

/* receipt.c */
/* Has |l| a receipt of our newest issue to give, or any link? */
void receipt_look(struct link *l, struct track *s);
void receipt_look_all(struct track *s);
/* There is another head. */
void receipt_forget(struct track *s);
int receipt_heard(struct link *l, const struct ask *a,
    const struct msg_give *g);
/* |a| is over. */
void receipt_end(struct link *l, const struct ask *a);
bool receipt_loaded(struct node *n, uint64_t token, struct bytes object);
void receipt_stat(const struct track *s, struct node_feed_stat *ret);

/* reader.c */
void reader_sync(struct node *n);
void reader_look(struct node *n);

#endif

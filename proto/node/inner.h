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
 *   track.c   feeds, and what their headers announce
 *   pack.c    packs, and those of which a part is here
 *   plan.c    which packs are wanted
 *   accept.c  charters, headers and fork proofs that came in
 *   spread.c  telling others: HEADS, NEWS, PROOF
 *   holds.c   .. and what is held: HOLDS
 *   link.c    one connection: its veil, and silence
 *   hello.c   who the peer is
 *   hear.c    what the peer says
 *   share.c   what a link has to do with a feed
 *   fetch.c   whom to ask for what
 *   give.c    what came
 *   serve.c   answering
 *   contact.c whom to dial, and when
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
#define EAGER           3 /* links that get a new head at once */
#define HOLD_BACK_MIN   500
#define HOLD_BACK_MAX   1500
#define ASKS_MAX        8 /* open at a time on a link, either way */
#define WINDOW_MAX      4
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
	(1024 * 1024)        /* waits at the driver; then the link is over */
#define GIVE_HEADERS   16384 /* gather so many bytes of headers in a GIVE */
#define HOLDS_STEP     (512 * 1024)
#define RUNS_KEPT      256 /* of one feed that a link showed */
#define BACKOFF_MIN    15000
#define BACKOFF_MAX    (24 * 3600 * 1000)
#define FEELER_TIME    600000
#define FEELER_STAY    20000
#define READER_SOURCES 3 /* a reader talks to so many at once */
#define READER_TRIES   2 /* dials of one source in a sync */
#define ROTTEN_MAX     3 /* times that a pack is bad on our disk */
#define BYE_TIME       5000
#define PARTIAL_MAX    8 /* packs that a link holds in part */

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
	uint64_t contents, base; /* the beginnings of both; base 0: none */
	bool dead;               /* withdrawn, or cut with its header */
	bool wanted;             /* counted in pack->wants */
	enum plan plan;          /* while it is made */
};

struct track { /* a feed followed */
	struct node *n;
	struct id id;
	struct node_policy policy;
	struct feed *feed;
	struct announce *a; /* in order of announcement */
	size_t n_a, cap_a;
	uint32_t *first_a; /* by number - 1: where its entries begin */
	size_t cap_first;
	uint64_t next; /* the head's promise, seconds */
	struct buf head_file;
	uint64_t safe_head; /* durable: what may be told */
	size_t n_unsafe;    /* headers on their way to the disk */
	uint64_t safe_charter;
	bool forked, overdue, publishes, plan_dirty;
	bool retry;         /* an ask of charters or headers came to nothing */
	struct buf fork[2]; /* the contradicting header files */
	uint64_t cut_step;  /* the step in which headers died */
	struct timer due;
	/* asking for charters and headers: one link at a time */
	struct link *asking;
	uint64_t
	    given_by; /* link that gave every header; 0: several, or the disk */
	uint64_t sole; /* link that alone gives headers up to the pin; 0: any */
	size_t index;  /* in node.track */
	size_t receipts;
};

/* What a link has to do with one followed feed; index as in node.track. */
struct share {
	struct msg_tag in, out; /* the tag as the peer and as we write it */
	bool known;             /* the peer showed it */
	uint64_t number, charter;
	uint64_t told;       /* newest number that we told or were told */
	when_ms news_at;     /* held back until then; 0: nothing waits */
	bool held_told;      /* it was told what we hold */
	bool failed;         /* showed what it could not give */
	bool rival;          /* its header of our head's number is another */
	bool proved;         /* was sent the proof of a fork */
	struct msg_run *run; /* what it holds, RUNS_KEPT at most */
	size_t n_run, cap_run;
};

struct ask { /* ours, open on a link */
	uint32_t id;
	enum msg_what what;
	struct track *track;
	struct part *part;
	uint64_t first, last, next; /* next: expected in what comes */
	when_ms at;
	bool fork_check;
	bool again; /* asked of another link as well */
};

struct job { /* the peer's, waiting to be answered */
	uint32_t id;
	enum msg_what what;
	struct track *track;
	struct pack *pack;
	uint64_t next, last, budget;
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
	uint32_t group;
	struct veil *veil;
	struct buf out;
	size_t queued; /* at the driver */
	enum msg_role role;
	uint8_t key[32];
	struct contact *contact;
	struct timer timer;
	when_ms opened, last_in, last_out, hello_by, rest_until;
	uint64_t counter; /* of HEADS */
	uint64_t vouched; /* node.vouched when the last full one was said */
	struct share *share;
	size_t n_share;
	struct buf rows; /* of the peer's last full HEADS */
	/* asking */
	struct ask ask[ASKS_MAX];
	size_t n_ask, window, stalls;
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

struct contact {
	struct invite invite;
	bool pinned, tested;
	struct link *link;
	uint64_t dial; /* token while dialling */
	unsigned failures;
	when_ms next_try;
	uint64_t last_ok; /* UNIX seconds, as the driver's clock says */
	unsigned tries;   /* reader: in this sync */
	bool answered;
	bool feeler; /* dialled to look, not to stay */
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
	uint64_t vouched; /* counts changes of what HEADS would say */
	uint64_t steps;
	int fatal;
	struct heap timers;
	struct timer tick; /* dials, feelers */
	when_ms feeler_at;
	struct veil_door *door;

	struct track *track[NODE_FOLLOWED_MAX];
	size_t n_track;
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
	struct contact *contact[NODE_CONTACTS_MAX];
	size_t n_contact;
	struct pending *pending;
	size_t n_pending, cap_pending, pending_from;
	struct proof *proof[8];
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
void node_fail(struct node *n, int err);
/* Room for one more in an array of the node's; NULL after node_fail(). */
void *node_grow(struct node *n, void *array, size_t count, size_t *cap,
    size_t size);

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

/* track.c */
struct track *track_find(struct node *n, const struct id *feed);
struct track *track_new(struct node *n, const struct id *feed,
    const struct node_policy *policy);
void track_free(struct track *s);
void track_remove(struct node *n, struct track *s);
/* Take in what an accepted header announces and withdraws; the last one's file is
 * the head. */
void track_add_header(struct track *s, const struct header *h);
void track_set_head(struct track *s, struct bytes file);
/* |a| and |b| prove a fork: keep them. */
void track_forked(struct track *s, struct bytes a, struct bytes b);
/* The headers from |floor| on died. */
void track_cut(struct track *s, uint64_t floor);
uint64_t track_charter(const struct track *s);
/* True if every live pack of |tier| that header |number| announces is held. */
bool track_holds(const struct track *s, uint64_t number, unsigned tier);
bool track_whole(const struct track *s);
/* The link in |slot| holds what it did not hold before. */
void track_unrefuse(struct track *s, const struct msg_run *r, size_t slot);
/* Count who holds all of our head: true if there are more than before. */
bool track_receipt(struct track *s);

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
int accept_charter(struct track *s, struct bytes file);
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
/* A header of a number that we have: perhaps a fork. */
void accept_rival(struct track *s, uint64_t number, struct bytes theirs);
bool accept_loaded(struct node *n, uint64_t token, struct bytes object);
void accept_stored(struct node *n, uint64_t token, int err);

/* spread.c */
void spread_heads(struct link *l);
void spread_heads_all(struct node *n);
void spread_ping(struct link *l);
void spread_head(struct track *s, bool urgent);
void spread_charter(struct track *s);
bool spread_tells(const struct link *l, const struct track *s);
void spread_proof(struct node *n, struct bytes a, struct bytes b,
    struct link *from);
void spread_forked(struct link *l, struct share *sh, struct track *s);
void spread_due(struct link *l);

/* holds.c */
void holds_all(struct link *l, struct share *sh, struct track *s);
/* |p| has become whole and durable. */
void holds_pack(struct node *n, struct pack *p);
/* Headers |from| to the safe head have become safe. */
void holds_safe(struct track *s, uint64_t from);
void holds_part(struct node *n, struct part *part);

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
int hello_heard(struct link *l, const struct msg_hello *m);

/* hear.c: 0, or a fault of the peer */
int hear(struct link *l, struct bytes in);

/* share.c */
struct share *share_of(struct link *l, const struct track *s);
struct track *share_find(struct link *l, const struct msg_tag *tag,
    struct share **ret);
/* The peer has shown |sh|'s feed. */
void share_known(struct link *l, struct share *sh);
/* Make or remake them after feeds came or went. */
int share_all(struct link *l);
int share_add_run(struct share *sh, const struct msg_run *r);

/* fetch.c */
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
bool link_holds(struct link *l, const struct track *s, uint64_t number,
    unsigned tier, const struct pack *p);

/* give.c */
int give_take(struct link *l, const struct msg_give *g);

/* serve.c */
int serve_ask(struct link *l, const struct msg_ask *a);
void serve_more(struct link *l);
bool serve_loaded(struct node *n, uint64_t token, struct bytes object);
/* A feed or a pack goes: nothing may point to it any more. */
void serve_forget(struct node *n, const struct track *s, const struct pack *p);

/* contact.c */
struct contact *contact_add(struct node *n, const struct invite *v,
    bool pinned);
void contact_remove(struct node *n, struct contact *c);
void contact_tick(struct node *n, void *unused);
void contact_undialled(struct node *n, uint64_t dial);
void contact_linked(struct contact *c, struct link *l);
void contact_opened(struct contact *c);
void contact_lost(struct contact *c, struct link *l);
void contact_faulted(struct contact *c);
struct contact *contact_dialled(struct node *n, uint64_t dial);

/* reader.c */
void reader_sync(struct node *n);
void reader_look(struct node *n);

#endif

#ifndef QUIRE_NODE_FEEDS_H
#define QUIRE_NODE_FEEDS_H

#include "proto/base/buf.h"
#include "proto/node/limits.h"
#include "proto/node/node.h"
#include "proto/node/timer.h"
#include "proto/wire/message.h"

struct ask;
struct link;
struct share;

/* What a node knows of feeds, those that it follows and those that it carries. */

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
	uint32_t wants; /* announcements that want it */
	uint32_t uses;  /* announcements alive at all */
	uint32_t refs;  /* announcements, dead ones too */
	uint64_t
	    refused[(LINKS_MAX + 63) / 64]; /* links (by slot) that do not */
	struct track *track; /* who announced it last, and where */
	uint64_t number;
	uint8_t tier, rotten; /* how often it was */
	bool beside; /* others of its tier, in its header: see share_holds() */
	bool spared; /* a reader did not get it: issues, or a volume, will do */
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
	uint32_t base;  /* set of issues that it leans on, as in a pack_entry */
	uint32_t by;    /* the header that withdrew it; 0: none */
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
	size_t n_over;   /* packs of issues that the quota has no room for */
	bool overdue, plan_dirty;
	bool asleep, woken; /* restored by its charters and its head alone */
	uint64_t slept_at; /* the head's number and identity, while it sleeps */
	struct id slept_on;
	struct buf slept_with; /* roots of packs that are here */
	bool wants;            /* packs; as of the newest list of them */
	bool seeking;          /* .. and nobody here has the first of them */
	bool retry;        /* an ask of charters or headers came to nothing */
	bool halted;       /* headers cannot be put behind those before */
	uint64_t cut_step; /* the step in which headers died */
	when_ms sought;    /* since it is so */
	when_ms fresh;     /* when its newest head came */
	when_ms late;      /* since when it is overdue */
	size_t n_source;   /* links that follow it */
	uint64_t waited;   /* for the next one, before the restart */
	when_ms
	    waits_from; /* since it is followed, or its newest header came */
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
/* Ask |l| for what it showed of |c|, or of any; ask anybody for what he showed of |c|. */
void carry_ask(struct link *l, struct carried *c);
void carry_more(struct link *l);
void carry_again(struct carried *c);
void carry_free(struct carried *c);
/* The files of |c| from |first| on, as in a GIVE. */
struct bytes carry_charters(const struct carried *c, uint64_t first);
/* |h|, in |file|, is the newest head of |c|; |gap| hops to a follower, as we tell it. */
void carry_accept(struct carried *c, const struct header *h, struct bytes file,
    unsigned gap);
/* May a signature that |l| brought be checked now?  Then it counts as one. */
bool carry_may_check(struct link *l);
/* May |l| be asked for something of what is not followed? */
bool carry_can_ask(const struct link *l);

/* stranger.c: 0, or a fault of the peer */
/* |h|, which |m| brought, is of a feed that is not here. */
int stranger_meet(struct link *l, const struct msg_news *m,
    const struct header *h);
/* Charters of the link's stranger; |last|: there are no more. */
int stranger_charters(struct link *l, struct bytes charters, bool last);
void stranger_forget(struct link *l);

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
uint64_t track_head(const struct track *s);
/* What the mark of its head with our charter is made of. */
void track_state(const struct track *s, struct id *ret);
/* More is to be known of it than while it sleeps. */
void track_wake(struct track *s);
/* True if every live pack of |tier| that header |number| announces is held. */
bool track_holds(const struct track *s, uint64_t number, unsigned tier);
bool track_whole(const struct track *s);
/* The link in |slot| holds what it did not hold before. */
void track_unrefuse(struct track *s, const struct msg_run *r, size_t slot);
/* It holds more, and perhaps of that which it cannot tell: packs beside others. */
void track_unrefuse_beside(struct track *s, size_t slot);

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

/* plan.c: which packs are wanted, from the policies */
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
/* Feeds whose headers could not be put may try again. */
void accept_resume(struct node *n);
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

#endif

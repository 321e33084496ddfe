#ifndef QUIRE_NODE_LINKS_H
#define QUIRE_NODE_LINKS_H

#include "proto/node/feeds.h"
#include "proto/wire/veil.h"

struct contact;
struct want;

/* Its links, and what is said on them. */

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
	/* What is looked at in each step of the node lies together. */
	enum link_state state;
	enum msg_role role;
	bool dialled, proven, said_bye, heads_seen;
	bool says;    /* something may wait in the veil */
	bool visited; /* it took its place */
	struct buf out;
	size_t queued; /* at the driver */
	struct timer timer;
	when_ms opened, last_in, last_out, hello_by, rest_until;
	when_ms show_at; /* then what changed since is; 0: nothing did */
	when_ms hold_at; /* then it is told what else is held; 0: nothing */
	size_t n_ask, n_job, n_wait, window, stalls;
	uint64_t stall;
	uint64_t get; /* token of the object being loaded; 0: none */
	struct veil *veil;
	struct contact *contact;
	struct share *share; /* as node.head */
	uint64_t want_gen;   /* how far node.want was looked at */
	size_t want_from;
	bool asks_more;   /* little packs, until so many are open */
	bool passed_over; /* a feed was, for so many were */
	uint32_t next_ask;
	/* .. and the rest does not. */
	size_t slot;
	bool gained;   /* something was taken in from it */
	uint64_t came; /* bytes */
	uint32_t group;
	uint8_t key[32];
	int8_t merit;            /* if it has no contact */
	bool said_two, said_own; /* invites to us */
	when_ms brought_next, bytes_next;
	size_t good;   /* bytes of pieces */
	uint64_t said; /* node.counter, up to which all was told; 0: not all */
	uint64_t told; /* by the peer, up to where of its counter; 0: not all */
	uint64_t seen; /* .. on an earlier link, that we remember; 0: nothing */
	bool forgot;   /* something that it showed is not remembered */
	struct msg_tag *tag; /* of each as the peer writes it; NULL: not made */
	size_t n_share, cap_share;
	struct wait *wait;
	size_t cap_wait;
	struct buf rows; /* the peer's, of feeds that we do not know */
	struct stranger *stranger;
	when_ms news_bucket, check_bucket;
	/* asking */
	struct ask ask[ASKS_MAX];
	bool refused_any;
	struct partial *partial;
	size_t n_partial;
	/* answering */
	struct job job[ASKS_MAX];
	struct buf gather;
	uint64_t gather_first;
	uint64_t served;
};

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

/* recall.c */
/* When |l| ends: remember what its node has shown. */
void recall_keep(struct link *l);
/* As far as we remember what the node that |c| is, or that comes with an invite of that
 * name, has shown; 0: not at all. */
uint64_t recall_of(const struct contact *c);
uint64_t recall_of_guest(const struct node *n, const uint8_t name[8]);
/* The peer's HEADS has told all up to |counter|: what |l->seen| stands for is true of it,
 * if it is the one that we remember. */
void recall_take(struct link *l, uint64_t counter);

/* link.c */
void link_up(struct node *n, const struct node_event *ev);
void link_data(struct node *n, uint64_t id, struct bytes in);
void link_down(struct node *n, uint64_t id);
void link_room(struct node *n, uint64_t id, size_t queued);
void link_shut(struct link *l, bool drain, int why);
void link_free(struct link *l);
void link_say(struct link *l); /* n->say */
void link_bye(struct link *l);
void link_flush(struct node *n);
bool link_is_node(const struct link *l);
/* When it is looked at without being touched. */
when_ms link_due(const struct link *l);
/*
 * What is said on |l|, when it is due or what it may be asked for is another: look at it
 * when the step ends.  Most steps touch one link, and none of the others costs anything.
 */
void link_touch(struct link *l);
bool link_is_touched(const struct node *n, size_t slot);
/* The next one from slot |*at| on that was touched, or NULL; |*at| is behind it. */
struct link *link_next_touched(const struct node *n, size_t *at);

/* hello.c */
void hello_say(struct link *l);
/* No room: come back later. */
void hello_busy(struct link *l);
int hello_heard(struct link *l, const struct msg_hello *m);

/* crowd.c */
/* There is a place for |l|, which has said what it is, or somebody has just made room. */
bool crowd_admits(struct link *l);
/* |l| came in a minute ago: if there is one too many, somebody goes, who may be |l|. */
void crowd_settle(struct link *l);

/* hear.c: 0, or a fault of the peer */
int hear(struct link *l, struct bytes in);
/* The peer is known to have shown a row of |h|, by which we may go. */
void hear_of(struct link *l, struct head *h);

/* spread.c */
/* To who has just come: to a node that remembers us what has changed; to who may be a
 * reader what is followed, and of the rest what costs no frame more. */
void spread_first(struct link *l);
/* To whom we dialled, who remembers us up to |seen|: what has changed, be it nothing. */
void spread_back(struct link *l, uint64_t seen);
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

/* fetch.c */
/* Say |a|; returns its place in the link. */
struct ask *fetch_say(struct link *l, const struct ask *a,
    const struct msg_tag *tag);
void fetch_heads(struct link *l, struct share *sh, struct track *s);
void fetch_more(struct node *n);
/* Those who had nothing to ask for may have: look at all. */
void fetch_look(struct node *n);
void fetch_slow(struct node *n, void *unused);
void fetch_stop(struct link *l);
void fetch_cancel(struct node *n, struct part *p);
/* |a| of |l| is over: what did not come may be asked of others. */
void fetch_end(struct link *l, struct ask *a);
/* Cancel one ask. */
void fetch_drop(struct link *l, size_t k);
when_ms fetch_timer(const struct link *l);
void fetch_stalled(struct link *l);
/* Ask anybody for what is still to come of |s|'s charters and headers. */
void fetch_track(struct track *s);

/* ask.c */
/* Ask |l| for the next thing that is wanted of packs; false: there is none for it now. */
bool ask_next(struct link *l);
/* When |a| has been slow: somebody else may be asked for its next piece. */
when_ms ask_slow_at(const struct ask *a);
/* The bytes of pieces that are still to come for |a|. */
size_t ask_bytes(const struct ask *a);

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

#endif

#ifndef QUIRE_NODE_PEERS_H
#define QUIRE_NODE_PEERS_H

#include "proto/base/reader.h"
#include "proto/node/links.h"

/* Other nodes, over all links that there are to them. */

enum purpose { /* of a dial */
	TO_STAY,
	TO_FEEL,  /* a look, and goodbye */
	TO_FETCH, /* while it gives what nobody else here has */
	BY_NAME, /* to stay as well, beside those chosen: the operator named it */
};

/* Its link is to last: nobody looks whether it still may. */
static inline bool
purpose_stays(enum purpose p)
{
	return p == TO_STAY || p == BY_NAME;
}

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
	unsigned faults; /* rules that it broke, .. */
	unsigned
	    damaged; /* .. of these pieces and hashes that were not right, .. */
	when_ms damaged_last; /* .. and when the last of them came */
	uint8_t misses;       /* new heads that it did not show, in a row */
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
	struct link *link;     /* the first one, if there are several */
	struct tie *tie;       /* introductions; NULL: none yet */
	struct recall *recall; /* what it showed; NULL: that is not known */
	uint8_t came_by[8]; /* the invite of its last link to us; zeros: none */
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

/* group.c: addresses of one group are likely one operator's */
uint32_t group_of(const struct invite *v);

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
void merit_fault(struct link *l, int why);
/* |l| has shown the newest head of |s|. */
void merit_shown(struct link *l, struct track *s);
void merit_bytes(struct link *l, size_t bytes);
/* |s| has a new head. */
void merit_expect(struct track *s);
void merit_judge(struct node *n, void *track);
void merit_begin(struct node *n);
void merit_daily(struct node *n, void *unused);

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

/* reader.c */
void reader_sync(struct node *n);
void reader_look(struct node *n);

#endif

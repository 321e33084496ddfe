#ifndef QUIRE_SHELF_H
#define QUIRE_SHELF_H

#include "proto/host/store.h"
#include "proto/object/recent.h"

/*
 * The packs of one feed in a store, as its headers announce them: which there
 * are, which one to take for an issue, and what is in them.  Publishers and
 * readers use the same.
 */
struct shelf_pack {
	uint64_t number; /* of the header that announces it */
	struct pack_entry e;
	bool dead; /* withdrawn */
	bool lost; /* not in the store, as its owner found: in no cover */
};

struct shelf {
	struct store *store;
	struct id feed;
	struct reading_key key;
	struct shelf_pack *pack; /* in order of announcement */
	size_t n, cap;
	uint64_t head; /* the last number taken in */
	/* Issues that were opened last, heads and text: what others lean on. */
	struct recent recent[TIER_TEXT + 1];
};
#define SHELF_NONE SIZE_MAX

void shelf_init(struct shelf *s, struct store *store, const struct id *feed,
    const struct reading_key *key);
void shelf_done(struct shelf *s);
/* Free the memory of opened issues. */
void shelf_rest(struct shelf *s);

/* Take in what the next header announces and withdraws. */
int shelf_add(struct shelf *s, const struct header *h);

/* The pack of |tier| that goes with the heads pack |i|, or SHELF_NONE. */
size_t shelf_with(const struct shelf *s, size_t i, enum tier tier);
/* The heads pack of issue |number| itself that counts, or SHELF_NONE. */
size_t shelf_issue(const struct shelf *s, uint64_t number);
/* The same of |tier|. */
size_t shelf_own(const struct shelf *s, enum tier tier, uint64_t number);
/* The volume (its heads) that ends last, or SHELF_NONE. */
size_t shelf_newest_volume(const struct shelf *s);
/*
 * The heads packs that together hold issues |first| to |last|, ascending and
 * without overlap: volumes where they reach, else the issues' own.  The caller
 * frees |*ret|.
 */
int shelf_cover(const struct shelf *s, uint64_t first, uint64_t last,
    size_t **ret, size_t *ret_n);

/* Open pack |i| into |raw|, checking everything. */
int shelf_open(struct shelf *s, size_t i, struct buf *raw);
/*
 * The raw bytes of |tier|, heads or text, of the issues in the set |base| of |next|;
 * QERR_BASE if they are not all here.  Borrowed until the next call.
 */
int shelf_base(struct shelf *s, enum tier tier, uint64_t next, uint32_t base,
    struct bytes *ret);
/* The issue |number|, which may not be on the shelf yet, says |raw| and leans on |base|:
 * what comes next may lean on it. */
void shelf_follow(struct shelf *s, enum tier tier, uint64_t number,
    uint32_t base, struct bytes raw);

/* A heads pack and, if there is one, its text pack, opened. */
struct shelf_view {
	size_t pack; /* SHELF_NONE: none is open */
	struct buf heads, bodies;
	struct records head, body;
	bool has_text;
};
void shelf_view_init(struct shelf_view *v);
void shelf_view_done(struct shelf_view *v);
/* Open heads pack |i| unless it is open; the bodies too if |text|. */
int shelf_look(struct shelf *s, struct shelf_view *v, size_t i, bool text);
/* The body of record |k|: empty if there is none. */
struct bytes shelf_body(const struct shelf_view *v, size_t k);

#endif

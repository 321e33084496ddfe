#ifndef QUIRE_ISSUE_H
#define QUIRE_ISSUE_H

#include "proto/base/map.h"
#include "proto/object/article.h"
#include "proto/object/pack.h"

/*
 * Records on their way into packs of one cover: an issue's own articles, or what
 * replaces a pack.  The same records in the same order make the same packs.
 */
#define ISSUE_RAW_MAX (15 * 1024 * 1024) /* of a tier: sealed, it still fits */
#define ISSUE_FAST    16                 /* zstd's levels: of many issues */
#define ISSUE_SLOW    18                 /* of one, for which there is time */
#define ISSUE_VOLUME  19
#define ISSUE_JUDGE   3 /* whether a base pays */
#define ISSUE_PICTURE 1 /* pictures are compressed already */

struct issue {
	struct {
		struct buf raw;
		struct id *leaf; /* of each record */
		size_t n, cap;
	} tier[TIERS];
	struct map *shown; /* pictures that are in, by hash */
};

int issue_init(struct issue *is);
void issue_done(struct issue *is);
/* Forget the records. */
int issue_clear(struct issue *is);
/* The number of articles in it. */
size_t issue_count(const struct issue *is);

/* True if an article of such sizes can go in; pictures are counted whole. */
bool issue_fits(const struct issue *is, const struct article *a);

/* Add an article whose head is |head|; |picture|, NULL if it has none, gives the bytes of
 * picture i. */
int issue_add(struct issue *is, struct bytes head, const struct article *a,
    struct bytes body, struct bytes (*picture)(const void *arg, size_t i),
    const void *arg);

/* What heads and text may be compressed against. */
struct issue_base {
	uint32_t set; /* as in a pack_entry; 0: nothing */
	struct bytes raw[TIER_TEXT + 1];
};

/* The size of the pack of |tier| against |base|, judged at a level that costs little.  0
 * or QERR_NOMEM. */
int issue_judge(const struct issue *is, enum tier tier, struct bytes base,
    size_t *ret_size);

/*
 * Make the pack of |tier| for the cover in |e| (first, last, only set) into
 * |sealed|, and fill in |e|.  0, or QERR_ABSENT if there is nothing to put in.
 * A base is used only if it saves a twentieth, as judged.
 */
int issue_seal(const struct issue *is, enum tier tier, struct buf *sealed,
    struct pack_entry *e, const struct id *feed, const struct reading_key *k,
    const struct issue_base *base, int level);

#endif

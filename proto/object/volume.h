#ifndef QUIRE_VOLUME_H
#define QUIRE_VOLUME_H

#include "proto/base/buf.h"
#include "proto/object/pack.h"

/*
 * What a volume's packs hold, and in which order, PROTOCOL.md §6.  The publisher
 * who makes one and the reader who rebuilds it from packs he holds both come
 * here, so both get the same raw bytes.
 *
 * A source is a tier 0 pack held: an issue's own, or an earlier volume.  As a
 * volume keeps, within each language, the order of issues and places, a volume
 * of volumes is the volume of all their issues.
 */
struct volume_source {
	uint64_t first, last;       /* cover */
	struct bytes heads;         /* raw of tier 0 */
	const struct records *head; /* its records */
	struct bytes bodies;        /* raw of tier 1; only for volume_raw() */
	const struct records *body; /* its records; NULL if there is no pack */
};

struct volume_pick {
	uint32_t source; /* in the sources given */
	uint32_t index;  /* of the record */
	uint32_t tomb;   /* in the tombstones given, or VOLUME_NO_TOMB */
};
#define VOLUME_NO_TOMB UINT32_MAX

struct volume {
	struct volume_pick *pick; /* owned */
	size_t n;
};
void volume_done(struct volume *v);

/*
 * Choose and order: of each article the newest revision, sorted by language
 * bytes, source, place.  |s| ascend and do not overlap, or it is QERR_ORDER.
 * |tomb| are heads of retractions from issues behind the cover: such a head
 * stands in the place of what it retracts.  QERR_TOOBIG if there are more than
 * PACK_COUNT_MAX, QERR_MISSING if there is none.  |*ret| borrows nothing; free
 * it in any case.
 */
int volume_order(struct volume *ret, const struct volume_source *s, size_t n,
    const struct bytes *tomb, size_t n_tomb);

/* Append the raw bytes of the volume's TIER_HEADS or TIER_TEXT to |raw|. */
int volume_raw(struct buf *raw, enum tier tier, const struct volume *v,
    const struct volume_source *s, const struct bytes *tomb);

#endif

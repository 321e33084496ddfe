#ifndef QUIRE_PACK_H
#define QUIRE_PACK_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/header.h"

/*
 * Packs, PROTOCOL.md §6: records of one tier, compressed together, padded, sealed
 * and cut into pieces.  Sealing is deterministic: the same records, key and cover
 * make the same bytes.
 */
struct reading_key {
	uint8_t b[32];
};

/*
 * Where the records of a tier stand in its raw bytes: |end[i]| is the offset
 * behind record i.  Owned by whoever asked for it; free with records_done().
 */
struct records {
	uint32_t *end;
	size_t n;
};
void records_done(struct records *r);
struct bytes records_at(const struct records *r, struct bytes raw, size_t i);

/* Cut raw heads (tier 0) into |count| records, checking that each is one CBOR
 * value and that nothing is left over. */
int records_of_heads(struct records *ret, struct bytes raw, size_t count);
/*
 * The records of a tier >= 1 from the heads they go with: bodies in the heads'
 * order, or each picture of the tier once, in order of first mention.  Heads
 * that do not decode fail as article_decode() does.
 */
int records_of_tier(struct records *ret, enum tier tier, struct bytes heads,
    const struct records *head_records);

/*
 * The records of an opened pack, as PROTOCOL.md §6 orders the checks: cut
 * |raw|, count, compare the contents root with e->contents.  |heads| and
 * |head_records| are those of the tier 0 pack of the same cover, already
 * checked; NULL for tier 0 itself.  Free |ret| in any case.
 */
int records_open(struct records *ret, const struct pack_entry *e,
    struct bytes raw, struct bytes heads, const struct records *head_records);

/* The contents root over records. */
void records_root(struct id *ret_root, struct bytes raw,
    const struct records *r);

/*
 * Seal |raw| into |b|.  In |e|, the caller has set tier, count, contents, first,
 * last, base and only; size, raw, root are filled in.  |base| is the raw prefix,
 * of PACK_PREFIX_MAX bytes at most, if e->base is not 0.  |level| and |done| as in
 * frame_deflate().
 * QERR_RANGE if |raw| is empty, QERR_TOOBIG if it or the result is too large.
 */
#define PACK_PREFIX_MAX (4 * 1024 * 1024)
int pack_seal(struct buf *b, struct pack_entry *e, const struct id *feed,
    const struct reading_key *k, struct bytes raw, struct bytes base, int level,
    _Atomic size_t *done);

/*
 * Open a sealed pack whose pieces the caller has verified against e->root:
 * AEAD, then inflate into exactly e->raw bytes of |raw| (cleared first, empty
 * after a failure).  QERR_AEAD if key, feed, tier or cover are others,
 * QERR_ENCODING if the padding is not as §6 has it, QERR_INFLATE if the frame
 * is not one of e->raw bytes (with another base, too), QERR_TRAILING if more
 * than one is there, QERR_BASE if e->base is not 0 and |base| is empty.
 */
int pack_open(struct buf *raw, const struct pack_entry *e,
    const struct id *feed, const struct reading_key *k, struct bytes sealed,
    struct bytes base);

/* 0 if |sealed| is the pack that |e| signs: size and root. */
int pack_check(const struct pack_entry *e, struct bytes sealed);

#endif

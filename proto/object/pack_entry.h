#ifndef QUIRE_PACK_ENTRY_H
#define QUIRE_PACK_ENTRY_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/base/reader.h"

/* What a header says of one pack, PROTOCOL.md §5. */
#define PACK_SIZE_MAX  (16 * 1024 * 1024)
#define PACK_COUNT_MAX 16384
#define PACK_BASE_BITS 32 /* how far back one may lean */

enum tier {
	TIER_HEADS,
	TIER_TEXT,
	TIER_SMALL,
	TIER_PICTURES,
	TIERS
};

struct pack_entry {
	enum tier tier;
	struct id root;       /* over the sealed pieces: the pack's name */
	uint32_t size;        /* sealed */
	uint32_t raw;         /* inflated */
	struct id contents;   /* over the records */
	uint32_t count;       /* of records */
	uint64_t first, last; /* issues covered */
	uint32_t base; /* set of issues whose raw bytes are the zstd prefix */
	bool only;     /* withdraws what it covers */
};

/* Is the issue |number| in the set |base| of the issue |next|?  Bit 0 is the one before. */
static inline bool
pack_base_has(uint32_t base, uint64_t next, uint64_t number)
{
	uint64_t bit = next - 1 - number;

	return number < next && bit < PACK_BASE_BITS && (base >> bit & 1) != 0;
}

/* As it stands in the header |number|, whose own cover is left out. */
void pack_entry_read(struct reader *r, struct pack_entry *ret, uint64_t number);
void pack_entry_put(struct buf *b, const struct pack_entry *p, uint64_t number);
/* The order of a header's packs: tier, first, last. */
int pack_entry_cmp(const struct pack_entry *a, const struct pack_entry *b);

#endif

#ifndef QUIRE_PACK_ENTRY_H
#define QUIRE_PACK_ENTRY_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/base/reader.h"

/* What a header says of one pack, PROTOCOL.md §5. */
#define PACK_SIZE_MAX  (16 * 1024 * 1024)
#define PACK_COUNT_MAX 16384
#define PACK_BASE_MAX  16 /* issues that one may lean on */

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
	uint8_t base; /* issues before it that are the zstd prefix; 0: none */
	bool only;    /* withdraws what it covers */
};

/* As it stands in the header |number|, whose own cover is left out. */
void pack_entry_read(struct reader *r, struct pack_entry *ret, uint64_t number);
void pack_entry_put(struct buf *b, const struct pack_entry *p, uint64_t number);
/* The order of a header's packs: tier, first, last. */
int pack_entry_cmp(const struct pack_entry *a, const struct pack_entry *b);

#endif

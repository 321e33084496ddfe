#ifndef QUIRE_RECENT_H
#define QUIRE_RECENT_H

#include "proto/base/buf.h"
#include "proto/object/pack.h"

/*
 * The raw bytes of one tier of issues that were opened lately, from which the prefix of
 * a pack that leans on them is joined, PROTOCOL.md §6.
 */
#define RECENT_BYTES (2 * PACK_PREFIX_MAX)
struct recent {
	struct {
		uint64_t number; /* 0: none */
		struct buf raw;
	} issue[PACK_BASE_BITS];
	size_t bytes;
	struct buf joined;
};
void recent_init(struct recent *r);
void recent_done(struct recent *r);

bool recent_has(const struct recent *r, uint64_t number);
/*
 * Keep what the issue |number| says, which may be nothing.  Those that are not in the set
 * |base| of |next| make room for it.  QERR_TOOBIG if that is not enough.
 */
int recent_put(struct recent *r, uint64_t number, struct bytes raw,
    uint64_t next, uint32_t base);
/*
 * The bytes of the issues in the set |base| of |next|, one behind another; borrowed until
 * the next call.  QERR_BASE if one is not here, QERR_TOOBIG if they are too large.
 */
int recent_join(struct recent *r, uint64_t next, uint32_t base,
    struct bytes *ret);

#endif

#ifndef QUIRE_RUN_H
#define QUIRE_RUN_H

#include "proto/base/buf.h"
#include "proto/object/pack.h"

/*
 * The raw bytes of one tier of issues that follow each other: what is before a pack is
 * its base, PROTOCOL.md §6.  PACK_BASE_MAX issues and PACK_PREFIX_MAX bytes at most; when
 * there are more, the oldest go.
 */
struct run {
	uint64_t first, next;         /* issues; equal: it is empty */
	size_t at[PACK_BASE_MAX + 1]; /* where each begins in |raw| */
	struct buf raw;
};
void run_init(struct run *u);
void run_done(struct run *u);

/* Empty it: what is added next is of the issue |first|. */
void run_start(struct run *u, uint64_t first);
/* Add what the issue |u->next| says, which may be nothing.  QERR_TOOBIG, QERR_NOMEM. */
int run_add(struct run *u, struct bytes raw);
/* Are the issues from |first| to before |next| in it? */
bool run_has(const struct run *u, uint64_t first, uint64_t next);
/* Their bytes, borrowed until the next call. */
struct bytes run_cut(const struct run *u, uint64_t first, uint64_t next);

#endif

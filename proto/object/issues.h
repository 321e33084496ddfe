#ifndef QUIRE_ISSUES_H
#define QUIRE_ISSUES_H

#include <stdint.h>

#include "proto/base/bytes.h"
#include "proto/object/header.h"

/*
 * The headers of a feed in blocks, PROTOCOL.md §9: block k has the header files of issues
 * 64(k - 1) + 1 to 64k, one behind another, or the first of them.  A tree has one file a
 * block, so that who has nothing yet asks a host for some of them, not for thousands.
 */
#define ISSUES_BLOCK 64
#define ISSUES_MAX   ((size_t)ISSUES_BLOCK * HEADER_FILE_MAX)

struct issues {
	struct bytes file[ISSUES_BLOCK]; /* into the block */
	size_t n;
};

/* The block that issue |number| >= 1 stands in, and its place there, from 0. */
uint64_t issues_block(uint64_t number);
size_t issues_place(uint64_t number);

/* The files in |block|, up to the first that is none or too large; what is behind that,
 * or behind a whole block, is not there. */
void issues_split(struct issues *ret, struct bytes block);
/* What is behind them: 0, nothing; QERR_TRUNCATED, one that is cut short; QERR_TRAILING or,
 * where no file is before it, what else is wrong with it: no file, or one too many. */
int issues_rest(const struct issues *s, struct bytes block);
/* The bytes of the first |n| <= s->n of them. */
size_t issues_size(const struct issues *s, size_t n);

#endif

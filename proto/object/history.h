#ifndef QUIRE_HISTORY_H
#define QUIRE_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * The history of a feed: RFC 6962's Merkle tree, to the byte, over the bodies of
 * its headers.  A frontier is all that is needed to go on and to know the root: the
 * roots of the perfect subtrees from left to right, one for each bit of |n|.
 */
#define HISTORY_PATH_MAX 64

struct history {
	uint64_t n;
	struct id peak[64]; /* peak[k] is valid where bit k of n is set */
};

void history_init(struct history *h);
/* The leaf of |data|: SHA-256(0x00 || data); of a header, see header_leaf(). */
void history_leaf(struct id *ret_leaf, struct bytes data);
void history_add(struct history *h, const struct id *leaf);
/* The root over the |n| leaves so far; SHA-256("") if none. */
void history_root(const struct history *h, struct id *ret_root);

/* From all |n| leaves: the proof of RFC 6962 §2.1.1 that |i| is one of them. */
size_t history_inclusion(struct id *ret_path, const struct id *leaves,
    uint64_t n, uint64_t i);
/* Check such a proof (RFC 9162 §2.1.3.2): 0 or QERR_BADHASH. */
int history_check_inclusion(const struct id *root, uint64_t n, uint64_t i,
    const struct id *leaf, const struct id *path, size_t n_path);

#endif

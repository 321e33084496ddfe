#ifndef QUIRE_MERKLE_H
#define QUIRE_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * The tree root of PROTOCOL.md §2, over pieces of a pack and over records: the
 * shape of RFC 6962 with BLAKE2b leaves that the caller hashed.
 */
#define PIECE_SIZE      16384
#define MERKLE_PATH_MAX 32

/* The number of pieces of |size| bytes, and the length of piece |i|. */
static inline size_t
piece_count(uint64_t size)
{
	return (size_t)((size + PIECE_SIZE - 1) / PIECE_SIZE);
}
static inline size_t
piece_len(uint64_t size, size_t i)
{
	uint64_t at = (uint64_t)i * PIECE_SIZE;

	return size - at < PIECE_SIZE ? (size_t)(size - at) : PIECE_SIZE;
}

/* The root over |n| >= 1 leaves. */
void merkle_root(struct id *ret_root, const struct id *leaves, size_t n);

/* The path of leaf |i|, at most MERKLE_PATH_MAX; returns its length. */
size_t merkle_path(struct id *ret_path, const struct id *leaves, size_t n,
    size_t i);

/* 0 if |leaf| is number |i| of |n| under |root|, else QERR_BADHASH. */
int merkle_check(const struct id *root, const struct id *leaf, size_t i,
    size_t n, const struct id *path, size_t n_path);

/*
 * The last two of a tree of the same shape, whose nodes |node| hashes into one; its |ret|
 * may be either.
 */
typedef void (*merkle_node_fn)(struct id *ret, const struct id *l,
    const struct id *r);
size_t merkle_path_by(merkle_node_fn node, struct id *ret_path,
    const struct id *leaves, size_t n, size_t i);
int merkle_check_by(merkle_node_fn node, const struct id *root,
    const struct id *leaf, uint64_t i, uint64_t n, const struct id *path,
    size_t n_path);

/* The root of a pack: its bytes cut in pieces.  |p.n| >= 1. */
int merkle_pack_root(struct id *ret_root, struct bytes p);

#endif

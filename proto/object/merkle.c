#include "proto/object/merkle.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/hash.h"

static void
node(struct id *ret, const struct id *l, const struct id *r)
{
	hash2(ret, HASH_NODE, bytes_of(l->b, 32), bytes_of(r->b, 32));
}

/* The largest power of two below |n| >= 2: where RFC 6962 splits. */
static size_t
split(size_t n)
{
	size_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

static void
root_by(merkle_node_fn by, struct id *ret_root, const struct id *leaves,
    size_t n)
{
	struct id l, r;
	size_t k;

	if (n == 1) {
		*ret_root = leaves[0];
		return;
	}
	k = split(n);
	root_by(by, &l, leaves, k);
	root_by(by, &r, leaves + k, n - k);
	by(ret_root, &l, &r);
}

/* RFC 6962 §2.1.1. */
size_t
merkle_path_by(merkle_node_fn by, struct id *ret_path, const struct id *leaves,
    size_t n, size_t i)
{
	size_t k, len;

	if (n == 1)
		return 0;
	k = split(n);
	if (i < k) {
		len = merkle_path_by(by, ret_path, leaves, k, i);
		root_by(by, &ret_path[len], leaves + k, n - k);
	} else {
		len = merkle_path_by(by, ret_path, leaves + k, n - k, i - k);
		root_by(by, &ret_path[len], leaves, k);
	}
	return len + 1;
}

/* RFC 9162 §2.1.3.2: |i| and |last| walk up together. */
int
merkle_check_by(merkle_node_fn by, const struct id *root, const struct id *leaf,
    uint64_t i, uint64_t n, const struct id *path, size_t n_path)
{
	struct id at = *leaf;
	uint64_t last = n - 1;
	size_t used = 0;

	if (i >= n)
		return QERR_BADHASH;
	for (; last > 0; i /= 2, last /= 2) {
		if (i % 2 == 0 && i == last)
			continue; /* no sibling on this level */
		if (used == n_path)
			return QERR_BADHASH;
		if (i % 2 == 1)
			by(&at, &path[used], &at);
		else
			by(&at, &at, &path[used]);
		used++;
	}
	return used == n_path && id_eq(&at, root) ? 0 : QERR_BADHASH;
}

void
merkle_root(struct id *ret_root, const struct id *leaves, size_t n)
{
	root_by(node, ret_root, leaves, n);
}

size_t
merkle_path(struct id *ret_path, const struct id *leaves, size_t n, size_t i)
{
	return merkle_path_by(node, ret_path, leaves, n, i);
}

int
merkle_check(const struct id *root, const struct id *leaf, size_t i, size_t n,
    const struct id *path, size_t n_path)
{
	return merkle_check_by(node, root, leaf, i, n, path, n_path);
}

int
merkle_pack_root(struct id *ret_root, struct bytes p)
{
	size_t n = piece_count(p.n);
	struct id *leaf = malloc(n * sizeof(*leaf));

	if (leaf == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		hash(&leaf[i], HASH_PIECE,
		    bytes_of(p.p + i * PIECE_SIZE, piece_len(p.n, i)));
	merkle_root(ret_root, leaf, n);
	free(leaf);
	return 0;
}

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

void
merkle_root(struct id *ret_root, const struct id *leaves, size_t n)
{
	struct id l, r;
	size_t k;

	if (n == 1) {
		*ret_root = leaves[0];
		return;
	}
	k = split(n);
	merkle_root(&l, leaves, k);
	merkle_root(&r, leaves + k, n - k);
	node(ret_root, &l, &r);
}

size_t
merkle_path(struct id *ret_path, const struct id *leaves, size_t n, size_t i)
{
	size_t k, len;

	if (n == 1)
		return 0;
	k = split(n);
	if (i < k) {
		len = merkle_path(ret_path, leaves, k, i);
		merkle_root(&ret_path[len], leaves + k, n - k);
	} else {
		len = merkle_path(ret_path, leaves + k, n - k, i - k);
		merkle_root(&ret_path[len], leaves, k);
	}
	return len + 1;
}

int
merkle_check(const struct id *root, const struct id *leaf, size_t i, size_t n,
    const struct id *path, size_t n_path)
{
	struct id at = *leaf;
	size_t last = n - 1, used = 0;

	if (i >= n)
		return QERR_BADHASH;
	/* RFC 9162 §2.1.3.2: |i| and |last| walk up together. */
	for (; last > 0; i /= 2, last /= 2) {
		if (i % 2 == 0 && i == last)
			continue; /* no sibling on this level */
		if (used == n_path)
			return QERR_BADHASH;
		if (i % 2 == 1)
			node(&at, &path[used], &at);
		else
			node(&at, &at, &path[used]);
		used++;
	}
	return used == n_path && id_eq(&at, root) ? 0 : QERR_BADHASH;
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

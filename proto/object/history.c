#include "proto/object/history.h"

#include <sodium.h>

#include "proto/object/merkle.h"

void
history_init(struct history *h)
{
	h->n = 0;
}

void
history_leaf(struct id *ret_leaf, struct bytes data)
{
	crypto_hash_sha256_state s;
	uint8_t prefix = 0;

	crypto_hash_sha256_init(&s);
	crypto_hash_sha256_update(&s, &prefix, 1);
	crypto_hash_sha256_update(&s, data.p, data.n);
	crypto_hash_sha256_final(&s, ret_leaf->b);
}

static void
node(struct id *ret, const struct id *l, const struct id *r)
{
	uint8_t in[65] = {1};

	memcpy(in + 1, l->b, 32);
	memcpy(in + 33, r->b, 32);
	crypto_hash_sha256(ret->b, in, sizeof(in));
}

void
history_add(struct history *h, const struct id *leaf)
{
	struct id at = *leaf;
	unsigned k;

	/* As a binary counter carries: two trees of one size become one. */
	for (k = 0; h->n >> k & 1; k++)
		node(&at, &h->peak[k], &at);
	h->peak[k] = at;
	h->n++;
}

void
history_root(const struct history *h, struct id *ret_root)
{
	bool any = false;

	for (unsigned k = 0; k < 64; k++) {
		if ((h->n >> k & 1) == 0)
			continue;
		if (any)
			node(ret_root, &h->peak[k], ret_root);
		else
			*ret_root = h->peak[k];
		any = true;
	}
	if (!any)
		crypto_hash_sha256(ret_root->b, NULL, 0);
}

size_t
history_inclusion(struct id *ret_path, const struct id *leaves, uint64_t n,
    uint64_t i)
{
	return merkle_path_by(node, ret_path, leaves, (size_t)n, (size_t)i);
}

int
history_check_inclusion(const struct id *root, uint64_t n, uint64_t i,
    const struct id *leaf, const struct id *path, size_t n_path)
{
	return merkle_check_by(node, root, leaf, i, n, path, n_path);
}

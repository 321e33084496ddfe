#include "proto/object/history.h"

#include <sodium.h>

#include "proto/base/qerr.h"

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

/* The root over the first |n|. */
static void
root_of(struct id *ret_root, const struct id *leaves, uint64_t n)
{
	struct history h;

	history_init(&h);
	for (uint64_t i = 0; i < n; i++)
		history_add(&h, &leaves[i]);
	history_root(&h, ret_root);
}

/* The largest power of two below |n| >= 2. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (k < n - k)
		k *= 2;
	return k;
}

size_t
history_inclusion(struct id *ret_path, const struct id *leaves, uint64_t n,
    uint64_t i)
{
	uint64_t k;
	size_t len;

	if (n == 1)
		return 0;
	k = split(n);
	if (i < k) {
		len = history_inclusion(ret_path, leaves, k, i);
		root_of(&ret_path[len], leaves + k, n - k);
	} else {
		len = history_inclusion(ret_path, leaves + k, n - k, i - k);
		root_of(&ret_path[len], leaves, k);
	}
	return len + 1;
}

int
history_check_inclusion(const struct id *root, uint64_t n, uint64_t i,
    const struct id *leaf, const struct id *path, size_t n_path)
{
	struct id at = *leaf;
	uint64_t last = n - 1;
	size_t used = 0;

	if (i >= n)
		return QERR_BADHASH;
	for (; last > 0; i /= 2, last /= 2) {
		if (i % 2 == 0 && i == last)
			continue;
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

#include "proto/base/rng.h"

#include <sodium.h>
#include <string.h>

void
rng_init(struct rng *g, const uint8_t seed[32])
{
	memcpy(g->key, seed, sizeof(g->key));
}

void
rng_reseed(struct rng *g, const uint8_t fresh[32])
{
	uint8_t both[64];

	memcpy(both, g->key, 32);
	memcpy(both + 32, fresh, 32);
	crypto_generichash(g->key, sizeof(g->key), both, sizeof(both), NULL, 0);
	sodium_memzero(both, sizeof(both));
}

/* The first 32 bytes of each stream are the next key; the rest goes out. */
static void
draw(struct rng *g, uint8_t *dst, size_t n)
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
	uint8_t block[32 + 256];

	crypto_stream_chacha20(block, 32 + n, nonce, g->key);
	memcpy(g->key, block, 32);
	memcpy(dst, block + 32, n);
	sodium_memzero(block, sizeof(block));
}

void
rng_bytes(struct rng *g, void *dst, size_t n)
{
	uint8_t *p = dst;

	while (n > 0) {
		size_t k = n < 256 ? n : 256;

		draw(g, p, k);
		p += k;
		n -= k;
	}
}

uint64_t
rng_below(struct rng *g, uint64_t n)
{
	/* Refuse the first 2^64 mod n values, so that the rest is uniform. */
	uint64_t skip = (0 - n) % n, v;

	do
		rng_bytes(g, &v, sizeof(v));
	while (v < skip);
	return v % n;
}

uint64_t
rng_between(struct rng *g, uint64_t lo, uint64_t hi)
{
	return lo + rng_below(g, hi - lo + 1);
}

void
rng_done(struct rng *g)
{
	sodium_memzero(g, sizeof(*g));
}

#ifndef QUIRE_RNG_H
#define QUIRE_RNG_H

#include <stddef.h>
#include <stdint.h>

/*
 * A deterministic stream of random bytes from a seed (ChaCha20), which
 * overwrites its own key after every draw (fast key erasure, Bernstein 2017),
 * so a memory image does not betray what it gave before.  Long-term keys are
 * never made here.
 */
struct rng {
	uint8_t key[32];
};

void rng_init(struct rng *g, const uint8_t seed[32]);
/* Mix 32 fresh bytes in; with the same bytes the stream stays the same. */
void rng_reseed(struct rng *g, const uint8_t fresh[32]);
void rng_bytes(struct rng *g, void *dst, size_t n);
/* Uniform in 0..n-1; n > 0. */
uint64_t rng_below(struct rng *g, uint64_t n);
/* Uniform in lo..hi, both included. */
uint64_t rng_between(struct rng *g, uint64_t lo, uint64_t hi);
void rng_done(struct rng *g);

#endif

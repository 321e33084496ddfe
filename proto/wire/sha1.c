#include "proto/wire/sha1.h"

#define BLOCK 64

static uint32_t
left(uint32_t v, unsigned by)
{
	return v << by | v >> (32 - by);
}

static uint32_t
mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
compress(uint32_t h[5], const uint8_t *block)
{
	uint32_t w[80], v[5];

	for (unsigned i = 0; i < 16; i++)
		w[i] = load_be32(block + (size_t)4 * i);
	for (unsigned i = 16; i < 80; i++)
		w[i] = left(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	memcpy(v, h, sizeof(v));
	for (unsigned i = 0; i < 80; i++) {
		uint32_t next =
		    left(v[0], 5) + mix(i, v[1], v[2], v[3]) + v[4] + w[i];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = left(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		h[i] += v[i];
}

void
sha1(uint8_t ret[SHA1_LEN], struct bytes in)
{
	uint32_t h[5] = {
	    0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	uint64_t bits = (uint64_t)in.n * 8;
	uint8_t last[2 * BLOCK] = {0};
	size_t n;

	for (; in.n >= BLOCK; in = bytes_of(in.p + BLOCK, in.n - BLOCK))
		compress(h, in.p);
	if (in.n > 0)
		memcpy(last, in.p, in.n);
	last[in.n] = 0x80;
	n = in.n + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	store_be32(last + n - 8, (uint32_t)(bits >> 32));
	store_be32(last + n - 4, (uint32_t)bits);
	for (size_t at = 0; at < n; at += BLOCK)
		compress(h, last + at);
	for (size_t i = 0; i < 5; i++)
		store_be32(ret + 4 * i, h[i]);
}

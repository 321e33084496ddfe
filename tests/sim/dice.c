#include "tests/sim/sim.h"

/* xoshiro256** (Blackman, Vigna). */
static uint64_t
rotate(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

uint64_t
dice_roll(struct dice *d, uint64_t n)
{
	uint64_t *s = d->s, r = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return n == 0 ? r : r % n;
}

/* SplitMix64 (Steele, Lea, Flood), which xoshiro's authors begin with. */
void
dice_init(struct dice *d, uint64_t seed, uint64_t actor)
{
	uint64_t x = seed * UINT64_C(0xd1342543de82ef95) + actor;

	for (size_t i = 0; i < 4; i++) {
		uint64_t z = x += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		d->s[i] = z ^ z >> 31;
	}
}

/* Sixteenths of the distribution, in thousandths of its median; straight between. */
uint64_t
dice_spread(struct dice *d, uint64_t median)
{
	static const uint16_t at[] = {287, 464, 563, 642, 714, 783, 853, 924,
	    1000, 1082, 1173, 1277, 1401, 1558, 1777, 2153, 3490};
	uint64_t r = dice_roll(d, 16 << 10), i = r >> 10, part = r & 1023;

	return median * (at[i] * (1024 - part) + at[i + 1] * part) /
	       (1024 * 1000);
}

#ifndef QUIRE_TEST_FET_H
#define QUIRE_TEST_FET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The published classifier of fully encrypted traffic (Wu et al., USENIX
 * Security 2023): what a firewall blocks by the first packet of a connection.
 */
enum fet {
	FET_BITS = 1,
	FET_FIRST = 2,
	FET_HALF = 4,
	FET_RUN = 8,
	FET_KNOWN = 16,
};

static inline bool
fet_printable(uint8_t c)
{
	return c >= 0x20 && c <= 0x7e;
}

/*
 * The exemptions of algorithm 1 that |p| satisfies, each in the narrowest
 * reading of paper, artifact and two other implementations; 0: would be blocked.
 */
static inline unsigned
fet_exempt(const uint8_t *p, size_t n)
{
	size_t bits = 0, plain = 0, run = 0, best = 0, first = 0;
	unsigned r = 0;

	for (size_t i = 0; i < n; i++) {
		bits += (size_t)__builtin_popcount(p[i]);
		run = fet_printable(p[i]) ? run + 1 : 0;
		plain += run > 0;
		best = run > best ? run : best;
		first += run == i + 1;
	}
	if (bits * 10 <= 34 * n || bits * 10 >= 46 * n)
		r |= FET_BITS;
	if (first >= 6)
		r |= FET_FIRST;
	if (2 * plain > n)
		r |= FET_HALF;
	if (best > 20)
		r |= FET_RUN;
	if (n >= 3 && (p[0] == 0x16 || p[0] == 0x17) && p[1] == 3 && p[2] <= 9)
		r |= FET_KNOWN;
	if (n >= 5 &&
	    (memcmp(p, "GET ", 4) == 0 || memcmp(p, "PUT ", 4) == 0 ||
		memcmp(p, "POST ", 5) == 0 || memcmp(p, "HEAD ", 5) == 0))
		r |= FET_KNOWN;
	return r;
}

#endif

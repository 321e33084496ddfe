#ifndef QUIRE_PADME_H
#define QUIRE_PADME_H

#include <stdint.h>

/*
 * PADME (Nikitin et al., PETS 2019): the smallest padded length >= |n| whose
 * lower bits are zero as far as log2 log2 n allows; at most 12 % more.
 */
uint64_t padme(uint64_t n);

/* The ladder of a reader's session: the smallest 2^k or 1.5*2^k KiB >= |n|
 * bytes, from 4 KiB up to 1 MiB, and padme() above. */
uint64_t padme_ladder(uint64_t n);

#endif

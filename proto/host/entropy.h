#ifndef QUIRE_ENTROPY_H
#define QUIRE_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/when.h"

/* The machine's randomness and clocks: the only place that asks for them. */
void entropy_bytes(void *dst, size_t n); /* getrandom(2); aborts if it fails */
when_ms clock_now(void);                 /* CLOCK_BOOTTIME in milliseconds */
uint64_t clock_wall(void); /* UNIX seconds; never decides validity */

#endif

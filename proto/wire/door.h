#ifndef QUIRE_DOOR_H
#define QUIRE_DOOR_H

#include "proto/wire/line.h"
#include "proto/wire/veil.h"

/*
 * The inside of a veil_door: which secret a line was made with, and whether it
 * may come in now.
 */
#define DOOR_MEMORY_MAX 65536 /* lines a generation */
#define DOOR_GENERATION 10800 /* seconds: twice the clock slack */
/*
 * Lines an hour a secret: a public invite serves thousands of readers, and yet nobody
 * who has just one can fill a generation.
 */
#define DOOR_HOURLY_MAX 8192

struct door_entry; /* a secret */

/* Whose line it is, or NULL.  Only hashing: at most 1,024 short ones. */
struct door_entry *door_find(struct veil_door *d, const struct line_body *b);
const struct line_keys *door_keys(const struct door_entry *e);
void door_name(const struct door_entry *e, uint8_t ret[8]);
const uint8_t *door_private(const struct veil_door *d);

/*
 * Let a line in that said it was made at |then|, with the handshake hash |h|
 * after it: 0, and it is remembered; QERR_RANGE: too old or too new; _DUPLICATE:
 * seen before; _FULL: the memory or this secret's hour is full; _NOMEM.
 */
int door_admit(struct veil_door *d, struct door_entry *e, uint64_t then,
    uint64_t wall, const uint8_t h[16]);

#endif

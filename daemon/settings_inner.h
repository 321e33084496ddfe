#ifndef QUIRE_SETTINGS_INNER_H
#define QUIRE_SETTINGS_INNER_H

#include "daemon/settings.h"

/*
 * What only the parts of settings know:
 *
 *   settings.c          the table, and finding in it
 *   settings_type.c     what each type takes, holds and is written as
 *   settings_value.c    numbers, sizes, times and words, in text and from text
 *   settings_address.c  addresses of peers and web fronts, names of transports
 *   settings_secret.c   what is wiped, and cut where others may read it
 *
 * value_X() sets |ret| from |value|, or is false, and |ret| then says nothing.
 * value_put_X() appends what it would read.
 */
bool value_number(uint64_t *ret, struct bytes value);
/* Bytes, with K, M, G or T; "none" is 0. */
bool value_size(uint64_t *ret, struct bytes value);
void value_put_size(struct buf *b, uint64_t v);
/* Seconds, 1 minute to 30 days, with s, m, h or d. */
bool value_time(uint64_t *ret, struct bytes value);
void value_put_time(struct buf *b, uint64_t v);
/* Which of |n| words it is. */
bool value_word(const char *const *word, size_t n, struct bytes value,
    uint64_t *ret);
/* A mask of tiers, the heads among them, with blanks between. */
bool value_tiers(uint64_t *ret, struct bytes value);
void value_put_tiers(struct buf *b, uint64_t mask);

/* True if it is in this machine, whose other users are few and known. */
bool address_is_here(struct bytes a);

#endif

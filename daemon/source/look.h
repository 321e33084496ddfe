#ifndef QUIRE_LOOK_H
#define QUIRE_LOOK_H

#include "daemon/source/known.h"

/*
 * When the page of an entry that was taken is looked at again, for it may change while
 * the entry says the same: LOOK_AFTER seconds later, then after twice as long each time,
 * KNOWN_LOOKS_MAX times.
 */
#define LOOK_AFTER 3600

/* |wall| in UNIX seconds, here and below. */
bool look_is_due(const struct known_entry *k, uint64_t wall);
/* Of those that |list| had when it was read last. */
bool look_is_any_due(const struct known *k, uint64_t list, uint64_t wall);
/* Note that it was looked at; |page| is the hash of what came, or NULL.  True if it is
 * another one now. */
bool look_at(struct known_entry *k, const struct id *page, uint64_t wall);

#endif

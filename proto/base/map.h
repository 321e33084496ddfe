#ifndef QUIRE_MAP_H
#define QUIRE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * A hash map from ids to pointers that it does not own.  Its order depends on
 * what was put in and in which order, never on addresses, so a run repeats.
 * Keys are spread by SipHash (Aumasson and Bernstein, 2012) with |seed|: strangers
 * who pick many keys cannot make it slow if they cannot guess that.
 */
struct map;

struct map *map_new(uint64_t seed);
void map_free(struct map *m);
size_t map_count(const struct map *m);
void *map_get(const struct map *m, const struct id *key);
/* Put |value| (never NULL) under |key|, replacing; 0 or QERR_NOMEM. */
int map_put(struct map *m, const struct id *key, void *value);
/* Put |value| where nothing is; returns what is there then, or NULL: no memory. */
void *map_add(struct map *m, const struct id *key, void *value);
/* Take |key| out; returns its value, or NULL. */
void *map_del(struct map *m, const struct id *key);
/*
 * Walk: |*at| starts at 0; returns the next value and |*ret_key|, or NULL at the
 * end.  Insertion order; deleting the item just returned is allowed.
 */
void *map_next(const struct map *m, size_t *at, const struct id **ret_key);

#endif

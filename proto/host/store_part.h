#ifndef QUIRE_STORE_PART_H
#define QUIRE_STORE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * The inside of a store: packs on their way in.  part/ROOT holds the pieces at
 * their places, part/ROOT.map a bitmap of those that are durable.  A map is
 * written after its pieces are synced, so it never says too much.
 */
#define PART_OPEN_MAX 48

struct part_set;

int part_set_new(struct part_set **ret, int dir, bool readonly);
void part_set_free(struct part_set *ps);

int part_put(struct part_set *ps, const struct id *root, uint64_t total,
    size_t i, struct bytes data, bool completes);
int part_get(struct part_set *ps, const struct id *root, size_t i,
    struct buf *b);
bool part_bitmap(struct part_set *ps, const struct id *root, uint64_t total,
    struct buf *b);
/* Sync pieces, write maps, and rename what is whole; adds to the counts. */
int part_commit(struct part_set *ps, size_t *ret_n, uint64_t *ret_bytes);
void part_forget(struct part_set *ps, const struct id *root);

/* QERR_* for errno, logged if it is unexpected. */
int store_error(const char *what);

#endif

#ifndef QUIRE_STORE_PART_H
#define QUIRE_STORE_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/object/header.h"
#include "proto/object/merkle.h"

/*
 * The inside of a store: packs on their way in.  part/ROOT holds the pieces at
 * their places, part/ROOT.map a bitmap of those that are durable.  A map is
 * written after its pieces are synced, so it never says too much.
 */
#define PART_OPEN_MAX 48

struct part_set;
struct batch;

/* What a commit does for one of them. */
struct part_work {
	struct id root;
	uint64_t total;
	int fd; /* of its own */
	uint8_t bits[PACK_SIZE_MAX / PIECE_SIZE / 8];
	bool completes;
	bool there; /* it is a pack of the tree now */
};

int part_set_new(struct part_set **ret, int dir, bool readonly);
void part_set_free(struct part_set *ps);

int part_put(struct part_set *ps, const struct id *root, uint64_t total,
    size_t i, struct bytes data, bool completes);
int part_get(struct part_set *ps, const struct id *root, size_t i,
    struct buf *b);
bool part_bitmap(struct part_set *ps, const struct id *root, uint64_t total,
    struct buf *b);
/* What is to be done for those that changed: at most PART_OPEN_MAX. */
int part_begin(struct part_set *ps, struct part_work *work, size_t *ret_n);
/* Sync its pieces; write its map, or rename it if it is whole.  By any thread; -1 after
 * batch_fail(). */
int part_work(struct batch *b, struct part_work *w);
/* All of them were done, or not. */
void part_end(struct part_set *ps, const struct part_work *work, size_t n,
    bool good);
void part_forget(struct part_set *ps, const struct id *root);

/* QERR_* for errno, logged if it is unexpected. */
int store_error(const char *what);

#endif

#ifndef QUIRE_HELD_H
#define QUIRE_HELD_H

#include "proto/base/buf.h"
#include "proto/host/store.h"
#include "proto/host/store_row.h"
#include "proto/object/feed.h"

/*
 * What a store holds of a feed, as far as it holds together.  After a crash
 * between a charter that revokes and the deletion it asks for, or on a damaged
 * disk, headers may be there that do not follow: these are deleted, so that
 * they are fetched again, and nothing else is.
 */
struct held {
	struct buf charters, fork; /* what |charter| points into; a proof */
	struct bytes *charter;
	size_t n_charter;
	struct row row; /* the headers */
};

/*
 * Read all into |ret| and into |f|, which is new; held_done() in any case.  With
 * |kept|, what was checked before is not checked again (store_headers_kept()); that is
 * for readers, who call store_keep_headers() with |ret->row| once they have all.
 */
int held_load(struct held *ret, struct store *s, struct feed *f, bool kept);
void held_done(struct held *h);
/* The charters alone into |f|, which is new, if their sum is |sum| and they are not
 * forked: else QERR_ABSENT. */
int held_charters(struct store *s, struct feed *f, const struct id *sum);

#endif

#ifndef QUIRE_LEDGER_H
#define QUIRE_LEDGER_H

#include "proto/base/map.h"
#include "proto/host/shelf.h"
#include "proto/object/article.h"

/*
 * What a publisher has published, by article: made from the packs themselves, so
 * that there is no state to lose.  An article is told from its newest revision by
 * a fingerprint of its head; bodies are compared where that is not enough.
 */
struct ledger_entry {
	struct article_id id;
	struct article_id
	    address; /* made from its address as id from its name */
	uint64_t fingerprint;
	uint64_t revision;
	uint32_t length;       /* of the body */
	uint32_t pack, record; /* the heads pack it stands in; or LEDGER_NONE */
	uint8_t status;        /* enum article_status */
	bool has_address;
};
#define LEDGER_NONE UINT32_MAX /* not yet in any pack */

struct ledger {
	struct id feed;
	struct map *map;            /* by id */
	struct ledger_entry **slab; /* they are many, and stay */
	size_t n_entry;
};

int ledger_init(struct ledger *l, const struct id *feed);
void ledger_done(struct ledger *l);

/* Enter |a|, which stands at |record| of heads pack |pack| (or LEDGER_NONE), if it is
 * newer than what is there. */
int ledger_add(struct ledger *l, const struct article *a, uint32_t pack,
    uint32_t record);
/* Enter all of the heads packs |pack[0..n-1]|. */
int ledger_load(struct ledger *l, struct shelf *s, const size_t *pack,
    size_t n);

struct ledger_entry *ledger_find(const struct ledger *l, struct bytes name);
/*
 * Find by what people type: name, address, or the first 8 or more characters of
 * the id in hex.  QERR_ABSENT, or QERR_DUPLICATE if several fit.
 */
int ledger_lookup(const struct ledger *l, struct bytes ref,
    struct ledger_entry **ret);

/* Says the same of two articles that differ in revision, status and note only. */
uint64_t ledger_fingerprint(const struct article *a);

#endif

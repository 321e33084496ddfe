#ifndef QUIRE_BASKET_H
#define QUIRE_BASKET_H

#include "daemon/press/draft.h"
#include "daemon/source/source.h"

/*
 * Entries of one list that wait to be published together, each with its page and the
 * pictures that it names, for a publisher's batch must not wait for the network.
 */
#define BASKET_ITEMS_MAX    25
#define BASKET_PICTURES_MAX 64 /* of an article */
#define BASKET_ORIGINALS_MAX \
	(48 * 1024 * 1024)             /* bytes of pictures of an article */
#define BASKET_FULL (16 * 1024 * 1024) /* bytes after which it is poured */

struct basket_picture {
	char *address;
	struct buf data; /* empty: not there */
};
struct basket_item {
	size_t entry;
	char link[256]; /* cut, to be shown; "" if it has none */
	struct buf page;
	char page_at[FETCH_ADDRESS_MAX + 1];
	struct basket_picture picture[BASKET_PICTURES_MAX];
	size_t n_picture, n_fetched;
	size_t bytes; /* of pictures */
	bool partly;  /* some of them may come later */
};
struct basket {
	enum ingest_list_kind kind;
	struct buf list;
	char list_at[FETCH_ADDRESS_MAX + 1];
	struct basket_item *item[BASKET_ITEMS_MAX];
	size_t n, bytes;
};

void basket_init(struct basket *b);
void basket_done(struct basket *b);
/* Forget the items, and keep the list. */
void basket_clear(struct basket *b);
bool basket_is_full(const struct basket *b);

/* Begin an item; its page, if it has one, is copied.  NULL if memory is short. */
struct basket_item *basket_add(struct basket *b, const struct ingest_entry *e,
    struct bytes page, struct bytes page_at);
/* Ask the child which pictures the newest item, by |rules|, names; a document that
 * cannot be taken in names none. */
void basket_look(struct basket *b, struct worker *w, struct bytes rules);
/* The next picture to fetch, NULL if there is none (any more). */
const char *basket_wants(const struct basket *b);
/* What came for it; empty if nothing did, but may |later|. */
void basket_picture(struct basket *b, struct bytes data, bool later);
/* True if the newest item lacks pictures that may come later. */
bool basket_is_partly(const struct basket *b);
/* Forget the newest item. */
void basket_drop(struct basket *b);

/* Item |i| as a publisher takes it; borrows from the basket. */
void basket_source(struct basket *b, size_t i, struct draft_source *ret);

#endif

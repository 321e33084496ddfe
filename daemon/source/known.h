#ifndef QUIRE_KNOWN_H
#define QUIRE_KNOWN_H

#include "proto/base/buf.h"
#include "proto/base/map.h"
#include "proto/base/reader.h"

/*
 * The entries of one source that were looked at, by hashes of their names: what each
 * said when it was taken.  When there are too many, the one that was not listed
 * for the longest time is forgotten; should it come back, it is taken in again and
 * found to be unchanged.
 */
#define KNOWN_MAX       5000
#define KNOWN_LOOKS_MAX 6
#define KNOWN_TAG_MAX   64 /* longer ones are not kept: the page comes whole */

struct known_entry {
	struct id name, text;
	uint64_t turn;  /* that listed it last */
	uint64_t tries; /* in vain, at its page or at pictures of it */
	struct id page; /* a hash of its page as it was seen last, .. */
	uint64_t seen;  /* .. UNIX seconds; 0: its page was not fetched */
	uint64_t looks; /* at its page since it was taken */
	uint64_t list;  /* that has it: 0 the source's own, or known_list() */
	/* Of the page, or of the list if it is one: its ETag, or else its date (RFC 9110
	 * §8.8); "" if it has none. */
	char tag[KNOWN_TAG_MAX + 1];
};
struct known {
	struct known_entry *entry;
	size_t n;
	struct map *by_name;
};

int known_init(struct known *k); /* 0 or QERR_NOMEM */
void known_done(struct known *k);

/* Valid until the next known_add(); NULL if it is not known. */
struct known_entry *known_find(const struct known *k, const struct id *name);
/* Find or add; NULL if memory is short. */
struct known_entry *known_add(struct known *k, const struct id *name,
    uint64_t turn);

/* The number by which a list of an index is known. */
uint64_t known_list(const struct id *name);

/* Keep one of the two, and ask with it. */
void known_tag(struct known_entry *e, struct bytes etag, struct bytes modified);
void known_ask(const struct known_entry *e, struct bytes *ret_etag,
    struct bytes *ret_modified);

void known_encode(struct buf *b, const struct known *k);
/* Read into an empty |k|; failures stick in |r|. */
void known_decode(struct known *k, struct reader *r);

#endif

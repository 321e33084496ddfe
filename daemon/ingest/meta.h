#ifndef QUIRE_META_H
#define QUIRE_META_H

#include "daemon/ingest/ingest.h"

/*
 * What a document says of itself.  The first to say something is believed; lists
 * (authors, tags) grow only with what comes from the same place.
 */
enum meta_field {
	META_NONE,
	META_NAME,
	META_LANG,
	META_TITLE,
	META_AUTHOR,
	META_HOUSE, /* a paper as the author, by the whole of its name */
	META_SECTION,
	META_TAGS,
	META_PUBLISHED,
	META_UPDATED,
	META_ADDRESS,
	META_SUMMARY,
	META_NOTE,
};

/* The field that a key of front matter stands for, or META_NONE. */
enum meta_field meta_key(struct bytes key);

/* Set it from |value|, tidied and cut to what a head can hold; a value that cannot
 * be read is left out with a warning. */
void meta_set(struct ingest_doc *d, enum meta_field f, struct bytes value);

/* Of the authors from |from| on leave the persons; the first of the others is the house
 * if none is known. */
void meta_part_house(struct ingest_doc *d, size_t from);

/* An item without the quotes and brackets that YAML puts around it. */
struct bytes meta_bare(struct bytes s);

#endif

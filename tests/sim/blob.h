#ifndef QUIRE_SIM_BLOB_H
#define QUIRE_SIM_BLOB_H

#include "proto/object/hash.h"

/* The inside of a blob, for blob.c and for who remembers its hash. */
struct blob {
	struct blob *next;
	uint64_t glance;
	size_t refs, n;
	bool hashed;
	enum hash_kind kind;
	struct id hash;
	uint8_t p[];
};

/* The blob of just these bytes, or NULL; it is not taken. */
struct blob *blob_find(struct bytes d);

#endif

#ifndef QUIRE_CHARTER_INNER_H
#define QUIRE_CHARTER_INNER_H

#include "proto/object/charter.h"

/*
 * The inside of charters, shared by its parts: charter.c and charter_encode.c (the body),
 * charter_sigs.c (the file and who signed it) and charter_file.c (whether it counts).
 */

/* PROTOCOL.md §4: keys of the body map, for the two who read and write it. */
enum {
	FIELD_KIND,
	FIELD_VERSION,
	FIELD_NAME,
	FIELD_LANGS,
	FIELD_HOME,
	FIELD_ROOTS,
	FIELD_THRESHOLD,
	FIELD_NEXT_ROOTS,
	FIELD_KEYS,
	FIELD_MIRRORS,
	FIELD_PREVIOUS,
	FIELD_PIN,
	FIELD_QUORUM,
	FIELDS
};
#define KIND_CHARTER    1
#define KIND_REVOCATION 6
#define OPEN_END        UINT64_MAX

/* A file as it stands: each kind has one form of signatures. */
struct charter_file {
	struct signed_file full;     /* of a charter; .body of both */
	struct signed_short revokes; /* of a revocation */
};

int charter_file_read(struct charter_file *f, struct charter *ret,
    struct bytes file);
/* 0 if all signatures are good, and of enough roots of |c|, which was read from it, and of
 * |prev|, if there is one. */
int charter_file_check(const struct charter_file *f, const struct charter *c,
    const struct charter *prev);
const struct key *charter_root(const struct charter *c,
    const uint8_t id[KEY_ID_LEN]);

#endif

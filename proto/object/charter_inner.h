#ifndef QUIRE_CHARTER_INNER_H
#define QUIRE_CHARTER_INNER_H

#include "proto/object/charter.h"

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

#endif

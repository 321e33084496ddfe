#ifndef QUIRE_CHARTER_EDIT_H
#define QUIRE_CHARTER_EDIT_H

#include "proto/object/charter.h"

/*
 * The changes that a newsroom makes to its charter, PROTOCOL.md §4.  Each keeps the
 * order that the format wants.  0, QERR_ABSENT if the key is not there, QERR_DUPLICATE
 * if it is already, QERR_FULL, or QERR_RANGE if the number fits none of its ranges.
 */

/* |key| may sign from issue |from| on. */
int charter_add_key(struct charter *c, const struct key *key, uint64_t from);
/* |key| may sign nothing behind issue |last|: retired, or revoked from last + 1. */
int charter_end_key(struct charter *c, const struct key *key, uint64_t last);
/*
 * From issue |from| on |m| keys sign each, whatever was said of later ones.  QERR_QUORUM
 * if fewer keys than that may sign issue |from|.
 */
int charter_set_quorum(struct charter *c, unsigned m, uint64_t from);

int charter_add_root(struct charter *c, const struct key *key);
int charter_remove_root(struct charter *c, const struct key *key);
/* A key that may become a root with the next version. */
int charter_add_next_root(struct charter *c, const struct key *key);

#endif

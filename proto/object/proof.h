#ifndef QUIRE_PROOF_H
#define QUIRE_PROOF_H

#include "proto/base/buf.h"
#include "proto/object/header.h"

/*
 * A fork proof, PROTOCOL.md §9: [header file, header file], or of charters [charter
 * file, charter file].  Whether it proves anything is feed_check_fork()'s to say, or
 * feed_add_fork()'s.
 */
#define PROOF_FILE_MAX         (2 * HEADER_FILE_MAX + 16)
#define PROOF_CHARTER_FILE_MAX (2 * CHARTER_FILE_MAX + 16)

void proof_encode(struct buf *b, struct bytes one, struct bytes other);
/* Both borrow from |file|. */
int proof_decode(struct bytes file, struct bytes *ret_one,
    struct bytes *ret_other);

#endif

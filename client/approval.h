#ifndef QUIRE_CLIENT_APPROVAL_H
#define QUIRE_CLIENT_APPROVAL_H

#include "proto/object/charter.h"
#include "proto/object/header.h"

/*
 * Where several keys sign an issue, each but the last leaves its approval of the draft
 * in a file of minisign's format, PROTOCOL.md §5, to be carried to the next.  Each
 * returns 0, or an exit status after complaining.
 */

/* Add the approval in the file |path| to those that |h| has, if |c| lets it count. */
int approval_read(struct header *h, const struct charter *c, const char *path);
/* Write |k|'s approval of |h|; not if |c| does not let it count or it is there. */
int approval_write(const char *path, const struct header *h,
    const struct charter *c, const struct key_secret *k);

#endif

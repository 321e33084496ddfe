#ifndef QUIRE_CLIENT_APPROVAL_H
#define QUIRE_CLIENT_APPROVAL_H

#include "proto/object/header.h"

/*
 * Where several keys sign an issue, each but the last leaves its signature of the draft
 * in a file of minisign's format, PROTOCOL.md §5, to be carried to the next.  Each
 * returns 0, or an exit status after complaining.
 */

/* The signature of |h| in the file |path|, if |c| lets it count. */
int approval_read(struct key_sig *ret, const struct header *h,
    const struct charter *c, const char *path);
int approval_write(const char *path, const struct header *h,
    const struct key_sig *sig);

#endif

#ifndef QUIRE_GZIP_H
#define QUIRE_GZIP_H

#include <stdbool.h>

#include "proto/base/buf.h"

/* A file that was compressed on its own (RFC 1952), as large sitemaps are. */
bool gzip_is(struct bytes data);

/* Append what |data| holds.  0, QERR_TOOBIG if it is more than |dst| takes, QERR_TEXT if
 * it is damaged or ends early, or QERR_NOMEM. */
int gzip_open(struct buf *dst, struct bytes data);

#endif

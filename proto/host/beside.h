#ifndef QUIRE_BESIDE_H
#define QUIRE_BESIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/bytes.h"

/*
 * The picture files that lie beside a document and that it might show.  There is
 * no parser here, since the document may be a stranger's: whatever in its text
 * ends like a picture's name and is a relative path is a candidate, so it finds
 * too much rather than too little.
 */
#define BESIDE_NAME_MAX 512

/*
 * The next candidate behind |*at| (which starts as 0): true and its name, which
 * points into |text|.  A candidate is never absolute, an address, or a path with
 * "..".  A stretch with blanks is tried whole and from its last blank on.
 */
bool beside_next(struct bytes text, size_t *at, struct bytes *ret_name);

/*
 * Open |name|, as written or with its %XX decoded, below |folder| and never
 * outside it, nor through a link: a descriptor of a regular file, or QERR_ABSENT.
 */
int beside_open(int folder, struct bytes name);

#endif

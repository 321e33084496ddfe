#ifndef QUIRE_SWEEP_H
#define QUIRE_SWEEP_H

#include <stddef.h>

#include "proto/base/map.h"

/*
 * Pages of an earlier time that are no longer true lie where newer ones are written: of an
 * article that a revoked key had signed, or a picture that was taken back.
 */
enum sweep_kind {
	SWEEP_CONTENTS, /* index….html; key: its name */
	SWEEP_PAGE, /* an article's id in hex, .html or .quire; key: these digits */
	SWEEP_PICTURE, /* a hash in base32, and what type it is; key: the hash */
};

/* The key of file |name|, or false if it is none that we write. */
bool sweep_key(struct id *ret, enum sweep_kind kind, const char *name);
/* Remove from |folder| in |dir| our files whose keys |keep| lacks; how many. */
size_t sweep(int dir, const char *folder, enum sweep_kind kind,
    const struct map *keep);

#endif

#ifndef QUIRE_CHARTER_HELD_H
#define QUIRE_CHARTER_HELD_H

#include <limits.h>

#include "proto/base/buf.h"
#include "proto/object/charter.h"

/*
 * A charter in a file, as newsrooms keep it: by itself, or in a feed's folder as
 * "charter" (in force), "charter.new" (not yet) or "charter.N" (those before).  It may be
 * in text form.  A revocation is filled in from those before it, which are looked for in
 * the folder where it is.
 */
#define CHARTER_HELD_MAX \
	16 /* revocations in a row, and the charter before them */

struct charter_held {
	char path[PATH_MAX];
	struct buf file[CHARTER_HELD_MAX]; /* itself, then those before */
	size_t n;
	struct charter charter; /* borrows from them */
	struct charter before;  /* so does the one before it, if it is known */
	bool has_before;
};

void charter_held_init(struct charter_held *h);
void charter_held_done(struct charter_held *h);
/*
 * Read |arg|, or the file called |name| if it is a feed's folder.  |before|, if it is not
 * NULL, is said to be the charter before it; else that is looked for beside it.  A
 * revocation needs it.  APP_DONE, or an exit status after complaining.
 */
int charter_held_read(struct charter_held *h, const char *arg, const char *name,
    const struct charter *before);
/* True if |path| is a file with some charter, whoever's, perhaps in text form; of |ret|
 * version, hash and previous are set then. */
bool charter_held_is(const char *path, struct charter *ret);
/* The file itself, not in text form. */
struct bytes charter_held_file(const struct charter_held *h);

#endif

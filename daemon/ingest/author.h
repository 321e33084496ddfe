#ifndef QUIRE_AUTHOR_H
#define QUIRE_AUTHOR_H

#include <stdbool.h>

#include "proto/base/bytes.h"

/*
 * Names out of what stands where an author should: "By Jane Roe and John Doe | May 31".
 * Take the next one off the front of |*text|, tidy text: without "By", titles of
 * reporters and what is behind names.  False when there is none any more.
 */
bool author_next(struct bytes *text, struct bytes *ret);

/* True if |text|, tidy, says of itself that names follow ("By Jane Roe"), and these look
 * like names: each of their words with a capital. */
bool author_is_line(struct bytes text);
/* False if no such text has |word| first. */
bool author_may_begin(struct bytes word);

#endif

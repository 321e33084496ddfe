#ifndef QUIRE_PHRASE_H
#define QUIRE_PHRASE_H

#include <stdbool.h>

#include "proto/base/bytes.h"

/*
 * Lists of what pages say around articles.  Marks, figures, blanks and Arabic's
 * vowels do not count, nor which yeh, kaf or hamza it is; what is in a list is folded,
 * begins with a letter, but no Arabic yeh or kaf, and has at most 47.
 */
/* It is all that |text| says. */
bool phrase_is(struct bytes text, const char *const *list, size_t n);
/* |text| begins so: how many of its bytes that takes, or 0. */
size_t phrase_begins(struct bytes text, const char *const *list, size_t n);

#endif

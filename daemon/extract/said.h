#ifndef QUIRE_SAID_H
#define QUIRE_SAID_H

#include <stdbool.h>

#include "proto/base/bytes.h"

/*
 * What pages say above that which is no part of the article: "Comments (12)", "Read
 * also:".  Marks, figures and blanks do not count.
 */
/* It is all that |line| says. */
bool said_is(struct bytes line);
/* |text| begins so. */
bool said_begins(struct bytes text);

#endif

#ifndef QUIRE_ASKS_H
#define QUIRE_ASKS_H

#include <stdbool.h>

#include "proto/base/bytes.h"

/*
 * True if |line|, a paragraph or a heading, asks something of its reader that is none of
 * the article: to subscribe, to follow, to sign in, to let a player load.
 */
bool asks_reader(struct bytes line);

#endif

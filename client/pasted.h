#ifndef QUIRE_PASTED_H
#define QUIRE_PASTED_H

#include <stdbool.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * A follow link or an invite as it comes out of a chat, a mail or a terminal: with words and
 * marks around it, with "&amp;" in it, as a part of another address, or broken into lines
 * that may be quoted.
 *
 * Append to |dst| what begins with "quire:" in |text|, up to the next blank, or with |on|
 * over the ends of lines up to an empty one; nothing if nothing does. It is a guess, for
 * the caller to parse.
 */
void pasted(struct buf *dst, struct bytes text, bool on);

#endif

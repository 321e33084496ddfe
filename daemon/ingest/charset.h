#ifndef QUIRE_CHARSET_H
#define QUIRE_CHARSET_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * Documents in other encodings than UTF-8.  Nothing is guessed: what is valid
 * UTF-8 is UTF-8, else the document has to say what it is.
 *
 * glibc loads its converters from files, so a process that is about to lose its
 * files calls charset_ready() first; the set is closed.
 */
void charset_ready(void);

/*
 * Append |data| as UTF-8.  |declared| is the name the document gives, may be
 * absent.  QERR_TEXT with a sentence in |why| that says what to do, or
 * QERR_NOMEM.
 */
int charset_decode(struct buf *dst, struct bytes data, struct bytes declared,
    struct buf *why);

/* The charset that an HTML document names in its first 2,048 bytes, or none. */
struct bytes charset_declared(struct bytes html);

#endif

#ifndef QUIRE_CHARSET_H
#define QUIRE_CHARSET_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * Documents in other encodings than UTF-8.  Nothing is guessed: what is valid
 * UTF-8 is UTF-8 (once more encoded: mojibake.h), else the document has to say what it is; or it is UTF-8 all the
 * same, with a few bytes that somebody broke.
 *
 * glibc loads its converters from files, so a process that is about to lose its
 * files calls charset_ready() first; the set is closed.
 */
void charset_ready(void);

/*
 * Append |data| as UTF-8.  |declared| is the name the document gives, may be
 * absent.  Bytes that mean nothing are left out, as long as they are few:
 * *ret_lost.  QERR_TEXT with a sentence in |why| that says what to do, or
 * QERR_NOMEM.
 */
int charset_decode(struct buf *dst, struct bytes data, struct bytes declared,
    size_t *ret_lost, struct buf *why);

/*
 * The charset that an HTML document, which is no UTF-8, names near its beginning: the
 * first that is known and not UTF-8, for pages are moved from one to the other by
 * programs that leave one of several names behind.  Or none.
 */
struct bytes charset_declared(struct bytes html);

#endif

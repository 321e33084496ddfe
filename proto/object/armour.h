#ifndef QUIRE_ARMOUR_H
#define QUIRE_ARMOUR_H

#include "proto/base/buf.h"

/*
 * Text lines for a chat, PROTOCOL.md §10: a capsule's file or a charter's, in base64
 * between the first line that begins it and the next that ends it.  White space in it
 * and text around it are forgiven, and so are marks of a quotation before each of its lines.
 */
enum armour {
	ARMOUR_CAPSULE,
	ARMOUR_CHARTER,
};

void armour_put(struct buf *dst, enum armour what, struct bytes file);
/* Whether |text| is text, and has it somewhere. */
bool armour_is(enum armour what, struct bytes text);
/* Append the file that |text| holds: QERR_TYPE if it begins nowhere, QERR_TRUNCATED if it
 * does not end, QERR_TOOBIG if it has more than |max| bytes, QERR_ENCODING. */
int armour_get(struct buf *dst, enum armour what, struct bytes text,
    size_t max);

/* If |b| is in text form, replace it by the file. */
int armour_strip(struct buf *b, enum armour what, size_t max);

#endif

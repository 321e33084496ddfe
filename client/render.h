#ifndef QUIRE_RENDER_H
#define QUIRE_RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"
#include "proto/object/article.h"

/*
 * An article's body for a terminal: wrapped, headings and lists and quotes as
 * such, links as numbers whose addresses stand at the end, pictures as a line in
 * brackets.  Right-to-left text is left to the terminal, in its logical order.
 */
#define RENDER_WIDTH_MAX 84 /* longer lines are hard to read */

struct render {
	const struct article *article; /* for its pictures */
	struct bytes body;             /* passed markup_check() */
	size_t width;
	bool color;
};

/* Append to |dst|: 0, QERR_NOMEM or QERR_TOOBIG. */
int render(struct buf *dst, const struct render *r);

#endif

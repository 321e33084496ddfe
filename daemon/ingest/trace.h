#ifndef QUIRE_TRACE_H
#define QUIRE_TRACE_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * A document before and after, for who tries it: its lines in their order, each "+"
 * if it is published or "-" if it is left out, its text, tidy, and a newline.
 */
#define TRACE_MAX (1024 * 1024) /* bytes; what is beyond is not told of */

/* Append a line; nothing if |text| says nothing, or |trace| is full. */
void trace_line(struct buf *trace, bool kept, struct bytes text);

/* True if |trace| is one. */
bool trace_check(struct bytes trace);

/* Take the first line off |*trace|: false if there is none. */
bool trace_next(struct bytes *trace, bool *ret_kept, struct bytes *ret_text);

#endif

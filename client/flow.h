#ifndef QUIRE_FLOW_H
#define QUIRE_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * Breaks one paragraph into lines for a terminal.  The paragraph is UTF-8 whose
 * only control characters are these marks, which no text of ours can hold
 * (PROTOCOL.md §1):
 */
#define FLOW_EM     "\x01" /* begins, and ends */
#define FLOW_STRONG "\x02"
#define FLOW_CODE   "\x03"
#define FLOW_BREAK  "\n"

struct flow {
	struct buf *dst;
	size_t width; /* columns, margin included; at least 10 */
	bool color;   /* show marks as terminal styles; else not at all */
	/* Write what the next line begins with; returns its columns. */
	size_t (*margin)(void *arg, struct buf *dst);
	void *arg;
};

/* Append |text| as lines, each ended. */
void flow(const struct flow *f, struct bytes text);
/* The same without breaking but at FLOW_BREAK, for preformatted text. */
void flow_lines(const struct flow *f, struct bytes text);
/* Columns that |text| takes, marks aside. */
size_t flow_width(struct bytes text);

#endif

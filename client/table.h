#ifndef QUIRE_TABLE_H
#define QUIRE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/flow.h"
#include "proto/base/buf.h"

/*
 * A table of an article on a terminal: in columns if they fit, else one block a
 * row, each cell behind its heading.  It owns copies of its cells.
 */
struct table_cell {
	size_t at, n; /* in |text| */
	bool head;
	bool first; /* of its row */
};

struct table {
	struct buf text;
	struct buf cells; /* of struct table_cell */
	bool first;
};

void table_init(struct table *t);
void table_done(struct table *t);
/* Begin a row; add a cell to it. */
void table_row(struct table *t);
void table_cell(struct table *t, struct bytes text, bool head);
/* Write it all. */
void table_put(const struct table *t, const struct flow *f);

#endif

#include "client/table.h"

#include <string.h>

#include "client/term.h"

#define COLUMNS_MAX 64 /* beyond: one block a row */

/* LEFT-TO-RIGHT MARK and RIGHT-TO-LEFT MARK: of no width. */
#define LRM "\xe2\x80\x8e"
#define RLM "\xe2\x80\x8f"

void
table_init(struct table *t)
{
	*t = (struct table){0};
	buf_init(&t->text, 0);
	buf_init(&t->cells, 0);
}

void
table_done(struct table *t)
{
	buf_done(&t->text);
	buf_done(&t->cells);
}

void
table_row(struct table *t)
{
	t->first = true;
}

void
table_cell(struct table *t, struct bytes text, bool head)
{
	struct table_cell c = {t->text.n, text.n, head, t->first};

	buf_put(&t->text, text.p, text.n);
	buf_put(&t->cells, &c, sizeof(c));
	t->first = false;
}

static size_t
count(const struct table *t)
{
	return t->cells.n / sizeof(struct table_cell);
}

static struct table_cell
at(const struct table *t, size_t i)
{
	struct table_cell c;

	memcpy(&c, t->cells.p + i * sizeof(c), sizeof(c));
	return c;
}

static struct bytes
text_of(const struct table *t, size_t i)
{
	struct table_cell c = at(t, i);

	return bytes_of(t->text.p + c.at, c.n);
}

/* The widest cell of each column: false if it has too many. */
static bool
measure(const struct table *t, size_t width[COLUMNS_MAX], size_t *ret_n)
{
	size_t col = 0;

	memset(width, 0, COLUMNS_MAX * sizeof(*width));
	*ret_n = 0;
	for (size_t i = 0; i < count(t); i++) {
		size_t w = flow_width(text_of(t, i));

		col = at(t, i).first ? 0 : col + 1;
		if (col >= COLUMNS_MAX)
			return false;
		if (w > width[col])
			width[col] = w;
		if (col + 1 > *ret_n)
			*ret_n = col + 1;
	}
	return true;
}

/*
 * What stands around each bar and before each row, so that terminals which know of
 * directions put the columns of all rows in one order: that of the table's first word.
 * Nothing, if all goes from left to right.
 */
static const char *
direction(const struct table *t)
{
	struct bytes all = buf_bytes(&t->text);

	if (!term_has_rtl(all))
		return "";
	return term_direction(all) == TERM_RTL ? RLM : LRM;
}

/* One row as a line: cells, and blanks up to the next column. */
static size_t
put_row(const struct table *t, const struct flow *f, size_t i,
    const size_t *width, const char *way)
{
	struct buf line;
	size_t col = 0, n = count(t);

	buf_init(&line, 0);
	buf_put_str(&line, way);
	do {
		struct table_cell c = at(t, i);
		size_t w = flow_width(text_of(t, i));

		if (col > 0)
			buf_printf(&line, " %s\xe2\x94\x82%s ", way, way);
		if (c.head)
			buf_put_str(&line, FLOW_STRONG);
		buf_put(&line, t->text.p + c.at, c.n);
		if (c.head)
			buf_put_str(&line, FLOW_STRONG);
		if (i + 1 < n && !at(t, i + 1).first)
			for (; w < width[col]; w++)
				buf_put_u8(&line, ' ');
		col++;
		i++;
	} while (i < n && !at(t, i).first);
	flow_lines(f, buf_bytes(&line));
	buf_done(&line);
	return i;
}

/* A cell as a paragraph, behind its heading from the first row if it has one. */
static void
put_cell(const struct table *t, const struct flow *f, size_t i, size_t col,
    size_t headings)
{
	struct buf line;

	if (at(t, i).n == 0)
		return;
	buf_init(&line, 0);
	if (i >= headings && col < headings && at(t, col).n > 0) {
		struct bytes h = text_of(t, col);

		buf_put_str(&line, FLOW_STRONG);
		buf_put(&line, h.p, h.n);
		buf_put_str(&line, ":" FLOW_STRONG " ");
	}
	buf_put(&line, text_of(t, i).p, at(t, i).n);
	flow(f, buf_bytes(&line));
	buf_done(&line);
}

static void
put_blocks(const struct table *t, const struct flow *f)
{
	size_t headings = 0, col = 0;

	while (headings < count(t) && at(t, headings).head &&
	       (headings == 0 || !at(t, headings).first))
		headings++;
	if (headings < count(t) && !at(t, headings).first)
		headings = 0; /* not a whole row of them */
	for (size_t i = headings; i < count(t); i++) {
		col = at(t, i).first ? 0 : col + 1;
		if (col == 0 && i > headings)
			flow(f, bytes_str(""));
		put_cell(t, f, i, col, headings);
	}
}

void
table_put(const struct table *t, const struct flow *f)
{
	size_t width[COLUMNS_MAX], n, sum = 0;
	struct buf probe;
	const char *way;
	size_t room;

	if (buf_err(&t->text) != 0 || buf_err(&t->cells) != 0) {
		buf_fail(f->dst, buf_err(&t->text) != 0 ? buf_err(&t->text)
							: buf_err(&t->cells));
		return;
	}
	if (!measure(t, width, &n)) {
		put_blocks(t, f);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sum += width[i] + (i > 0 ? 3 : 0);
	/* How much the margin takes is known only by writing one. */
	buf_init(&probe, 0);
	room = f->margin(f->arg, &probe);
	buf_done(&probe);
	if (sum + room > f->width) {
		put_blocks(t, f);
		return;
	}
	way = direction(t);
	for (size_t i = 0; i < count(t);)
		i = put_row(t, f, i, width, way);
}

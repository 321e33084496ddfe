#ifndef QUIRE_TERM_H
#define QUIRE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * A terminal, and how much room text takes on it.
 */
#define TERM_WIDTH_MAX 400

/* Columns of standard output: the terminal's, else $COLUMNS, else 80. */
size_t term_width(void);

/* Columns of one character: 0, 1 or 2. */
size_t term_char(uint32_t c);
/* Columns of UTF-8 text without control characters. */
size_t term_text(struct bytes text);

/* The direction of the first character of |text| that has one, as UAX #9 has it, nearly. */
enum term_direction {
	TERM_NEUTRAL,
	TERM_LTR,
	TERM_RTL,
};
enum term_direction term_direction(struct bytes text);
/* True if some of it goes from right to left. */
bool term_has_rtl(struct bytes text);

/* True for characters that make a terminal or a reader see another text than is
 * there: controls, line ends, direction marks. */
bool term_unsafe(uint32_t c);

/*
 * Append |text| in exactly |width| columns: cut with an ellipsis, or filled with
 * blanks.  Unsafe characters are shown as U+FFFD.  Right-to-left text is kept
 * from turning what stands beside it around (isolates, UAX #9).
 */
void term_column(struct buf *b, struct bytes text, size_t width);
/* The same without filling. */
void term_cut(struct buf *b, struct bytes text, size_t width);

/*
 * Append |text|, which need not be UTF-8, as a terminal may show it: what is unsafe, but
 * line ends if |lines|, as U+FFFD.
 */
void term_plain(struct buf *b, struct bytes text, bool lines);
/* Write |text|, which a stranger may have written, in at most TERM_WIDTH_MAX columns. */
void term_write(FILE *to, struct bytes text);

/*
 * Show |text| page by page: through $PAGER (else less) if standard output is a
 * terminal, else write it.
 */
void term_page(struct bytes text);

/* Ask for a passphrase on the terminal without showing it.  The length, or
 * QERR_ABSENT if there is no terminal, QERR_TOOBIG. */
int term_secret(const char *prompt, char *dst, size_t max);

#endif

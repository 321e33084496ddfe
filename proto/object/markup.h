#ifndef QUIRE_MARKUP_H
#define QUIRE_MARKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/bytes.h"

/*
 * The closed language of article bodies, PROTOCOL.md §8.  The validator accepts
 * exactly one spelling of a text; whoever shows a body that passed needs no HTML
 * parser and no sanitiser.
 */
#define MARKUP_MAX       (1024 * 1024)
#define MARKUP_DEPTH_MAX 32

/*
 * 0, or QERR_MARKUP or QERR_TEXT with |*ret_at| (may be NULL) the offset of what
 * is wrong.  |n_pictures| bounds img's src.
 */
int markup_check(struct bytes body, size_t n_pictures, size_t *ret_at);

enum markup_tag {
	MARKUP_TEXT, /* no tag: text, unescaped piecewise by markup_unescape() */
	MARKUP_P,
	MARKUP_H2,
	MARKUP_H3,
	MARKUP_H4,
	MARKUP_UL,
	MARKUP_OL,
	MARKUP_LI,
	MARKUP_BLOCKQUOTE,
	MARKUP_PRE,
	MARKUP_CODE,
	MARKUP_EM,
	MARKUP_STRONG,
	MARKUP_A,
	MARKUP_FIGURE,
	MARKUP_IMG,
	MARKUP_FIGCAPTION,
	MARKUP_TABLE,
	MARKUP_TR,
	MARKUP_TD,
	MARKUP_TH,
	MARKUP_BR,
	MARKUP_HR,
	MARKUP_SPAN,
	MARKUP_TAGS
};

const char *markup_name(enum markup_tag tag);

struct markup_token {
	enum markup_tag tag;
	bool open; /* start (true) or end tag; text, br, hr, img: true */
	struct bytes text; /* MARKUP_TEXT: as written, with entities */
	struct bytes dir, href, lang,
	    src; /* attributes as written; .p NULL if absent */
};

/*
 * Walk over a body that passed markup_check(): |*at| starts at 0.  Returns false
 * at the end.
 */
bool markup_next(struct bytes body, size_t *at, struct markup_token *ret);

/* Append text or an attribute to |dst| with &lt; &gt; &amp; &quot; resolved. */
struct buf;
void markup_unescape(struct buf *dst, struct bytes text);
/* The reverse; |quote| escapes " too. */
void markup_escape(struct buf *dst, struct bytes text, bool quote);

/* Append the plain text of a body, blocks parted by blank lines: what is printed, searched
 * and compared. */
void markup_text(struct buf *dst, struct bytes body);

#endif

#ifndef QUIRE_SCRIBE_H
#define QUIRE_SCRIBE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/object/markup.h"

/*
 * Writes a body in the one spelling of PROTOCOL.md §8, from whatever order of
 * blocks, words and emphasis a document has.  Nothing is written before there is
 * text for it: a paragraph, an emphasis or an item without text is never there.
 * White space between words is one space, outside the elements it touches;
 * block elements inside inline ones split them; an item of one paragraph is
 * written without <p>.  What it wrote always passes markup_check().
 */
#define SCRIBE_FRAMES_MAX 18 /* beyond, no block opens another */
#define SCRIBE_INLINE_MAX 10 /* inline ones; together below MARKUP_DEPTH_MAX */

/* Language and direction; empty is not said.  Borrowed, and they outlive the scribe. */
struct scribe_voice {
	struct bytes lang;
	const char *dir;
};

struct scribe_frame {
	enum markup_tag tag;       /* MARKUP_TEXT: the body itself */
	size_t at, inner;          /* offsets of the start tag and behind it */
	struct scribe_voice voice; /* in force inside */
	int item;                  /* of li: how far it is */
	bool implied;              /* an li that no document asked for */
	bool filled;               /* holds text or a picture */
};

struct scribe_inline {
	enum markup_tag tag; /* MARKUP_TEXT: nothing, for balance */
	unsigned serial;
	struct bytes href;
	struct scribe_voice voice;
};

struct scribe {
	struct buf out;
	struct scribe_frame frame[SCRIBE_FRAMES_MAX + 5];
	size_t n_frame;
	struct scribe_voice voice; /* in force for blocks to come */
	struct scribe_inline
	    want[SCRIBE_INLINE_MAX]; /* as the document nests */
	size_t n_want;
	size_t n_ignored; /* pushed beyond the limit */
	struct scribe_inline have[SCRIBE_INLINE_MAX]; /* as written */
	size_t n_have;
	unsigned serial;
	bool space, begun, gap; /* owed before the next word; see scribe.c */
	unsigned breaks;
};

/* Begin; |voice| is the document's own, which its blocks need not repeat. */
void scribe_init(struct scribe *s, const struct scribe_voice *voice);
void scribe_done(struct scribe *s);
/* End everything that is open; the result is in s->out.  0 or buf_err(). */
int scribe_finish(struct scribe *s);

/* The paragraph ends, if one was begun: div and all other boundaries. */
void scribe_boundary(struct scribe *s);

/*
 * Open h2…h4, ul, ol, li, blockquote, table, tr, td or th.  False if it cannot
 * stand here (in a cell, a heading or too deep): then it is a boundary only and
 * is not to be closed.
 */
bool scribe_open(struct scribe *s, enum markup_tag tag);
void scribe_close(struct scribe *s, enum markup_tag tag);

/* em, strong, code, a (with |href|) or span (with |voice|), from here to its pop. */
void scribe_push(struct scribe *s, enum markup_tag tag, struct bytes href,
    const struct scribe_voice *voice);
void scribe_pop(struct scribe *s);

/* Text; what is not UTF-8 in it, control characters and bidi
 * controls are left out. */
void scribe_text(struct scribe *s, struct bytes text);
void scribe_break(struct scribe *s); /* br */
void scribe_rule(struct scribe *s);  /* hr */
/* |text| is kept as it is, but tabs become spaces. */
void scribe_pre(struct scribe *s, struct bytes text, bool code);

/* True if a picture can stand here. */
bool scribe_takes_figure(const struct scribe *s);
/* Open a figure; its caption, if any, is text until scribe_figure_end(). */
void scribe_figure(struct scribe *s, size_t index);
void scribe_figure_end(struct scribe *s);

/* Append |text| without what is not UTF-8 in it. */
void scribe_mend(struct buf *dst, struct bytes text);

/* Append |text| as PROTOCOL.md §1 allows it, each run of white space a space. */
void scribe_tidy(struct buf *dst, struct bytes text);

#endif

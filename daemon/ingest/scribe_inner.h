#ifndef QUIRE_SCRIBE_INNER_H
#define QUIRE_SCRIBE_INNER_H

#include "daemon/ingest/scribe.h"

/*
 * The inside of the scribe:
 *
 *	scribe.c       blocks: what may stand in what, and is not there if it is empty
 *	scribe_line.c  words, and the elements that are open around them
 *	scribe_pre.c   text that is kept as it is
 *	scribe_tidy.c  what of a text is words
 */

/* What a code point is to us. */
enum scribe_sort {
	WORD,
	BLANK,
	NOTHING,
};

enum scribe_sort scribe_sort(uint32_t c);
/* The next stretch of one sort in |*left|, taken from its front. */
enum scribe_sort scribe_stretch(struct bytes *left, struct bytes *ret);

struct scribe_frame *scribe_top(struct scribe *s);
/* What holds words but no blocks. */
bool scribe_is_line(enum markup_tag t);
/* Write a start tag, with |v| as far as it differs from |outer|. */
void scribe_put_start(struct scribe *s, enum markup_tag tag, struct bytes href,
    const struct scribe_voice *v, const struct scribe_voice *outer);
void scribe_put_end(struct scribe *s, enum markup_tag tag);
struct scribe_frame *scribe_enter(struct scribe *s, enum markup_tag tag);
/* Leave the top frame, and if nothing is in it take it back. */
void scribe_leave(struct scribe *s);
/* Make room for a block; false if none can stand here. */
bool scribe_begin_block(struct scribe *s);
/* Be where words can stand. */
void scribe_begin_words(struct scribe *s);

/* scribe_line.c: close written inline elements until |keep| are left. */
void scribe_end_inline(struct scribe *s, size_t keep);

#endif

#ifndef QUIRE_CHANGE_H
#define QUIRE_CHANGE_H

#include "proto/base/buf.h"
#include "proto/object/article.h"

/*
 * What a correction changes: which parts of the article, how many words, and the words
 * themselves with some around them.  Words are those of title, authors, section, summary
 * and text.  A calculation.
 */
#define CHANGE_QUOTES_MAX 8
#define CHANGE_QUOTE_MAX  200 /* bytes, with the terminating zero */
#define CHANGE_NOTE_MAX   300

struct change {
	char parts[128]; /* "title, text": for the newsroom, in English */
	size_t removed, added;
	struct {
		char
		    before[CHANGE_QUOTE_MAX]; /* "": nothing was removed here */
		char after[CHANGE_QUOTE_MAX]; /* "": nothing was added */
	} quote[CHANGE_QUOTES_MAX];
	size_t n_quote;
	bool more; /* than are quoted */
};

/* From |a| with its body to |b| with its.  0 or QERR_NOMEM. */
int change_find(struct change *ret, const struct article *a,
    struct bytes a_body, const struct article *b, struct bytes b_body);

/*
 * Append what an article says by itself of how it was corrected: in signs, for feeds are
 * in all languages; at most CHANGE_NOTE_MAX bytes.  "−2 +3", and if |words| what was added,
 * never what was removed: that a name or an accusation was taken back is often why a
 * correction is made.  Nothing if no word changed.
 */
void change_note(struct buf *b, const struct change *c, bool words);

#endif

#include "daemon/ingest/scribe_inner.h"

#include "proto/base/text.h"

/* --- emphasis, links, voices --- */

static bool
wanted(const struct scribe *s, enum markup_tag tag)
{
	for (size_t i = 0; i < s->n_want; i++)
		if (s->want[i].tag == tag)
			return true;
	return false;
}

void
scribe_push(struct scribe *s, enum markup_tag tag, struct bytes href,
    const struct scribe_voice *voice)
{
	struct scribe_inline *w;

	if (s->n_want == SCRIBE_INLINE_MAX) {
		s->n_ignored++;
		return;
	}
	if (wanted(s, MARKUP_CODE) || (tag != MARKUP_SPAN && wanted(s, tag)))
		tag = MARKUP_TEXT;
	w = &s->want[s->n_want++];
	*w = (struct scribe_inline){
	    .tag = tag, .serial = ++s->serial, .href = href};
	if (voice != NULL)
		w->voice = *voice;
}

void
scribe_pop(struct scribe *s)
{
	if (s->n_ignored > 0)
		s->n_ignored--;
	else if (s->n_want > 0)
		s->n_want--;
}

void
scribe_end_inline(struct scribe *s, size_t keep)
{
	while (s->n_have > keep)
		scribe_put_end(s, s->have[--s->n_have].tag);
}

/* The number of written inline elements that go on. */
static size_t
common(const struct scribe *s)
{
	size_t i = 0;

	for (size_t k = 0; k < s->n_want && i < s->n_have; k++) {
		if (s->want[k].tag == MARKUP_TEXT)
			continue;
		if (s->want[k].serial != s->have[i].serial)
			break;
		i++;
	}
	return i;
}

/* Write the start tags of those that are wanted and not there yet. */
static void
begin_inline(struct scribe *s)
{
	static const struct scribe_voice none = {{NULL, 0}, NULL};
	size_t seen = 0;

	for (size_t k = 0; k < s->n_want; k++) {
		const struct scribe_inline *w = &s->want[k];

		if (w->tag == MARKUP_TEXT || seen++ < s->n_have)
			continue;
		scribe_put_start(s, w->tag, w->href,
		    w->tag == MARKUP_SPAN ? &w->voice : NULL, &none);
		s->have[s->n_have++] = *w;
	}
}

/* Pay what is owed before a word: line breaks, or a space. */
static void
begin_word(struct scribe *s)
{
	size_t keep;

	scribe_begin_words(s);
	keep = common(s);
	if (s->gap)
		s->breaks = 1;
	if (s->begun && s->breaks > 0) {
		for (size_t i = 0; i < keep; i++)
			if (s->have[i].tag == MARKUP_CODE)
				keep = i;
		scribe_end_inline(s, keep);
		for (; s->breaks > 0; s->breaks--)
			buf_put_str(&s->out, "<br>");
	} else {
		scribe_end_inline(s, keep);
		if (s->space)
			buf_put_u8(&s->out, ' ');
	}
	begin_inline(s);
	s->space = s->gap = false;
	s->breaks = 0;
	s->begun = scribe_top(s)->filled = true;
}

void
scribe_text(struct scribe *s, struct bytes text)
{
	struct bytes part;

	if (!utf8_valid(text)) {
		struct buf b;

		buf_init(&b, 0);
		scribe_mend(&b, text);
		if (buf_err(&b) == 0)
			scribe_text(s, buf_bytes(&b));
		buf_fail(&s->out, buf_err(&b));
		buf_done(&b);
		return;
	}
	while (text.n > 0)
		switch (scribe_stretch(&text, &part)) {
		case BLANK:
			s->space = s->space || s->begun;
			break;
		case WORD:
			begin_word(s);
			markup_escape(&s->out, part, false);
			break;
		case NOTHING:
			break;
		}
}

void
scribe_break(struct scribe *s)
{
	if (!s->begun)
		return;
	s->space = false;
	/* Two in a row are how some write paragraphs. */
	if (++s->breaks < 2)
		return;
	s->breaks = 1;
	if (!scribe_is_line(scribe_top(s)->tag))
		scribe_boundary(s);
}

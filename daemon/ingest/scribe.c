#include "daemon/ingest/scribe.h"

#include "proto/base/text.h"

#define TAB_STOP 8

/* How far an item is: it is one line of text until a second block comes. */
enum {
	ITEM_EMPTY,
	ITEM_LINE,   /* text without <p> */
	ITEM_ENDED,  /* that text has ended */
	ITEM_BLOCKS, /* blocks, text in <p> */
};

static struct scribe_frame *
top(struct scribe *s)
{
	return &s->frame[s->n_frame - 1];
}

/* What holds words but no blocks. */
static bool
is_line(enum markup_tag t)
{
	return t == MARKUP_H2 || t == MARKUP_H3 || t == MARKUP_H4 ||
	       t == MARKUP_TD || t == MARKUP_TH || t == MARKUP_FIGCAPTION;
}

static bool
is_list(enum markup_tag t)
{
	return t == MARKUP_UL || t == MARKUP_OL;
}

static bool
dir_eq(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
voice_eq(const struct scribe_voice *a, const struct scribe_voice *b)
{
	return bytes_eq(a->lang, b->lang) && dir_eq(a->dir, b->dir);
}

void
scribe_init(struct scribe *s, const struct scribe_voice *voice)
{
	*s = (struct scribe){.n_frame = 1, .voice = *voice};
	buf_init(&s->out, MARKUP_MAX);
	s->frame[0] =
	    (struct scribe_frame){.tag = MARKUP_TEXT, .voice = *voice};
}

void
scribe_done(struct scribe *s)
{
	buf_done(&s->out);
}

/* Write a start tag, with |v| as far as it differs from |outer|. */
static void
put_start(struct scribe *s, enum markup_tag tag, struct bytes href,
    const struct scribe_voice *v, const struct scribe_voice *outer)
{
	buf_put_u8(&s->out, '<');
	buf_put_str(&s->out, markup_name(tag));
	if (v != NULL && v->dir != NULL && !dir_eq(v->dir, outer->dir))
		buf_printf(&s->out, " dir=\"%s\"", v->dir);
	if (href.p != NULL) {
		buf_put_str(&s->out, " href=\"");
		markup_escape(&s->out, href, true);
		buf_put_u8(&s->out, '"');
	}
	if (v != NULL && v->lang.n > 0 && !bytes_eq(v->lang, outer->lang))
		buf_printf(&s->out, " lang=\"%.*s\"", (int)v->lang.n,
		    (const char *)v->lang.p);
	buf_put_u8(&s->out, '>');
}

static void
put_end(struct scribe *s, enum markup_tag tag)
{
	buf_printf(&s->out, "</%s>", markup_name(tag));
}

static void
insert(struct buf *b, size_t at, const char *text)
{
	size_t n = strlen(text), behind = b->n - at;

	if (buf_grow(b, n) == NULL)
		return;
	memmove(b->p + at + n, b->p + at, behind);
	memcpy(b->p + at, text, n);
}

/* Close written inline elements until |keep| are left. */
static void
end_inline(struct scribe *s, size_t keep)
{
	while (s->n_have > keep)
		put_end(s, s->have[--s->n_have].tag);
}

/* A place for words begins. */
static void
begin_line(struct scribe *s)
{
	s->space = s->begun = s->gap = false;
	s->breaks = 0;
}

static struct scribe_frame *
enter(struct scribe *s, enum markup_tag tag)
{
	struct scribe_frame *up = top(s), *f = &s->frame[s->n_frame++];
	/* These two cannot say whose voice they are. */
	bool mute = tag == MARKUP_TR || tag == MARKUP_FIGCAPTION;

	*f = (struct scribe_frame){
	    .tag = tag, .at = s->out.n, .voice = mute ? up->voice : s->voice};
	put_start(s, tag, bytes_of(NULL, 0), &f->voice, &up->voice);
	f->inner = s->out.n;
	return f;
}

/* Leave the top frame, and if nothing is in it take it back. */
static void
leave(struct scribe *s)
{
	struct scribe_frame *f = top(s);
	bool cell = f->tag == MARKUP_TD || f->tag == MARKUP_TH;

	end_inline(s, 0);
	s->n_frame--;
	if (!f->filled && !cell) {
		if (s->out.err == 0)
			s->out.n = f->at;
	} else {
		put_end(s, f->tag);
		top(s)->filled = top(s)->filled || f->filled;
	}
	begin_line(s);
}

/* What stands in the item becomes its first paragraph. */
static void
item_to_blocks(struct scribe *s)
{
	struct scribe_frame *f = top(s);

	if (f->item == ITEM_LINE || f->item == ITEM_ENDED) {
		insert(&s->out, f->inner, "<p>");
		buf_put_str(&s->out, "</p>");
	}
	f->item = ITEM_BLOCKS;
}

void
scribe_boundary(struct scribe *s)
{
	struct scribe_frame *f = top(s);

	if (f->tag == MARKUP_P) {
		leave(s);
	} else if (f->tag == MARKUP_LI && f->item == ITEM_LINE) {
		end_inline(s, 0);
		f->item = ITEM_ENDED;
		begin_line(s);
	} else if (is_line(f->tag)) {
		s->gap = s->begun;
		s->space = false;
		s->breaks = 0;
	}
}

/* A list's child must be an item. */
static void
imply_item(struct scribe *s)
{
	if (is_list(top(s)->tag))
		enter(s, MARKUP_LI)->implied = true;
}

static void
end_implied(struct scribe *s)
{
	scribe_boundary(s);
	if (top(s)->implied)
		leave(s);
}

/* Make room for a block; false if none can stand here. */
static bool
begin_block(struct scribe *s)
{
	scribe_boundary(s);
	if (is_line(top(s)->tag) || s->n_frame >= SCRIBE_FRAMES_MAX)
		return false;
	imply_item(s);
	if (top(s)->tag == MARKUP_LI)
		item_to_blocks(s);
	return true;
}

static bool
open_item(struct scribe *s)
{
	end_implied(s);
	if (!is_list(top(s)->tag))
		return false;
	enter(s, MARKUP_LI);
	begin_line(s);
	return true;
}

/* Rows and cells come in order or not at all: their caller walks a table. */
static bool
open_in_table(struct scribe *s, enum markup_tag tag, enum markup_tag in)
{
	scribe_boundary(s);
	if (top(s)->tag != in)
		return false;
	enter(s, tag);
	begin_line(s);
	return true;
}

bool
scribe_open(struct scribe *s, enum markup_tag tag)
{
	if (tag == MARKUP_LI)
		return open_item(s);
	if (tag == MARKUP_TR)
		return open_in_table(s, tag, MARKUP_TABLE);
	if (tag == MARKUP_TD || tag == MARKUP_TH)
		return open_in_table(s, tag, MARKUP_TR);
	if (!begin_block(s))
		return false;
	enter(s, tag);
	begin_line(s);
	return true;
}

void
scribe_close(struct scribe *s, enum markup_tag tag)
{
	scribe_boundary(s);
	while (s->n_frame > 1 && top(s)->tag != tag)
		leave(s);
	if (s->n_frame > 1)
		leave(s);
}

int
scribe_finish(struct scribe *s)
{
	scribe_boundary(s);
	while (s->n_frame > 1)
		leave(s);
	return buf_err(&s->out);
}

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
		put_start(s, w->tag, w->href,
		    w->tag == MARKUP_SPAN ? &w->voice : NULL, &none);
		s->have[s->n_have++] = *w;
	}
}

/* Be where words can stand. */
static void
begin_words(struct scribe *s)
{
	struct scribe_frame *f;

	imply_item(s);
	f = top(s);
	if (f->tag == MARKUP_P || is_line(f->tag))
		return;
	if (f->tag == MARKUP_LI) {
		if (f->item == ITEM_LINE)
			return;
		if (f->item == ITEM_EMPTY && voice_eq(&f->voice, &s->voice)) {
			f->item = ITEM_LINE;
			begin_line(s);
			return;
		}
		item_to_blocks(s);
	}
	enter(s, MARKUP_P);
	begin_line(s);
}

/* Pay what is owed before a word: line breaks, or a space. */
static void
begin_word(struct scribe *s)
{
	size_t keep;

	begin_words(s);
	keep = common(s);
	if (s->gap)
		s->breaks = 1;
	if (s->begun && s->breaks > 0) {
		for (size_t i = 0; i < keep; i++)
			if (s->have[i].tag == MARKUP_CODE)
				keep = i;
		end_inline(s, keep);
		for (; s->breaks > 0; s->breaks--)
			buf_put_str(&s->out, "<br>");
	} else {
		end_inline(s, keep);
		if (s->space)
			buf_put_u8(&s->out, ' ');
	}
	begin_inline(s);
	s->space = s->gap = false;
	s->breaks = 0;
	s->begun = top(s)->filled = true;
}

/* What a code point is to us. */
enum sort {
	WORD,
	BLANK,
	NOTHING,
};

static enum sort
sort_of(uint32_t c)
{
	if (c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85)
		return BLANK;
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfeff)
		return NOTHING;
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return NOTHING;
	/* Code points that are no characters. */
	if ((c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
		return NOTHING;
	return WORD;
}

/* The next stretch of one sort in |*left|, taken from its front. */
static enum sort
stretch(struct bytes *left, struct bytes *ret)
{
	const uint8_t *p = left->p, *end = left->p + left->n, *next = p;
	enum sort sort = sort_of(utf8_next(&next));

	do {
		p = next;
	} while (p < end && sort_of(utf8_next(&next)) == sort);
	*ret = bytes_of(left->p, (size_t)(p - left->p));
	*left = bytes_of(p, (size_t)(end - p));
	return sort;
}

/* Length of the UTF-8 character that |s| begins with, or 0 if it is none. */
static size_t
character(struct bytes s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (utf8_valid(bytes_of(s.p, n)))
			return n;
	return 0;
}

void
scribe_mend(struct buf *dst, struct bytes text)
{
	size_t n;

	if (utf8_valid(text)) {
		buf_put(dst, text.p, text.n);
		return;
	}
	for (; text.n > 0; text = bytes_of(text.p + n, text.n - n)) {
		n = character(text);
		buf_put(dst, text.p, n);
		n += n == 0;
	}
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
		switch (stretch(&text, &part)) {
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
scribe_tidy(struct buf *dst, struct bytes text)
{
	bool space = false, begun = false;
	struct bytes part;

	if (!utf8_valid(text)) {
		struct buf b;

		buf_init(&b, 0);
		scribe_mend(&b, text);
		buf_fail(dst, buf_err(&b));
		scribe_tidy(dst, buf_bytes(&b));
		buf_done(&b);
		return;
	}
	while (text.n > 0)
		switch (stretch(&text, &part)) {
		case BLANK:
			space = begun;
			break;
		case WORD:
			if (space)
				buf_put_u8(dst, ' ');
			buf_put(dst, part.p, part.n);
			space = false;
			begun = true;
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
	if (!is_line(top(s)->tag))
		scribe_boundary(s);
}

void
scribe_rule(struct scribe *s)
{
	if (!begin_block(s))
		return;
	buf_put_str(&s->out, "<hr>");
	top(s)->filled = true;
}

/* Lines of |text| into |dst|: no control characters, tabs as spaces, no empty
 * lines at either end. */
static void
pre_text(struct buf *dst, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *at;
	size_t column = 0;

	while (p < end) {
		uint32_t c = (at = p, utf8_next(&p));

		if (c == '\n') {
			while (dst->n > 0 && dst->p[dst->n - 1] == ' ')
				dst->n--;
			column = 0;
			if (dst->n > 0)
				buf_put_u8(dst, '\n');
		} else if (c == '\t') {
			do
				buf_put_u8(dst, ' ');
			while (++column % TAB_STOP != 0);
		} else if (sort_of(c) == WORD || c == ' ') {
			buf_put(dst, at, (size_t)(p - at));
			column++;
		}
	}
	while (dst->n > 0 &&
	       (dst->p[dst->n - 1] == ' ' || dst->p[dst->n - 1] == '\n'))
		dst->n--;
}

/* Where no block can stand, lines are lines. */
static void
pre_as_words(struct scribe *s, struct bytes text, bool code)
{
	for (size_t i = 0, n; i < text.n; i += n + 1) {
		const uint8_t *nl = memchr(text.p + i, '\n', text.n - i);

		n = nl != NULL ? (size_t)(nl - text.p) - i : text.n - i;
		if (code)
			scribe_push(s, MARKUP_CODE, bytes_of(NULL, 0), NULL);
		scribe_text(s, bytes_of(text.p + i, n));
		if (code)
			scribe_pop(s);
		if (nl != NULL)
			scribe_break(s);
	}
}

void
scribe_pre(struct scribe *s, struct bytes text, bool code)
{
	struct buf b;

	buf_init(&b, MARKUP_MAX);
	pre_text(&b, text);
	buf_fail(&s->out, buf_err(&b));
	if (b.n > 0 && begin_block(s)) {
		enter(s, MARKUP_PRE)->filled = true;
		if (code)
			buf_put_str(&s->out, "<code>");
		markup_escape(&s->out, buf_bytes(&b), false);
		if (code)
			buf_put_str(&s->out, "</code>");
		leave(s);
	} else if (b.n > 0) {
		pre_as_words(s, buf_bytes(&b), code);
		scribe_boundary(s);
	}
	buf_done(&b);
}

bool
scribe_takes_figure(const struct scribe *s)
{
	for (size_t i = 0; i < s->n_frame; i++)
		if (is_line(s->frame[i].tag) || s->frame[i].tag == MARKUP_TR ||
		    s->frame[i].tag == MARKUP_TABLE)
			return false;
	/* A paragraph that is open ends before the figure. */
	return s->n_frame + 1 < SCRIBE_FRAMES_MAX;
}

void
scribe_figure(struct scribe *s, size_t index)
{
	begin_block(s);
	enter(s, MARKUP_FIGURE)->filled = true;
	buf_printf(&s->out, "<img src=\"%zu\">", index);
	enter(s, MARKUP_FIGCAPTION);
	begin_line(s);
}

void
scribe_figure_end(struct scribe *s)
{
	scribe_close(s, MARKUP_FIGCAPTION);
	scribe_close(s, MARKUP_FIGURE);
}

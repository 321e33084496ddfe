#include "daemon/ingest/scribe_inner.h"

/* How far an item is: it is one line of text until a second block comes. */
enum {
	ITEM_EMPTY,
	ITEM_LINE,   /* text without <p> */
	ITEM_ENDED,  /* that text has ended */
	ITEM_BLOCKS, /* blocks, text in <p> */
};

struct scribe_frame *
scribe_top(struct scribe *s)
{
	return &s->frame[s->n_frame - 1];
}

bool
scribe_is_line(enum markup_tag t)
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

int
scribe_finish(struct scribe *s)
{
	scribe_boundary(s);
	while (s->n_frame > 1)
		scribe_leave(s);
	return buf_err(&s->out);
}

void
scribe_put_start(struct scribe *s, enum markup_tag tag, struct bytes href,
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

void
scribe_put_end(struct scribe *s, enum markup_tag tag)
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

/* A place for words begins. */
static void
begin_line(struct scribe *s)
{
	s->space = s->begun = s->gap = false;
	s->breaks = 0;
}

struct scribe_frame *
scribe_enter(struct scribe *s, enum markup_tag tag)
{
	struct scribe_frame *up = scribe_top(s), *f = &s->frame[s->n_frame++];
	/* These two cannot say whose voice they are. */
	bool mute = tag == MARKUP_TR || tag == MARKUP_FIGCAPTION;

	*f = (struct scribe_frame){
	    .tag = tag, .at = s->out.n, .voice = mute ? up->voice : s->voice};
	scribe_put_start(s, tag, bytes_of(NULL, 0), &f->voice, &up->voice);
	f->inner = s->out.n;
	return f;
}

void
scribe_leave(struct scribe *s)
{
	struct scribe_frame *f = scribe_top(s);
	bool cell = f->tag == MARKUP_TD || f->tag == MARKUP_TH;

	scribe_end_inline(s, 0);
	s->n_frame--;
	if (!f->filled && !cell) {
		if (s->out.err == 0)
			s->out.n = f->at;
	} else {
		scribe_put_end(s, f->tag);
		scribe_top(s)->filled = scribe_top(s)->filled || f->filled;
	}
	begin_line(s);
}

/* --- what may stand where --- */

/* What stands in the item becomes its first paragraph. */
static void
item_to_blocks(struct scribe *s)
{
	struct scribe_frame *f = scribe_top(s);

	if (f->item == ITEM_LINE || f->item == ITEM_ENDED) {
		insert(&s->out, f->inner, "<p>");
		buf_put_str(&s->out, "</p>");
	}
	f->item = ITEM_BLOCKS;
}

void
scribe_boundary(struct scribe *s)
{
	struct scribe_frame *f = scribe_top(s);

	if (f->tag == MARKUP_P) {
		scribe_leave(s);
	} else if (f->tag == MARKUP_LI && f->item == ITEM_LINE) {
		scribe_end_inline(s, 0);
		f->item = ITEM_ENDED;
		begin_line(s);
	} else if (scribe_is_line(f->tag)) {
		s->gap = s->begun;
		s->space = false;
		s->breaks = 0;
	}
}

/* A list's child must be an item. */
static void
imply_item(struct scribe *s)
{
	if (is_list(scribe_top(s)->tag))
		scribe_enter(s, MARKUP_LI)->implied = true;
}

static void
end_implied(struct scribe *s)
{
	scribe_boundary(s);
	if (scribe_top(s)->implied)
		scribe_leave(s);
}

bool
scribe_begin_block(struct scribe *s)
{
	scribe_boundary(s);
	if (scribe_is_line(scribe_top(s)->tag) ||
	    s->n_frame >= SCRIBE_FRAMES_MAX)
		return false;
	imply_item(s);
	if (scribe_top(s)->tag == MARKUP_LI)
		item_to_blocks(s);
	return true;
}

void
scribe_begin_words(struct scribe *s)
{
	struct scribe_frame *f;

	imply_item(s);
	f = scribe_top(s);
	if (f->tag == MARKUP_P || scribe_is_line(f->tag))
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
	scribe_enter(s, MARKUP_P);
	begin_line(s);
}

static bool
open_item(struct scribe *s)
{
	end_implied(s);
	if (!is_list(scribe_top(s)->tag))
		return false;
	scribe_enter(s, MARKUP_LI);
	begin_line(s);
	return true;
}

/* Rows and cells come in order or not at all: their caller walks a table. */
static bool
open_in_table(struct scribe *s, enum markup_tag tag, enum markup_tag in)
{
	scribe_boundary(s);
	if (scribe_top(s)->tag != in)
		return false;
	scribe_enter(s, tag);
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
	if (!scribe_begin_block(s))
		return false;
	scribe_enter(s, tag);
	begin_line(s);
	return true;
}

void
scribe_close(struct scribe *s, enum markup_tag tag)
{
	scribe_boundary(s);
	while (s->n_frame > 1 && scribe_top(s)->tag != tag)
		scribe_leave(s);
	if (s->n_frame > 1)
		scribe_leave(s);
}

void
scribe_rule(struct scribe *s)
{
	if (!scribe_begin_block(s))
		return;
	buf_put_str(&s->out, "<hr>");
	scribe_top(s)->filled = true;
}

bool
scribe_takes_figure(const struct scribe *s)
{
	for (size_t i = 0; i < s->n_frame; i++)
		if (scribe_is_line(s->frame[i].tag) ||
		    s->frame[i].tag == MARKUP_TR ||
		    s->frame[i].tag == MARKUP_TABLE)
			return false;
	/* A paragraph that is open ends before the figure. */
	return s->n_frame + 1 < SCRIBE_FRAMES_MAX;
}

void
scribe_figure(struct scribe *s, size_t index)
{
	scribe_begin_block(s);
	scribe_enter(s, MARKUP_FIGURE)->filled = true;
	buf_printf(&s->out, "<img src=\"%zu\">", index);
	scribe_enter(s, MARKUP_FIGCAPTION);
	begin_line(s);
}

void
scribe_figure_end(struct scribe *s)
{
	scribe_close(s, MARKUP_FIGCAPTION);
	scribe_close(s, MARKUP_FIGURE);
}

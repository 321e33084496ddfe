#include "client/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/flow.h"
#include "client/table.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

/* What each line begins with: one for every open quote, list and item. */
struct margin {
	enum markup_tag tag;
	unsigned number; /* of the item, in ol */
	size_t width;    /* of the mark, in li */
	bool marked;     /* li: the mark is written */
};

struct walk {
	const struct render *in;
	struct buf *dst;
	struct buf text; /* of the open paragraph, with flow's marks */
	struct flow flow;
	struct margin margin[MARKUP_DEPTH_MAX];
	size_t depth;
	bool gap; /* a blank line is owed */
	bool begun;
	bool pre;
	struct table table;
	bool in_table;
	struct bytes *link; /* addresses as written, by number - 1 */
	size_t n_link, cap_link;
	size_t number; /* of the open link; 0: none */
};

static size_t
put_mark(struct margin *item, struct margin *list, struct buf *dst)
{
	char mark[16];

	if (list->tag == MARKUP_OL)
		snprintf(mark, sizeof(mark), "%u. ", list->number);
	else
		strcpy(mark, "\xe2\x80\xa2 ");
	buf_put_str(dst, mark);
	item->marked = true;
	item->width = list->tag == MARKUP_OL ? strlen(mark) : 2;
	return item->width;
}

static size_t
put_margin(void *arg, struct buf *dst)
{
	struct walk *w = arg;
	size_t n = 0;

	for (size_t i = 0; i < w->depth; i++) {
		struct margin *m = &w->margin[i];

		if (m->tag == MARKUP_BLOCKQUOTE) {
			buf_put_str(dst, "\xe2\x94\x82 ");
			n += 2;
		} else if (m->tag == MARKUP_LI && !m->marked && i > 0) {
			n += put_mark(m, m - 1, dst);
		} else if (m->tag == MARKUP_LI) {
			buf_printf(dst, "%*s", (int)m->width, "");
			n += m->width;
		}
	}
	if (w->pre) {
		buf_put_str(dst, "    ");
		n += 4;
	}
	return n;
}

/* The blank line between blocks, with the quotes that go on around it. */
static void
pay_gap(struct walk *w)
{
	if (w->gap && w->begun) {
		for (size_t i = 0; i < w->depth; i++)
			if (w->margin[i].tag == MARKUP_BLOCKQUOTE)
				buf_put_str(w->dst, "\xe2\x94\x82 ");
			else if (w->margin[i].marked)
				buf_printf(w->dst, "%*s",
				    (int)w->margin[i].width, "");
			else
				break;
		while (w->dst->n > 0 && w->dst->p[w->dst->n - 1] == ' ')
			w->dst->n--;
		buf_put_u8(w->dst, '\n');
	}
	w->gap = false;
	w->begun = true;
}

/* Write the open paragraph, if there is one. */
static void
end_text(struct walk *w)
{
	if (w->text.n == 0)
		return;
	pay_gap(w);
	if (w->pre)
		flow_lines(&w->flow, buf_bytes(&w->text));
	else
		flow(&w->flow, buf_bytes(&w->text));
	buf_clear(&w->text);
}

/* A block begins or ends: what was open is written, and a blank line follows. */
static void
block(struct walk *w, bool gap)
{
	end_text(w);
	w->gap |= gap;
}

static void
end_heading(struct walk *w, enum markup_tag tag)
{
	size_t n = flow_width(buf_bytes(&w->text));

	if (n > w->flow.width)
		n = w->flow.width;
	block(w, true);
	if (tag != MARKUP_H2)
		return;
	put_margin(w, w->dst);
	while (n-- > 0)
		buf_put_str(w->dst, "\xe2\x94\x80");
	buf_put_u8(w->dst, '\n');
}

static void
heading(struct walk *w, const struct markup_token *t)
{
	if (t->open)
		block(w, true);
	if (t->open && t->tag != MARKUP_H2 && !w->in->color)
		buf_put_str(&w->text, "\xe2\x96\xaa ");
	buf_put_str(&w->text, FLOW_STRONG);
	if (!t->open)
		end_heading(w, t->tag);
}

static void
push(struct walk *w, enum markup_tag tag)
{
	if (w->depth < MARKUP_DEPTH_MAX)
		w->margin[w->depth++] = (struct margin){.tag = tag};
}

static void
pop(struct walk *w)
{
	if (w->depth > 0)
		w->depth--;
}

static bool
in_item(const struct walk *w)
{
	return w->depth > 0 && w->margin[w->depth - 1].tag == MARKUP_LI;
}

/* Lists stand close; only at the top a blank line is around them. */
static void
list(struct walk *w, const struct markup_token *t)
{
	block(w, !in_item(w) && t->open);
	if (t->open) {
		push(w, t->tag);
	} else {
		pop(w);
		w->gap = !in_item(w);
	}
}

static void
item(struct walk *w, const struct markup_token *t)
{
	if (t->open) {
		block(w, false);
		w->gap = w->gap && w->margin[w->depth - 1].number == 0;
		w->margin[w->depth - 1].number++;
		push(w, t->tag);
		return;
	}
	if (w->text.n == 0 && !w->margin[w->depth - 1].marked)
		buf_put_u8(&w->text, ' '); /* an empty item shows its mark */
	block(w, false);
	w->gap = false;
	pop(w);
}

/* The number of an address; the same one for the same address.  0: no memory. */
static size_t
link_number(struct walk *w, struct bytes href)
{
	struct bytes *more;

	for (size_t i = 0; i < w->n_link; i++)
		if (bytes_eq(w->link[i], href))
			return i + 1;
	if (w->n_link == w->cap_link) {
		w->cap_link = w->cap_link * 2 + 8;
		more = realloc(w->link, w->cap_link * sizeof(*more));
		if (more == NULL) {
			buf_fail(&w->text, QERR_NOMEM);
			return 0;
		}
		w->link = more;
	}
	w->link[w->n_link++] = href;
	return w->n_link;
}

static void
anchor(struct walk *w, const struct markup_token *t)
{
	if (t->open)
		w->number = link_number(w, t->href);
	else
		buf_printf(&w->text, "[%zu]", w->number);
}

static void
picture(struct walk *w, struct bytes src)
{
	const struct article *a = w->in->article;
	const struct picture *p;
	uint64_t n;

	if (dec_parse(&n, (const char *)src.p, src.n) != 0 || n >= a->n_picture)
		return;
	p = &a->picture[n];
	buf_printf(&w->text, "[Picture %u", (unsigned)n + 1);
	if (p->alt.n > 0) {
		buf_put_str(&w->text, ": ");
		buf_put(&w->text, p->alt.p, p->alt.n);
	}
	buf_put_str(&w->text, "]");
	end_text(w);
}

static void
rule(struct walk *w)
{
	size_t n = 0;

	block(w, true);
	pay_gap(w);
	for (n = put_margin(w, w->dst); n + 1 < w->flow.width && n < 24; n++)
		buf_put_str(w->dst, "\xe2\x94\x80");
	buf_put_u8(w->dst, '\n');
	w->gap = true;
}

static void
end_table(struct walk *w)
{
	pay_gap(w);
	w->in_table = false;
	table_put(&w->table, &w->flow);
	table_done(&w->table);
	w->gap = true;
}

static void
cell(struct walk *w, const struct markup_token *t)
{
	if (t->open)
		return;
	table_cell(&w->table, buf_bytes(&w->text), t->tag == MARKUP_TH);
	buf_clear(&w->text);
}

static void
pre(struct walk *w, const struct markup_token *t)
{
	if (t->open)
		block(w, true);
	w->pre = true;
	if (!t->open) {
		block(w, true);
		w->pre = false;
	}
}

static void
quote(struct walk *w, const struct markup_token *t)
{
	block(w, true);
	if (t->open) {
		pay_gap(w);
		push(w, t->tag);
		w->begun = false; /* no blank line within, before its text */
	} else {
		pop(w);
	}
}

static void
token(struct walk *w, const struct markup_token *t)
{
	switch (t->tag) {
	case MARKUP_TEXT:
		markup_unescape(&w->text, t->text);
		break;
	case MARKUP_EM:
		buf_put_str(&w->text, FLOW_EM);
		break;
	case MARKUP_STRONG:
		buf_put_str(&w->text, FLOW_STRONG);
		break;
	case MARKUP_CODE:
		if (!w->pre)
			buf_put_str(&w->text, FLOW_CODE);
		break;
	case MARKUP_BR:
		buf_put_str(&w->text, w->in_table ? " " : FLOW_BREAK);
		break;
	case MARKUP_A:
		anchor(w, t);
		break;
	case MARKUP_IMG:
		picture(w, t->src);
		break;
	case MARKUP_P:
	case MARKUP_FIGURE:
		block(w, true);
		break;
	case MARKUP_FIGCAPTION:
		end_text(w);
		break;
	case MARKUP_H2:
	case MARKUP_H3:
	case MARKUP_H4:
		heading(w, t);
		break;
	case MARKUP_UL:
	case MARKUP_OL:
		list(w, t);
		break;
	case MARKUP_LI:
		item(w, t);
		break;
	case MARKUP_BLOCKQUOTE:
		quote(w, t);
		break;
	case MARKUP_PRE:
		pre(w, t);
		break;
	case MARKUP_HR:
		rule(w);
		break;
	case MARKUP_TABLE:
		if (t->open) {
			block(w, true);
			table_init(&w->table);
			w->in_table = true;
		} else {
			end_table(w);
		}
		break;
	case MARKUP_TR:
		if (t->open)
			table_row(&w->table);
		break;
	case MARKUP_TD:
	case MARKUP_TH:
		cell(w, t);
		break;
	case MARKUP_SPAN:
	case MARKUP_TAGS:
		break;
	}
}

/* The addresses, one a line and whole, so that they can be copied. */
static void
put_links(struct walk *w)
{
	struct buf plain;

	if (w->n_link == 0)
		return;
	buf_init(&plain, 0);
	buf_put_u8(w->dst, '\n');
	for (size_t i = 0; i < w->n_link; i++) {
		buf_clear(&plain);
		markup_unescape(&plain, w->link[i]);
		buf_printf(w->dst, "[%zu] ", i + 1);
		if (plain.n > 0 && plain.p[0] == '#')
			buf_put_str(w->dst, "article of this feed: ");
		buf_put(w->dst, plain.p + (plain.n > 0 && plain.p[0] == '#'),
		    plain.n - (plain.n > 0 && plain.p[0] == '#'));
		buf_put_u8(w->dst, '\n');
	}
	buf_done(&plain);
}

int
render(struct buf *dst, const struct render *r)
{
	struct walk w = {.in = r, .dst = dst};
	struct markup_token t;
	size_t at = 0;
	int err;

	buf_init(&w.text, 0);
	w.flow = (struct flow){
	    .dst = dst,
	    .width = r->width < RENDER_WIDTH_MAX ? r->width : RENDER_WIDTH_MAX,
	    .color = r->color,
	    .margin = put_margin,
	    .arg = &w,
	};
	while (markup_next(r->body, &at, &t))
		token(&w, &t);
	end_text(&w);
	put_links(&w);
	err = buf_err(&w.text) != 0 ? buf_err(&w.text) : buf_err(dst);
	if (w.in_table)
		table_done(&w.table);
	free(w.link);
	buf_done(&w.text);
	return err;
}

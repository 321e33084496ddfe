#include "proto/base/buf.h"
#include "proto/object/markup.h"

/*
 * A body as plain lines.  Every open quote, list and item adds to what each
 * line begins with:
 *
 *	> quoted
 *	> 1. an item
 *	>    its second line
 *	>    - an item of a list in it
 */
struct margin {
	enum markup_tag tag;
	unsigned number; /* of the item, in ol */
	size_t width;    /* of the mark, in li */
	bool marked;     /* li: the mark is written */
};

struct page {
	struct buf *dst;
	struct margin margin[MARKUP_DEPTH_MAX];
	size_t depth;
	unsigned gap; /* line ends owed before the next text */
	bool begun;
	bool cell; /* a table cell was before this one in its row */
};

static void
owe(struct page *p, unsigned gap)
{
	if (p->begun && p->gap < gap)
		p->gap = gap;
}

/* "12. " or "- "; the list is the margin before the item. */
static void
put_mark(struct page *p, struct margin *item, const struct margin *list)
{
	size_t before = p->dst->n;
	char digits[12];
	size_t n = sizeof(digits);

	if (list->tag == MARKUP_OL) {
		for (unsigned v = list->number; v > 0; v /= 10)
			digits[--n] = (char)('0' + v % 10);
		buf_put(p->dst, digits + n, sizeof(digits) - n);
		buf_put_str(p->dst, ". ");
	} else {
		buf_put_str(p->dst, "- ");
	}
	item->marked = true;
	item->width = p->dst->n - before;
}

static void
put_margin(struct page *p)
{
	for (size_t i = 0; i < p->depth; i++) {
		struct margin *m = &p->margin[i];

		if (m->tag == MARKUP_BLOCKQUOTE)
			buf_put_str(p->dst, "> ");
		else if (m->tag == MARKUP_LI && !m->marked && i > 0)
			put_mark(p, m, m - 1);
		else if (m->tag == MARKUP_LI)
			for (size_t k = 0; k < m->width; k++)
				buf_put_u8(p->dst, ' ');
	}
}

/* Begin to write: pay the line ends that are owed. */
static void
start(struct page *p)
{
	bool line = !p->begun || p->gap > 0;

	for (; p->gap > 0; p->gap--)
		buf_put_u8(p->dst, '\n');
	p->begun = true;
	if (line)
		put_margin(p);
}

static void
put_text(struct page *p, struct bytes text)
{
	size_t from = 0, i;

	for (i = 0; i <= text.n; i++) {
		if (i < text.n && text.p[i] != '\n')
			continue;
		start(p);
		markup_unescape(p->dst, bytes_of(text.p + from, i - from));
		p->gap = i < text.n ? 1 : 0;
		from = i + 1;
	}
}

/* Lists stand close: only a block outside any item has a blank line around. */
static unsigned
block_gap(const struct page *p)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->margin[i].tag == MARKUP_LI)
			return 1;
	return 2;
}

static void
push(struct page *p, enum markup_tag tag)
{
	if (tag == MARKUP_LI && p->depth > 0)
		p->margin[p->depth - 1].number++;
	if (p->depth < MARKUP_DEPTH_MAX)
		p->margin[p->depth++] = (struct margin){.tag = tag};
}

static void
pop(struct page *p, enum markup_tag tag)
{
	if (p->depth == 0)
		return;
	/* An empty item shows its mark all the same. */
	if (tag == MARKUP_LI && !p->margin[p->depth - 1].marked)
		start(p);
	p->depth--;
}

static void
put_container(struct page *p, const struct markup_token *t, unsigned gap)
{
	owe(p, gap);
	if (t->open)
		push(p, t->tag);
	else
		pop(p, t->tag);
	owe(p, gap);
}

static void
put_break(struct page *p)
{
	start(p);
	p->gap = 1;
}

static void
put_element(struct page *p, const struct markup_token *t)
{
	switch (t->tag) {
	case MARKUP_UL:
	case MARKUP_OL:
	case MARKUP_BLOCKQUOTE:
		put_container(p, t, block_gap(p));
		break;
	case MARKUP_LI:
		put_container(p, t, 1);
		break;
	case MARKUP_P:
	case MARKUP_H2:
	case MARKUP_H3:
	case MARKUP_H4:
	case MARKUP_PRE:
	case MARKUP_FIGURE:
	case MARKUP_TABLE:
		owe(p, block_gap(p));
		break;
	case MARKUP_HR:
		owe(p, block_gap(p));
		put_text(p, bytes_str("---"));
		owe(p, block_gap(p));
		break;
	case MARKUP_TR:
		owe(p, 1);
		p->cell = false;
		break;
	case MARKUP_TD:
	case MARKUP_TH:
		if (t->open && p->cell)
			put_text(p, bytes_str(" | "));
		p->cell = true;
		break;
	case MARKUP_BR:
		put_break(p);
		break;
	case MARKUP_TEXT:
		put_text(p, t->text);
		break;
	case MARKUP_CODE:
	case MARKUP_EM:
	case MARKUP_STRONG:
	case MARKUP_A:
	case MARKUP_SPAN:
	case MARKUP_IMG:
	case MARKUP_FIGCAPTION:
	case MARKUP_TAGS:
		break;
	}
}

void
markup_text(struct buf *dst, struct bytes body)
{
	struct page p = {.dst = dst};
	struct markup_token t;
	size_t at = 0;

	while (markup_next(body, &at, &t))
		put_element(&p, &t);
	if (p.begun)
		buf_put_u8(dst, '\n');
}

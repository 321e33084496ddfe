#include "daemon/extract/tail.h"

#include <string.h>

#include "daemon/extract/names.h"
#include "daemon/extract/said.h"

#define LINE_MAX_LETTERS  60 /* as measured: a Chinese one counts two */
#define LINE_MAX_ELEMENTS 16
#define BOX_MAX_LETTERS   3000
#define BOX_MAX_ELEMENTS  256
#define PROSE_MIN         160 /* letters above the line: the article has begun */
#define LINES_MAX         64  /* of a page that are looked at */
#define LOOKS_MAX         8

/* |i| says one of them and nothing else; in a paragraph it may be a few of its words. */
static bool
is_line(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	struct buf b;
	bool is;

	if (e->dead || e->in.text == 0 || e->in.text > LINE_MAX_LETTERS ||
	    e->end - i > LINE_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	is = said_is(buf_bytes(&b));
	buf_done(&b);
	return is;
}

/* At least half of it are links, and none of it is an article's. */
static bool
is_of_links(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	return !e->dead && e->in.text > 0 && e->in.prose == 0 &&
	       page_prose(e) == 0 && page_link_density(p, i) >= 0.5f;
}

/* A box; in a text from which its page is cut away paragraphs are its author's. */
static bool
may_go(const struct page_element *e, bool is_page)
{
	return page_is_block(e->tag) && (is_page || e->tag != GUMBO_TAG_P);
}

/* A box of links that begins as such a line does. */
static bool
is_box(const struct page *p, uint32_t i, bool is_page)
{
	const struct page_element *e = &p->e[i];
	struct buf b;
	bool is;

	if (!may_go(e, is_page) || !is_of_links(p, i) ||
	    e->in.text > BOX_MAX_LETTERS || e->end - i > BOX_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	is = said_begins(buf_bytes(&b));
	buf_done(&b);
	return is;
}

/* The boxes of links that follow the line |i|, beside it; how many, with the dead. */
static size_t
cut_links(struct page *p, uint32_t i, bool is_page)
{
	uint32_t end = p->e[p->e[i].up].end;
	size_t n = 0;

	for (uint32_t k = p->e[i].end; k < end; k = p->e[k].end) {
		if (p->e[k].dead || p->e[k].in.text == 0) {
			n += p->e[k].in.link > 0;
			continue;
		}
		if (!is_of_links(p, k) || !may_go(&p->e[k], is_page))
			break;
		page_kill(p, k);
		n++;
	}
	return n;
}

static uint32_t
prose_of(const struct page_element *e)
{
	return e->dead ? 0 : e->in.prose + page_prose(e);
}

/* In |up|, above |i|. */
static uint32_t
prose_above(const struct page *p, uint32_t up, uint32_t i)
{
	uint32_t sum = 0;

	for (uint32_t k = up + 1; k < i; k = p->e[k].end)
		sum += prose_of(&p->e[k]);
	return sum;
}

static const char *
class_of(const struct page_element *e)
{
	const char *class = names_attribute(e->node, "class");

	return class != NULL ? class : "";
}

/* How prose is made: its elements and their classes. */
struct looks {
	const struct page_element *e[LOOKS_MAX];
	size_t n;
};

static bool
is_like(const struct looks *l, const struct page_element *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->e[i]->tag == e->tag &&
		    strcmp(class_of(l->e[i]), class_of(e)) == 0)
			return true;
	return false;
}

/* Of what stands above |i|, beside it. */
static void
looks_above(struct looks *l, const struct page *p, uint32_t i)
{
	l->n = 0;
	for (uint32_t k = p->e[i].up + 1; k < i && l->n < LOOKS_MAX;
	     k = p->e[k].end)
		if (prose_of(&p->e[k]) > 0 && !is_like(l, &p->e[k]))
			l->e[l->n++] = &p->e[k];
}

/* What holds |i|, from the inside out up to |top|, and enough above it; 0 if none. */
static uint32_t
holder(const struct page *p, uint32_t top, uint32_t i)
{
	while (i != top) {
		uint32_t up = p->e[i].up;

		if (prose_above(p, up, i) >= PROSE_MIN)
			return up;
		i = up;
	}
	return 0;
}

/* What stands behind |i|, beside it; but if the article goes on there, all of it may
 * be the article's. */
static void
cut_behind(struct page *p, uint32_t i)
{
	uint32_t end = p->e[p->e[i].up].end;
	struct looks l;

	looks_above(&l, p, i);
	for (uint32_t k = p->e[i].end; k < end; k = p->e[k].end)
		if (prose_of(&p->e[k]) > 0 && is_like(&l, &p->e[k]))
			return;
	for (uint32_t k = p->e[i].end; k < end; k = p->e[k].end)
		if (!p->e[k].dead)
			page_kill(p, k);
}

static void
cut_lines(struct page *p, uint32_t top, bool is_page)
{
	size_t n = 0;

	for (uint32_t i = top + 1; i < p->e[top].end && n < LINES_MAX;) {
		bool line = is_line(p, i);
		bool block = is_page && page_is_block(p->e[i].tag);
		uint32_t up = line && block ? holder(p, top, i) : 0;
		size_t links = 0;

		n += line;
		for (uint32_t at = i; up != 0 && at != up; at = p->e[at].up)
			cut_behind(p, at);
		if (line)
			links = cut_links(p, i, is_page);
		if (up != 0 || links > 0)
			page_kill(p, i);
		i = p->e[i].dead ? p->e[i].end : i + 1;
	}
}

static void
cut(struct page *p, uint32_t top, bool is_page)
{
	cut_lines(p, top, is_page);
	for (uint32_t i = top + 1; i < p->e[top].end;) {
		if (is_box(p, i, is_page))
			page_kill(p, i);
		i = p->e[i].dead ? p->e[i].end : i + 1;
	}
}

void
tail_cut(struct page *p, uint32_t top)
{
	cut(p, top, true);
}

void
tail_cut_boxes(struct page *p, uint32_t top)
{
	cut(p, top, false);
}

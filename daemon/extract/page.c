#include "daemon/extract/page.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"

#define PROSE_MIN 80 /* letters of a paragraph */

static uint32_t
letter(const unsigned char **s)
{
	const unsigned char *p = *s;
	uint32_t c = *p++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	c &= more > 0 ? 0x3fu >> more : 0x7f;
	for (; more > 0 && (*p & 0xc0) == 0x80; more--)
		c = c << 6 | (*p++ & 0x3f);
	*s = p;
	return c;
}

static bool
is_comma(uint32_t c)
{
	return c == ',' || c == 0x60c || c == 0xfe50 || c == 0xfe10 ||
	       c == 0x2e41 || c == 0x2e34 || c == 0x3001 || c == 0xff0c ||
	       c == 0x3002;
}

/* Thai and Lao have no commas, and blanks between clauses alone. */
static bool
parts_clauses(uint32_t before, bool blank)
{
	return blank && before >= 0xe00 && before <= 0xeff;
}

/* Runs of white space count one, and nothing but white space nothing. */
static void
add_text(struct page_sum *to, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t letters = 0, commas = 0, before = 0;
	bool space = true, any = false;

	while (*s != '\0') {
		uint32_t c = letter(&s);
		bool blank = c <= ' ' || c == 0xa0;

		if (!blank || !space)
			letters += c >= 0x2e80 ? 2 : 1;
		any = any || !blank;
		commas += is_comma(c) || parts_clauses(before, blank);
		space = blank;
		before = c;
	}
	if (!any)
		return;
	to->text += letters;
	to->run += letters;
	to->commas += commas;
	to->run_commas += commas;
}

uint32_t
page_letters(const char *text)
{
	struct page_sum s = {0};

	add_text(&s, text);
	return s.text;
}

bool
page_is_block(GumboTag tag)
{
	switch ((int)tag) { /* of very many */
	case GUMBO_TAG_BLOCKQUOTE:
	case GUMBO_TAG_DL:
	case GUMBO_TAG_DIV:
	case GUMBO_TAG_IMG:
	case GUMBO_TAG_OL:
	case GUMBO_TAG_P:
	case GUMBO_TAG_PRE:
	case GUMBO_TAG_TABLE:
	case GUMBO_TAG_UL:
	case GUMBO_TAG_SECTION:
	case GUMBO_TAG_ARTICLE:
	case GUMBO_TAG_ASIDE:
	case GUMBO_TAG_MAIN:
	case GUMBO_TAG_HEADER:
	case GUMBO_TAG_FOOTER:
	case GUMBO_TAG_FORM:
	case GUMBO_TAG_FIGURE:
	case GUMBO_TAG_LI:
	case GUMBO_TAG_DD:
	case GUMBO_TAG_DT:
	case GUMBO_TAG_TBODY:
	case GUMBO_TAG_THEAD:
	case GUMBO_TAG_TFOOT:
	case GUMBO_TAG_TR:
	case GUMBO_TAG_TD:
	case GUMBO_TAG_TH:
	case GUMBO_TAG_NAV:
	case GUMBO_TAG_H1:
	case GUMBO_TAG_H2:
	case GUMBO_TAG_H3:
	case GUMBO_TAG_H4:
	case GUMBO_TAG_H5:
	case GUMBO_TAG_H6:
		return true;
	default:
		return false;
	}
}

bool
page_is_never_text(GumboTag tag)
{
	switch ((int)tag) {
	case GUMBO_TAG_HEAD:
	case GUMBO_TAG_SCRIPT:
	case GUMBO_TAG_STYLE:
	case GUMBO_TAG_NOSCRIPT:
	case GUMBO_TAG_TEMPLATE:
	case GUMBO_TAG_BUTTON:
	case GUMBO_TAG_SELECT:
	case GUMBO_TAG_TEXTAREA:
	case GUMBO_TAG_SVG:
	case GUMBO_TAG_CANVAS:
	case GUMBO_TAG_LINK:
	case GUMBO_TAG_META:
		return true;
	default:
		return false;
	}
}

static bool
is_embed(GumboTag tag)
{
	return tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_EMBED ||
	       tag == GUMBO_TAG_OBJECT || tag == GUMBO_TAG_VIDEO ||
	       tag == GUMBO_TAG_AUDIO;
}

static bool
is_heading(GumboTag tag)
{
	return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6;
}

static struct page_element *
add(struct page *p, const GumboNode *n, uint32_t up)
{
	struct page_element *e;

	if (p->n == p->cap) {
		size_t cap = p->cap == 0 ? 512 : 2 * p->cap;

		e = realloc(p->e, cap * sizeof(*e));
		if (e == NULL) {
			p->err = QERR_NOMEM;
			return NULL;
		}
		p->e = e;
		p->cap = cap;
	}
	e = &p->e[p->n++];
	*e =
	    (struct page_element){.node = n, .up = up, .tag = n->v.element.tag};
	e->dead = page_is_never_text(e->tag);
	return e;
}

#define SUM_FIELDS (sizeof(struct page_sum) / sizeof(uint32_t))

/* Add |by| to |to|, as often as |sign| says: 1 or -1. */
static void
sum_add(struct page_sum *to, const struct page_sum *by, int sign)
{
	uint32_t a[SUM_FIELDS], b[SUM_FIELDS];

	memcpy(a, to, sizeof(*to));
	memcpy(b, by, sizeof(*by));
	for (size_t i = 0; i < SUM_FIELDS; i++)
		a[i] = sign > 0 ? a[i] + b[i] : a[i] - b[i];
	memcpy(to, a, sizeof(*to));
}

/* A link to a place in the same page leads nowhere else, and counts less. */
static uint32_t
link_letters(const struct page_element *e)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&e->node->v.element.attributes, "href");

	if (a == NULL)
		return e->in.link;
	return a->value[0] == '#' ? e->in.text * 3 / 10 : e->in.text;
}

/* Letters of |e| itself that read as an article's: a paragraph, or lines in a box. */
uint32_t
page_prose(const struct page_element *e)
{
	uint32_t letters = 0, commas = 0;

	if (e->tag == GUMBO_TAG_P) {
		letters = e->in.text;
		commas = e->in.commas;
	} else if (e->tag == GUMBO_TAG_DIV || e->tag == GUMBO_TAG_SECTION ||
		   e->tag == GUMBO_TAG_ARTICLE || e->tag == GUMBO_TAG_TD ||
		   e->tag == GUMBO_TAG_BLOCKQUOTE) {
		letters = e->in.run;
		commas = e->in.run_commas;
	}
	if (letters < PROSE_MIN || (commas == 0 && letters < 2 * PROSE_MIN))
		return 0;
	return 4 * e->in.link <= letters ? letters : 0;
}

/* What |e| adds to the sums of the element it is in. */
static struct page_sum
passed(const struct page_element *e)
{
	struct page_sum s = e->in;

	if (e->dead)
		return (struct page_sum){0};
	if (e->tag == GUMBO_TAG_A)
		s.link = link_letters(e);
	if (is_heading(e->tag))
		s.heading = s.text;
	if (e->tag == GUMBO_TAG_UL || e->tag == GUMBO_TAG_OL)
		s.item = s.text;
	if (page_is_block(e->tag))
		s.run = s.run_commas = 0;
	s.prose += page_prose(e);
	s.p += e->tag == GUMBO_TAG_P;
	s.img += e->tag == GUMBO_TAG_IMG;
	s.li += e->tag == GUMBO_TAG_LI;
	s.input += e->tag == GUMBO_TAG_INPUT;
	s.embed += is_embed(e->tag);
	s.table += e->tag == GUMBO_TAG_TABLE;
	s.block += page_is_block(e->tag);
	return s;
}

static void
measure(struct page *p, const GumboNode *n, uint32_t up)
{
	const GumboVector *c = &n->v.element.children;
	uint32_t i = (uint32_t)p->n;

	if (add(p, n, up) == NULL)
		return;
	for (unsigned k = 0; k < c->length && p->err == 0; k++) {
		const GumboNode *child = c->data[k];

		if (child->type == GUMBO_NODE_ELEMENT) {
			p->e[i].children++;
			measure(p, child, i);
		} else if (child->type == GUMBO_NODE_TEXT) {
			add_text(&p->e[i].in, child->v.text.text);
		}
	}
	p->e[i].end = (uint32_t)p->n;
	if (i > 0 && p->err == 0) {
		struct page_sum s = passed(&p->e[i]);

		sum_add(&p->e[up].in, &s, 1);
	}
}

int
page_measure(struct page *p, const GumboNode *root)
{
	*p = (struct page){0};
	measure(p, root, 0);
	return p->err;
}

void
page_done(struct page *p)
{
	free(p->e);
	*p = (struct page){0};
}

void
page_kill(struct page *p, uint32_t i)
{
	struct page_sum before = passed(&p->e[i]), after;

	p->e[i].dead = true;
	after = (struct page_sum){0};
	while (i > 0) {
		struct page_element *up = &p->e[i = p->e[i].up];
		struct page_sum was = passed(up);

		sum_add(&up->in, &before, -1);
		sum_add(&up->in, &after, 1);
		before = was;
		after = passed(up);
	}
}

static void
put_text(struct buf *dst, const char *text)
{
	for (; *text != '\0'; text++) {
		uint8_t c = (uint8_t)*text;

		if (c > ' ')
			buf_put_u8(dst, c);
		else if (dst->n > 0 && dst->p[dst->n - 1] != ' ')
			buf_put_u8(dst, ' ');
	}
}

void
page_line(struct buf *dst, const GumboNode *n)
{
	const GumboVector *c;

	if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE)
		put_text(dst, n->v.text.text);
	if (n->type != GUMBO_NODE_ELEMENT ||
	    page_is_never_text(n->v.element.tag))
		return;
	c = &n->v.element.children;
	for (unsigned i = 0; i < c->length; i++)
		page_line(dst, c->data[i]);
	if (page_is_block(n->v.element.tag) || n->v.element.tag == GUMBO_TAG_BR)
		put_text(dst, " ");
}

float
page_link_density(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];

	return e->in.text == 0 ? 0 : (float)e->in.link / (float)e->in.text;
}

bool
page_has_above(const struct page *p, uint32_t i, GumboTag tag)
{
	while (i > 0) {
		i = p->e[i].up;
		if (p->e[i].tag == tag)
			return true;
	}
	return false;
}

/* Its rows, and the cells of its longest. */
static void
table_size(const struct page *p, uint32_t i, size_t *rows, size_t *columns)
{
	*rows = *columns = 0;
	for (uint32_t k = i + 1; k < p->e[i].end; k++) {
		if (p->e[k].tag != GUMBO_TAG_TR)
			continue;
		++*rows;
		if (p->e[k].children > *columns)
			*columns = p->e[k].children;
	}
}

static bool
is_data_table(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	const GumboVector *a = &e->node->v.element.attributes;
	const GumboAttribute *role = gumbo_get_attribute(a, "role");
	size_t rows, columns;

	if (role != NULL && strcmp(role->value, "presentation") == 0)
		return false;
	if (gumbo_get_attribute(a, "summary") != NULL)
		return true;
	for (uint32_t k = i + 1; k < e->end; k++)
		switch ((int)p->e[k].tag) {
		case GUMBO_TAG_CAPTION:
		case GUMBO_TAG_THEAD:
		case GUMBO_TAG_TFOOT:
		case GUMBO_TAG_COL:
		case GUMBO_TAG_COLGROUP:
		case GUMBO_TAG_TH:
			return true;
		default:
			break;
		}
	if (e->in.table > 0)
		return false;
	table_size(p, i, &rows, &columns);
	if (rows <= 1 || columns <= 1)
		return false;
	return rows >= 10 || columns > 4 || rows * columns > 10;
}

bool
page_is_data_table(struct page *p, uint32_t i)
{
	if (p->e[i].data_table == 0)
		p->e[i].data_table = is_data_table(p, i) ? 1 : -1;
	return p->e[i].data_table > 0;
}

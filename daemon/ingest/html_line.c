#include "daemon/ingest/html_line.h"

#include "daemon/extract/page.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

struct line {
	struct buf raw;
	uint32_t last;    /* character, 0 if a blank; .. */
	uint32_t sign;    /* .. or even so */
	bool edge, begun; /* since then an element; a line of its own */
};

static bool
is_small(uint32_t c)
{
	return c >= 'a' && fold_char(c) == c;
}

static void
put_text(struct line *l, const char *text)
{
	const uint8_t *p = (const uint8_t *)text, *at;

	while (*p != '\0' && l->raw.n < HTML_LINE_MAX) {
		uint32_t c;

		if (text_is_blank(*p)) {
			buf_put_u8(&l->raw, *p++);
			l->last = 0;
			continue;
		}
		at = p;
		c = utf8_next(&p);
		if (l->begun ||
		    (l->edge && is_small(l->last) && fold_char(c) != c))
			buf_put_str(&l->raw,
			    l->sign == ':' ? " " : " | "); /* a label's */
		l->begun = l->edge = false;
		l->last = l->sign = c;
		buf_put(&l->raw, at, (size_t)(p - at));
	}
}

static void
walk(struct line *l, const GumboNode *n)
{
	const GumboElement *e = html_element(n);
	bool block;

	if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE)
		put_text(l, n->v.text.text);
	if (e == NULL || page_is_never_text(e->tag))
		return;
	block = page_is_block(e->tag) || e->tag == GUMBO_TAG_BR;
	l->begun = (l->begun || block) && l->raw.n > 0;
	l->edge = true;
	for (unsigned i = 0; i < e->children.length && l->raw.n < HTML_LINE_MAX;
	     i++)
		walk(l, e->children.data[i]);
	l->begun = (l->begun || block) && l->raw.n > 0;
	l->edge = true;
}

void
html_line(struct buf *dst, const GumboNode *n)
{
	struct line l = {.last = 0};

	buf_init(&l.raw, 0);
	walk(&l, n);
	scribe_tidy(dst, buf_bytes(&l.raw));
	buf_fail(dst, buf_err(&l.raw));
	buf_done(&l.raw);
}

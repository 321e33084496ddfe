#include "daemon/ingest/walk_inner.h"

#include <string.h>

#include "daemon/ingest/html_meta.h"

static bool
is_code(GumboTag tag)
{
	return tag == GUMBO_TAG_CODE || tag == GUMBO_TAG_KBD ||
	       tag == GUMBO_TAG_SAMP || tag == GUMBO_TAG_TT;
}

static void
pre_text(struct buf *dst, const GumboNode *n, bool in_code, bool *all_code)
{
	const GumboElement *e = html_element(n);
	bool text = n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_CDATA;

	if (text || n->type == GUMBO_NODE_WHITESPACE)
		scribe_mend(dst, bytes_str(n->v.text.text));
	if (text && !in_code)
		*all_code = false;
	if (e == NULL || walk_drops(n))
		return;
	if (e->tag == GUMBO_TAG_BR)
		buf_put_u8(dst, '\n');
	for (unsigned i = 0; i < e->children.length; i++)
		pre_text(dst, e->children.data[i], in_code || is_code(e->tag),
		    all_code);
}

void
walk_pre(struct walk *w, const GumboNode *n)
{
	bool all_code = true;
	struct buf b;

	html_trace_keep(&w->trace, n);
	buf_init(&b, INGEST_DOCUMENT_MAX);
	pre_text(&b, n, false, &all_code);
	buf_fail(&w->s.out, buf_err(&b));
	scribe_pre(&w->s, buf_bytes(&b), all_code);
	buf_done(&b);
}

/* How the word before it is read, or what it means. */
void
walk_ruby(struct walk *w, const GumboNode *n)
{
	struct buf raw, b;

	buf_init(&raw, 0);
	buf_init(&b, 0);
	html_text(&raw, n);
	scribe_tidy(&b, buf_bytes(&raw));
	if (b.n > 0) {
		scribe_text(&w->s, bytes_str("("));
		walk_children(w, n);
		scribe_text(&w->s, bytes_str(")"));
	}
	buf_done(&raw);
	buf_done(&b);
}

/* --- raised and lowered --- */

bool
walk_raise(struct buf *dst, struct bytes text, bool up)
{
	static const char from[] = "0123456789+-=()n";
	static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶",
	    "⁷", "⁸", "⁹", "⁺", "⁻", "⁼", "⁽", "⁾", "ⁿ"};
	static const char *const lowered[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆",
	    "₇", "₈", "₉", "₊", "₋", "₌", "₍", "₎", "ₙ"};
	static const char minus[] = "−";

	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < text.n; i++) {
			const char *at = strchr(from, text.p[i]);
			size_t n = sizeof(minus) - 1;

			if (text.n - i >= n &&
			    memcmp(text.p + i, minus, n) == 0) {
				at = strchr(from, '-');
				i += n - 1;
			}
			if (at == NULL || *at == '\0')
				return false;
			if (pass == 1)
				buf_put_str(dst, up ? raised[at - from]
						    : lowered[at - from]);
		}
	return text.n > 0;
}

/* A link to another place in the page, as notes have. */
static bool
is_note(const GumboNode *n)
{
	const GumboNode *a = html_find(n, GUMBO_TAG_A);
	const char *href = a != NULL ? html_attribute(a, "href") : NULL;

	return href != NULL && strchr(href, '#') != NULL;
}

/* 10² is not 102, and a note's number is none of the text. */
void
walk_script(struct walk *w, const GumboNode *n)
{
	struct buf raw, b, mapped;
	bool note = is_note(n);

	buf_init(&raw, 0);
	buf_init(&b, 0);
	buf_init(&mapped, 0);
	html_text(&raw, n);
	scribe_tidy(&b, buf_bytes(&raw));
	note = note && b.n > 0 && b.p[0] != '[' && b.p[0] != '(';
	if (!note &&
	    walk_raise(&mapped, buf_bytes(&b), html_is(n, GUMBO_TAG_SUP))) {
		html_trace_keep(&w->trace, n);
		scribe_text(&w->s, buf_bytes(&mapped));
	} else {
		scribe_text(&w->s, bytes_str(note ? "[" : ""));
		walk_children(w, n);
		scribe_text(&w->s, bytes_str(note ? "]" : ""));
	}
	buf_done(&raw);
	buf_done(&b);
	buf_done(&mapped);
}

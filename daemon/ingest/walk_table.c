#include "daemon/ingest/walk_inner.h"

#include "daemon/ingest/html_meta.h"

static bool
is_cell(const GumboNode *n)
{
	return html_is(n, GUMBO_TAG_TD) || html_is(n, GUMBO_TAG_TH);
}

static void
walk_row(struct walk *w, const GumboNode *row)
{
	const GumboVector *c = &row->v.element.children;

	if (!scribe_open(&w->s, MARKUP_TR))
		return;
	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *n = c->data[i];
		enum markup_tag tag =
		    html_is(n, GUMBO_TAG_TH) ? MARKUP_TH : MARKUP_TD;
		struct scribe_voice outer = w->s.voice;

		if (!is_cell(n))
			continue;
		w->s.voice = walk_voice(n, &outer);
		if (scribe_open(&w->s, tag)) {
			walk_children(w, n);
			scribe_close(&w->s, tag);
		}
		w->s.voice = outer;
	}
	scribe_close(&w->s, MARKUP_TR);
}

static void
walk_rows(struct walk *w, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *k = c->data[i];

		if (html_is(k, GUMBO_TAG_TR))
			walk_row(w, k);
		else if (html_is(k, GUMBO_TAG_TBODY) ||
			 html_is(k, GUMBO_TAG_THEAD) ||
			 html_is(k, GUMBO_TAG_TFOOT))
			walk_rows(w, k);
	}
}

/* A table that holds tables, or lists and headings, is there for the layout. */
static bool
is_layout(const GumboNode *n, bool top)
{
	const GumboElement *e = html_element(n);

	if (e == NULL)
		return false;
	if (!top &&
	    (e->tag == GUMBO_TAG_TABLE || e->tag == GUMBO_TAG_H1 ||
		e->tag == GUMBO_TAG_H2 || e->tag == GUMBO_TAG_H3 ||
		e->tag == GUMBO_TAG_BLOCKQUOTE || e->tag == GUMBO_TAG_FIGURE))
		return true;
	for (unsigned i = 0; i < e->children.length; i++)
		if (is_layout(e->children.data[i], false))
			return true;
	return false;
}

void
walk_table(struct walk *w, const GumboNode *n)
{
	const GumboNode *caption = html_find(n, GUMBO_TAG_CAPTION);

	scribe_boundary(&w->s);
	if (is_layout(n, true)) {
		walk_children(w, n);
		scribe_boundary(&w->s);
		return;
	}
	if (caption != NULL)
		walk_node(w, caption);
	if (!scribe_open(&w->s, MARKUP_TABLE)) {
		walk_children(w, n);
		scribe_boundary(&w->s);
		return;
	}
	walk_rows(w, n);
	scribe_close(&w->s, MARKUP_TABLE);
	walk_deferred(w);
}

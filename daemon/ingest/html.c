#include "daemon/ingest/html.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/hint.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html_byline.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/html_rules.h"
#include "daemon/ingest/html_trace.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define DEFERRED_MAX ARTICLE_PICTURES_MAX

/* The way through one document. */
struct walk {
	struct ingest_doc *doc;
	const struct ingest_source *src;
	struct bytes at; /* what relative addresses are relative to */
	struct scribe s;
	const struct extract *page; /* NULL: no page, but a document */
	bool whole_page; /* the root is <body>: leave navigation out */
	bool title_seen; /* the <h1> that repeats the title is passed */
	size_t dropped;  /* pictures that are not there */
	size_t deferred[DEFERRED_MAX]; /* figures that wait for a table's end */
	size_t n_deferred;
	struct html_trace trace;
};

static void walk_children(struct walk *w, const GumboNode *n);
static void walk_node(struct walk *w, const GumboNode *n);

/* What becomes of an element. */
enum fate {
	INLINE,   /* its text goes on */
	BOUNDARY, /* its text is a paragraph of its own */
	BLOCK,    /* it is a block of ours: |as| */
	MARK,     /* it is an inline element of ours: |as| */
	DROP,     /* it and all in it is nothing to read */
	OWN,      /* it has a function of its own */
};

static const struct element {
	enum fate rule;
	enum markup_tag as;
} elements[GUMBO_TAG_LAST] = {
    [GUMBO_TAG_P] = {BOUNDARY, 0},
    [GUMBO_TAG_DIV] = {BOUNDARY, 0},
    [GUMBO_TAG_SECTION] = {BOUNDARY, 0},
    [GUMBO_TAG_ARTICLE] = {BOUNDARY, 0},
    [GUMBO_TAG_MAIN] = {BOUNDARY, 0},
    [GUMBO_TAG_ASIDE] = {BOUNDARY, 0},
    [GUMBO_TAG_HEADER] = {BOUNDARY, 0},
    [GUMBO_TAG_FOOTER] = {BOUNDARY, 0},
    [GUMBO_TAG_HGROUP] = {BOUNDARY, 0},
    [GUMBO_TAG_ADDRESS] = {BOUNDARY, 0},
    [GUMBO_TAG_CENTER] = {BOUNDARY, 0},
    [GUMBO_TAG_DETAILS] = {BOUNDARY, 0},
    [GUMBO_TAG_SUMMARY] = {BOUNDARY, 0},
    [GUMBO_TAG_DL] = {BOUNDARY, 0},
    [GUMBO_TAG_DT] = {BOUNDARY, 0},
    [GUMBO_TAG_DD] = {BOUNDARY, 0},
    [GUMBO_TAG_FORM] = {BOUNDARY, 0},
    [GUMBO_TAG_FIELDSET] = {BOUNDARY, 0},
    [GUMBO_TAG_LEGEND] = {BOUNDARY, 0},
    [GUMBO_TAG_FIGCAPTION] = {BOUNDARY, 0},
    [GUMBO_TAG_CAPTION] = {BOUNDARY, 0},
    [GUMBO_TAG_BODY] = {BOUNDARY, 0},
    [GUMBO_TAG_TBODY] = {BOUNDARY, 0},
    [GUMBO_TAG_THEAD] = {BOUNDARY, 0},
    [GUMBO_TAG_TFOOT] = {BOUNDARY, 0},
    [GUMBO_TAG_TR] = {BOUNDARY, 0},
    [GUMBO_TAG_TD] = {BOUNDARY, 0},
    [GUMBO_TAG_TH] = {BOUNDARY, 0},
    [GUMBO_TAG_H1] = {OWN, MARKUP_H2},
    [GUMBO_TAG_H2] = {BLOCK, MARKUP_H2},
    [GUMBO_TAG_H3] = {BLOCK, MARKUP_H3},
    [GUMBO_TAG_H4] = {BLOCK, MARKUP_H4},
    [GUMBO_TAG_H5] = {BLOCK, MARKUP_H4},
    [GUMBO_TAG_H6] = {BLOCK, MARKUP_H4},
    [GUMBO_TAG_UL] = {BLOCK, MARKUP_UL},
    [GUMBO_TAG_MENU] = {BLOCK, MARKUP_UL},
    [GUMBO_TAG_DIR] = {BLOCK, MARKUP_UL},
    [GUMBO_TAG_OL] = {BLOCK, MARKUP_OL},
    [GUMBO_TAG_LI] = {BLOCK, MARKUP_LI},
    [GUMBO_TAG_BLOCKQUOTE] = {BLOCK, MARKUP_BLOCKQUOTE},
    [GUMBO_TAG_EM] = {MARK, MARKUP_EM},
    [GUMBO_TAG_I] = {MARK, MARKUP_EM},
    [GUMBO_TAG_CITE] = {MARK, MARKUP_EM},
    [GUMBO_TAG_DFN] = {MARK, MARKUP_EM},
    [GUMBO_TAG_VAR] = {MARK, MARKUP_EM},
    [GUMBO_TAG_RT] = {MARK, MARKUP_EM},
    [GUMBO_TAG_STRONG] = {MARK, MARKUP_STRONG},
    [GUMBO_TAG_B] = {MARK, MARKUP_STRONG},
    [GUMBO_TAG_CODE] = {MARK, MARKUP_CODE},
    [GUMBO_TAG_KBD] = {MARK, MARKUP_CODE},
    [GUMBO_TAG_SAMP] = {MARK, MARKUP_CODE},
    [GUMBO_TAG_TT] = {MARK, MARKUP_CODE},
    [GUMBO_TAG_A] = {OWN, 0},
    [GUMBO_TAG_BR] = {OWN, 0},
    [GUMBO_TAG_HR] = {OWN, 0},
    [GUMBO_TAG_IMG] = {OWN, 0},
    [GUMBO_TAG_IMAGE] = {OWN, 0},
    [GUMBO_TAG_PRE] = {OWN, 0},
    [GUMBO_TAG_LISTING] = {OWN, 0},
    [GUMBO_TAG_XMP] = {OWN, 0},
    [GUMBO_TAG_PLAINTEXT] = {OWN, 0},
    [GUMBO_TAG_FIGURE] = {OWN, 0},
    [GUMBO_TAG_TABLE] = {OWN, 0},
    [GUMBO_TAG_Q] = {OWN, 0},
    [GUMBO_TAG_NAV] = {OWN, 0},
    [GUMBO_TAG_HEAD] = {DROP, 0},
    [GUMBO_TAG_TITLE] = {DROP, 0},
    [GUMBO_TAG_BASE] = {DROP, 0},
    [GUMBO_TAG_LINK] = {DROP, 0},
    [GUMBO_TAG_META] = {DROP, 0},
    [GUMBO_TAG_STYLE] = {DROP, 0},
    [GUMBO_TAG_SCRIPT] = {DROP, 0},
    [GUMBO_TAG_NOSCRIPT] = {DROP, 0},
    [GUMBO_TAG_TEMPLATE] = {DROP, 0},
    [GUMBO_TAG_IFRAME] = {DROP, 0},
    [GUMBO_TAG_EMBED] = {DROP, 0},
    [GUMBO_TAG_OBJECT] = {DROP, 0},
    [GUMBO_TAG_APPLET] = {DROP, 0},
    [GUMBO_TAG_PARAM] = {DROP, 0},
    [GUMBO_TAG_VIDEO] = {DROP, 0},
    [GUMBO_TAG_AUDIO] = {DROP, 0},
    [GUMBO_TAG_SOURCE] = {DROP, 0},
    [GUMBO_TAG_TRACK] = {DROP, 0},
    [GUMBO_TAG_CANVAS] = {DROP, 0},
    [GUMBO_TAG_MAP] = {DROP, 0},
    [GUMBO_TAG_AREA] = {DROP, 0},
    [GUMBO_TAG_MATH] = {DROP, 0},
    [GUMBO_TAG_SVG] = {DROP, 0},
    [GUMBO_TAG_INPUT] = {DROP, 0},
    [GUMBO_TAG_BUTTON] = {DROP, 0},
    [GUMBO_TAG_SELECT] = {DROP, 0},
    [GUMBO_TAG_DATALIST] = {DROP, 0},
    [GUMBO_TAG_OPTGROUP] = {DROP, 0},
    [GUMBO_TAG_OPTION] = {DROP, 0},
    [GUMBO_TAG_TEXTAREA] = {DROP, 0},
    [GUMBO_TAG_PROGRESS] = {DROP, 0},
    [GUMBO_TAG_METER] = {DROP, 0},
    [GUMBO_TAG_FRAME] = {DROP, 0},
    [GUMBO_TAG_FRAMESET] = {DROP, 0},
    [GUMBO_TAG_NOFRAMES] = {DROP, 0},
    [GUMBO_TAG_NOEMBED] = {DROP, 0},
    [GUMBO_TAG_BGSOUND] = {DROP, 0},
};

static const struct bytes absent = {NULL, 0};

static const char *
clean_dir(const char *dir)
{
	static const char *const known[] = {"ltr", "rtl", "auto"};

	for (size_t i = 0; dir != NULL && i < 3; i++)
		if (strcasecmp(dir, known[i]) == 0)
			return known[i];
	return NULL;
}

/* The voice inside |n|, which is in |outer|. */
static struct scribe_voice
voice_of(const GumboNode *n, const struct scribe_voice *outer)
{
	const char *lang = html_attribute(n, "lang");
	const char *dir = clean_dir(html_attribute(n, "dir"));
	struct scribe_voice v = *outer;

	if (lang != NULL && lang_check(bytes_str(lang)) == 0)
		v.lang = bytes_str(lang);
	if (dir != NULL)
		v.dir = dir;
	else if (html_is(n, GUMBO_TAG_BDI))
		v.dir = "auto";
	return v;
}

static bool
has_voice(const GumboNode *n, struct scribe_voice *ret,
    const struct scribe_voice *outer)
{
	static const struct scribe_voice none = {{NULL, 0}, NULL};
	struct scribe_voice v = voice_of(n, &none);

	if (v.lang.n > 0 && bytes_eq(v.lang, outer->lang))
		v.lang = none.lang;
	if (v.dir != NULL && outer->dir != NULL &&
	    strcmp(v.dir, outer->dir) == 0)
		v.dir = NULL;
	*ret = v;
	return v.lang.n > 0 || v.dir != NULL;
}

static bool
is_noise(const struct walk *w, const GumboNode *n)
{
	return w->page != NULL && extract_is_noise(w->page, n);
}

/* Of a page it is among the noise, unless it holds the article. */
static bool
is_hidden(const struct walk *w, const GumboNode *n)
{
	if (w->page != NULL && w->page->found)
		return false;
	return html_attribute(n, "hidden") != NULL || hint_is_styled_away(n);
}

/* --- pictures --- */

static int
find_at(struct walk *w, struct bytes src)
{
	struct buf b;
	int r;

	if (w->at.n == 0)
		return w->src->find(w->src->arg, src);
	buf_init(&b, HREF_MAX);
	address_resolve(&b, w->at, src);
	r = buf_err(&b) == 0 ? w->src->find(w->src->arg, buf_bytes(&b)) : -1;
	buf_done(&b);
	return r;
}

/* The number of the picture |n| shows, if it is there; else as find() says. */
static int
find_picture(struct walk *w, const GumboNode *n)
{
	static const char *const names[] = {"src", "data-src"};
	int none = -1;

	for (size_t i = 0; i < 2; i++) {
		const char *src = html_attribute(n, names[i]);
		int r;

		if (src == NULL || src[0] == '\0' || w->src->find == NULL)
			continue;
		r = find_at(w, bytes_str(src));
		if (r >= 0)
			return r;
		none = r == INGEST_TOLD ? r : none;
	}
	return none;
}

/* Enter a picture into the article; its index, or -1. */
static int
add_picture(struct walk *w, const GumboNode *n, int number)
{
	struct ingest_doc *d = w->doc;
	const char *alt = html_attribute(n, "alt");
	struct buf b;

	if (d->n_picture == ARTICLE_PICTURES_MAX)
		return -1;
	buf_init(&b, 0);
	if (alt != NULL)
		scribe_tidy(&b, bytes_str(alt));
	/* An alt longer than a summary describes nothing. */
	if (b.n > 1024)
		b.n = 0;
	buf_put_u8(&b, '\0');
	if (buf_err(&b) != 0) {
		buf_done(&b);
		return -1;
	}
	d->picture[d->n_picture] =
	    (struct ingest_picture){(uint32_t)number, (char *)b.p};
	return (int)d->n_picture++;
}

static void
emit_deferred(struct walk *w)
{
	if (!scribe_takes_figure(&w->s))
		return;
	for (size_t i = 0; i < w->n_deferred; i++) {
		scribe_figure(&w->s, w->deferred[i]);
		scribe_figure_end(&w->s);
	}
	w->n_deferred = 0;
}

/* A picture of a dot is there to count readers. */
static bool
is_dot(const GumboNode *n)
{
	static const char *const sides[] = {"width", "height"};

	for (size_t i = 0; i < 2; i++) {
		const char *v = html_attribute(n, sides[i]);

		if (v != NULL && (strcmp(v, "0") == 0 || strcmp(v, "1") == 0))
			return true;
	}
	return false;
}

static void
walk_img(struct walk *w, const GumboNode *n)
{
	int number = is_dot(n) ? -1 : find_picture(w, n);
	int index = number >= 0 ? add_picture(w, n, number) : -1;

	if (index < 0) {
		w->dropped += is_dot(n) || number == INGEST_TOLD ? 0 : 1;
	} else if (scribe_takes_figure(&w->s)) {
		scribe_figure(&w->s, (size_t)index);
		scribe_figure_end(&w->s);
	} else if (w->n_deferred < DEFERRED_MAX) {
		w->deferred[w->n_deferred++] = (size_t)index;
	}
}

/* The first picture below |n| that is there. */
static const GumboNode *
shown(struct walk *w, const GumboNode *n, int *ret_number)
{
	const GumboElement *e = html_element(n);

	if (e == NULL || elements[e->tag].rule == DROP)
		return NULL;
	if (e->tag == GUMBO_TAG_IMG || e->tag == GUMBO_TAG_IMAGE) {
		*ret_number = find_picture(w, n);
		return *ret_number >= 0 ? n : NULL;
	}
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found =
		    shown(w, e->children.data[i], ret_number);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* Walk what is in a figure besides the picture and the caption shown already. */
static void
walk_figure_rest(struct walk *w, const GumboNode *n, const GumboNode *img,
    const GumboNode *caption)
{
	const GumboElement *e = html_element(n);

	if (n == img || n == caption)
		return;
	if (e == NULL || (html_find(n, GUMBO_TAG_IMG) == NULL &&
			     html_find(n, GUMBO_TAG_FIGCAPTION) == NULL)) {
		walk_node(w, n);
		return;
	}
	if (e->tag == GUMBO_TAG_IMG || e->tag == GUMBO_TAG_FIGURE ||
	    e->tag == GUMBO_TAG_TABLE) {
		walk_node(w, n);
		return;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		walk_figure_rest(w, e->children.data[i], img, caption);
}

static void
walk_figure(struct walk *w, const GumboNode *n)
{
	const GumboNode *caption = html_find(n, GUMBO_TAG_FIGCAPTION);
	int number = -1, index;
	const GumboNode *img = shown(w, n, &number);

	scribe_boundary(&w->s);
	if (img == NULL || !scribe_takes_figure(&w->s) ||
	    (index = add_picture(w, img, number)) < 0) {
		walk_children(w, n);
		scribe_boundary(&w->s);
		return;
	}
	scribe_figure(&w->s, (size_t)index);
	if (caption != NULL)
		walk_children(w, caption);
	scribe_figure_end(&w->s);
	emit_deferred(w);
	for (unsigned i = 0; i < n->v.element.children.length; i++)
		walk_figure_rest(w, n->v.element.children.data[i], img,
		    caption);
	scribe_boundary(&w->s);
}

/* --- preformatted text --- */

static void
pre_text(struct buf *dst, const GumboNode *n, bool in_code, bool *all_code)
{
	const GumboElement *e = html_element(n);
	bool text = n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_CDATA;

	if (text || n->type == GUMBO_NODE_WHITESPACE)
		scribe_mend(dst, bytes_str(n->v.text.text));
	if (text && !in_code)
		*all_code = false;
	if (e == NULL || elements[e->tag].rule == DROP)
		return;
	if (e->tag == GUMBO_TAG_BR)
		buf_put_u8(dst, '\n');
	for (unsigned i = 0; i < e->children.length; i++)
		pre_text(dst, e->children.data[i],
		    in_code || elements[e->tag].as == MARKUP_CODE, all_code);
}

static void
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

/* --- tables --- */

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
		w->s.voice = voice_of(n, &outer);
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

static void
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
	emit_deferred(w);
}

/* --- the rest --- */

static void
walk_a(struct walk *w, const GumboNode *n)
{
	const char *href = html_attribute(n, "href");
	struct buf b, whole;

	buf_init(&b, 0);
	buf_init(&whole, HREF_MAX);
	/* "#note" leads nowhere outside of its page. */
	if (href != NULL && w->at.n > 0 && href[0] != '#') {
		address_resolve(&whole, w->at, bytes_str(href));
		buf_put_u8(&whole, 0);
		href = buf_err(&whole) == 0 ? (const char *)whole.p : NULL;
	}
	if (href == NULL || !href_clean(&b, href)) {
		walk_children(w, n);
	} else {
		scribe_push(&w->s, MARKUP_A, buf_bytes(&b), NULL);
		walk_children(w, n);
		scribe_pop(&w->s);
	}
	/* Pushed elements are gone here: nothing borrows |b| any more. */
	buf_done(&b);
	buf_done(&whole);
}

static void
walk_block(struct walk *w, const GumboNode *n, enum markup_tag tag)
{
	bool open = scribe_open(&w->s, tag);

	walk_children(w, n);
	if (open)
		scribe_close(&w->s, tag);
	else
		scribe_boundary(&w->s);
	emit_deferred(w);
}

/* The heading that repeats the title is shown by whoever shows the article. */
static void
walk_h1(struct walk *w, const GumboNode *n)
{
	struct buf raw, t;
	bool same;

	buf_init(&raw, 0);
	buf_init(&t, 0);
	html_text(&raw, n);
	scribe_tidy(&t, buf_bytes(&raw));
	same = !w->title_seen && w->doc->title != NULL &&
	       bytes_eq(buf_bytes(&t), bytes_str(w->doc->title));
	buf_done(&raw);
	buf_done(&t);
	if (same) {
		w->title_seen = true;
		html_trace_keep(&w->trace, n);
	} else {
		walk_block(w, n, MARKUP_H2);
	}
}

static void
walk_own(struct walk *w, const GumboNode *n)
{
	switch ((int)n->v.element.tag) { /* of very many */
	case GUMBO_TAG_H1:
		walk_h1(w, n);
		break;
	case GUMBO_TAG_A:
		walk_a(w, n);
		break;
	case GUMBO_TAG_BR:
		scribe_break(&w->s);
		break;
	case GUMBO_TAG_HR:
		scribe_rule(&w->s);
		break;
	case GUMBO_TAG_IMG:
	case GUMBO_TAG_IMAGE:
		walk_img(w, n);
		break;
	case GUMBO_TAG_FIGURE:
		walk_figure(w, n);
		break;
	case GUMBO_TAG_TABLE:
		walk_table(w, n);
		break;
	case GUMBO_TAG_Q:
		scribe_text(&w->s, bytes_str("“"));
		walk_children(w, n);
		scribe_text(&w->s, bytes_str("”"));
		break;
	case GUMBO_TAG_NAV:
		if (w->whole_page)
			break;
		scribe_boundary(&w->s);
		walk_children(w, n);
		scribe_boundary(&w->s);
		break;
	default:
		walk_pre(w, n);
		break;
	}
}

/* Elements of ours, in the voice they have of their own. */
static void
walk_element(struct walk *w, const GumboNode *n)
{
	const struct element *e = &elements[n->v.element.tag];
	struct scribe_voice outer = w->s.voice, own;
	bool speaks;

	switch (e->rule) {
	case DROP:
		break;
	case BOUNDARY:
		scribe_boundary(&w->s);
		w->s.voice = voice_of(n, &outer);
		walk_children(w, n);
		scribe_boundary(&w->s);
		break;
	case BLOCK:
		scribe_boundary(&w->s);
		w->s.voice = voice_of(n, &outer);
		walk_block(w, n, e->as);
		break;
	case OWN:
		if (n->v.element.tag != GUMBO_TAG_A)
			w->s.voice = voice_of(n, &outer);
		walk_own(w, n);
		break;
	case INLINE:
	case MARK:
		speaks = has_voice(n, &own, &outer);
		if (speaks)
			scribe_push(&w->s, MARKUP_SPAN, absent, &own);
		if (e->rule == MARK)
			scribe_push(&w->s, e->as, absent, NULL);
		walk_children(w, n);
		if (e->rule == MARK)
			scribe_pop(&w->s);
		if (speaks)
			scribe_pop(&w->s);
		break;
	}
	w->s.voice = outer;
}

static void
walk_node(struct walk *w, const GumboNode *n)
{
	switch (n->type) {
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_WHITESPACE:
		html_trace_keep(&w->trace, n);
		scribe_text(&w->s, bytes_str(n->v.text.text));
		break;
	case GUMBO_NODE_ELEMENT:
		if (n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML &&
		    !is_hidden(w, n) && !is_noise(w, n))
			walk_element(w, n);
		break;
	case GUMBO_NODE_DOCUMENT:
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_TEMPLATE:
		break;
	}
}

static void
walk_children(struct walk *w, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++)
		walk_node(w, c->data[i]);
}

/* --- where the article is --- */

struct candidate {
	const GumboNode *node;
	size_t text;
};

static size_t
text_length(const GumboNode *n)
{
	struct buf b;
	size_t len;

	buf_init(&b, 0);
	html_text(&b, n);
	len = b.n;
	buf_done(&b);
	return len;
}

/* The outermost element of |tag| with the most text. */
static void
largest(struct candidate *best, const GumboNode *n, GumboTag tag)
{
	const GumboElement *e = html_element(n);

	if (e == NULL)
		return;
	if (html_is(n, tag)) {
		size_t len = text_length(n);

		if (best->node == NULL || len > best->text)
			*best = (struct candidate){n, len};
		return;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		largest(best, e->children.data[i], tag);
}

static const GumboNode *
find_article(const GumboNode *root)
{
	static const GumboTag tags[] = {GUMBO_TAG_ARTICLE, GUMBO_TAG_MAIN};
	const GumboNode *body = html_find(root, GUMBO_TAG_BODY);

	for (size_t i = 0; i < 2; i++) {
		struct candidate best = {NULL, 0};

		largest(&best, root, tags[i]);
		/* An <article> may be a teaser beside the real text. */
		if (best.node != NULL &&
		    (body == NULL || best.text * 4 > text_length(body)))
			return best.node;
	}
	return body != NULL ? body : root;
}

/* The document's own title from its first heading, if it has no other. */
static void
title_from_heading(struct ingest_doc *d, const GumboNode *root)
{
	static const GumboTag tags[] = {
	    GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3};

	for (size_t i = 0; i < 3 && d->title == NULL; i++) {
		const GumboNode *h = html_find(root, tags[i]);
		struct buf raw, t;

		if (h == NULL)
			continue;
		buf_init(&raw, 0);
		buf_init(&t, 1024);
		html_text(&raw, h);
		scribe_tidy(&t, buf_bytes(&raw));
		buf_put_u8(&t, '\0');
		if (t.n > 1 && buf_err(&t) == 0)
			d->title = strdup((const char *)t.p);
		buf_done(&raw);
		buf_done(&t);
	}
}

/* Append what |at| is by the page's <base>. */
static void
put_base(struct buf *dst, const GumboNode *root, struct bytes at)
{
	const GumboNode *base = html_find(root, GUMBO_TAG_BASE);
	const char *href = base != NULL ? html_attribute(base, "href") : NULL;

	if (at.n > 0)
		address_resolve(dst, at, bytes_str(href != NULL ? href : ""));
}

/* The parts of the article of a page, or the document's body. */
static void
walk_parts(struct walk *w, const GumboNode *root)
{
	const GumboNode *all;

	for (size_t i = 0; w->page != NULL && i < w->page->n_root; i++)
		walk_element(w, w->page->root[i]);
	if (w->page != NULL && w->page->n_root > 0)
		return;
	all = find_article(root);
	for (const GumboNode *n = all; n != NULL; n = n->parent)
		if (is_noise(w, n))
			return;
	w->whole_page = html_is(all, GUMBO_TAG_BODY);
	walk_element(w, all);
}

static int
walk_article(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, const struct extract *page)
{
	struct scribe_voice voice = {{NULL, 0}, NULL};
	struct walk *w = calloc(1, sizeof(*w));
	struct buf at;
	int r;

	if (w == NULL)
		return QERR_NOMEM;
	buf_init(&at, HREF_MAX);
	put_base(&at, root, src->at);
	w->at = buf_err(&at) == 0 ? buf_bytes(&at) : src->at;
	w->doc = d;
	w->src = src;
	w->page = page;
	w->trace.wanted = src->trace;
	if (d->lang != NULL)
		voice.lang = bytes_str(d->lang);
	voice.dir = ingest_dir(d->lang);
	scribe_init(&w->s, &voice);
	w->s.voice = voice_of(root, &voice);
	w->s.voice.lang = voice.lang;
	walk_parts(w, root);
	r = scribe_finish(&w->s);
	emit_deferred(w);
	if (r == 0)
		r = buf_err(&w->s.out);
	buf_put(&d->body, w->s.out.p, w->s.out.n);
	if (w->dropped > 0)
		ingest_warn(d, "%zu of its pictures %s not here and left out.",
		    w->dropped, w->dropped == 1 ? "is" : "are");
	if (r == 0)
		r = html_trace_write(&d->trace, &w->trace, root);
	html_trace_done(&w->trace);
	scribe_done(&w->s);
	buf_done(&at);
	free(w);
	return r != 0 ? r : buf_err(&d->body);
}

static bool
says_nothing(const struct pick *p)
{
	return p->n_keep == 0 && p->n_drop == 0;
}

static int
take_body(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, const struct pick *pick)
{
	struct bytes title = bytes_str(d->title != NULL ? d->title : "");
	bool is_page = extract_is_page(root);
	struct extract page;
	int r;

	if (!is_page && says_nothing(pick))
		return walk_article(d, src, root, NULL);
	r = is_page ? extract_find(&page, root, title, pick)
		    : extract_all(&page, pick);
	if (r == 0) {
		if (is_page)
			html_byline(d, root,
			    page.n_root > 0 ? page.root[0] : root, src->at);
		r = walk_article(d, src, root, &page);
	}
	extract_done(&page);
	return r;
}

/* What is made of gumbo's tree, while the text that it borrows from is there. */
typedef int (*tree_fn)(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root);

static void
set_lang(struct ingest_doc *d, const struct ingest_source *src)
{
	if (d->lang == NULL && src->lang.n > 0)
		d->lang = strndup((const char *)src->lang.p, src->lang.n);
}

static int
page_of(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root)
{
	struct pick pick;
	int r = html_rules(&pick, d, src, root);

	html_meta(d, root);
	title_from_heading(d, root);
	set_lang(d, src);
	if (r == 0)
		r = take_body(d, src, root, &pick);
	pick_done(&pick);
	return r;
}

/* Of a body alone rules say what is kept and dropped: it says nothing of itself. */
static int
body_of(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root)
{
	struct extract all = {0};
	struct pick pick;
	int r = html_rules(&pick, d, src, root);

	set_lang(d, src);
	if (r == 0 && !says_nothing(&pick))
		r = extract_all(&all, &pick);
	if (r == 0)
		r = walk_article(d, src, root,
		    says_nothing(&pick) ? NULL : &all);
	extract_done(&all);
	pick_done(&pick);
	return r;
}

static int
parse(struct ingest_doc *d, const struct ingest_source *src, struct bytes html,
    struct buf *why, tree_fn fn)
{
	GumboOptions o = kGumboDefaultOptions;
	struct html_shape shape = html_shape(html);
	GumboOutput *tree;
	int r;

	if (html.n > INGEST_HTML_MAX) {
		buf_printf(why, "It is larger than %d MiB without its scripts.",
		    INGEST_HTML_MAX >> 20);
		return QERR_TOOBIG;
	}
	if (shape.depth > INGEST_DEPTH_MAX) {
		buf_printf(why,
		    "More than %d of its tags are inside each other.",
		    INGEST_DEPTH_MAX);
		return QERR_TOOBIG;
	}
	if (shape.attributes > INGEST_ATTRIBUTES_MAX) {
		buf_printf(why, "One of its tags has more than %d attributes.",
		    INGEST_ATTRIBUTES_MAX);
		return QERR_TOOBIG;
	}
	o.max_errors = 0;
	tree = gumbo_parse_with_options(&o, (const char *)html.p, html.n);
	if (tree == NULL)
		return QERR_NOMEM;
	r = fn(d, src, tree->root);
	gumbo_destroy_output(&o, tree);
	return r;
}

static int
parse_slim(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why, tree_fn fn)
{
	struct buf slim;
	int r;

	buf_init(&slim, 0);
	html_slim(&slim, html);
	r = buf_err(&slim);
	if (r == 0)
		r = parse(d, src, slim.n > 0 ? buf_bytes(&slim) : html, why,
		    fn);
	buf_done(&slim);
	return r;
}

int
html_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why)
{
	return parse_slim(d, src, html, why, page_of);
}

int
html_linked(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes lang, struct buf *why)
{
	struct ingest_source page = *src;

	page.at = src->page_at;
	if (lang.n > 0)
		page.lang = lang;
	return html_ingest(d, &page, src->page, why);
}

int
html_body(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why)
{
	return parse_slim(d, src, html, why, body_of);
}

void
html_plain(struct buf *dst, struct bytes html)
{
	GumboOptions o = kGumboDefaultOptions;
	GumboOutput *tree;
	struct html_shape shape = html_shape(html);
	struct buf raw;

	if (html.n == 0 || html.n > INGEST_HTML_MAX ||
	    shape.depth > INGEST_DEPTH_MAX ||
	    shape.attributes > INGEST_ATTRIBUTES_MAX)
		return;
	o.max_errors = 0;
	tree = gumbo_parse_with_options(&o, (const char *)html.p, html.n);
	if (tree == NULL) {
		buf_fail(dst, QERR_NOMEM);
		return;
	}
	buf_init(&raw, 0);
	html_text(&raw, tree->root);
	scribe_tidy(dst, buf_bytes(&raw));
	buf_fail(dst, buf_err(&raw));
	buf_done(&raw);
	gumbo_destroy_output(&o, tree);
}

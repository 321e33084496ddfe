#include "daemon/ingest/walk_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/hint.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html_meta.h"
#include "proto/base/text.h"

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
    [GUMBO_TAG_DT] = {OWN, 0},
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
    [GUMBO_TAG_RT] = {OWN, 0},
    [GUMBO_TAG_RP] = {DROP, 0},
    [GUMBO_TAG_SUB] = {OWN, 0},
    [GUMBO_TAG_SUP] = {OWN, 0},
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

bool
walk_drops(const GumboNode *n)
{
	return elements[n->v.element.tag].rule == DROP;
}

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

struct scribe_voice
walk_voice(const GumboNode *n, const struct scribe_voice *outer)
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
	struct scribe_voice v = walk_voice(n, &none);

	if (v.lang.n > 0 && bytes_eq(v.lang, outer->lang))
		v.lang = none.lang;
	if (v.dir != NULL && outer->dir != NULL &&
	    strcmp(v.dir, outer->dir) == 0)
		v.dir = NULL;
	*ret = v;
	return v.lang.n > 0 || v.dir != NULL;
}

bool
walk_is_noise(const struct walk *w, const GumboNode *n)
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
	walk_deferred(w);
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
	case GUMBO_TAG_SUB:
	case GUMBO_TAG_SUP:
		walk_script(w, n);
		break;
	case GUMBO_TAG_RT:
		walk_ruby(w, n);
		break;
	case GUMBO_TAG_DT:
		scribe_boundary(&w->s);
		scribe_push(&w->s, MARKUP_STRONG, absent, NULL);
		walk_children(w, n);
		scribe_pop(&w->s);
		scribe_boundary(&w->s);
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
void
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
		w->s.voice = walk_voice(n, &outer);
		if (walk_is_figure(w, n))
			walk_figure(w, n);
		else
			walk_children(w, n);
		scribe_boundary(&w->s);
		break;
	case BLOCK:
		scribe_boundary(&w->s);
		w->s.voice = walk_voice(n, &outer);
		walk_block(w, n, e->as);
		break;
	case OWN:
		if (n->v.element.tag != GUMBO_TAG_A)
			w->s.voice = walk_voice(n, &outer);
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

void
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
		if (is_hidden(w, n) || walk_is_noise(w, n))
			break;
		if (n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML)
			walk_element(w, n);
		else if (n->v.element.tag == GUMBO_TAG_MATH)
			walk_math(w, n);
		break;
	case GUMBO_NODE_DOCUMENT:
	case GUMBO_NODE_COMMENT:
	case GUMBO_NODE_TEMPLATE:
		break;
	}
}

void
walk_children(struct walk *w, const GumboNode *n)
{
	const GumboVector *c = &n->v.element.children;

	for (unsigned i = 0; i < c->length; i++)
		walk_node(w, c->data[i]);
}

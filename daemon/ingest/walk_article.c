#include "daemon/ingest/walk.h"

#include <stdlib.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/tongue.h"
#include "daemon/ingest/walk_inner.h"
#include "proto/base/qerr.h"
#include "proto/base/script.h"
#include "proto/base/text.h"

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
/* Append what |at| is by the page's <base>. */
static void
put_base(struct buf *dst, const GumboNode *root, struct bytes at)
{
	const GumboNode *base = html_find(root, GUMBO_TAG_BASE);
	const char *href = base != NULL ? html_attribute(base, "href") : NULL;

	if (at.n > 0)
		address_resolve(dst, at, bytes_str(href != NULL ? href : ""));
}

/* Count the letters below |n|, without those of code, and note what it says its
 * language is. */
static void
count_letters(struct walk *w, struct tongue *t, const GumboNode *n)
{
	const GumboElement *e = html_element(n);
	const char *lang;

	if (n->type == GUMBO_NODE_TEXT)
		tongue_count(t, bytes_str(n->v.text.text));
	if (e == NULL || walk_drops(n) || walk_is_noise(w, n) ||
	    e->tag == GUMBO_TAG_PRE || e->tag == GUMBO_TAG_CODE)
		return;
	lang = html_attribute(n, "lang");
	if (lang != NULL && lang_check(bytes_str(lang)) == 0)
		meta_set(w->doc, META_LANG, bytes_str(lang));
	for (unsigned i = 0; i < e->children.length; i++)
		count_letters(w, t, e->children.data[i]);
}

/* What is in it may say its language, too: a page's article. */
static void
settle_language(struct walk *w, const GumboNode *root)
{
	size_t n = w->page != NULL ? w->page->n_root : 0;
	struct tongue t = {{0}};

	for (size_t i = 0; i < n; i++)
		count_letters(w, &t, w->page->root[i]);
	if (n == 0)
		count_letters(w, &t, find_article(root));
	tongue_settle(w->doc, w->src, &t);
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
		if (walk_is_noise(w, n))
			return;
	w->whole_page = html_is(all, GUMBO_TAG_BODY);
	walk_element(w, all);
}

int
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
	buf_init(&w->dropped_names, 0);
	settle_language(w, root);
	if (d->lang != NULL)
		voice.lang = bytes_str(d->lang);
	voice.dir = script_dir(voice.lang);
	scribe_init(&w->s, &voice);
	w->s.voice = walk_voice(root, &voice);
	w->s.voice.lang = voice.lang;
	walk_parts(w, root);
	r = scribe_finish(&w->s);
	walk_deferred(w);
	if (r == 0)
		r = buf_err(&w->s.out);
	buf_put(&d->body, w->s.out.p, w->s.out.n);
	walk_tell_dropped(w);
	if (r == 0)
		r = html_trace_write(&d->trace, &w->trace, root);
	html_trace_done(&w->trace);
	scribe_done(&w->s);
	buf_done(&w->dropped_names);
	buf_done(&at);
	free(w);
	return r != 0 ? r : buf_err(&d->body);
}

#include "daemon/ingest/html.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/extract.h"
#include "daemon/extract/page.h"
#include "daemon/ingest/html_byline.h"
#include "daemon/ingest/html_data.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/html_rules.h"
#include "daemon/ingest/html_tree.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"
#include "daemon/ingest/tongue.h"
#include "daemon/ingest/walk.h"
#include "proto/base/qerr.h"

/* Letters that a page's data must have more of its article, and how often as many, to
 * be taken instead. */
#define TOLD_MIN   500
#define TOLD_TIMES 4

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

static bool
says_nothing(const struct pick *p)
{
	return p->n_keep == 0 && p->n_drop == 0;
}

/* Some pages show the beginning alone until a script runs, and have all in their data. */
static bool
is_told(const struct extract *page, const char *text)
{
	return text != NULL &&
	       page_letters(text) > TOLD_MIN + TOLD_TIMES * page->letters;
}

/* Each line is a paragraph; many have HTML in them. */
static int
take_told(struct ingest_doc *d, const struct ingest_source *src)
{
	struct buf html, why;
	int r;

	buf_init(&html, 0);
	buf_init(&why, 0);
	buf_put_str(&html, "<p>");
	for (const char *s = d->told; *s != '\0'; s++)
		if (*s == '\n')
			buf_put_str(&html, "<p>");
		else
			buf_put_u8(&html, (uint8_t)*s);
	r = buf_err(&html);
	if (r == 0)
		r = html_body(d, src, buf_bytes(&html), &why);
	buf_done(&why);
	buf_done(&html);
	return r;
}

/* What the page's scripts would show, if that is much more than the |page|. */
static int
take_data(struct ingest_doc *d, const struct ingest_source *src,
    const struct extract *page, struct bytes html, bool *ret_taken)
{
	struct buf data, plain, why;
	int r;

	buf_init(&data, 0);
	buf_init(&plain, 0);
	buf_init(&why, 0);
	if (page->letters < TOLD_MIN)
		html_data(&data, html);
	html_plain(&plain, buf_bytes(&data));
	buf_put_u8(&plain, '\0');
	r = buf_err(&data) != 0 ? buf_err(&data) : buf_err(&plain);
	*ret_taken = r == 0 && is_told(page, (const char *)plain.p);
	if (*ret_taken)
		r = html_body(d, src, buf_bytes(&data), &why);
	buf_done(&why);
	buf_done(&plain);
	buf_done(&data);
	return r;
}

static int
take_page(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, const struct extract *page, struct bytes html)
{
	bool taken = false;
	int r = 0;

	if (is_told(page, d->told))
		return take_told(d, src);
	r = take_data(d, src, page, html, &taken);
	return r == 0 && !taken ? walk_article(d, src, root, page) : r;
}

static int
take_body(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, const struct pick *pick, struct bytes html)
{
	struct page_about about = {bytes_str(d->title != NULL ? d->title : ""),
	    bytes_str(d->summary != NULL ? d->summary : "")};
	bool is_page = extract_is_page(root);
	struct extract page;
	int r;

	if (!is_page && says_nothing(pick))
		return walk_article(d, src, root, NULL);
	r = is_page ? extract_find(&page, root, &about, pick)
		    : extract_all(&page, pick);
	if (r == 0) {
		if (is_page)
			html_byline(d, root,
			    page.n_root > 0 ? page.root[0] : root, src->at);
		r = is_page && says_nothing(pick)
			? take_page(d, src, root, &page, html)
			: walk_article(d, src, root, &page);
	}
	extract_done(&page);
	return r;
}

/* What is made of gumbo's tree, while the text that it borrows from is there; of |html|
 * it has all but the scripts. */
typedef int (*tree_fn)(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, struct bytes html);

static int
page_of(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, struct bytes html)
{
	struct pick pick;
	int r = html_rules(&pick, d, src, root);

	html_meta(d, root, src->at);
	title_from_heading(d, root);
	tongue_assume(d, src->lang);
	if (r == 0)
		r = take_body(d, src, root, &pick, html);
	pick_done(&pick);
	return r;
}

/* Of a body alone rules say what is kept and dropped: it says nothing of itself. */
static int
body_of(struct ingest_doc *d, const struct ingest_source *src,
    const GumboNode *root, struct bytes html)
{
	struct bytes title = bytes_str(d->title != NULL ? d->title : "");
	struct extract all = {0};
	struct pick pick;
	int r = html_rules(&pick, d, src, root);

	(void)html;
	tongue_assume(d, src->lang);
	if (r == 0)
		r = says_nothing(&pick) ? extract_clean(&all, root, title)
					: extract_all(&all, &pick);
	if (r == 0)
		r = walk_article(d, src, root, &all);
	extract_done(&all);
	pick_done(&pick);
	return r;
}

static int
parse(struct ingest_doc *d, const struct ingest_source *src, struct bytes html,
    struct bytes whole, struct buf *why, tree_fn fn)
{
	struct html_shape shape = html_shape(html);
	struct html_tree tree;
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
	if ((r = html_tree_init(&tree, html)) != 0)
		return r;
	r = fn(d, src, tree.out->root, whole);
	html_tree_done(&tree);
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
		r = parse(d, src, slim.n > 0 ? buf_bytes(&slim) : html, html,
		    why, fn);
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
	struct ingest_doc said;

	page.at = src->page_at;
	ingest_init(&said);
	if (lang.n > 0)
		meta_set(&said, META_LANG, lang);
	if (said.n_said > 0)
		d->entry_lang = strdup(said.said[0]);
	ingest_done(&said);
	return html_ingest(d, &page, src->page, why);
}

int
html_body(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why)
{
	return parse_slim(d, src, html, why, body_of);
}

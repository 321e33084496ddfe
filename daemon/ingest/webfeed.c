#include "daemon/ingest/webfeed_inner.h"

#include <libxml/parser.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/html.h"
#include "proto/base/qerr.h"

#define WHOLE_CONTENT 200  /* bytes of text that are an article, .. */
#define BEHIND_MAX    240  /* bytes that may stand behind "[…]" */
#define WHOLE_SUMMARY 1500 /* .. in what is made for summaries */

/* The feed that was parsed last. */
static struct {
	struct buf text;
	xmlDoc *doc;
	xmlNode **entry;
	size_t n;
	enum ingest_list_kind kind;
} last;

void
webfeed_ready(void)
{
	xmlInitParser();
}

/* --- the feed --- */

/* Of a WordPress export only what its readers can see. */
static bool
is_published(const xmlNode *e)
{
	const xmlNode *status = webfeed_child(e, WORDPRESS, "status");
	const xmlNode *type = webfeed_child(e, WORDPRESS, "post_type");
	struct buf b;
	bool yes;

	buf_init(&b, 0);
	if (status != NULL)
		webfeed_put_text(&b, status);
	yes = b.n == 0 || bytes_eq(buf_bytes(&b), bytes_str("publish"));
	buf_clear(&b);
	if (type != NULL)
		webfeed_put_text(&b, type);
	yes = yes && (b.n == 0 || bytes_eq(buf_bytes(&b), bytes_str("post")) ||
			 bytes_eq(buf_bytes(&b), bytes_str("page")));
	buf_done(&b);
	return yes;
}

static void
list(xmlNode *n, int depth)
{
	for (xmlNode *c = n->children; c != NULL; c = c->next) {
		bool entry = webfeed_is(c, RSS, "item") ||
			     webfeed_is(c, ATOM, "entry") ||
			     webfeed_is(c, SITEMAP, "url") ||
			     webfeed_is(c, SITEMAP, "sitemap");

		if (entry && last.n < WEBFEED_ENTRIES_MAX && is_published(c))
			last.entry[last.n++] = c;
		else if (!entry && depth < 2 && c->type == XML_ELEMENT_NODE)
			list(c, depth + 1);
	}
}

static bool
is_feed(const xmlNode *root)
{
	return root != NULL &&
	       (webfeed_is(root, RSS, "rss") ||
		   webfeed_is(root, ATOM, "feed") ||
		   webfeed_is(root, ATOM, "entry") ||
		   webfeed_is(root, SITEMAP, "urlset") ||
		   webfeed_is(root, SITEMAP, "sitemapindex") ||
		   strcmp((const char *)root->name, "RDF") == 0);
}

static enum ingest_list_kind
kind_of(const xmlNode *root)
{
	if (webfeed_is(root, SITEMAP, "sitemapindex"))
		return INGEST_LIST_INDEX;
	return webfeed_is(root, SITEMAP, "urlset") ? INGEST_LIST_SITEMAP
						   : INGEST_LIST_FEED;
}

static void
forget(void)
{
	if (last.doc != NULL)
		xmlFreeDoc(last.doc);
	free(last.entry);
	last.doc = NULL;
	last.entry = NULL;
	last.n = 0;
	buf_done(&last.text);
	buf_init(&last.text, 0);
}

static int
parse(struct bytes text, struct buf *why)
{
	int options = XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
		      XML_PARSE_NOWARNING;
	struct buf b;

	forget();
	if (webfeed_most_attributes(text) > INGEST_ATTRIBUTES_MAX) {
		buf_printf(why, "One of its tags has more than %d attributes.",
		    INGEST_ATTRIBUTES_MAX);
		return QERR_TEXT;
	}
	buf_init(&b, 4 * INGEST_DOCUMENT_MAX);
	webfeed_mend(&b, text);
	if (buf_err(&b) == 0)
		last.doc = xmlReadMemory((const char *)b.p, (int)b.n, NULL,
		    "UTF-8", options);
	buf_done(&b);
	if (last.doc != NULL && last.doc->intSubset != NULL &&
	    last.doc->intSubset->children != NULL) {
		buf_put_str(why, "It declares entities of its own, which no "
				 "feed needs.");
		return QERR_TEXT;
	}
	if (last.doc == NULL || !is_feed(xmlDocGetRootElement(last.doc))) {
		buf_put_str(why, "It is no feed: RSS, Atom and JSON "
				 "Feed are.");
		return QERR_TEXT;
	}
	last.kind = kind_of(xmlDocGetRootElement(last.doc));
	last.entry = calloc(WEBFEED_ENTRIES_MAX, sizeof(last.entry[0]));
	if (last.entry == NULL)
		return QERR_NOMEM;
	list((xmlNode *)last.doc, 0);
	buf_put(&last.text, text.p, text.n);
	return buf_err(&last.text);
}

/* Parse |text|, if it is not what was parsed last. */
static int
parse_once(struct bytes text, struct buf *why)
{
	int r = 0;

	if (last.doc == NULL || !bytes_eq(buf_bytes(&last.text), text))
		r = parse(text, why);
	if (r != 0)
		forget();
	return r;
}

int
webfeed_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	int r = parse_once(text, why);

	if (r != 0)
		return r;
	if (src->entry >= last.n)
		return QERR_ABSENT;
	return webfeed_take_entry(d, src, last.entry[src->entry], why);
}

/* --- what is in it --- */

/* "[…] The post A appeared first on B": what stands behind it is none of the text. */
static bool
is_cut_before(struct bytes text)
{
	static const char *const marks[] = {"[…]", "[...]", "[&hellip;]"};
	size_t n = text.n < BEHIND_MAX ? text.n : BEHIND_MAX;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (memmem(text.p + text.n - n, n, marks[i],
			strlen(marks[i])) != NULL)
			return true;
	return false;
}

/* "… [more]": only the beginning of a text ends so. */
static bool
is_cut(struct bytes text)
{
	static const char *const ends[] = {"…", "...", "[…]", "[...]", "[…",
	    "(more)", "[more]", "Read more", "Continue reading"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (text.n >= n && memcmp(text.p + text.n - n, ends[i], n) == 0)
			return true;
	}
	return is_cut_before(text);
}

bool
webfeed_is_whole(struct bytes text, bool is_summary)
{
	return text.n >= (is_summary ? WHOLE_SUMMARY : WHOLE_CONTENT) &&
	       !is_cut(text);
}

static bool
is_whole(const xmlNode *e)
{
	xmlNode *summary, *content = webfeed_content(e, &summary);
	bool is_summary =
	    content != NULL && (webfeed_is(content, RSS, "description") ||
				   webfeed_is(content, ATOM, "summary") ||
				   webfeed_is(content, DC, "description") ||
				   webfeed_is(content, ITUNES, "summary"));
	struct buf html, text;
	bool whole;

	if (content == NULL)
		return false;
	buf_init(&html, 2 * INGEST_DOCUMENT_MAX);
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	webfeed_put_html(&html, content);
	html_plain(&text, buf_bytes(&html));
	whole = webfeed_is_whole(buf_bytes(&text), is_summary);
	buf_done(&html);
	buf_done(&text);
	return whole;
}

/* All that could become part of an article; counters of comments cannot. */
static void
hash_entry(struct id *ret, const xmlNode *e)
{
	struct buf b;

	buf_init(&b, 2 * INGEST_DOCUMENT_MAX);
	for (xmlNode *c = e->children; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE && webfeed_space(c) != OTHER) {
			xmlBuffer *x = xmlBufferCreate();

			if (x != NULL && xmlNodeDump(x, e->doc, c, 0, 0) > 0)
				buf_put(&b, x->content, x->use);
			xmlBufferFree(x);
		}
	crypto_generichash(ret->b, sizeof(ret->b), b.p, b.n, NULL, 0);
	buf_done(&b);
}

static int
list_entry(struct ingest_list *ret, const struct ingest_source *src, size_t i)
{
	struct ingest_entry e = {.number = i};
	struct ingest_doc d;
	int r;

	ingest_init(&d);
	webfeed_set_link(&d, last.entry[i], src->at);
	webfeed_set_name(&d, last.entry[i]);
	webfeed_set_text(&d, META_UPDATED,
	    webfeed_child(last.entry[i], SITEMAP, "lastmod"));
	e.changed = d.has_updated ? d.updated : 0;
	hash_entry(&e.text, last.entry[i]);
	r = ingest_list_enter(ret, &e, &d, is_whole(last.entry[i]));
	ingest_done(&d);
	return r;
}

int
webfeed_list(struct ingest_list *ret, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	int r = parse_once(text, why);

	if (r == 0)
		ret->kind = last.kind;
	for (size_t i = 0; r == 0 && i < last.n; i++)
		r = list_entry(ret, src, i);
	return r;
}

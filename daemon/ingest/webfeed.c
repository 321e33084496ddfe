#include "daemon/ingest/webfeed.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/qerr.h"

#define DECLARED_WITHIN 200
#define WHOLE_CONTENT   200  /* bytes of text that are an article, .. */
#define WHOLE_SUMMARY   1500 /* .. in what is made for summaries */
#define TITLE_FROM_TEXT 80   /* bytes, of an entry without a title */

/* Whose word an element is. */
enum space {
	RSS, /* none, or one of RSS's own */
	ATOM,
	DC,
	CONTENT,
	XHTML,
	WORDPRESS,
	ITUNES,
	SITEMAP,
	NEWS, /* in a sitemap */
	OTHER,
};

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

struct bytes
webfeed_declared(struct bytes xml)
{
	static const char word[] = "encoding=";
	size_t len = sizeof(word) - 1;
	size_t n = xml.n < DECLARED_WITHIN ? xml.n : DECLARED_WITHIN;

	for (size_t i = 0; i + len + 1 < n && xml.p[i] != '>'; i++) {
		const uint8_t *from = xml.p + i + len + 1, *end;

		if (memcmp(xml.p + i, word, len) != 0)
			continue;
		end = memchr(from, from[-1], n - i - len - 1);
		if (end != NULL && (from[-1] == '"' || from[-1] == '\''))
			return bytes_of(from, (size_t)(end - from));
	}
	return bytes_of(NULL, 0);
}

static enum space
space_of(const xmlNode *n)
{
	static const struct {
		const char *part;
		enum space space;
	} known[] = {{"rss/1.0/modules/content", CONTENT},
	    {"purl.org/rss/1.0/modules", OTHER}, {"purl.org/rss/1.0/", RSS},
	    {"purl.org/net/rss", RSS}, {"backend.userland.com/rss", RSS},
	    {"backend.userland.com/RSS", RSS},
	    {"channel.netscape.com/rdf", RSS}, {"my.netscape.com/rdf", RSS},
	    {"purl.org/dc/", DC}, {"w3.org/2005/Atom", ATOM},
	    {"purl.org/atom", ATOM}, {"1999/xhtml", XHTML},
	    {"wordpress.org/export", WORDPRESS}, {"itunes.com", ITUNES},
	    {"schemas/sitemap-news", NEWS}, {"schemas/sitemap", SITEMAP}};
	const char *uri = n->ns != NULL ? (const char *)n->ns->href : NULL;

	if (uri == NULL)
		return RSS;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(uri, known[i].part) != NULL)
			return known[i].space;
	return OTHER;
}

static bool
is(const xmlNode *n, enum space space, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)n->name, name) == 0 && space_of(n) == space;
}

static xmlNode *
child(const xmlNode *n, enum space space, const char *name)
{
	for (xmlNode *c = n->children; c != NULL; c = c->next)
		if (is(c, space, name))
			return c;
	return NULL;
}

/* The same in one of its children: <news:news>, or its <news:publication>. */
static xmlNode *
inside(const xmlNode *n, enum space space, const char *name)
{
	xmlNode *found = child(n, space, name);

	for (xmlNode *c = n->children; c != NULL && found == NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE && space_of(c) == space)
			found = inside(c, space, name);
	return found;
}

/* Append the text below |n|. */
static void
put_text(struct buf *dst, const xmlNode *n)
{
	for (const xmlNode *c = n->children; c != NULL; c = c->next)
		switch ((int)c->type) { /* of very many */
		case XML_TEXT_NODE:
		case XML_CDATA_SECTION_NODE:
			buf_put_str(dst, (const char *)c->content);
			break;
		case XML_ELEMENT_NODE:
			put_text(dst, c);
			break;
		default:
			break;
		}
}

static void
put_attribute(struct buf *dst, xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetProp(n, (const xmlChar *)name);

	if (v != NULL)
		buf_put_str(dst, (const char *)v);
	xmlFree(v);
}

static bool
attribute_is(xmlNode *n, const char *name, const char *value)
{
	xmlChar *v = xmlGetNoNsProp(n, (const xmlChar *)name);
	bool same = v != NULL && strcmp((const char *)v, value) == 0;

	xmlFree(v);
	return same;
}

/* Elements as text that HTML's parser understands: without prefixes. */
static void
put_markup(struct buf *dst, xmlNode *n)
{
	xmlBuffer *b = xmlBufferCreate();

	for (xmlNode *c = n->children; c != NULL && b != NULL; c = c->next)
		xmlNodeDump(b, n->doc, c, 0, 0);
	if (b == NULL || b->use > INGEST_DOCUMENT_MAX)
		buf_fail(dst, b == NULL ? QERR_NOMEM : QERR_TOOBIG);
	else
		buf_put(dst, b->content, b->use);
	xmlBufferFree(b);
}

static void
drop_spaces(xmlNode *n)
{
	for (xmlNode *c = n->children; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE) {
			c->ns = NULL;
			drop_spaces(c);
		}
}

/* Atom 0.3 could say that text is base64; what is not is left as it is. */
static void
decode_base64(struct buf *t, xmlNode *n)
{
	uint8_t *bin;
	size_t len;

	if (t->n == 0 ||
	    (!attribute_is(n, "mode", "base64") &&
		!attribute_is(n, "encoding", "base64") &&
		!attribute_is(n, "type", "application/octet-stream")))
		return;
	bin = malloc(t->n);
	if (bin == NULL ||
	    sodium_base642bin(bin, t->n, (const char *)t->p, t->n, " \t\r\n",
		&len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0) {
		buf_fail(t, bin == NULL ? QERR_NOMEM : 0);
		free(bin);
		return;
	}
	buf_clear(t);
	scribe_mend(t, bytes_of(bin, len));
	free(bin);
}

/* What an element holds, as HTML. */
static void
put_html(struct buf *dst, xmlNode *n)
{
	struct buf t;

	if (xmlChildElementCount(n) > 0) {
		drop_spaces(n);
		put_markup(dst, n);
		return;
	}
	buf_init(&t, INGEST_DOCUMENT_MAX);
	put_text(&t, n);
	decode_base64(&t, n);
	if (attribute_is(n, "type", "text"))
		for (size_t i = 0; i < t.n; i++)
			if (t.p[i] == '<')
				buf_put_str(dst, "&lt;");
			else if (t.p[i] == '&')
				buf_put_str(dst, "&amp;");
			else
				buf_put_u8(dst, t.p[i]);
	else
		buf_put(dst, t.p, t.n);
	buf_done(&t);
}

/* A title or a name as plain text: many are HTML, whatever they say. */
static void
set_plain(struct ingest_doc *d, enum meta_field f, xmlNode *n)
{
	struct buf html, text;

	if (n == NULL)
		return;
	buf_init(&html, INGEST_DOCUMENT_MAX);
	buf_init(&text, INGEST_DOCUMENT_MAX);
	put_html(&html, n);
	html_plain(&text, buf_bytes(&html));
	if (buf_err(&text) == 0 && text.n > 0)
		meta_set(d, f, buf_bytes(&text));
	buf_done(&html);
	buf_done(&text);
}

static void
set_text(struct ingest_doc *d, enum meta_field f, const xmlNode *n)
{
	struct buf raw, b;

	if (n == NULL)
		return;
	buf_init(&raw, 0);
	buf_init(&b, 0);
	put_text(&raw, n);
	scribe_tidy(&b, buf_bytes(&raw));
	if (buf_err(&b) == 0 && b.n > 0)
		meta_set(d, f, buf_bytes(&b));
	buf_done(&raw);
	buf_done(&b);
}

static void
set_attribute(struct ingest_doc *d, enum meta_field f, xmlNode *n,
    const char *name)
{
	struct buf b;

	buf_init(&b, 0);
	put_attribute(&b, n, name);
	if (b.n > 0)
		meta_set(d, f, buf_bytes(&b));
	buf_done(&b);
}

/* --- an entry --- */

/* "mail@example.org (A. Writer)": the name; a mail alone names nobody. */
static void
set_mail_author(struct ingest_doc *d, const xmlNode *n)
{
	const uint8_t *open, *close;
	struct buf b;

	if (n == NULL)
		return;
	buf_init(&b, 0);
	put_text(&b, n);
	open = b.n > 0 ? memchr(b.p, '(', b.n) : NULL;
	close = b.n > 0 ? memrchr(b.p, ')', b.n) : NULL;
	if (open != NULL && close > open)
		meta_set(d, META_AUTHOR,
		    bytes_of(open + 1, (size_t)(close - open) - 1));
	else if (b.n > 0 && memchr(b.p, '@', b.n) == NULL)
		meta_set(d, META_AUTHOR, buf_bytes(&b));
	buf_done(&b);
}

static void
set_authors(struct ingest_doc *d, const xmlNode *entry)
{
	for (xmlNode *c = entry->children; c != NULL; c = c->next) {
		xmlNode *name =
		    is(c, ATOM, "author") ? child(c, ATOM, "name") : NULL;

		if (is(c, DC, "creator") || is(c, DC, "author"))
			set_plain(d, META_AUTHOR, c);
		else if (name != NULL)
			set_plain(d, META_AUTHOR, name);
	}
	if (d->n_author == 0 && child(entry, ITUNES, "author") != NULL)
		set_plain(d, META_AUTHOR, child(entry, ITUNES, "author"));
	if (d->n_author == 0)
		set_mail_author(d, child(entry, RSS, "author"));
}

/* Append the address that relative ones in |n| are relative to: xml:base's. */
static void
put_base(struct buf *dst, const xmlNode *n, struct bytes at)
{
	xmlChar *base = xmlNodeGetBase(n->doc, n);

	address_resolve(dst, at,
	    bytes_str(base != NULL ? (const char *)base : ""));
	xmlFree(base);
}

/* The address that |raw|, standing in |n|, means. */
static void
set_address(struct ingest_doc *d, const xmlNode *n, struct bytes at,
    struct bytes raw)
{
	struct buf base, b;

	buf_init(&base, HREF_MAX);
	buf_init(&b, HREF_MAX);
	put_base(&base, n, at);
	address_resolve(&b, buf_bytes(&base), raw);
	if (buf_err(&base) == 0 && buf_err(&b) == 0 && b.n > 0)
		meta_set(d, META_ADDRESS, buf_bytes(&b));
	buf_done(&base);
	buf_done(&b);
}

static void
set_address_in(struct ingest_doc *d, const xmlNode *n, struct bytes at)
{
	struct buf b;

	if (n == NULL)
		return;
	buf_init(&b, 0);
	put_text(&b, n);
	if (b.n > 0)
		set_address(d, n, at, buf_bytes(&b));
	buf_done(&b);
}

static void
set_href(struct ingest_doc *d, xmlNode *n, struct bytes at)
{
	struct buf b;

	buf_init(&b, 0);
	put_attribute(&b, n, "href");
	if (b.n > 0)
		set_address(d, n, at, buf_bytes(&b));
	buf_done(&b);
}

static void
set_link(struct ingest_doc *d, xmlNode *entry, struct bytes at)
{
	xmlNode *guid = child(entry, RSS, "guid");

	set_address_in(d, child(entry, RSS, "link"), at);
	set_address_in(d, child(entry, SITEMAP, "loc"), at);
	for (xmlNode *c = entry->children; c != NULL; c = c->next)
		if (is(c, ATOM, "link") &&
		    (xmlHasProp(c, (const xmlChar *)"rel") == NULL ||
			attribute_is(c, "rel", "alternate")))
			set_href(d, c, at);
	/* A guid is an address as it is, or none. */
	if (guid != NULL && !attribute_is(guid, "isPermaLink", "false"))
		set_address_in(d, guid, bytes_of(NULL, 0));
}

static void
set_name(struct ingest_doc *d, xmlNode *entry)
{
	set_text(d, META_NAME, child(entry, RSS, "guid"));
	set_text(d, META_NAME, child(entry, ATOM, "id"));
	set_text(d, META_NAME, child(entry, DC, "identifier"));
	set_attribute(d, META_NAME, entry, "about"); /* rdf:about */
	if (d->address != NULL)
		meta_set(d, META_NAME, bytes_str(d->address));
}

static void
set_dates(struct ingest_doc *d, const xmlNode *e)
{
	set_text(d, META_PUBLISHED, child(e, RSS, "pubDate"));
	set_text(d, META_PUBLISHED, child(e, ATOM, "published"));
	set_text(d, META_PUBLISHED, child(e, ATOM, "issued"));
	set_text(d, META_PUBLISHED, child(e, DC, "date"));
	set_text(d, META_PUBLISHED, inside(e, NEWS, "publication_date"));
	set_text(d, META_UPDATED, child(e, SITEMAP, "lastmod"));
	set_text(d, META_UPDATED, child(e, ATOM, "updated"));
	set_text(d, META_UPDATED, child(e, ATOM, "modified"));
	if (!d->has_published && d->has_updated) {
		d->has_published = true;
		d->published = d->updated;
		d->has_updated = false;
	}
}

static void
set_tags(struct ingest_doc *d, const xmlNode *entry)
{
	for (xmlNode *c = entry->children; c != NULL; c = c->next) {
		if (is(c, RSS, "category") || is(c, DC, "subject"))
			set_plain(d, META_TAGS, c);
		else if (is(c, ATOM, "category"))
			set_attribute(d, META_TAGS, c, "term");
	}
}

/* The language of an entry, or of what it is in. */
static void
set_lang(struct ingest_doc *d, const xmlNode *entry)
{
	set_text(d, META_LANG, child(entry, DC, "language"));
	set_text(d, META_LANG, inside(entry, NEWS, "language"));
	for (xmlNode *n = entry->parent; n != NULL && d->lang == NULL;
	     n = n->parent) {
		xmlNode *channel = child(n, RSS, "channel");

		set_text(d, META_LANG, child(n, RSS, "language"));
		set_text(d, META_LANG, child(n, DC, "language"));
		if (channel != NULL) {
			set_text(d, META_LANG, child(channel, RSS, "language"));
			set_text(d, META_LANG, child(channel, DC, "language"));
		}
	}
	if (d->lang == NULL) {
		xmlChar *v = xmlNodeGetLang(entry);

		if (v != NULL)
			meta_set(d, META_LANG, bytes_str((const char *)v));
		xmlFree(v);
	}
}

/* The element that holds the whole text, or what comes nearest. */
static xmlNode *
content_of(const xmlNode *e, xmlNode **ret_summary)
{
	static const struct {
		enum space space;
		const char *name;
	} bodies[] = {
	    {XHTML, "body"}, {XHTML, "div"}, {RSS, "body"}, {RSS, "fullitem"}};
	xmlNode *about = child(e, RSS, "description");
	xmlNode *found = child(e, CONTENT, "encoded");

	if (about == NULL)
		about = child(e, ATOM, "summary");
	if (about == NULL)
		about = child(e, DC, "description");
	if (about == NULL)
		about = child(e, ITUNES, "summary");
	if (found == NULL)
		found = child(e, ATOM, "content");
	for (size_t i = 0;
	     i < sizeof(bodies) / sizeof(bodies[0]) && found == NULL; i++)
		found = child(e, bodies[i].space, bodies[i].name);
	*ret_summary = found != NULL ? about : NULL;
	return found != NULL ? found : about;
}

void
webfeed_title(struct ingest_doc *d, struct bytes html)
{
	struct buf b;
	size_t n;

	buf_init(&b, INGEST_DOCUMENT_MAX);
	html_plain(&b, html);
	n = b.n < TITLE_FROM_TEXT ? b.n : TITLE_FROM_TEXT;
	while (n > 0 && n < b.n && b.p[n] != ' ')
		n--;
	if (buf_err(&b) == 0)
		meta_set(d, META_TITLE, bytes_of(b.p, n > 0 ? n : b.n));
	buf_done(&b);
}

/* What an entry says beside its text; what is known by now stays. */
static void
set_about(struct ingest_doc *d, xmlNode *e, xmlNode *summary)
{
	set_plain(d, META_TITLE, child(e, RSS, "title"));
	set_plain(d, META_TITLE, child(e, ATOM, "title"));
	set_plain(d, META_TITLE, child(e, DC, "title"));
	set_plain(d, META_TITLE, inside(e, NEWS, "title"));
	if (d->n_author == 0)
		set_authors(d, e);
	set_dates(d, e);
	if (d->n_tag == 0)
		set_tags(d, e);
	set_lang(d, e);
	set_plain(d, META_SUMMARY, summary);
}

/* The text that the entry itself holds. */
static int
take_content(struct ingest_doc *d, const struct ingest_source *src,
    xmlNode *content, struct buf *why)
{
	struct ingest_source own = *src;
	struct buf html, at;
	int r;

	buf_init(&html, 2 * INGEST_DOCUMENT_MAX);
	buf_init(&at, HREF_MAX);
	/* Where no xml:base is, they are relative to the entry's page. */
	put_base(&at, content,
	    d->address != NULL ? bytes_str(d->address) : src->at);
	own.at = src->at.n > 0 && buf_err(&at) == 0 ? buf_bytes(&at) : src->at;
	put_html(&html, content);
	if (d->title == NULL)
		webfeed_title(d, buf_bytes(&html));
	r = buf_err(&html);
	if (r == 0 && html.n > 0)
		r = html_body(d, &own, buf_bytes(&html), why);
	buf_done(&html);
	buf_done(&at);
	return r;
}

/* The text that its page holds, which also knows best what it is about. */
static int
take_page(struct ingest_doc *d, const struct ingest_source *src, xmlNode *e,
    struct buf *why)
{
	struct ingest_doc said;
	int r;

	ingest_init(&said);
	set_lang(&said, e);
	r = html_linked(d, src, bytes_str(said.lang != NULL ? said.lang : ""),
	    why);
	ingest_done(&said);
	return r;
}

static int
take_entry(struct ingest_doc *d, const struct ingest_source *src, xmlNode *e,
    struct buf *why)
{
	xmlNode *summary, *content = content_of(e, &summary);
	int r = 0;

	set_link(d, e, src->at);
	set_name(d, e);
	if (src->page.n > 0)
		r = take_page(d, src, e, why);
	set_about(d, e, summary);
	if (src->page.n == 0 && content == NULL) {
		buf_put_str(why, "It has no text, only a link. Publish the "
				 "page itself.");
		return QERR_MISSING;
	}
	if (src->page.n == 0)
		r = take_content(d, src, content, why);
	if (r != QERR_TOOBIG)
		return r;
	/* The entry is, not the feed. */
	if (why->n == 0)
		buf_put_str(why, "It is too long.");
	return QERR_RANGE;
}

/* --- the feed --- */

/* Of a WordPress export only what its readers can see. */
static bool
is_published(const xmlNode *e)
{
	const xmlNode *status = child(e, WORDPRESS, "status");
	const xmlNode *type = child(e, WORDPRESS, "post_type");
	struct buf b;
	bool yes;

	buf_init(&b, 0);
	if (status != NULL)
		put_text(&b, status);
	yes = b.n == 0 || bytes_eq(buf_bytes(&b), bytes_str("publish"));
	buf_clear(&b);
	if (type != NULL)
		put_text(&b, type);
	yes = yes && (b.n == 0 || bytes_eq(buf_bytes(&b), bytes_str("post")) ||
			 bytes_eq(buf_bytes(&b), bytes_str("page")));
	buf_done(&b);
	return yes;
}

static void
list(xmlNode *n, int depth)
{
	for (xmlNode *c = n->children; c != NULL; c = c->next) {
		bool entry = is(c, RSS, "item") || is(c, ATOM, "entry") ||
			     is(c, SITEMAP, "url") || is(c, SITEMAP, "sitemap");

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
	       (is(root, RSS, "rss") || is(root, ATOM, "feed") ||
		   is(root, ATOM, "entry") || is(root, SITEMAP, "urlset") ||
		   is(root, SITEMAP, "sitemapindex") ||
		   strcmp((const char *)root->name, "RDF") == 0);
}

static enum ingest_list_kind
kind_of(const xmlNode *root)
{
	if (is(root, SITEMAP, "sitemapindex"))
		return INGEST_LIST_INDEX;
	return is(root, SITEMAP, "urlset") ? INGEST_LIST_SITEMAP
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

static bool
is_xml_entity(struct bytes s)
{
	static const char *const known[] = {
	    "amp;", "lt;", "gt;", "quot;", "apos;", "#"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (s.n >= strlen(known[i]) &&
		    memcmp(s.p, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

/* How long the CDATA section, comment or instruction at |s| is: 0 if it is none. */
static size_t
section_len(struct bytes s)
{
	static const char *const pair[][2] = {
	    {"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}};

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		size_t n = strlen(pair[i][0]), to = strlen(pair[i][1]);
		const uint8_t *end;

		if (s.n < n || memcmp(s.p, pair[i][0], n) != 0)
			continue;
		end = memmem(s.p + n, s.n - n, pair[i][1], to);
		return end == NULL ? s.n : (size_t)(end - s.p) + to;
	}
	return 0;
}

/* "&eacute;" is no XML, nor is "A & B", and feeds have both: as text they become
 * what HTML makes of them later. */
static void
mend(struct buf *dst, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct bytes rest = bytes_of(s.p + i, s.n - i);
		size_t n = s.p[i] == '<' ? section_len(rest) : 0;

		if (n > 0) {
			buf_put(dst, rest.p, n);
			i += n - 1;
		} else if (s.p[i] == '&' &&
			   !is_xml_entity(bytes_of(rest.p + 1, rest.n - 1))) {
			buf_put_str(dst, "&amp;");
		} else {
			buf_put_u8(dst, s.p[i]);
		}
	}
}

/* The most attributes of a tag: libxml2's work grows with the square of it.  What
 * an entry has in a section is text here, and html_shape()'s to judge. */
static size_t
most_attributes(struct bytes s)
{
	size_t most = 0, n = 0, len;
	bool in_tag = false;
	uint8_t quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (!in_tag && c == '<') {
			len = section_len(bytes_of(s.p + i, s.n - i));
			in_tag = len == 0;
			i += len > 0 ? len - 1 : 0;
			n = 0;
		} else if (!in_tag) {
			continue;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			in_tag = false;
		} else if (c == '=' && ++n > most) {
			most = n;
		}
	}
	return most;
}

static int
parse(struct bytes text, struct buf *why)
{
	int options = XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
		      XML_PARSE_NOWARNING;
	struct buf b;

	forget();
	if (most_attributes(text) > INGEST_ATTRIBUTES_MAX) {
		buf_printf(why, "One of its tags has more than %d attributes.",
		    INGEST_ATTRIBUTES_MAX);
		return QERR_TEXT;
	}
	buf_init(&b, 4 * INGEST_DOCUMENT_MAX);
	mend(&b, text);
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
	return take_entry(d, src, last.entry[src->entry], why);
}

/* --- what is in it --- */

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
	return false;
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
	xmlNode *summary, *content = content_of(e, &summary);
	bool is_summary =
	    content != NULL &&
	    (is(content, RSS, "description") || is(content, ATOM, "summary") ||
		is(content, DC, "description") ||
		is(content, ITUNES, "summary"));
	struct buf html, text;
	bool whole;

	if (content == NULL)
		return false;
	buf_init(&html, 2 * INGEST_DOCUMENT_MAX);
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	put_html(&html, content);
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
		if (c->type == XML_ELEMENT_NODE && space_of(c) != OTHER) {
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
	struct bytes link, name;
	int r;

	ingest_init(&d);
	set_link(&d, last.entry[i], src->at);
	set_name(&d, last.entry[i]);
	set_text(&d, META_UPDATED, child(last.entry[i], SITEMAP, "lastmod"));
	link = bytes_str(d.address != NULL ? d.address : "");
	if (link.n > INGEST_LINK_MAX)
		link.n = 0;
	e.changed = d.has_updated ? d.updated : 0;
	e.whole = link.n == 0 || is_whole(last.entry[i]);
	hash_entry(&e.text, last.entry[i]);
	name = d.name != NULL ? bytes_str(d.name)
			      : bytes_of(e.text.b, sizeof(e.text.b));
	crypto_generichash(e.name.b, sizeof(e.name.b), name.p, name.n, NULL, 0);
	r = ingest_list_add(ret, &e, link);
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

#include "daemon/ingest/webfeed_inner.h"

#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/scribe.h"

/* A title or a name as plain text: many are HTML, whatever they say. */
static void
set_plain(struct ingest_doc *d, enum meta_field f, xmlNode *n)
{
	struct buf html, text;

	if (n == NULL)
		return;
	buf_init(&html, INGEST_DOCUMENT_MAX);
	buf_init(&text, INGEST_DOCUMENT_MAX);
	webfeed_put_html(&html, n);
	html_plain(&text, buf_bytes(&html));
	if (buf_err(&text) == 0 && text.n > 0)
		meta_set(d, f, buf_bytes(&text));
	buf_done(&html);
	buf_done(&text);
}

void
webfeed_set_text(struct ingest_doc *d, enum meta_field f, const xmlNode *n)
{
	struct buf raw, b;

	if (n == NULL)
		return;
	buf_init(&raw, 0);
	buf_init(&b, 0);
	webfeed_put_text(&raw, n);
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
	webfeed_put_attribute(&b, n, name);
	if (b.n > 0)
		meta_set(d, f, buf_bytes(&b));
	buf_done(&b);
}

/* "mail@example.org (A. Writer)": the name; a mail alone names nobody. */
static void
set_mail_author(struct ingest_doc *d, const xmlNode *n)
{
	const uint8_t *open, *close;
	struct buf b;

	if (n == NULL)
		return;
	buf_init(&b, 0);
	webfeed_put_text(&b, n);
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
		xmlNode *name = webfeed_is(c, ATOM, "author")
				    ? webfeed_child(c, ATOM, "name")
				    : NULL;

		if (webfeed_is(c, DC, "creator") || webfeed_is(c, DC, "author"))
			set_plain(d, META_AUTHOR, c);
		else if (name != NULL)
			set_plain(d, META_AUTHOR, name);
	}
	if (d->n_author == 0 && webfeed_child(entry, ITUNES, "author") != NULL)
		set_plain(d, META_AUTHOR,
		    webfeed_child(entry, ITUNES, "author"));
	if (d->n_author == 0)
		set_mail_author(d, webfeed_child(entry, RSS, "author"));
}

/* --- its addresses --- */

/* The address that |raw|, standing in |n|, means. */
static void
set_address(struct ingest_doc *d, const xmlNode *n, struct bytes at,
    struct bytes raw)
{
	struct buf base, b;

	buf_init(&base, HREF_MAX);
	buf_init(&b, HREF_MAX);
	webfeed_put_base(&base, n, at);
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
	webfeed_put_text(&b, n);
	if (b.n > 0)
		set_address(d, n, at, buf_bytes(&b));
	buf_done(&b);
}

static void
set_href(struct ingest_doc *d, xmlNode *n, struct bytes at)
{
	struct buf b;

	buf_init(&b, 0);
	webfeed_put_attribute(&b, n, "href");
	if (b.n > 0)
		set_address(d, n, at, buf_bytes(&b));
	buf_done(&b);
}

void
webfeed_set_link(struct ingest_doc *d, xmlNode *entry, struct bytes at)
{
	xmlNode *guid = webfeed_child(entry, RSS, "guid");

	set_address_in(d, webfeed_child(entry, RSS, "link"), at);
	set_address_in(d, webfeed_child(entry, SITEMAP, "loc"), at);
	for (xmlNode *c = entry->children; c != NULL; c = c->next)
		if (webfeed_is(c, ATOM, "link") &&
		    (xmlHasProp(c, (const xmlChar *)"rel") == NULL ||
			webfeed_attribute_is(c, "rel", "alternate")))
			set_href(d, c, at);
	/* A guid is an address as it is, or none. */
	if (guid != NULL && !webfeed_attribute_is(guid, "isPermaLink", "false"))
		set_address_in(d, guid, bytes_of(NULL, 0));
}

void
webfeed_set_name(struct ingest_doc *d, xmlNode *entry)
{
	webfeed_set_text(d, META_NAME, webfeed_child(entry, RSS, "guid"));
	webfeed_set_text(d, META_NAME, webfeed_child(entry, ATOM, "id"));
	webfeed_set_text(d, META_NAME, webfeed_child(entry, DC, "identifier"));
	set_attribute(d, META_NAME, entry, "about"); /* rdf:about */
	if (d->address != NULL)
		meta_set(d, META_NAME, bytes_str(d->address));
}

/* --- all else --- */

static void
set_dates(struct ingest_doc *d, const xmlNode *e)
{
	webfeed_set_text(d, META_PUBLISHED, webfeed_child(e, RSS, "pubDate"));
	webfeed_set_text(d, META_PUBLISHED,
	    webfeed_child(e, ATOM, "published"));
	webfeed_set_text(d, META_PUBLISHED, webfeed_child(e, ATOM, "issued"));
	webfeed_set_text(d, META_PUBLISHED, webfeed_child(e, DC, "date"));
	webfeed_set_text(d, META_PUBLISHED,
	    webfeed_inside(e, NEWS, "publication_date"));
	webfeed_set_text(d, META_UPDATED, webfeed_child(e, SITEMAP, "lastmod"));
	webfeed_set_text(d, META_UPDATED, webfeed_child(e, ATOM, "updated"));
	webfeed_set_text(d, META_UPDATED, webfeed_child(e, ATOM, "modified"));
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
		if (webfeed_is(c, RSS, "category") ||
		    webfeed_is(c, DC, "subject"))
			set_plain(d, META_TAGS, c);
		else if (webfeed_is(c, ATOM, "category"))
			set_attribute(d, META_TAGS, c, "term");
	}
}

void
webfeed_set_lang(struct ingest_doc *d, const xmlNode *entry)
{
	webfeed_set_text(d, META_LANG, webfeed_child(entry, DC, "language"));
	webfeed_set_text(d, META_LANG, webfeed_inside(entry, NEWS, "language"));
	for (xmlNode *n = entry->parent; n != NULL && d->n_said == 0;
	     n = n->parent) {
		xmlNode *channel = webfeed_child(n, RSS, "channel");

		webfeed_set_text(d, META_LANG,
		    webfeed_child(n, RSS, "language"));
		webfeed_set_text(d, META_LANG,
		    webfeed_child(n, DC, "language"));
		if (channel != NULL) {
			webfeed_set_text(d, META_LANG,
			    webfeed_child(channel, RSS, "language"));
			webfeed_set_text(d, META_LANG,
			    webfeed_child(channel, DC, "language"));
		}
	}
	if (d->n_said == 0) {
		xmlChar *v = xmlNodeGetLang(entry);

		if (v != NULL)
			meta_set(d, META_LANG, bytes_str((const char *)v));
		xmlFree(v);
	}
}

void
webfeed_set_about(struct ingest_doc *d, xmlNode *e, xmlNode *summary)
{
	set_plain(d, META_TITLE, webfeed_child(e, RSS, "title"));
	set_plain(d, META_TITLE, webfeed_child(e, ATOM, "title"));
	set_plain(d, META_TITLE, webfeed_child(e, DC, "title"));
	set_plain(d, META_TITLE, webfeed_inside(e, NEWS, "title"));
	set_plain(d, META_TITLE, webfeed_child(e, MEDIA, "title"));
	if (d->n_author == 0)
		set_authors(d, e);
	set_dates(d, e);
	if (d->n_tag == 0)
		set_tags(d, e);
	webfeed_set_lang(d, e);
	set_plain(d, META_SUMMARY, summary);
}

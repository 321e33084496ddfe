#include "daemon/ingest/webfeed_inner.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/qerr.h"

enum space
webfeed_space(const xmlNode *n)
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
	    {"search.yahoo.com/mrss", MEDIA}, {"schemas/sitemap-news", NEWS},
	    {"schemas/sitemap", SITEMAP}};
	const char *uri = n->ns != NULL ? (const char *)n->ns->href : NULL;

	if (uri == NULL)
		return RSS;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(uri, known[i].part) != NULL)
			return known[i].space;
	return OTHER;
}

bool
webfeed_is(const xmlNode *n, enum space space, const char *name)
{
	return n->type == XML_ELEMENT_NODE &&
	       strcmp((const char *)n->name, name) == 0 &&
	       webfeed_space(n) == space;
}

xmlNode *
webfeed_child(const xmlNode *n, enum space space, const char *name)
{
	for (xmlNode *c = n->children; c != NULL; c = c->next)
		if (webfeed_is(c, space, name))
			return c;
	return NULL;
}

xmlNode *
webfeed_inside(const xmlNode *n, enum space space, const char *name)
{
	xmlNode *found = webfeed_child(n, space, name);

	for (xmlNode *c = n->children; c != NULL && found == NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE && webfeed_space(c) == space)
			found = webfeed_inside(c, space, name);
	return found;
}

void
webfeed_put_text(struct buf *dst, const xmlNode *n)
{
	for (const xmlNode *c = n->children; c != NULL; c = c->next)
		switch ((int)c->type) { /* of very many */
		case XML_TEXT_NODE:
		case XML_CDATA_SECTION_NODE:
			buf_put_str(dst, (const char *)c->content);
			break;
		case XML_ELEMENT_NODE:
			webfeed_put_text(dst, c);
			break;
		default:
			break;
		}
}

void
webfeed_put_attribute(struct buf *dst, xmlNode *n, const char *name)
{
	xmlChar *v = xmlGetProp(n, (const xmlChar *)name);

	if (v != NULL)
		buf_put_str(dst, (const char *)v);
	xmlFree(v);
}

bool
webfeed_attribute_is(xmlNode *n, const char *name, const char *value)
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
	    (!webfeed_attribute_is(n, "mode", "base64") &&
		!webfeed_attribute_is(n, "encoding", "base64") &&
		!webfeed_attribute_is(n, "type", "application/octet-stream")))
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

void
webfeed_put_html(struct buf *dst, xmlNode *n)
{
	struct buf t;

	if (xmlChildElementCount(n) > 0) {
		drop_spaces(n);
		put_markup(dst, n);
		return;
	}
	buf_init(&t, INGEST_DOCUMENT_MAX);
	webfeed_put_text(&t, n);
	decode_base64(&t, n);
	if (webfeed_attribute_is(n, "type", "text"))
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

void
webfeed_put_base(struct buf *dst, const xmlNode *n, struct bytes at)
{
	xmlChar *base = xmlNodeGetBase(n->doc, n);

	address_resolve(dst, at,
	    bytes_str(base != NULL ? (const char *)base : ""));
	xmlFree(base);
}

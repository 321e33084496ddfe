#ifndef QUIRE_WEBFEED_INNER_H
#define QUIRE_WEBFEED_INNER_H

#include <libxml/tree.h>

#include "daemon/ingest/meta.h"
#include "daemon/ingest/webfeed.h"

/*
 * The inside of what reads feeds and sitemaps in XML:
 *
 *	webfeed.c        the feed that was parsed last, and the list of its entries
 *	webfeed_mend.c   its text, before it is parsed
 *	webfeed_xml.c    elements, and what they hold as text or HTML
 *	webfeed_about.c  what an entry says of itself
 *	webfeed_entry.c  an entry with its text, from the feed or from its page
 */

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
	MEDIA,
	OTHER,
};

/* webfeed_mend.c */

/* "&eacute;" is no XML, nor is "A & B", and feeds have both: as text they become
 * what HTML makes of them later. */
void webfeed_mend(struct buf *dst, struct bytes s);
/* The most attributes of a tag: libxml2's work grows with the square of it.  What
 * an entry has in a section is text here, and html_shape()'s to judge. */
size_t webfeed_most_attributes(struct bytes s);

/* webfeed_xml.c */
enum space webfeed_space(const xmlNode *n);
bool webfeed_is(const xmlNode *n, enum space space, const char *name);
/* The first of its children that is one, or NULL. */
xmlNode *webfeed_child(const xmlNode *n, enum space space, const char *name);
/* The same in one of its children: <news:news>, or its <news:publication>. */
xmlNode *webfeed_inside(const xmlNode *n, enum space space, const char *name);
bool webfeed_attribute_is(xmlNode *n, const char *name, const char *value);
/* Append the text below |n|, an attribute of it, or what it holds as HTML. */
void webfeed_put_text(struct buf *dst, const xmlNode *n);
void webfeed_put_attribute(struct buf *dst, xmlNode *n, const char *name);
void webfeed_put_html(struct buf *dst, xmlNode *n);
/* Append the address that relative ones in |n| are relative to: xml:base's. */
void webfeed_put_base(struct buf *dst, const xmlNode *n, struct bytes at);

/* webfeed_about.c: what is known by now stays. */
void webfeed_set_text(struct ingest_doc *d, enum meta_field f,
    const xmlNode *n);
void webfeed_set_link(struct ingest_doc *d, xmlNode *entry, struct bytes at);
void webfeed_set_name(struct ingest_doc *d, xmlNode *entry);
/* The language of an entry, or of what it is in. */
void webfeed_set_lang(struct ingest_doc *d, const xmlNode *entry);
/* What it says beside its text. */
void webfeed_set_about(struct ingest_doc *d, xmlNode *e, xmlNode *summary);

/* webfeed_entry.c */

/* The element that holds the whole text, or what comes nearest. */
xmlNode *webfeed_content(const xmlNode *e, xmlNode **ret_summary);
int webfeed_take_entry(struct ingest_doc *d, const struct ingest_source *src,
    xmlNode *e, struct buf *why);

#endif

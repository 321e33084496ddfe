#ifndef QUIRE_HTML_H
#define QUIRE_HTML_H

#include "daemon/ingest/ingest.h"

/*
 * Take in UTF-8 HTML: what it says of itself, then the body of its article (one
 * <article>, else <main>, else <body> without its navigation).  gumbo parses as
 * browsers do; nothing of its tree gets into the body but through a scribe.
 * |html| is at most INGEST_DOCUMENT_MAX bytes.  Results as of ingest().
 */
int html_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why);

/* The same for a body alone, which says nothing of itself and is no page. */
int html_body(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes html, struct buf *why);

/* The page that an entry links to, src->page, found at src->page_at; |lang| is the
 * entry's language, may be empty. */
int html_linked(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes lang, struct buf *why);

/* Append the text of |html|, tidy. */
void html_plain(struct buf *dst, struct bytes html);

/*
 * How deep tags of |html| may be inside each other and how many attributes one of
 * them has, at most: gumbo's work grows with the square of either, so it is not to
 * be given more than INGEST_DEPTH_MAX and INGEST_ATTRIBUTES_MAX.
 */
struct html_shape {
	size_t depth, attributes;
	size_t open; /* tags that nothing closes */
};
struct html_shape html_shape(struct bytes html);

/* Append |html| without the text of its scripts and style sheets, which is half of
 * many pages, costs gumbo as much as all else, and is never looked at; and without
 * that of a <noscript> with a tag left open, in which gumbo would read on. */
void html_slim(struct buf *dst, struct bytes html);

#endif

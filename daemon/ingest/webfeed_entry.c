#include "daemon/ingest/webfeed_inner.h"

#include "daemon/ingest/href.h"
#include "daemon/ingest/html.h"
#include "proto/base/qerr.h"

#define TITLE_FROM_TEXT 80 /* bytes, of an entry without a title */

xmlNode *
webfeed_content(const xmlNode *e, xmlNode **ret_summary)
{
	static const struct {
		enum space space;
		const char *name;
	} bodies[] = {
	    {XHTML, "body"}, {XHTML, "div"}, {RSS, "body"}, {RSS, "fullitem"}};
	xmlNode *about = webfeed_child(e, RSS, "description");
	xmlNode *found = webfeed_child(e, CONTENT, "encoded");

	if (about == NULL)
		about = webfeed_child(e, ATOM, "summary");
	if (about == NULL)
		about = webfeed_child(e, DC, "description");
	if (about == NULL)
		about = webfeed_child(e, ITUNES, "summary");
	if (found == NULL)
		found = webfeed_child(e, ATOM, "content");
	for (size_t i = 0;
	     i < sizeof(bodies) / sizeof(bodies[0]) && found == NULL; i++)
		found = webfeed_child(e, bodies[i].space, bodies[i].name);
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
	webfeed_put_base(&at, content,
	    d->address != NULL ? bytes_str(d->address) : src->at);
	own.at = src->at.n > 0 && buf_err(&at) == 0 ? buf_bytes(&at) : src->at;
	webfeed_put_html(&html, content);
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
	webfeed_set_lang(&said, e);
	r = html_linked(d, src, bytes_str(said.n_said > 0 ? said.said[0] : ""),
	    why);
	ingest_done(&said);
	return r;
}

int
webfeed_take_entry(struct ingest_doc *d, const struct ingest_source *src,
    xmlNode *e, struct buf *why)
{
	xmlNode *summary, *content = webfeed_content(e, &summary);
	int r = 0;

	webfeed_set_link(d, e, src->at);
	webfeed_set_name(d, e);
	if (src->page.n > 0)
		r = take_page(d, src, e, why);
	webfeed_set_about(d, e, summary);
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

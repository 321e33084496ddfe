#include "daemon/ingest/html_byline_inner.h"

#include "daemon/extract/page.h"
#include "daemon/ingest/author.h"
#include "daemon/ingest/html_line.h"
#include "daemon/ingest/html_meta.h"

#define SAID_MAX 96 /* bytes of a byline that is known by its words alone */

const GumboNode *
html_byline_said(const GumboNode *n, const GumboNode *seen)
{
	const GumboElement *e = html_element(n);
	const GumboNode *found = NULL;
	struct buf line;

	if (e == NULL || n == seen || e->tag == GUMBO_TAG_HEAD ||
	    e->tag == GUMBO_TAG_ASIDE || e->tag == GUMBO_TAG_NAV ||
	    e->tag == GUMBO_TAG_FIGURE || e->tag == GUMBO_TAG_A ||
	    page_is_never_text(e->tag))
		return NULL;
	buf_init(&line, 0);
	if (author_may_begin(html_first_word(n)))
		html_line(&line, n);
	if (line.n > 0 && line.n <= SAID_MAX &&
	    author_is_line(buf_bytes(&line)))
		found = n;
	buf_done(&line);
	for (unsigned i = 0; i < e->children.length && found == NULL; i++)
		found = html_byline_said(e->children.data[i], seen);
	return found;
}

#ifndef QUIRE_HTML_MARKS_H
#define QUIRE_HTML_MARKS_H

#include "daemon/extract/names.h"
#include "daemon/ingest/html_node.h"

/* By which an element says that it has an author or a date. */
struct marks {
	GumboTag tag;
	struct names names; /* its classes and its id */
	struct names prop;  /* of microdata and RDFa */
	const char *class, *rel, *href;
	bool pubdate, content, title; /* it has the attribute */
};
/* Looked at once each, for a page has many; false if |e| has none and is no <time>. */
bool html_marks(struct marks *m, const GumboElement *e);
/* True if it has what readers wrote, who have names, too. */
bool html_marks_comments(const struct marks *m);

#endif

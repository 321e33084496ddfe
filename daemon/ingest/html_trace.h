#ifndef QUIRE_HTML_TRACE_H
#define QUIRE_HTML_TRACE_H

#include <gumbo.h>

#include "daemon/ingest/trace.h"

/* Which texts of a page went into the article, and from these its trace. */
struct html_trace {
	bool wanted; /* else nothing is noted */
	const GumboNode **node;
	size_t n, cap;
	int err;
};

/* |n|, a text or an element with all texts in it, is published. */
void html_trace_keep(struct html_trace *t, const GumboNode *n);

/* Append the trace of the page |root|: 0 or QERR_NOMEM. */
int html_trace_write(struct buf *dst, struct html_trace *t,
    const GumboNode *root);
void html_trace_done(struct html_trace *t);

#endif

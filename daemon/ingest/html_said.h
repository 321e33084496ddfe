#ifndef QUIRE_HTML_SAID_H
#define QUIRE_HTML_SAID_H

#include "daemon/ingest/html_node.h"
#include "daemon/ingest/meta.h"

#define HTML_SAID_MAX    256 /* of what <meta>s say */
#define HTML_SCRIPTS_MAX 32

/* What one <meta> says, in the page's own words. */
struct html_said {
	enum meta_field field;
	unsigned
	    rank; /* that of its name, 0 is the most telling; one place has one */
	bool surname_first; /* "Roe, Jane", as libraries name authors */
	const char *value;
	size_t at; /* how many are before it on the page */
};

/* What a page says for machines, found in one walk.  Pointers are into its tree. */
struct html_head {
	struct html_said said[HTML_SAID_MAX]; /* by rank, then as on the page */
	size_t n_said;
	const GumboNode *script[HTML_SCRIPTS_MAX]; /* of JSON-LD */
	size_t n_script;
	const char *site; /* what the site calls itself, or NULL */
	struct buf title; /* the text of <title>, tidy */
};
void html_said(struct html_head *h, const GumboNode *root);
void html_said_done(struct html_head *h);

#endif

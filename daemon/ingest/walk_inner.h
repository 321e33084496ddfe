#ifndef QUIRE_WALK_INNER_H
#define QUIRE_WALK_INNER_H

#include <gumbo.h>

#include "daemon/extract/extract.h"
#include "daemon/ingest/html_trace.h"
#include "daemon/ingest/ingest.h"
#include "daemon/ingest/scribe.h"

/* What the files of walk.h share: the way through one document. */
#define DEFERRED_MAX ARTICLE_PICTURES_MAX

/* The way through one document. */
struct walk {
	struct ingest_doc *doc;
	const struct ingest_source *src;
	struct bytes at; /* what relative addresses are relative to */
	struct scribe s;
	const struct extract *page; /* NULL: no page, but a document */
	bool whole_page; /* the root is <body>: leave navigation out */
	bool title_seen; /* the <h1> that repeats the title is passed */
	size_t dropped;  /* pictures that are not there */
	struct buf dropped_names; /* of the first of them, for the publisher */
	size_t deferred[DEFERRED_MAX]; /* figures that wait for a table's end */
	size_t n_deferred;
	struct html_trace trace;
};

/* walk.c: what is in |n|; |n| by its kind; the element |n|, whatever is thought of it. */
void walk_children(struct walk *w, const GumboNode *n);
void walk_node(struct walk *w, const GumboNode *n);
void walk_element(struct walk *w, const GumboNode *n);
/* True if |n| and all in it is nothing to read. */
bool walk_drops(const GumboNode *n);
/* .. by the extraction, or a rule. */
bool walk_is_noise(const struct walk *w, const GumboNode *n);
/* The voice inside |n|, which is in |outer|. */
struct scribe_voice walk_voice(const GumboNode *n,
    const struct scribe_voice *outer);

/* walk_figure.c */
void walk_img(struct walk *w, const GumboNode *n);
/* A box that is one in all but its name: a picture, and what is named its caption. */
bool walk_is_figure(const struct walk *w, const GumboNode *n);
void walk_figure(struct walk *w, const GumboNode *n);
/* Warn the publisher of pictures that are not there. */
void walk_tell_dropped(struct walk *w);
/* Pictures that waited for a place where they can stand. */
void walk_deferred(struct walk *w);

/* walk_table.c */
void walk_table(struct walk *w, const GumboNode *n);

/* walk_text.c */
void walk_pre(struct walk *w, const GumboNode *n);
void walk_ruby(struct walk *w, const GumboNode *n);   /* <rt> */
void walk_script(struct walk *w, const GumboNode *n); /* <sub>, <sup> */
/* Append |text| in letters that are raised or lowered; false if there are none such. */
bool walk_raise(struct buf *dst, struct bytes text, bool up);

/* walk_math.c */
void walk_math(struct walk *w, const GumboNode *n);

#endif

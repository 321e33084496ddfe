#ifndef QUIRE_EXTRACT_H
#define QUIRE_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include <gumbo.h>

#include "daemon/extract/page.h"
#include "daemon/extract/pick.h"

/*
 * Where the article is in a page of the web: menus, players, share buttons and
 * boxes with other things stand around it and in it.
 *
 *	page.c	measures every element: text, text of links, commas, kinds of children
 *	beside.c, hint.c  what names of classes say of an element's place and purpose
 *	kill.c	what cannot be part of an article goes first
 *	find.c	paragraphs give their weight to what they are in; the heaviest wins
 *	widen.c	what else looks like it, in other boxes
 *	prune.c	what is in it and is noise by its links, its name or its words
 *	lead.c	what belongs to it above it
 *	noise.c, asks.c  lines that are none of it, wherever they stand
 *	standfirst.c  which of it says what the article is about
 *	date.c, date_find.c, date_month.c  days as documents and people write them
 *	tail.c	comments and other news, behind a line that says so
 *	foot.c	lines below it: its source, its tags, "Follow us"
 *	teaser.c  boxes of other pages, which they link to more than once
 *	twice.c	what is a copy, for the printer or for narrow screens
 *
 * The idea of weighing is Readability's (Arc90, 2009).  A page is looked at with
 * three strengths, the strongest first: one that leaves too little of an article
 * was too strong for this page.
 */
struct extract {
	const GumboNode **root; /* in the order of the page */
	size_t n_root;
	const GumboNode **noise; /* by address; and all below them */
	size_t n_noise;
	bool found; /* by weighing: what is hidden is among the noise */
	uint32_t
	    letters; /* of the article, if it was found; page.h counts them */
};

/* True if |root| is a page; else it is a document, and all of it is the article. */
bool extract_is_page(const GumboNode *root);

/*
 * Find the article of the page |root|, which is |about| that.  What |pick| keeps is
 * the article, whatever it looks like, and what it drops never is.  0, and |ret|
 * borrows its nodes, or QERR_NOMEM; with nothing that looks like an article n_root
 * is 0.  Free |ret| with extract_done() in any case.
 */
int extract_find(struct extract *ret, const GumboNode *root,
    const struct page_about *about, const struct pick *pick);
/* All of a document is the article, but what |pick| says. */
int extract_all(struct extract *ret, const struct pick *pick);
/*
 * All of |root|, which others cut out of its page for a feed, is the article, but what
 * they left in it: share buttons, where it was said first, other articles.
 */
int extract_clean(struct extract *ret, const GumboNode *root,
    struct bytes title);
void extract_done(struct extract *x);

bool extract_is_noise(const struct extract *x, const GumboNode *n);

#endif

#ifndef QUIRE_HTML_TREE_H
#define QUIRE_HTML_TREE_H

#include <gumbo.h>
#include <obstack.h>

#include "proto/base/bytes.h"

/*
 * gumbo's tree of a page.  It is made of many thousand small pieces that live as long
 * as it does: they are taken off large ones, and given back at once.
 */
struct html_tree {
	struct obstack pieces;
	GumboOutput *out;
};

/* |html| stays where it is until html_tree_done().  0 or QERR_NOMEM. */
int html_tree_init(struct html_tree *t, struct bytes html);
void html_tree_done(struct html_tree *t);

#endif

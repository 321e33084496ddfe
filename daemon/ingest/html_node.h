#ifndef QUIRE_HTML_NODE_H
#define QUIRE_HTML_NODE_H

#include <stdbool.h>

#include <gumbo.h>

#include "proto/base/buf.h"

/* Small questions to gumbo's tree. */
const GumboElement *html_element(const GumboNode *n); /* NULL if it is none */
bool html_is(const GumboNode *n, GumboTag tag);       /* and of HTML itself */
const char *html_attribute(const GumboNode *n, const char *name);
/* The first element of |tag| in or below |n|, in document order, or NULL. */
const GumboNode *html_find(const GumboNode *n, GumboTag tag);
/* Append all text below |n|, a blank for each <br>. */
void html_text(struct buf *dst, const GumboNode *n);
/* The same of what people see; false, and no more looked at, if |dst| may not hold it. */
bool html_text_within(struct buf *dst, const GumboNode *n);
/* The first word that people see of |n|, as far as one element has it; or none.  It costs
 * little, and most elements are known by it not to be what is looked for. */
struct bytes html_first_word(const GumboNode *n);

#endif

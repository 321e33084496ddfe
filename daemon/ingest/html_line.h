#ifndef QUIRE_HTML_LINE_H
#define QUIRE_HTML_LINE_H

#include <gumbo.h>

#include "proto/base/buf.h"

#define HTML_LINE_MAX 400 /* bytes; what is behind is left out */

/*
 * Append what people see in |n| as one tidy line, with " | " where a line of its own begins:
 * at blocks and breaks, and between elements that nothing parts but their style
 * ("<b>Jane Roe</b><i>Editor</i>").
 */
void html_line(struct buf *dst, const GumboNode *n);

#endif

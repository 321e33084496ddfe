#ifndef QUIRE_HTML_DATA_H
#define QUIRE_HTML_DATA_H

#include "proto/base/buf.h"

/*
 * Some pages have no text until a script puts it there, from data that came along: JSON
 * in a <script>, what a script assigns, or Next.js's stream ("self.__next_f.push").
 * Append the longest string in the data of |html| that is HTML with paragraphs; nothing
 * if there is none.  Takes time in proportion to |html|, so it is for pages that have
 * no article else.
 */
void html_data(struct buf *dst, struct bytes html);

#endif

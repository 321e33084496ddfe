#ifndef QUIRE_IMG_H
#define QUIRE_IMG_H

#include <stddef.h>

#include <gumbo.h>

#include "proto/base/bytes.h"

/*
 * Where the picture of an <img> is.  Many pages let a script fetch it once it comes into
 * view: until then src is empty, or a grey dot, and the address is in data-src, in a
 * srcset, in the <picture> around it, or in a <noscript> beside it.
 */
#define IMG_SOURCES_MAX 3

struct img_sources {
	struct bytes
	    at[IMG_SOURCES_MAX]; /* the best first; of the page's text */
	size_t n;
};
void img_sources(struct img_sources *ret, const GumboNode *img);

#endif

#ifndef QUIRE_TWICE_H
#define QUIRE_TWICE_H

#include <stddef.h>

#include "daemon/extract/page.h"

/*
 * What a page says a second time: some have their article once more, for the printer
 * or for narrow screens, and show but one of both.
 */
#define TWICE_MAX 256 /* paragraphs that are remembered */

struct twice {
	struct {
		uint64_t hash;
		uint32_t at;
	} said[TWICE_MAX];
	size_t n;
	uint32_t letters; /* of them all */
	size_t looks;     /* boxes that were no copy */
};

/*
 * Kill the boxes in |top| that are a copy of most that is said before, by |t|, which
 * begins as zeros and is the page's.
 */
void twice_kill(struct twice *t, struct page *p, uint32_t top);

#endif

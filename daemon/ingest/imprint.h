#ifndef QUIRE_IMPRINT_H
#define QUIRE_IMPRINT_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * Who publishes a page, as it says: many name their paper where an author should be, and
 * whoever wrote the article is named below.  So a name that is the site's, the last part
 * of the page's title, its host's, any host or a company by its last word is no author's
 * as long as the page may have another.
 */
#define IMPRINT_NAMES_MAX 4096 /* bytes */

struct imprint {
	struct buf names; /* folded letters and figures; a line each */
	size_t sure;      /* bytes of them that no title told */
};

void imprint_init(struct imprint *m);
void imprint_done(struct imprint *m);

/* Add what the site calls itself, and each part of it: "The Paper | News". */
void imprint_add(struct imprint *m, struct bytes text);
/* Add the last part of |title|, if it has several; after all others. */
void imprint_add_title(struct imprint *m, struct bytes title);
/* Add a host, and its parts but the last: "www.the-paper.example". */
void imprint_add_host(struct imprint *m, struct bytes host);

/* The first of |marks| between two parts of |s|: where it begins, and behind it; or s.n. */
size_t imprint_mark(struct bytes s, const char *const *marks, size_t n_mark,
    size_t *ret_behind);

bool imprint_is(const struct imprint *m, struct bytes name);
/* .. for sure: as the site says itself, or as hosts are written. */
bool imprint_is_sure(const struct imprint *m, struct bytes name);
/* .. or it begins so: "Paper Sports". */
bool imprint_begins(const struct imprint *m, struct bytes name);
/* By its last word, "Ltd" or the like. */
bool imprint_is_company(struct bytes name);

/* The first part of what a site calls itself; none if it is an address or too long. */
struct bytes imprint_name(struct bytes text);

#endif

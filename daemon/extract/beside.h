#ifndef QUIRE_BESIDE_H
#define QUIRE_BESIDE_H

#include <stdbool.h>

#include <gumbo.h>

/*
 * What an element's class and id say of its place: that it stands beside an article.
 * SOFT names are also given to articles: one behind a "paywall" is one.  HARD ones,
 * as of comments, are not.
 */
enum beside {
	BESIDE_NOT,
	BESIDE_SOFT,
	BESIDE_HARD,
};
enum beside beside_of(const GumboNode *n);

/* It is named for an article, too: "article-teaser". */
bool beside_names_article(const GumboNode *n);

#endif

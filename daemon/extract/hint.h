#ifndef QUIRE_HINT_H
#define QUIRE_HINT_H

#include <stdbool.h>

#include <gumbo.h>

/*
 * What an element's class, id and role say of its purpose.  Names are looked at as
 * parts of words: "sharebuttons" holds "share".
 */
/* +25 or -25 for its class and for its id, 0 where they say nothing. */
int hint_weight(const GumboNode *n);
/* It is named for passing the article on: share buttons. */
bool hint_is_share(const GumboNode *n);
/* It says itself that it is not shown. */
bool hint_is_styled_away(const GumboNode *n);
/* It is not shown, or its role is none of an article. */
bool hint_is_hidden(const GumboNode *n);
/* Its names say that a script, or a screen of another size, shows it: a question's answer,
 * or what is none of the page. */
bool hint_is_folded(const GumboNode *n);
/* Its class says that it is a picture's caption. */
bool hint_is_caption(const GumboNode *n);
/* It says who wrote the article. */
bool hint_is_byline(const GumboNode *n);

#endif

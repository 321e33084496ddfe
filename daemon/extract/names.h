#ifndef QUIRE_NAMES_H
#define QUIRE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <gumbo.h>

/* Attributes of an element as " name name ", in lower case, cut to what tells enough. */
struct names {
	char text[320];
};

/* Of the attribute |one| and, if it is not NULL, |two|. */
struct names names_of(const GumboNode *n, const char *one, const char *two);
/* Add the names in an attribute's value; |s| begins as "". */
void names_add(struct names *s, const char *value);
/* One of |parts| is somewhere in them. */
bool names_have(const struct names *s, const char *const *parts, size_t n);

/* The value of an attribute, or NULL. */
const char *names_attribute(const GumboNode *n, const char *name);

#endif

#ifndef QUIRE_SELECT_H
#define QUIRE_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include <gumbo.h>

#include "proto/base/bytes.h"

/*
 * Which elements of a page are meant, in a small part of CSS's language:
 *
 *	tag  .class  #id  [attribute]  [attribute=value]  [attribute="a value"]
 *
 * put together without blanks they are of one element; "a b" is a b anywhere in an a,
 * "a > b" one right in it.  Tags and names of attributes are told in any case.
 */
#define SELECT_PARTS_MAX 8 /* elements that are inside each other */
#define SELECT_TESTS_MAX 8 /* of one element */

enum select_what {
	SELECT_TAG,
	SELECT_CLASS,
	SELECT_ID,
	SELECT_ATTRIBUTE, /* it is there */
	SELECT_VALUE,     /* it is |value| */
};
struct select_test {
	enum select_what what;
	struct bytes name, value;
};
struct select_part {
	struct select_test test[SELECT_TESTS_MAX];
	size_t n;
	bool child; /* right in the part before; else anywhere in it */
};
struct select { /* borrows from the text it was parsed from */
	struct select_part part[SELECT_PARTS_MAX];
	size_t n;
};

/* NULL, or what is wrong with |text|. */
const char *select_parse(struct select *ret, struct bytes text);

/* True if it means the element |n|. */
bool select_is(const struct select *s, const GumboNode *n);

#endif

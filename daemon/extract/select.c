#include "daemon/extract/select.h"

#include <strings.h>

/* --- parsing --- */

static const char no_selector[] =
    "the selector is not made of tag, .class, #id, [attribute] and "
    "[attribute=value], with blanks or \">\" between";
static const char no_end[] =
    "the selector lacks \"]\" or a second quotation mark";

struct scan {
	struct bytes left;
	const char *wrong; /* the first thing that is */
};

static int
peek(const struct scan *s)
{
	return s->left.n > 0 ? s->left.p[0] : -1;
}

static void
skip(struct scan *s, size_t n)
{
	s->left = bytes_of(s->left.p + n, s->left.n - n);
}

static bool
take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	skip(s, 1);
	return true;
}

static bool
is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static bool
skip_blanks(struct scan *s)
{
	bool any = false;

	for (; is_blank(peek(s)); any = true)
		skip(s, 1);
	return any;
}

static void
fail(struct scan *s, const char *wrong)
{
	if (s->wrong == NULL)
		s->wrong = wrong;
}

static bool
is_name(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c >= 0x80;
}

static struct bytes
name(struct scan *s)
{
	struct bytes b = {s->left.p, 0};

	while (is_name(peek(s))) {
		b.n++;
		skip(s, 1);
	}
	if (b.n == 0)
		fail(s,
		    "the selector lacks a name behind \".\", \"#\" or \"[\"");
	return b;
}

/* Up to |end|, which is passed. */
static struct bytes
until(struct scan *s, char end)
{
	struct bytes b = {s->left.p, 0};

	while (peek(s) >= 0 && peek(s) != end) {
		b.n++;
		skip(s, 1);
	}
	if (!take(s, end))
		fail(s, no_end);
	return b;
}

static void
attribute(struct scan *s, struct select_test *t)
{
	bool quoted;

	t->what = SELECT_ATTRIBUTE;
	t->name = name(s);
	if (take(s, ']'))
		return;
	t->what = SELECT_VALUE;
	if (!take(s, '='))
		fail(s, "the selector has an attribute that is neither [name] "
			"nor [name=value]");
	quoted = take(s, '"');
	t->value = until(s, quoted ? '"' : ']');
	if (quoted && !take(s, ']'))
		fail(s, no_end);
}

static bool
test(struct scan *s, struct select_part *p)
{
	struct select_test t = {SELECT_TAG, {NULL, 0}, {NULL, 0}};

	if (take(s, '.')) {
		t.what = SELECT_CLASS;
		t.name = name(s);
	} else if (take(s, '#')) {
		t.what = SELECT_ID;
		t.name = name(s);
	} else if (take(s, '[')) {
		attribute(s, &t);
	} else if (p->n == 0 && is_name(peek(s))) {
		t.name = name(s);
	} else {
		return false;
	}
	if (p->n == SELECT_TESTS_MAX)
		fail(s, "the selector asks more than 8 things of one element");
	else
		p->test[p->n++] = t;
	return s->wrong == NULL;
}

static bool
part(struct scan *s, struct select *ret, bool child)
{
	struct select_part *p = &ret->part[ret->n];

	if (ret->n == SELECT_PARTS_MAX) {
		fail(s,
		    "the selector has more than 8 elements inside each other");
		return false;
	}
	p->n = 0;
	p->child = child;
	while (test(s, p))
		;
	if (p->n == 0)
		fail(s, no_selector);
	ret->n++;
	return s->wrong == NULL;
}

const char *
select_parse(struct select *ret, struct bytes text)
{
	struct scan s = {text, NULL};
	bool child = false, blank;

	ret->n = 0;
	skip_blanks(&s);
	while (part(&s, ret, child)) {
		blank = skip_blanks(&s);
		child = take(&s, '>');
		if (child)
			skip_blanks(&s);
		else if (s.left.n == 0)
			break;
		else if (!blank)
			fail(&s, no_selector);
		if (s.wrong != NULL)
			break;
	}
	return s.wrong;
}

/* --- matching --- */

static bool
same_word(struct bytes a, const char *b, size_t n)
{
	return a.n == n && strncasecmp((const char *)a.p, b, n) == 0;
}

static bool
is_tag(const GumboNode *n, struct bytes tag)
{
	const GumboElement *e = &n->v.element;
	GumboStringPiece own = e->original_tag;
	const char *known = gumbo_normalized_tagname(e->tag);

	if (e->tag != GUMBO_TAG_UNKNOWN)
		return same_word(tag, known, strlen(known));
	gumbo_tag_from_original_text(&own);
	return own.data != NULL && same_word(tag, own.data, own.length);
}

static const char *
value_of(const GumboNode *n, struct bytes attribute)
{
	const GumboVector *v = &n->v.element.attributes;

	for (unsigned i = 0; i < v->length; i++) {
		const GumboAttribute *a = v->data[i];

		if (same_word(attribute, a->name, strlen(a->name)))
			return a->value;
	}
	return NULL;
}

/* Among the words of a class. */
static bool
has_word(const char *value, struct bytes word)
{
	static const char blanks[] = " \t\n\r\f";

	while (value != NULL && *value != '\0') {
		size_t n;

		value += strspn(value, blanks);
		n = strcspn(value, blanks);
		if (bytes_eq(word, bytes_of(value, n)))
			return true;
		value += n;
	}
	return false;
}

static bool
passes(const GumboNode *n, const struct select_test *t)
{
	const char *v;

	switch (t->what) {
	case SELECT_TAG:
		return is_tag(n, t->name);
	case SELECT_CLASS:
		return has_word(value_of(n, bytes_str("class")), t->name);
	case SELECT_ID:
		v = value_of(n, bytes_str("id"));
		return v != NULL && bytes_eq(t->name, bytes_str(v));
	case SELECT_ATTRIBUTE:
		return value_of(n, t->name) != NULL;
	case SELECT_VALUE:
		v = value_of(n, t->name);
		return v != NULL && bytes_eq(t->value, bytes_str(v));
	}
	return false;
}

static bool
is_part(const GumboNode *n, const struct select_part *p)
{
	if (n->type != GUMBO_NODE_ELEMENT)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (!passes(n, &p->test[i]))
			return false;
	return true;
}

/* Bit k: the selector's first k + 1 parts end at an element, or at one it is in, too. */
struct match {
	unsigned at, above;
};

/* From the outside in, so that the work grows with the depth alone. */
static struct match
match(const struct select *s, const GumboNode *n)
{
	struct match up = {0, 0}, m = {0, 0};

	if (n->parent != NULL)
		up = match(s, n->parent);
	for (size_t k = 0; k < s->n; k++) {
		unsigned before = s->part[k].child ? up.at : up.above;

		if ((k == 0 || (before & 1u << (k - 1)) != 0) &&
		    is_part(n, &s->part[k]))
			m.at |= 1u << k;
	}
	m.above = up.above | m.at;
	return m;
}

bool
select_is(const struct select *s, const GumboNode *n)
{
	/* Most elements are told by themselves. */
	return is_part(n, &s->part[s->n - 1]) &&
	       (match(s, n).at & 1u << (s->n - 1)) != 0;
}

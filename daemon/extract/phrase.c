#include "daemon/extract/phrase.h"

#include "daemon/extract/topic.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define LETTERS_MAX 48
#define WIDE        0x2e80

/* 0 at the end. */
static uint32_t
next_letter(const uint8_t **p, const uint8_t *end)
{
	while (*p < end) {
		uint32_t c = fold_char(utf8_next(p));

		if (topic_is_letter(c) && !(c >= '0' && c <= '9'))
			return c;
	}
	return 0;
}

/* The first letters of a text: more than any line has, so that it is folded but once. */
struct letters {
	uint32_t c[LETTERS_MAX];
	const uint8_t *behind[LETTERS_MAX];
	size_t n;
	uint8_t lead; /* the first byte of the first: most lines differ in it */
};

static void
take_letters(struct letters *l, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint32_t c;

	l->n = 0;
	while (l->n < LETTERS_MAX && (c = next_letter(&p, end)) != 0) {
		l->c[l->n] = c;
		l->behind[l->n++] = p;
	}
	c = l->n > 0 ? l->c[0] : 0;
	l->lead = (uint8_t)(c < 0x80      ? c
			    : c < 0x800   ? 0xc0 | c >> 6
			    : c < 0x10000 ? 0xe0 | c >> 12
					  : 0xf0 | c >> 18);
}

/* How many of the letters of |l| the line is; 0 if it is another. */
static size_t
same_letters(const struct letters *l, const char *line)
{
	const uint8_t *q = (const uint8_t *)line;
	struct bytes rest;
	size_t n = 1;
	uint32_t d;

	if (utf8_next(&q) != l->c[0])
		return 0;
	rest = bytes_str((const char *)q);
	while ((d = next_letter(&q, rest.p + rest.n)) != 0)
		if (n == l->n || l->c[n++] != d)
			return 0;
	return n;
}

size_t
phrase_begins(struct bytes text, const char *const *list, size_t n)
{
	const uint8_t *end = text.p + text.n;
	struct letters l;

	take_letters(&l, text);
	for (size_t k = 0; k < n && l.n > 0; k++) {
		size_t same = (uint8_t)list[k][0] == l.lead
				  ? same_letters(&l, list[k])
				  : 0;
		const uint8_t *p = same > 0 ? l.behind[same - 1] : NULL;
		const uint8_t *next = p;

		/* No word goes on; in Chinese they have no end. */
		if (same > 0 &&
		    (p == end || l.c[same - 1] >= WIDE ||
			!topic_is_letter(fold_char(utf8_next(&next)))))
			return (size_t)(p - text.p);
	}
	return 0;
}

bool
phrase_is(struct bytes text, const char *const *list, size_t n)
{
	struct letters l;

	take_letters(&l, text);
	for (size_t k = 0; k < n && l.n > 0; k++)
		if ((uint8_t)list[k][0] == l.lead &&
		    same_letters(&l, list[k]) == l.n)
			return true;
	return false;
}

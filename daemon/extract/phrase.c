#include "daemon/extract/phrase.h"

#include "daemon/extract/topic.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define LETTERS_MAX 48
#define WIDE        0x2e80

/* Persian is often typed with Arabic letters for its own, and Arabic without hamzas. */
static uint32_t
plain(uint32_t c)
{
	switch (c) {
	case 0x622:
	case 0x623:
	case 0x625:
		return 0x627;
	case 0x643:
		return 0x6a9;
	case 0x649:
	case 0x64a:
		return 0x6cc;
	default:
		return c;
	}
}

/* Figures, marks, and vowels that are left out as often as not. */
static bool
counts(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} none[] = {{'0', '9'}, {0x55a, 0x55f}, {0x589, 0x5c7}, {0x600, 0x61f},
	    {0x640, 0x640}, {0x64b, 0x66d}, {0x6d4, 0x6d4}, {0x6f0, 0x6f9},
	    {0x964, 0x96f}, {0x9e6, 0x9ef}, {0xe50, 0xe5b}, {0xed0, 0xed9},
	    {0x1040, 0x104b}, {0x1360, 0x137c}, {0x17d4, 0x17e9}};

	if (!topic_is_letter(c))
		return false;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (c >= none[i].first && c <= none[i].last)
			return false;
	return true;
}

static bool
goes_on(uint32_t c)
{
	return c < 0x80 ? topic_is_letter(c) : counts(c);
}

/* 0 at the end. */
static uint32_t
next_letter(const uint8_t **p, const uint8_t *end)
{
	while (*p < end) {
		uint32_t c = fold_char(utf8_next(p));

		if (counts(c))
			return plain(c);
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

	if (plain(utf8_next(&q)) != l->c[0])
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
		if (same > 0 && (p == end || l.c[same - 1] >= WIDE ||
				    !goes_on(fold_char(utf8_next(&next)))))
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

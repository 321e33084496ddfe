#include "client/passage.h"

#define ELLIPSIS "\xe2\x80\xa6"

size_t
passage_find(struct bytes fold, struct bytes term)
{
	const uint8_t *p =
	    fold.n == 0 ? NULL : memmem(fold.p, fold.n, term.p, term.n);

	return p == NULL ? SIZE_MAX : (size_t)(p - fold.p);
}

static bool
begins_character(uint8_t c)
{
	return (c & 0xc0) != 0x80;
}

/* Folding maps characters one to one, though not bytes. */
static size_t
characters(struct bytes s, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += begins_character(s.p[i]);
	return count;
}

/* The byte at which character |count| of |s| begins, or the end. */
static size_t
byte_of(struct bytes s, size_t count)
{
	size_t i = 0;

	for (; i < s.n; i++)
		if (begins_character(s.p[i]) && count-- == 0)
			break;
	return i;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\n';
}

/* From |n| the next place towards |to| at which a word begins, if there is one. */
static size_t
word_after(struct bytes s, size_t n, size_t to)
{
	for (size_t i = n; i < to; i++)
		if (is_blank(s.p[i]))
			return i + 1;
	return n;
}

static size_t
word_before(struct bytes s, size_t n, size_t from)
{
	for (size_t i = n; i > from; i--)
		if (is_blank(s.p[i - 1]))
			return i - 1;
	return n;
}

void
passage_cut(struct buf *dst, struct bytes text, struct bytes fold, size_t at)
{
	size_t found = characters(fold, at), from = 0, to, middle;

	middle = byte_of(text, found);
	if (found > PASSAGE_BEFORE)
		from = word_after(text, byte_of(text, found - PASSAGE_BEFORE),
		    middle);
	to = byte_of(text, found + PASSAGE_AFTER);
	if (to < text.n)
		to = word_before(text, to, middle);
	if (from > 0)
		buf_put_str(dst, ELLIPSIS);
	for (size_t i = from; i < to; i++)
		if (!is_blank(text.p[i]))
			buf_put_u8(dst, text.p[i]);
		else if (i + 1 < to && !is_blank(text.p[i + 1]))
			buf_put_u8(dst, ' '); /* one for several */
	if (to < text.n)
		buf_put_str(dst, ELLIPSIS);
}

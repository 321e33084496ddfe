#include "daemon/ingest/scribe_inner.h"

#include "proto/base/text.h"

enum scribe_sort
scribe_sort(uint32_t c)
{
	if (c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85)
		return BLANK;
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfeff)
		return NOTHING;
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return NOTHING;
	/* Code points that are no characters. */
	if ((c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe)
		return NOTHING;
	return WORD;
}

enum scribe_sort
scribe_stretch(struct bytes *left, struct bytes *ret)
{
	const uint8_t *p = left->p, *end = left->p + left->n, *next = p;
	enum scribe_sort sort = scribe_sort(utf8_next(&next));

	do {
		p = next;
	} while (p < end && scribe_sort(utf8_next(&next)) == sort);
	*ret = bytes_of(left->p, (size_t)(p - left->p));
	*left = bytes_of(p, (size_t)(end - p));
	return sort;
}

/* Length of the UTF-8 character that |s| begins with, or 0 if it is none. */
static size_t
character(struct bytes s)
{
	for (size_t n = 1; n <= 4 && n <= s.n; n++)
		if (utf8_valid(bytes_of(s.p, n)))
			return n;
	return 0;
}

void
scribe_mend(struct buf *dst, struct bytes text)
{
	size_t n;

	if (utf8_valid(text)) {
		buf_put(dst, text.p, text.n);
		return;
	}
	for (; text.n > 0; text = bytes_of(text.p + n, text.n - n)) {
		n = character(text);
		buf_put(dst, text.p, n);
		n += n == 0;
	}
}

void
scribe_tidy(struct buf *dst, struct bytes text)
{
	bool space = false, begun = false;
	struct bytes part;

	if (!utf8_valid(text)) {
		struct buf b;

		buf_init(&b, 0);
		scribe_mend(&b, text);
		buf_fail(dst, buf_err(&b));
		scribe_tidy(dst, buf_bytes(&b));
		buf_done(&b);
		return;
	}
	while (text.n > 0)
		switch (scribe_stretch(&text, &part)) {
		case BLANK:
			space = begun;
			break;
		case WORD:
			if (space)
				buf_put_u8(dst, ' ');
			buf_put(dst, part.p, part.n);
			space = false;
			begun = true;
			break;
		case NOTHING:
			break;
		}
}

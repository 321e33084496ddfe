#include "client/pasted.h"

#include <string.h>

#include "proto/base/text.h"

/* How many bytes of one of |mark| |s| begins with; 0: none. */
static size_t
mark_at(struct bytes s, const char *const *mark)
{
	for (; *mark != NULL; mark++) {
		size_t n = strlen(*mark);

		if (s.n >= n && memcmp(s.p, *mark, n) == 0)
			return n;
	}
	return 0;
}

/* Marks that close what a link stands in, and those without width, which chats put in. */
static const char *const closing[] = {"\"", "<", ">", "\u201d", "\u201c",
    "\u2019", "\u00bb", "\u203a", "\u300d", NULL};
static const char *const unseen[] = {"\u200b", "\u200e", "\u200f", "\u2060",
    "\u2066", "\u2067", "\u2068", "\u2069", "\u202a", "\u202b", "\u202c",
    "\ufeff", NULL};

static struct bytes
skip(struct bytes s, size_t n)
{
	return bytes_of(s.p + n, s.n - n);
}

/* From the end of a line to where the next begins, behind marks of quoting; empty: there
 * is none, or it is an empty one. */
static struct bytes
next_line(struct bytes s)
{
	size_t ends = 0;

	while (s.n > 0 && memchr(" \t\r\n>|", s.p[0], 6) != NULL) {
		ends += s.p[0] == '\n';
		s = skip(s, 1);
	}
	return ends == 1 ? s : bytes_of(s.p, 0);
}

/* "%3A" as ':', where |s| is part of another address; 0: it is none, or a blank. */
static size_t
unescape(uint8_t *ret, struct bytes s)
{
	char hex[2];

	if (s.n < 3 || s.p[0] != '%')
		return 0;
	for (int i = 0; i < 2; i++) {
		char c = (char)s.p[1 + i];

		hex[i] = (char)(c >= 'A' && c <= 'F' ? c + 32 : c);
	}
	return hex_decode(ret, 1, hex, 2) == 1 && *ret > ' ' ? 3 : 0;
}

/* Where it begins, and whether it is escaped. */
static struct bytes
find(struct bytes text, bool *ret_escaped)
{
	static const char *const begin[] = {"quire:", "quire%3A", "quire%3a"};

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++) {
		const uint8_t *at =
		    text.n == 0
			? NULL
			: memmem(text.p, text.n, begin[i], strlen(begin[i]));

		*ret_escaped = i > 0;
		if (at != NULL)
			return skip(text, (size_t)(at - text.p));
	}
	return bytes_of(text.p, 0);
}

/* Punctuation that belongs to the sentence around it. */
static void
strip(struct buf *b, size_t from)
{
	while (b->n > from && memchr(".,;:!?)]'", b->p[b->n - 1], 9) != NULL)
		b->n--;
}

void
pasted(struct buf *dst, struct bytes text, bool on)
{
	bool escaped;
	struct bytes s = find(text, &escaped);
	size_t from = dst->n, n;
	uint8_t c;

	while (s.n > 0 && mark_at(s, closing) == 0) {
		if (memchr(" \t\r\n", s.p[0], 4) != NULL) {
			s = on ? next_line(s) : bytes_of(s.p, 0);
			continue;
		}
		if (escaped && s.p[0] == '&')
			break;
		n = mark_at(s, unseen);
		if (n == 0) {
			n = escaped ? unescape(&c, s) : 0;
			buf_put_u8(dst, n > 0 ? c : s.p[0]);
			n = n > 0 ? n
			    : mark_at(s, (const char *const[]){"&amp;", NULL})
				? strlen("&amp;")
				: 1;
		}
		s = skip(s, n);
	}
	strip(dst, from);
}

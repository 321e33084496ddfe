#include "daemon/ingest/html_data.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/extract/page.h"
#include "proto/base/qerr.h"

#define STRING_MIN  500 /* bytes; what is shorter is no article */
#define LETTERS_MIN 300
#define DEPTH_MAX   3 /* of data in a string of data */

struct data {
	struct buf best; /* HTML */
	uint32_t letters;
	struct buf stream; /* what was pushed, put together */
};

static size_t
find(struct bytes s, size_t at, const char *what)
{
	const uint8_t *p =
	    at < s.n ? memmem(s.p + at, s.n - at, what, strlen(what)) : NULL;

	return p != NULL ? (size_t)(p - s.p) : s.n;
}

static struct bytes
part(struct bytes s, size_t from, size_t to)
{
	return bytes_of(s.p + from, to - from);
}

/* --- strings --- */

static void
put_rune(struct buf *dst, uint32_t c)
{
	if (c < 0x80)
		buf_put_u8(dst, (uint8_t)c);
	else if (c < 0x800)
		buf_put_u8(dst, (uint8_t)(0xc0 | c >> 6));
	else if (c < 0x10000)
		buf_put_u8(dst, (uint8_t)(0xe0 | c >> 12));
	else
		buf_put_u8(dst, (uint8_t)(0xf0 | c >> 18));
	if (c >= 0x10000)
		buf_put_u8(dst, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
	if (c >= 0x800)
		buf_put_u8(dst, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	if (c >= 0x80)
		buf_put_u8(dst, (uint8_t)(0x80 | (c & 0x3f)));
}

/* The four hexadecimal figures at |at|, or 0. */
static uint32_t
unit(struct bytes s, size_t at)
{
	uint32_t v = 0;

	if (s.n < 4 || at > s.n - 4)
		return 0;
	for (size_t i = at; i < at + 4; i++) {
		uint8_t c = s.p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return 0;
	}
	return v;
}

/* "\u" stands before |at|; half of a pair alone is nothing.  Where it ends. */
static size_t
put_unit(struct buf *dst, struct bytes s, size_t at)
{
	uint32_t c = unit(s, at), low;

	at += 4;
	if (c >= 0xd800 && c < 0xdc00 && s.n >= 2 && at <= s.n - 2 &&
	    memcmp(s.p + at, "\\u", 2) == 0) {
		low = unit(s, at + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			at += 6;
		}
	}
	if (c != 0 && (c < 0xd800 || c >= 0xe000))
		put_rune(dst, c);
	return at < s.n ? at : s.n;
}

/* What the inside |s| of a string's quotes means. */
static void
put_string(struct buf *dst, struct bytes s)
{
	for (size_t i = 0, end; i < s.n;) {
		uint8_t c;

		end = find(s, i, "\\");
		buf_put(dst, s.p + i, end - i);
		if (end + 1 >= s.n)
			return;
		c = s.p[end + 1];
		i = end + 2;
		if (c == 'u')
			i = put_unit(dst, s, i);
		else if (c == 'n' || c == 'r' || c == 't' || c == 'b' ||
			 c == 'f')
			buf_put_u8(dst, c == 'n' ? '\n' : ' ');
		else
			buf_put_u8(dst, c);
	}
}

/* The quote that ends the string whose inside begins at |i|; no line breaks in one. */
static size_t
end_of_string(struct bytes s, size_t i)
{
	while (i < s.n && s.p[i] != '"' && s.p[i] != '\n')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.n ? i : s.n;
}

/* --- which of them is the article --- */

/* But of links: a menu may be in the data, too. */
static uint32_t
letters_of(struct bytes html)
{
	struct buf text;
	uint32_t n;

	buf_init(&text, 0);
	for (size_t i = 0; i < html.n;) {
		size_t lt = find(html, i, "<");
		bool link = html.n - lt > 2 && html.p[lt + 1] == 'a' &&
			    html.p[lt + 2] == ' ';

		buf_put(&text, html.p + i, lt - i);
		i = link ? find(html, lt, "</a") : find(html, lt, ">") + 1;
	}
	buf_put_u8(&text, '\0');
	n = buf_err(&text) == 0 ? page_letters((const char *)text.p) : 0;
	buf_done(&text);
	return n;
}

static void
judge(struct data *d, struct bytes html)
{
	uint32_t letters;

	if (html.n < STRING_MIN || memchr(html.p, '\0', html.n) != NULL ||
	    (find(html, 0, "<p") == html.n && find(html, 0, "<br") == html.n))
		return;
	letters = letters_of(html);
	if (letters < LETTERS_MIN || letters <= d->letters)
		return;
	d->letters = letters;
	buf_clear(&d->best);
	buf_put(&d->best, html.p, html.n);
}

static bool
is_pushed(struct bytes s, size_t quote)
{
	static const char push[] = "__next_f.push([1,";
	size_t n = sizeof(push) - 1;

	return quote >= n && memcmp(s.p + quote - n, push, n) == 0;
}

/* The strings of |s|, a script or data, and those of the data in them. */
static void
look(struct data *d, struct bytes s, int depth)
{
	for (size_t i = find(s, 0, "\""), end; i < s.n;
	     i = find(s, end + 1, "\"")) {
		struct bytes in;
		struct buf b;

		end = end_of_string(s, i + 1);
		in = part(s, i + 1, end);
		if (is_pushed(s, i)) {
			put_string(&d->stream, in);
			continue;
		}
		if (in.n < STRING_MIN)
			continue;
		buf_init(&b, 0);
		put_string(&b, in);
		if (buf_err(&b) == 0 && (b.p[0] == '{' || b.p[0] == '[')) {
			if (depth < DEPTH_MAX)
				look(d, buf_bytes(&b), depth + 1);
		} else if (buf_err(&b) == 0) {
			judge(d, buf_bytes(&b));
		}
		buf_done(&b);
	}
}

/* How many bytes of text follow "24:T1b7b,", and where; 0 if |at| is no such place. */
static size_t
text_at(struct bytes s, size_t at, size_t *ret_from)
{
	size_t i = at, n = 0;

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') ||
			      (s.p[i] >= 'a' && s.p[i] <= 'f')))
		i++;
	if (s.n < 2 || i > s.n - 2 || memcmp(s.p + i, ":T", 2) != 0)
		return 0;
	for (i += 2; i < s.n && s.p[i] != ',' && n < s.n; i++) {
		uint8_t c = s.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return 0;
		n = n << 4 | (size_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret_from = i + 1;
	return i < s.n && n <= s.n - i - 1 ? n : 0;
}

/* A line is data; a text is as long as it says. */
static void
look_at_stream(struct data *d)
{
	struct bytes s = buf_bytes(&d->stream);

	for (size_t i = 0; i < s.n;) {
		size_t from = i, n = text_at(s, i, &from);
		size_t end = n > 0 ? from + n : find(s, i, "\n");

		if (n > 0)
			judge(d, part(s, from, end));
		else
			look(d, part(s, i, end), 0);
		i = n > 0 ? end : end + 1;
	}
}

void
html_data(struct buf *dst, struct bytes html)
{
	struct data d = {.letters = 0};

	buf_init(&d.best, 0);
	buf_init(&d.stream, 0);
	for (size_t i = find(html, 0, "<script"); i < html.n;) {
		size_t from = find(html, i, ">");
		size_t end = find(html, from, "</script");

		look(&d, part(html, from, end), 0);
		i = find(html, end, "<script");
	}
	if (buf_err(&d.stream) == 0 && d.stream.n > 0)
		look_at_stream(&d);
	if (buf_err(&d.best) == 0)
		buf_put(dst, d.best.p, d.best.n);
	buf_fail(dst, buf_err(&d.best));
	buf_done(&d.best);
	buf_done(&d.stream);
}

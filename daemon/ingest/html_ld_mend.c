#include "daemon/ingest/html_ld_mend.h"

#include <stdbool.h>
#include <string.h>

static bool
is_one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* The first character from |i| on that is no blank; 0 if there is none. */
static uint8_t
after_blanks(struct bytes s, size_t i)
{
	while (i < s.n && is_one_of(s.p[i], " \t\r\n"))
		i++;
	return i < s.n ? s.p[i] : 0;
}

/* Behind the remark that begins at |i|, or |i|. */
static size_t
behind_remark(struct bytes s, size_t i)
{
	const char *end = s.p[i + 1] == '*' ? "*/" : "\n";
	const uint8_t *at;

	if (s.p[i] != '/' || (s.p[i + 1] != '/' && s.p[i + 1] != '*'))
		return i;
	at = memmem(s.p + i + 2, s.n - i - 2, end, strlen(end));
	return at != NULL ? (size_t)(at - s.p) + strlen(end) : s.n;
}

/* A string that begins at |i|, which has |mark| around it; behind it. */
static size_t
put_string(struct buf *dst, struct bytes s, size_t i, uint8_t mark)
{
	buf_put_u8(dst, '"');
	for (i++; i < s.n; i++) {
		uint8_t c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;

		if (c == mark) {
			next = after_blanks(s, i + 1);
			if (next == 0 || is_one_of(next, ",:]}"))
				break;
		}
		if (c == '\\' && is_one_of(next, "\"\\/bfnrtu")) {
			buf_put_u8(dst, c);
			buf_put_u8(dst, next);
			i++;
		} else if (c == '"') {
			buf_put_str(dst, "\\\"");
		} else if (c != '\\') {
			buf_put_u8(dst, c < ' ' ? ' ' : c);
		}
	}
	buf_put_u8(dst, '"');
	return i + 1;
}

void
html_ld_mend(struct buf *dst, struct bytes s)
{
	for (size_t i = 0; i < s.n;) {
		uint8_t c = s.p[i];
		size_t behind = i + 1 < s.n ? behind_remark(s, i) : i;

		if (behind > i) {
			i = behind;
			continue;
		}
		if (c == '"' || c == '\'') {
			i = put_string(dst, s, i, c);
			continue;
		}
		i++;
		if (c != ',' || !is_one_of(after_blanks(s, i), "]}"))
			buf_put_u8(dst, c < ' ' ? ' ' : c);
	}
}

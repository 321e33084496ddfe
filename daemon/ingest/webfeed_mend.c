#include "daemon/ingest/webfeed_inner.h"

#include <string.h>

#define DECLARED_WITHIN 200

struct bytes
webfeed_declared(struct bytes xml)
{
	static const char word[] = "encoding=";
	size_t len = sizeof(word) - 1;
	size_t n = xml.n < DECLARED_WITHIN ? xml.n : DECLARED_WITHIN;

	for (size_t i = 0; i + len + 1 < n && xml.p[i] != '>'; i++) {
		const uint8_t *from = xml.p + i + len + 1, *end;

		if (memcmp(xml.p + i, word, len) != 0)
			continue;
		end = memchr(from, from[-1], n - i - len - 1);
		if (end != NULL && (from[-1] == '"' || from[-1] == '\''))
			return bytes_of(from, (size_t)(end - from));
	}
	return bytes_of(NULL, 0);
}

static bool
is_xml_entity(struct bytes s)
{
	static const char *const known[] = {
	    "amp;", "lt;", "gt;", "quot;", "apos;", "#"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (s.n >= strlen(known[i]) &&
		    memcmp(s.p, known[i], strlen(known[i])) == 0)
			return true;
	return false;
}

/* How long the CDATA section, comment or instruction at |s| is: 0 if it is none. */
static size_t
section_len(struct bytes s)
{
	static const char *const pair[][2] = {
	    {"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}};

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		size_t n = strlen(pair[i][0]), to = strlen(pair[i][1]);
		const uint8_t *end;

		if (s.n < n || memcmp(s.p, pair[i][0], n) != 0)
			continue;
		end = memmem(s.p + n, s.n - n, pair[i][1], to);
		return end == NULL ? s.n : (size_t)(end - s.p) + to;
	}
	return 0;
}

void
webfeed_mend(struct buf *dst, struct bytes s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct bytes rest = bytes_of(s.p + i, s.n - i);
		size_t n = s.p[i] == '<' ? section_len(rest) : 0;

		if (n > 0) {
			buf_put(dst, rest.p, n);
			i += n - 1;
		} else if (s.p[i] == '&' &&
			   !is_xml_entity(bytes_of(rest.p + 1, rest.n - 1))) {
			buf_put_str(dst, "&amp;");
		} else {
			buf_put_u8(dst, s.p[i]);
		}
	}
}

size_t
webfeed_most_attributes(struct bytes s)
{
	size_t most = 0, n = 0, len;
	bool in_tag = false;
	uint8_t quote = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (!in_tag && c == '<') {
			len = section_len(bytes_of(s.p + i, s.n - i));
			in_tag = len == 0;
			i += len > 0 ? len - 1 : 0;
			n = 0;
		} else if (!in_tag) {
			continue;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			in_tag = false;
		} else if (c == '=' && ++n > most) {
			most = n;
		}
	}
	return most;
}

#include "proto/object/follow.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define SCHEME "quire:"

static bool
take(struct bytes *s, const char *word)
{
	size_t n = strlen(word);

	if (s->n < n || memcmp(s->p, word, n) != 0)
		return false;
	*s = bytes_of(s->p + n, s->n - n);
	return true;
}

/* 32 bytes in base32. */
static int
take_id(struct bytes *s, void *ret)
{
	int n;

	if (s->n < ID_TEXT_LEN)
		return QERR_TRUNCATED;
	n = base32_decode(ret, 32, (const char *)s->p, ID_TEXT_LEN);
	if (n != 32)
		return QERR_ENCODING;
	*s = bytes_of(s->p + ID_TEXT_LEN, s->n - ID_TEXT_LEN);
	return 0;
}

/* One character of a value, percent-encoded or not; negative QERR_*. */
static int
take_char(struct bytes *s)
{
	uint8_t c = s->p[0];
	size_t n = 1;

	if (c == '%') {
		char hex[2];

		if (s->n < 3)
			return QERR_TRUNCATED;
		for (int i = 0; i < 2; i++) {
			uint8_t d = s->p[1 + i];

			hex[i] = (char)(d >= 'A' && d <= 'F' ? d + 32 : d);
		}
		if (hex_decode(&c, 1, hex, 2) != 1)
			return QERR_ENCODING;
		n = 3;
	} else if (c <= ' ') {
		return QERR_ENCODING;
	}
	*s = bytes_of(s->p + n, s->n - n);
	return c;
}

/* A value up to the next '&' or the end, into |max| + 1 characters at |dst|. */
static int
take_value(struct bytes *s, char *dst, size_t max)
{
	size_t n = 0;

	while (s->n > 0 && s->p[0] != '&') {
		int c = take_char(s);

		if (c < 0)
			return c;
		if (n == max)
			return QERR_TOOBIG;
		dst[n++] = (char)c;
	}
	dst[n] = '\0';
	if (n == 0)
		return QERR_MISSING;
	return text_check(bytes_of(dst, n), false);
}

static struct bytes
trim(struct bytes s)
{
	while (s.n > 0 && memchr(" \t\r\n", s.p[0], 4) != NULL)
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && memchr(" \t\r\n", s.p[s.n - 1], 4) != NULL)
		s.n--;
	return s;
}

int
follow_parse(struct follow *ret, struct bytes text)
{
	struct bytes s = trim(text);
	int r;

	memset(ret, 0, sizeof(*ret));
	if (s.n > FOLLOW_TEXT_MAX)
		return QERR_TOOBIG;
	if (!take(&s, SCHEME))
		return QERR_TYPE;
	if ((r = take_id(&s, ret->feed.b)) != 0)
		return r;
	if (!take(&s, "?k="))
		return QERR_MISSING;
	if ((r = take_id(&s, ret->key.b)) != 0)
		return r;
	if (take(&s, "&n=") &&
	    (r = take_value(&s, ret->name, FOLLOW_NAME_MAX)) != 0)
		return r;
	while (take(&s, "&m=")) {
		if (ret->n_source == FOLLOW_SOURCES_MAX)
			return QERR_TOOBIG;
		r = take_value(&s, ret->source[ret->n_source++],
		    FOLLOW_SOURCE_MAX);
		if (r != 0)
			return r;
	}
	if (s.n == 0)
		return 0;

	return s.p[0] == '&' ? QERR_UNKNOWN : QERR_ENCODING;
}

/* RFC 3986's unreserved characters, and those an address is made of. */
static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != 0 && strchr("-._~:/@,", c) != NULL);
}

static void
put_value(struct buf *dst, const char *name, const char *value)
{
	static const char hex[] = "0123456789ABCDEF";

	buf_put_str(dst, name);
	for (; *value != '\0'; value++) {
		uint8_t c = (uint8_t)*value;

		if (is_plain(c)) {
			buf_put_u8(dst, c);
			continue;
		}
		buf_put_u8(dst, '%');
		buf_put_u8(dst, (uint8_t)hex[c >> 4]);
		buf_put_u8(dst, (uint8_t)hex[c & 15]);
	}
}

void
follow_text(struct buf *dst, const struct follow *f)
{
	char id[ID_TEXT_LEN + 1];

	id_text(id, &f->feed);
	buf_put_str(dst, SCHEME);
	buf_put_str(dst, id);
	base32_encode(id, f->key.b, sizeof(f->key.b));
	buf_put_str(dst, "?k=");
	buf_put_str(dst, id);
	if (f->name[0] != '\0')
		put_value(dst, "&n=", f->name);
	for (size_t i = 0; i < f->n_source; i++)
		put_value(dst, "&m=", f->source[i]);
}

#include "proto/base/text.h"

#include "proto/base/qerr.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Write |n| bytes as digits of |bits| each, most significant first. */
static size_t
digits_encode(char *dst, const uint8_t *p, size_t n, unsigned bits,
    const char *digits)
{
	uint32_t acc = 0;
	unsigned have = 0;
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		acc = acc << 8 | p[i];
		for (have += 8; have >= bits; have -= bits)
			dst[k++] =
			    digits[acc >> (have - bits) & ((1u << bits) - 1)];
		acc &= (1u << have) - 1;
	}
	if (have > 0)
		dst[k++] = digits[acc << (bits - have) & ((1u << bits) - 1)];
	dst[k] = '\0';
	return k;
}

#define NO_DIGIT 255

/* The reverse: digits that stand for no whole byte must be zero and few. */
static int
digits_decode(uint8_t *dst, size_t max, const char *s, size_t n, unsigned bits,
    const char *digits)
{
	uint8_t value[256];
	uint32_t acc = 0;
	unsigned have = 0;
	size_t k = 0;

	memset(value, NO_DIGIT, sizeof(value));
	for (uint8_t i = 0; i < 1u << bits; i++)
		value[(uint8_t)digits[i]] = i;
	for (size_t i = 0; i < n; i++) {
		uint8_t v = value[(uint8_t)s[i]];

		if (v == NO_DIGIT)
			return QERR_ENCODING;
		acc = acc << bits | v;
		have += bits;
		if (have >= 8) {
			if (k == max)
				return QERR_TOOBIG;
			have -= 8;
			dst[k++] = (uint8_t)(acc >> have);
		}
		acc &= (1u << have) - 1;
	}
	if (have >= bits || acc != 0)
		return QERR_ENCODING;
	return (int)k;
}

void
hex_encode(char *dst, const void *p, size_t n)
{
	digits_encode(dst, p, n, 4, hex_digits);
}

void
base32_encode(char *dst, const void *p, size_t n)
{
	digits_encode(dst, p, n, 5, base32_digits);
}

void
base64url_encode(char *dst, const void *p, size_t n)
{
	digits_encode(dst, p, n, 6, base64url_digits);
}

void
base64_encode(char *dst, const void *p, size_t n)
{
	size_t k = digits_encode(dst, p, n, 6, base64_digits);

	while (k % 4 != 0)
		dst[k++] = '=';
	dst[k] = '\0';
}

int
hex_decode(void *dst, size_t max, const char *s, size_t n)
{
	return digits_decode(dst, max, s, n, 4, hex_digits);
}

int
base32_decode(void *dst, size_t max, const char *s, size_t n)
{
	return digits_decode(dst, max, s, n, 5, base32_digits);
}

int
base64url_decode(void *dst, size_t max, const char *s, size_t n)
{
	return digits_decode(dst, max, s, n, 6, base64url_digits);
}

int
base64_decode(void *dst, size_t max, const char *s, size_t n)
{
	size_t pad = 0;

	while (pad < 2 && pad < n && s[n - 1 - pad] == '=')
		pad++;
	if (n % 4 != 0)
		return QERR_ENCODING;
	/* With two '=' one byte stands in the last group, with one two. */
	if (pad > 0 && (n - pad) % 4 != 4 - pad)
		return QERR_ENCODING;
	return digits_decode(dst, max, s, n - pad, 6, base64_digits);
}

void
id_text(char dst[ID_TEXT_LEN + 1], const struct id *id)
{
	base32_encode(dst, id->b, sizeof(id->b));
}

int
id_parse(struct id *ret_id, const char *s, size_t n)
{
	struct id id;
	int k = n == ID_TEXT_LEN ? base32_decode(id.b, sizeof(id.b), s, n)
				 : QERR_ENCODING;

	if (k < 0)
		return k;
	*ret_id = id;
	return 0;
}

/* The length of the sequence that |c| begins, 0 if it begins none. */
static size_t
utf8_len(uint8_t c)
{
	return c < 0x80   ? 1
	       : c < 0xc2 ? 0
	       : c < 0xe0 ? 2
	       : c < 0xf0 ? 3
	       : c < 0xf5 ? 4
			  : 0;
}

uint32_t
utf8_next(const uint8_t **p)
{
	size_t n = utf8_len(**p);
	uint32_t c = n == 1 ? **p : **p & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((*p)[i] & 0x3f);
	*p += n == 0 ? 1 : n;
	return c;
}

/* Behind what is ASCII at |p|, eight bytes at a time. */
static const uint8_t *
skip_ascii(const uint8_t *p, const uint8_t *end)
{
	uint64_t eight;

	for (; end - p >= 8; p += 8) {
		memcpy(&eight, p, 8);
		if ((eight & 0x8080808080808080u) != 0)
			break;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

bool
utf8_valid(struct bytes s)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *p = s.p, *end;

	if (s.n == 0) /* no text may be no pointer, too */
		return true;
	end = s.p + s.n;
	while ((p = skip_ascii(p, end)) < end) {
		size_t n = utf8_len(*p);
		uint32_t c;

		if (n == 0 || n > (size_t)(end - p))
			return false;
		for (size_t i = 1; i < n; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		c = utf8_next(&p);
		if (c < least[n] || c > 0x10ffff ||
		    (c >= 0xd800 && c <= 0xdfff))
			return false;
	}
	return true;
}

/* Characters that change how others look, or are none: PROTOCOL.md §1. */
static bool
forbidden(uint32_t c, bool newlines)
{
	if (c < 0x20)
		return !(newlines && c == '\n');
	return (c >= 0x7f && c <= 0x9f) || c == 0xfeff ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

int
text_check(struct bytes s, bool newlines)
{
	const uint8_t *p = s.p;

	if (!utf8_valid(s))
		return QERR_TEXT;
	while (p < s.p + s.n)
		if (*p >= ' ' && *p < 0x7f)
			p++; /* as nearly all */
		else if (forbidden(utf8_next(&p), newlines))
			return QERR_TEXT;
	return 0;
}

/* Letters, digits and single hyphens; subtags of 1..8, the first of letters. */
int
lang_check(struct bytes s)
{
	size_t sub = 0;
	bool first = true;

	if (s.n < 2 || s.n > 35)
		return QERR_RANGE;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == '-') {
			if (sub == 0 || (first && sub < 2))
				return QERR_TEXT;
			sub = 0;
			first = false;
		} else if (letter || (!first && c >= '0' && c <= '9')) {
			if (++sub > 8)
				return QERR_TEXT;
		} else {
			return QERR_TEXT;
		}
	}
	return sub == 0 || (first && sub < 2) ? QERR_TEXT : 0;
}

int
dec_parse(uint64_t *ret_v, const char *s, size_t n)
{
	uint64_t v = 0;

	if (n == 0 || n > 20 || (n > 1 && s[0] == '0'))
		return QERR_ENCODING;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(s[i] - '0');

		if (s[i] < '0' || s[i] > '9')
			return QERR_ENCODING;
		if (v > (UINT64_MAX - d) / 10)
			return QERR_RANGE;
		v = v * 10 + d;
	}
	*ret_v = v;
	return 0;
}

int
size_parse(uint64_t *ret_v, const char *s, size_t n)
{
	static const char unit[] = {'K', 'M', 'G', 'T'};
	unsigned shift = 0;
	int r;

	for (unsigned i = 0; i < sizeof(unit) && n > 0 && shift == 0; i++)
		if (s[n - 1] == unit[i])
			shift = 10 * (i + 1);
	r = dec_parse(ret_v, s, n - (shift > 0));
	if (r == 0 && *ret_v > UINT64_MAX >> shift)
		r = QERR_RANGE;
	if (r == 0)
		*ret_v <<= shift;
	return r;
}

bool
text_is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct bytes
text_trim(struct bytes s)
{
	while (s.n > 0 && text_is_blank(s.p[0]))
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && text_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

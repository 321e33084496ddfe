#include "proto/base/fold.h"

#include "proto/base/text.h"

/* Pairs of an upper-case character at an even (odd) code and the next one. */
static bool
in(uint32_t c, uint32_t lo, uint32_t hi)
{
	return c >= lo && c <= hi;
}

static uint32_t
fold_latin(uint32_t c)
{
	if (in(c, 0xc0, 0xde) && c != 0xd7)
		return c + 32;
	if (c == 0x130)
		return 'i';
	if (c == 0x178)
		return 0xff;
	if (c == 0x1e9e)
		return 0xdf;
	if (in(c, 0x100, 0x137) || in(c, 0x14a, 0x177) || in(c, 0x1de, 0x1ef) ||
	    in(c, 0x1f8, 0x21f) || in(c, 0x222, 0x233) ||
	    in(c, 0x1e00, 0x1e95) || in(c, 0x1ea0, 0x1eff))
		return c | 1;
	if (in(c, 0x139, 0x148) || in(c, 0x179, 0x17e) || in(c, 0x1cd, 0x1dc))
		return c % 2 == 1 ? c + 1 : c;
	return c;
}

static uint32_t
fold_greek(uint32_t c)
{
	if (c == 0x386)
		return 0x3ac;
	if (in(c, 0x388, 0x38a))
		return c + 37;
	if (c == 0x38c)
		return 0x3cc;
	if (in(c, 0x38e, 0x38f))
		return c + 63;
	if (c == 0x3c2) /* final sigma */
		return 0x3c3;
	return in(c, 0x391, 0x3ab) ? c + 32 : c;
}

/* What printers set and keyboards lack. */
static uint32_t
fold_mark(uint32_t c)
{
	if (in(c, 0x2018, 0x201b) || in(c, 0x2039, 0x203a) || c == 0x2032 ||
	    c == 0x2bc || c == 0xb4)
		return '\'';
	if (in(c, 0x201c, 0x201f) || c == 0xab || c == 0xbb || c == 0x2033 ||
	    in(c, 0x300c, 0x300f))
		return '"';
	if (c == 0xa0 || c == 0x2007 || c == 0x202f)
		return ' ';
	return c == 0x2010 || c == 0x2011 ? '-' : c;
}

uint32_t
fold_char(uint32_t c)
{
	if (c < 0x80)
		return in(c, 'A', 'Z') ? c + 32 : c;
	if (c != fold_mark(c))
		return fold_mark(c);
	if (c < 0x250 || in(c, 0x1e00, 0x1eff))
		return fold_latin(c);
	if (in(c, 0x370, 0x3ff))
		return fold_greek(c);
	if (in(c, 0x400, 0x40f))
		return c + 80;
	if (in(c, 0x410, 0x42f))
		return c + 32;
	if (in(c, 0x460, 0x481) || in(c, 0x48a, 0x4bf) || in(c, 0x4d0, 0x52f))
		return c | 1;
	if (in(c, 0x4c1, 0x4ce))
		return c % 2 == 1 ? c + 1 : c;
	if (c == 0x4c0)
		return 0x4cf;
	if (in(c, 0x531, 0x556))
		return c + 48;
	if (in(c, 0x10a0, 0x10c5))
		return c + 7264;
	return c;
}

/* Bytes written: 1 to UTF8_MAX. */
#define UTF8_MAX 4
static size_t
put_utf8(uint8_t *b, uint32_t c)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t mark[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = n; i-- > 1; c >>= 6)
		b[i] = (uint8_t)(0x80 | (c & 0x3f));
	b[0] = (uint8_t)(mark[n] | c);
	return n;
}

void
fold_text(struct buf *dst, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	uint8_t some[256];
	size_t n = 0;

	while (p < end) {
		n += put_utf8(some + n, fold_char(utf8_next(&p)));
		if (n > sizeof(some) - UTF8_MAX || p >= end) {
			buf_put(dst, some, n);
			n = 0;
		}
	}
}

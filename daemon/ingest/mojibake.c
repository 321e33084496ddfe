#include "daemon/ingest/mojibake.h"

#include <string.h>

#include "proto/base/text.h"

#define RUN_MAX  512 /* bytes that a run of such letters stands for */
#define RUNS_MIN 8   /* fewer may be about it */
#define TIMES    4   /* more runs are so than are not */
#define LOOKS    40  /* runs that are not, after which most pages are told */

/* What Windows-1252 has between its two blocks of Latin letters. */
static const uint16_t upper[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026,
    0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
    0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122,
    0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

/* The byte that |c| stands for there, or -1. */
static int
byte_of(uint32_t c)
{
	if (c >= 0x80 && c <= 0xff)
		return (int)c;
	for (size_t i = 0; i < 32; i++)
		if (upper[i] == c)
			return (int)(0x80 + i);
	return -1;
}

static const uint8_t *
skip_ascii(const uint8_t *p, const uint8_t *end)
{
	uint64_t eight;

	while (end - p >= 8) {
		memcpy(&eight, p, 8);
		if ((eight & 0x8080808080808080u) != 0)
			break;
		p += 8;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

/* Letters that are no ASCII, and the bytes they stand for, if these are UTF-8. */
struct run {
	const uint8_t *end;
	uint8_t byte[RUN_MAX];
	size_t n; /* 0: they are what they are */
};

static void
take_run(struct run *r, const uint8_t *p, const uint8_t *end)
{
	bool is = true;

	r->n = 0;
	while (p < end && *p >= 0x80) {
		int byte = byte_of(utf8_next(&p));

		is = is && byte >= 0 && r->n < RUN_MAX;
		if (is)
			r->byte[r->n++] = (uint8_t)byte;
	}
	r->end = p;
	if (!is || !utf8_valid(bytes_of(r->byte, r->n)))
		r->n = 0;
}

static bool
is_so(struct bytes text)
{
	const uint8_t *end = text.p + text.n;
	size_t so = 0, not_so = 0;
	struct run r;

	for (const uint8_t *p = skip_ascii(text.p, end); p < end;
	     p = skip_ascii(r.end, end)) {
		take_run(&r, p, end);
		so += r.n > 0;
		not_so += r.n == 0;
		if (not_so > LOOKS && so < TIMES * not_so)
			return false;
	}
	return so >= RUNS_MIN && so >= TIMES * not_so;
}

bool
mojibake_mend(struct buf *dst, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	struct run r;

	if (text.n == 0 || !is_so(text))
		return false;
	while (p < end) {
		const uint8_t *from = p;

		p = skip_ascii(p, end);
		buf_put(dst, from, (size_t)(p - from));
		if (p == end)
			break;
		take_run(&r, p, end);
		if (r.n > 0)
			buf_put(dst, r.byte, r.n);
		else
			buf_put(dst, p, (size_t)(r.end - p));
		p = r.end;
	}
	return true;
}

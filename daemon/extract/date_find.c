#include <string.h>

#include "daemon/extract/date.h"
#include "daemon/extract/date_month.h"
#include "proto/base/buf.h"
#include "proto/base/fold.h"
#include "proto/base/text.h"

#define PARTS_MAX  8   /* that are looked at together */
#define WORD_MAX   40  /* bytes; no month has more */
#define FILLER_MAX 7   /* bytes of a word in a date that says nothing: "de" */
#define LOOKED_AT  512 /* bytes of a text */

enum part_kind {
	PART_NUMBER,
	PART_WORD, /* not looked up yet */
	PART_MONTH,
	PART_BEGUN, /* a month's first word: |half| of which depends on the next .. */
	PART_ENDED,  /* .. word, |value| */
	PART_ERA,    /* |value| years before its first */
	PART_OF,     /* the number behind it is a month: Vietnamese */
	PART_FILLER, /* a word, or more of them than a date has */
};
struct part {
	enum part_kind kind;
	enum date_calendar calendar; /* of a month */
	int value, digits, half[2];
	uint32_t after; /* the mark behind it */
	struct bytes word;
};
struct scan {
	const uint8_t *p, *end;
	struct part part[PARTS_MAX];
	size_t n;
};

static uint32_t
peek(const struct scan *s)
{
	const uint8_t *p = s->p;

	return p < s->end ? utf8_next(&p) : 0;
}

/* Of the ways that the world writes figures. */
static int
digit(uint32_t c)
{
	static const uint32_t zeros[] = {'0', 0x660, 0x6f0, 0x966, 0x9e6, 0xa66,
	    0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
	    0x1040, 0x17e0, 0xff10};

	for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++)
		if (c >= zeros[i] && c < zeros[i] + 10)
			return (int)(c - zeros[i]);
	return -1;
}

static bool
is_mark(uint32_t c)
{
	return c <= '@' || c == 0xa0 || (c >= 0x2000 && c <= 0x206f) ||
	       c == 0x60c || c == 0x104a || c == 0x104b ||
	       (c >= 0x1361 && c <= 0x1368) || (c >= 0x3000 && c <= 0x303f) ||
	       (c >= 0xff00 && c <= 0xff20);
}

/* Chinese, Japanese and Korean say what a number is behind it. */
static bool
is_unit(uint32_t c)
{
	return c == 0x5e74 || c == 0x6708 || c == 0x65e5 || c == 0xb144 ||
	       c == 0xc6d4 || c == 0xc77c;
}

/* Reigns, and the calendar of Taiwan: years before their first. */
static bool
is_era(const char *word, int *ret_years)
{
	static const struct {
		const char *name;
		int years;
	} eras[] = {{"民國", 1911}, {"民国", 1911}, {"令和", 2018},
	    {"平成", 1988}, {"昭和", 1925}};

	for (size_t i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		size_t n = strlen(eras[i].name), m = strlen(word);

		if (m >= n && strcmp(word + m - n, eras[i].name) == 0) {
			*ret_years = eras[i].years;
			return true;
		}
	}
	return false;
}

/* Letters, of those that take three bytes; shorter ones are counted in bytes. */
static int
length(const char *word)
{
	size_t n = strlen(word);

	return (int)((uint8_t)word[0] >= 0xe0 ? n / 3 : n);
}

static struct part
part_of_word(const char *word)
{
	struct part ret = {.kind = PART_FILLER, .digits = length(word)};
	struct date_month m;

	if (is_era(word, &ret.value)) {
		ret.kind = PART_ERA;
	} else if (strcmp(word, "tháng") == 0) {
		ret.kind = PART_OF;
	} else if (date_month_begins(ret.half, word)) {
		ret.kind = PART_BEGUN;
	} else if ((ret.value = date_month_ends(word)) >= 0) {
		ret.kind = PART_ENDED;
	} else if (date_month(&m, word)) {
		ret.kind = PART_MONTH;
		ret.calendar = m.calendar;
		ret.value = m.month;
	} else {
		ret.value = strncmp(word, "ዓ", strlen("ዓ")) == 0;
	}
	return ret;
}

static void
take_number(struct scan *s, struct part *ret)
{
	int d;

	*ret = (struct part){.kind = PART_NUMBER};
	while ((d = digit(peek(s))) >= 0) {
		utf8_next(&s->p);
		if (++ret->digits <= 8)
			ret->value = ret->value * 10 + d;
	}
}

static void
take_word(struct scan *s, struct part *ret)
{
	const uint8_t *from = s->p;
	uint32_t c;

	while ((c = peek(s)) != 0 && digit(c) < 0 && !is_unit(c) &&
	       (!is_mark(c) || (c == '.' && s->p - from >= 3 &&
				   s->p - from <= 4 && *from >= 0x80)))
		utf8_next(&s->p);
	*ret = (struct part){
	    .kind = PART_WORD, .word = bytes_of(from, (size_t)(s->p - from))};
}

/* What the word |p| is, which costs more than to find where it ends. */
static void
look_up(struct part *p)
{
	char word[WORD_MAX + 1];
	uint32_t after = p->after;
	struct buf b;

	if (p->kind != PART_WORD)
		return;
	buf_init(&b, 0);
	fold_text(&b, p->word);
	buf_put_u8(&b, 0);
	*p = (struct part){.kind = PART_FILLER, .digits = WORD_MAX};
	if (buf_err(&b) == 0 && b.n <= sizeof(word)) {
		memcpy(word, b.p, b.n);
		*p = part_of_word(word);
	}
	p->after = after;
	buf_done(&b);
}

/* The mark behind a part; one that stands for itself wins over blanks. */
static uint32_t
take_marks(struct scan *s)
{
	uint32_t c, mark = ' ';

	while ((c = peek(s)) != 0 && digit(c) < 0 &&
	       (is_mark(c) || is_unit(c))) {
		if (mark == ' ' && c > ' ' && c != 0xa0)
			mark = c;
		utf8_next(&s->p);
	}
	return mark;
}

static bool
next_part(struct scan *s, struct part *ret)
{
	take_marks(s);
	if (s->p >= s->end)
		return false;
	if (digit(peek(s)) >= 0)
		take_number(s, ret);
	else
		take_word(s, ret);
	ret->after = take_marks(s);
	return true;
}

/* --- what parts make --- */

static bool
is_year(const struct part *p)
{
	return p->kind == PART_NUMBER && p->digits == 4;
}

static bool
is_small(const struct part *p)
{
	return p->kind == PART_NUMBER && p->digits <= 2;
}

static bool
put(int64_t *ret, int year, const struct part *month, int day)
{
	return date_day(ret,
	    month->kind == PART_MONTH ? month->calendar : DATE_ROMAN, year,
	    month->value, day);
}

static bool
put_figures(int64_t *ret, int year, int month, int day)
{
	return date_day(ret, DATE_ROMAN, year, month, day);
}

/* "2.11.22"; a number behind it makes it another thing, and so do other marks. */
static bool
in_short(int64_t *ret, const struct part *p, enum date_order order)
{
	uint32_t mark = p[0].after;
	int v[3];

	for (size_t i = 0; i < 3; i++) {
		if (!is_small(&p[i]) || (i < 2) != (p[i].after == mark))
			return false;
		v[i] = p[i].value;
	}
	if ((mark != '.' && mark != '/') ||
	    p[order == DATE_YEAR_FIRST ? 0 : 2].digits != 2)
		return false;
	if (order == DATE_YEAR_FIRST)
		return put_figures(ret, 2000 + v[0], v[1], v[2]);
	if (order == DATE_MONTH_FIRST && mark == '/')
		return put_figures(ret, 2000 + v[2], v[0], v[1]);
	return put_figures(ret, 2000 + v[2], v[1], v[0]);
}

/* Two numbers and a year, with the same mark between them. */
static bool
in_figures(int64_t *ret, const struct part *p, enum date_order order)
{
	int day = p[0].value, month = p[1].value;

	if (!is_small(&p[0]) || !is_small(&p[1]) || !is_year(&p[2]) ||
	    p[0].after != p[1].after || p[0].after == ' ' || p[0].after == ':')
		return false;
	if ((order == DATE_MONTH_FIRST && p[0].after == '/' && day <= 12) ||
	    month > 12) {
		day = p[1].value;
		month = p[0].value;
	}
	return put_figures(ret, p[2].value, month, day);
}

static bool
year_first(int64_t *ret, const struct part *p)
{
	if (!is_year(&p[0]) || !is_small(&p[2]))
		return false;
	if (p[1].kind == PART_MONTH)
		return put(ret, p[0].value, &p[1], p[2].value);
	/* "1399 - 12:09" is a time. */
	return is_small(&p[1]) && p[0].after != ' ' && p[0].after != ':' &&
	       p[1].after != ':' &&
	       put_figures(ret, p[0].value, p[1].value, p[2].value);
}

static bool
with_name(int64_t *ret, const struct part *p)
{
	if (!is_year(&p[2]))
		return false;
	if (is_small(&p[0]) && p[1].kind == PART_MONTH)
		return put(ret, p[2].value, &p[1], p[0].value);
	return p[0].kind == PART_MONTH && is_small(&p[1]) &&
	       put(ret, p[2].value, &p[0], p[1].value);
}

/* "民國113年5月31日". */
static bool
of_an_era(int64_t *ret, const struct part *p, size_t n)
{
	return n >= 4 && p[0].kind == PART_ERA && p[1].kind == PART_NUMBER &&
	       p[1].digits <= 3 && is_small(&p[2]) && is_small(&p[3]) &&
	       put_figures(ret, p[0].value + p[1].value, p[2].value,
		   p[3].value);
}

/* Two numbers: without them words are not looked up, and most of a text has none. */
static bool
may_be_date(const struct part *p, size_t n)
{
	size_t numbers = 0;

	for (size_t i = 0; i < n; i++)
		numbers += p[i].kind == PART_NUMBER;
	return numbers >= 2;
}

/* A month of two words is one, and so are two names of one: "تشرين الأول/أكتوبر". */
static bool
joins(struct part *last, struct part *next, struct part *behind)
{
	if (next->kind == PART_BEGUN && behind != NULL &&
	    behind->kind == PART_ENDED) {
		*next = (struct part){.kind = PART_MONTH,
		    .value = next->half[behind->value],
		    .after = behind->after};
		behind->kind = PART_FILLER;
		behind->digits = 0;
	}
	if (last == NULL || last->kind != PART_MONTH ||
	    next->kind != PART_MONTH || last->calendar != next->calendar ||
	    last->value != next->value)
		return false;
	last->after = next->after;
	return true;
}

/* "ዓ.ም": the years are Ethiopia's, whoever calls its months so. */
static void
mark_era(struct part *p, size_t n)
{
	bool era = false;

	for (size_t i = 0; i < n; i++)
		era = era || (p[i].kind == PART_FILLER && p[i].value != 0);
	for (size_t i = 0; i < n && era; i++)
		if (p[i].kind == PART_MONTH && p[i].calendar >= DATE_TIGRINYA)
			p[i].calendar = DATE_ETHIOPIAN;
}

/* The first three of |p| that say something, without the little words between them:
 * "31 de mayo de 2012". */
static bool
put_few(struct part few[3], struct part *p, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < 3; i++) {
		if (joins(k > 0 ? &few[k - 1] : NULL, &p[i],
			i + 1 < n ? &p[i + 1] : NULL))
			continue;
		if (p[i].kind <= PART_MONTH || p[i].kind == PART_ERA)
			few[k++] = p[i];
		else if (i == 0 || p[i].digits > FILLER_MAX)
			return false;
	}
	return k == 3;
}

static bool
is_date(int64_t *ret, const struct part *parts, size_t n, enum date_order order)
{
	struct part p[PARTS_MAX], few[3];

	memcpy(p, parts, n * sizeof(p[0]));
	mark_era(p, n);
	if (of_an_era(ret, p, n))
		return true;
	return put_few(few, p, n) &&
	       (in_figures(ret, few, order) || in_short(ret, few, order) ||
		   year_first(ret, few) || with_name(ret, few));
}

/* False if there is none for sure: those that are not ASCII begin so. */
static bool
has_digit(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((text.p[i] >= '0' && text.p[i] <= '9') ||
		    text.p[i] == 0xd9 || text.p[i] == 0xdb || text.p[i] >= 0xe0)
			return true;
	return false;
}

static bool
is_of(struct part *p)
{
	look_up(p);
	return p->kind == PART_OF;
}

bool
date_find(int64_t *ret, struct bytes text, enum date_order order)
{
	struct scan s = {.p = text.p};

	if (!has_digit(text) || !utf8_valid(text) ||
	    memchr(text.p, 0, text.n) != NULL)
		return false;
	if (text.n > LOOKED_AT) {
		text.n = LOOKED_AT;
		while ((text.p[text.n] & 0xc0) == 0x80)
			text.n--;
	}
	s.end = text.p + text.n;
	for (;;) {
		bool more = s.n < PARTS_MAX && next_part(&s, &s.part[s.n]);

		if (more && s.n > 0 && is_small(&s.part[s.n]) &&
		    is_of(&s.part[s.n - 1])) {
			s.part[s.n - 1] = s.part[s.n];
			s.part[s.n - 1].kind = PART_MONTH;
			continue;
		}
		s.n += more;
		if (more && s.n < PARTS_MAX)
			continue;
		if (s.n == 0)
			return false;
		for (size_t i = 0; i < s.n && may_be_date(s.part, s.n); i++)
			look_up(&s.part[i]);
		if (may_be_date(s.part, s.n) &&
		    is_date(ret, s.part, s.n, order))
			return true;
		memmove(&s.part[0], &s.part[1], --s.n * sizeof(s.part[0]));
	}
}

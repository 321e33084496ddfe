#include "daemon/extract/noise.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/asks.h"
#include "daemon/extract/date.h"
#include "daemon/extract/hint.h"
#include "proto/base/text.h"

#define LINE_MAX_LETTERS   120
#define ASK_MAX_LETTERS    160
#define LINE_MAX_ELEMENTS  64 /* the dead count: they are all walked through */
#define BYLINE_MAX_LETTERS 100
#define MOMENT_MAX         70 /* letters */
#define MOMENT_WORDS       5  /* of them, but figures */
#define TITLE_MIN          8 /* letters of a lesser heading that is the title */
#define N_OF(a)            (sizeof(a) / sizeof((a)[0]))

/* Whole lines; of Latin letters the case does not matter. */
static const char *const lines[] = {"advertisement",
    "advertisement - continue reading below", "sponsored", "sponsored links",
    "Σύνδεσμοι διαφημιζομένων", "Διαφήμιση", "continue reading the main story",
    "story continues below advertisement", "please wait",
    "no media source currently available", "embed", "share", "embed share",
    "the code has been copied to your clipboard.",
    "the url has been copied to your clipboard", "skip to content",
    "accessibility links", "print", "read more", "related articles", "anzeige",
    "werbung", "publicité", "publicidad", "publicidade", "pubblicità",
    "reklama", "реклама", "Реклама", "РЕКЛАМА", "إعلان", "تبلیغات", "آگهی",
    "广告", "廣告", "広告", "광고", "reklam", "quảng cáo", "abone ol", "اعلان",
    "اشتہار", "ڕیکلام", "ማስታወቂያ", "መላለዪ", "ကြော်ငြာ", "рэклама", "Рэклама",
    "РЭКЛАМА", "жарнама", "Жарнама", "რეკლამა", "Գովազդ", "โฆษณา", "विज्ञापन",
    "বিজ্ঞাপন", "iklan", "写真を拡大", "ख़बर सुनें", "foto"};

static bool
is_known(struct bytes line)
{
	for (size_t i = 0; i < N_OF(lines); i++)
		if (line.n == strlen(lines[i]) &&
		    strncasecmp((const char *)line.p, lines[i], line.n) == 0)
			return true;
	return false;
}

/* Times of a player: "0:00 0:03:49 0:00". */
static bool
is_times(struct bytes line)
{
	size_t colons = 0;

	for (size_t i = 0; i < line.n; i++) {
		uint8_t c = line.p[i];

		colons += c == ':';
		if (!(c >= '0' && c <= '9') && c != ':' && c != ' ' &&
		    c != '/' && c != '-')
			return false;
	}
	return colons > 1;
}

/* Letters in words of more than two, for a month, a weekday, "Last updated". */
static size_t
words_in(struct bytes s)
{
	size_t words = 0, n = 0;

	for (size_t i = 0; i <= s.n; i++) {
		uint8_t c = i < s.n ? s.p[i] : ' ';

		if (c >= 0x80 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')) {
			n++;
			continue;
		}
		words += n > 2;
		n = 0;
	}
	return words;
}

static size_t
next_word(struct bytes s, size_t at, struct bytes *ret)
{
	size_t from;

	while (at < s.n && s.p[at] < 0x80 && s.p[at] < '0')
		at++;
	from = at;
	while (at < s.n && (s.p[at] >= 0x80 || s.p[at] >= '0'))
		at++;
	*ret = bytes_of(s.p + from, at - from);
	return at;
}

static bool
has_word(struct bytes s, struct bytes word)
{
	struct bytes w;

	for (size_t at = next_word(s, 0, &w); w.n > 0;
	     at = next_word(s, at, &w))
		if (w.n == word.n && strncasecmp((const char *)w.p,
					 (const char *)word.p, w.n) == 0)
			return true;
	return false;
}

/* Of the letters of |b|'s words so many percent are of words that |a| has, too. */
static unsigned
shared_percent(struct bytes a, struct bytes b)
{
	size_t all = 0, both = 0;
	struct bytes w;

	for (size_t at = next_word(b, 0, &w); w.n > 0;
	     at = next_word(b, at, &w)) {
		all += w.n;
		both += has_word(a, w) ? w.n : 0;
	}
	return all > 0 ? (unsigned)(100 * both / all) : 0;
}

bool
noise_same_title(struct bytes a, struct bytes b)
{
	return shared_percent(a, b) > 75;
}

bool
noise_is_title(const struct page *p, uint32_t i, struct bytes title)
{
	const struct page_element *e = &p->e[i];
	struct buf b;
	bool is;

	if (e->dead || e->tag < GUMBO_TAG_H1 || e->tag > GUMBO_TAG_H3 ||
	    (e->tag != GUMBO_TAG_H1 && e->in.text < TITLE_MIN) ||
	    e->end - i > LINE_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	is = noise_same_title(title, buf_bytes(&b));
	buf_done(&b);
	return is;
}

/* A block of its own, and most have a link; what is long may be a story's. */
static bool
may_ask(const struct page_element *e)
{
	return page_is_block(e->tag) && e->in.block == 0 &&
	       (e->in.link > 0 || e->in.text <= ASK_MAX_LETTERS);
}

static bool
is_heading(GumboTag tag)
{
	return tag == GUMBO_TAG_H1 || tag == GUMBO_TAG_H2;
}

bool
noise_is(const struct page *p, uint32_t i, struct bytes title)
{
	const struct page_element *e = &p->e[i];
	struct bytes line;
	struct buf b;
	bool noise;

	if (e->in.text == 0 || e->in.text > LINE_MAX_LETTERS * 2 ||
	    e->in.img > 0 || e->end - i > LINE_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	while (b.n > 0 && b.p[b.n - 1] == ' ')
		b.n--;
	line = buf_bytes(&b);
	noise = is_known(line) || is_times(line) ||
		(asks_reader(line) && may_ask(e)) ||
		(is_heading(e->tag) && noise_same_title(title, line)) ||
		(hint_is_byline(e->node) && e->in.text < BYLINE_MAX_LETTERS &&
		    e->tag != GUMBO_TAG_A);
	buf_done(&b);
	return noise;
}

static bool
ends_sentence(struct bytes s)
{
	uint8_t last = s.n > 1 ? s.p[s.n - 1] : ' ';

	return last == '!' || last == '?' || last == ':' ||
	       (last == '.' && s.p[s.n - 2] >= '0' && s.p[s.n - 2] <= '9');
}

bool
noise_is_moment(const struct page *p, uint32_t i)
{
	const struct page_element *e = &p->e[i];
	struct bytes line;
	struct buf b;
	int64_t when;
	bool is;

	if ((e->tag != GUMBO_TAG_P && e->tag != GUMBO_TAG_DIV &&
		e->tag != GUMBO_TAG_H6) ||
	    e->in.text == 0 || e->in.text > MOMENT_MAX || e->in.img > 0 ||
	    e->end - i > LINE_MAX_ELEMENTS)
		return false;
	buf_init(&b, 0);
	page_line(&b, e->node);
	line = text_trim(buf_bytes(&b));
	is = words_in(line) <= MOMENT_WORDS && !ends_sentence(line) &&
	     date_find(&when, line, DATE_DAY_FIRST);
	buf_done(&b);
	return is;
}

#include "daemon/ingest/headline.h"

#include <string.h>

#include "daemon/extract/page.h"
#include "proto/base/text.h"

#define SENTENCE_MIN \
	30 /* letters of a headline behind a paper's name; a page's are fewer */
#define TAIL_MAX 36 /* bytes of a site's name or section in Chinese; .. */
#define HEAD_MIN 12 /* .. and of a headline in front of it */
#define N_OF(a)  (sizeof(a) / sizeof((a)[0]))

static size_t
next_mark(struct bytes s, size_t *ret_behind)
{
	static const char *const marks[] = {"|", "｜", " - ", " – ", " — ",
	    " · ", " • ", "ㅣ", " » ", " « ", " :: ", " : ", " › ", " > "};

	return imprint_mark(s, marks, N_OF(marks), ret_behind);
}

/* Of blanks, those too that do not break. */
static struct bytes
trim(struct bytes s)
{
	s = text_trim(s);
	while (s.n > 2 && memcmp(s.p + s.n - 2, "\xc2\xa0", 2) == 0)
		s = text_trim(bytes_of(s.p, s.n - 2));
	while (s.n > 2 && memcmp(s.p, "\xc2\xa0", 2) == 0)
		s = text_trim(bytes_of(s.p + 2, s.n - 2));
	return s;
}

static struct bytes
behind(struct bytes s, size_t n)
{
	return bytes_of(s.p + n, s.n - n);
}

/* "Headline | The Paper | Its motto". */
static struct bytes
without_paper(struct bytes t, const struct imprint *m)
{
	size_t to, at = next_mark(t, &to);

	while (at < t.n) {
		size_t next, end = to + next_mark(behind(t, to), &next);

		if (imprint_is_sure(m, trim(bytes_of(t.p + to, end - to))))
			return bytes_of(t.p, at);
		at = end;
		to += next;
	}
	return t;
}

/* "The Paper - Here is what happened". */
static struct bytes
without_paper_in_front(struct bytes t, const struct imprint *m)
{
	size_t to, at = next_mark(t, &to);
	char rest[256];

	while (at < t.n && t.n - to < sizeof(rest) &&
	       imprint_is_sure(m, trim(bytes_of(t.p, at)))) {
		memcpy(rest, t.p + to, t.n - to);
		rest[t.n - to] = '\0';
		if (page_letters(rest) < SENTENCE_MIN)
			break;
		t = behind(t, to);
		at = next_mark(t, &to);
	}
	return t;
}

/* "The Paper » Blog Archive » What happened", as WordPress had it. */
static struct bytes
without_archive(struct bytes t)
{
	static const char *const names[] = {
	    "Blog Archive » ", "Blog Archiv » ", "Archive » "};

	for (size_t i = 0; i < N_OF(names); i++) {
		size_t n = strlen(names[i]);
		const uint8_t *at = memmem(t.p, t.n, names[i], n);

		if (at != NULL && (size_t)(at - t.p) + n < t.n)
			return behind(t, (size_t)(at - t.p) + n);
	}
	return t;
}

/* The last part, if it is the section or whose site it is. */
static struct bytes
without_last(struct bytes t, const struct imprint *m, const char *section)
{
	struct bytes last = t;
	size_t from = 0, mark = t.n, to, at;

	while ((at = next_mark(last, &to)) < last.n) {
		mark = from + at;
		from += to;
		last = behind(t, from);
	}
	if (from == 0)
		return t;
	last = trim(last);
	/* Of a company others write, but not behind this mark. */
	if ((section != NULL && bytes_eq(last, bytes_str(section))) ||
	    (t.p[mark] == '|' &&
		(imprint_is_company(last) || imprint_begins(m, last))))
		return bytes_of(t.p, mark);
	return t;
}

/* "标题_栏目_网站": in a headline no "_" is between two characters. */
static struct bytes
without_chinese_tail(struct bytes t)
{
	for (size_t i = t.n; i-- > HEAD_MIN;) {
		if (t.p[i] == ' ' || t.n - i > TAIL_MAX)
			return t;
		if (t.p[i] == '_' && t.p[i - 1] >= 0x80 && i + 1 < t.n &&
		    t.p[i + 1] >= 0xe3)
			t.n = i;
	}
	return t;
}

/* Those of quotations are a half of one. */
static struct bytes
without_loose_marks(struct bytes t)
{
	static const char *const marks[] = {
	    " -", " –", " —", " |", " ::", " ·", " •"};

	for (size_t i = 0; i < N_OF(marks); i++) {
		size_t n = strlen(marks[i]);

		if (t.n > n && memcmp(t.p + t.n - n, marks[i], n) == 0)
			t = trim(bytes_of(t.p, t.n - n));
	}
	return t;
}

void
headline_cut(char *title, const struct imprint *m, const char *section)
{
	struct bytes t = without_loose_marks(trim(bytes_str(title)));

	t = without_archive(trim(without_paper(t, m)));
	t = without_paper_in_front(trim(t), m);
	t = trim(without_last(trim(t), m, section));
	t = without_chinese_tail(t);
	if (t.n == 0)
		return;
	memmove(title, t.p, t.n);
	title[t.n] = '\0';
}

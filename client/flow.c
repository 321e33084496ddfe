#include "client/flow.h"

#include "client/term.h"
#include "proto/base/text.h"

/* Which marks are open, by their control character. */
typedef unsigned marks;

static bool
is_mark(uint32_t c)
{
	return c >= 1 && c <= 3;
}

static void
put_style(const struct flow *f, uint32_t mark, bool on)
{
	static const char *const code[4][2] = {
	    {"", ""},
	    {"\033[23m", "\033[3m"},
	    {"\033[22m", "\033[1m"},
	    {"\033[39m", "\033[36m"},
	};

	if (f->color)
		buf_put_str(f->dst, code[mark][on]);
}

static void
put_styles(const struct flow *f, marks open, bool on)
{
	for (uint32_t m = 1; m <= 3; m++)
		if (open & 1u << m)
			put_style(f, m, on);
}

/* Write |text|, following its marks. */
static void
put_text(const struct flow *f, struct bytes text, marks *open)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *at;

	while ((at = p) < end) {
		uint32_t c = utf8_next(&p);

		if (is_mark(c)) {
			*open ^= 1u << c;
			put_style(f, c, (*open & 1u << c) != 0);
		} else if (term_unsafe(c)) {
			buf_put_str(f->dst, "\xef\xbf\xbd");
		} else {
			buf_put(f->dst, at, (size_t)(p - at));
		}
	}
}

static void
put_line(const struct flow *f, struct bytes text, marks *open)
{
	put_styles(f, *open, true);
	put_text(f, text, open);
	put_styles(f, *open, false);
	buf_put_u8(f->dst, '\n');
}

static bool
is_in(const char *set, uint32_t c)
{
	const uint8_t *p = (const uint8_t *)set;

	while (*p != '\0')
		if (utf8_next(&p) == c)
			return true;
	return false;
}

/* May a line end between |a| and |b| though no blank is there?  Some characters of Chinese
 * and Japanese may not begin one, others not end it. */
static bool
parts(uint32_t a, uint32_t b)
{
	static const char closing[] =
	    "，。、；：？！）】》」』〉〕…—·’”％,.;:?!)]}%";
	static const char opening[] = "（【《「『〈〔‘“([{";

	if (is_in(closing, b) || is_in(opening, a))
		return false;
	return term_char(a) == 2 || term_char(b) == 2;
}

/*
 * The first line of |text| that fits |room| columns.  |*ret_next| is where the next
 * one begins: behind blanks at which it was broken.
 */
static struct bytes
first_line(struct bytes text, size_t room, size_t *ret_next)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *at;
	const uint8_t *cut = NULL, *next = NULL; /* the last place to break */
	size_t n = 0;
	uint32_t before = 0;

	while ((at = p) < end) {
		uint32_t c = utf8_next(&p);

		if (is_mark(c))
			continue;
		if (c == '\n') {
			*ret_next = (size_t)(p - text.p);
			return bytes_of(text.p, (size_t)(at - text.p));
		}
		if (c == ' ') {
			cut = at;
			next = p;
		} else if (before != 0 && before != ' ' && parts(before, c)) {
			cut = next = at;
		}
		if (n + term_char(c) > room && c != ' ') {
			/* A word longer than the line is cut where it is. */
			if (cut == NULL || cut == text.p)
				cut = next = at > text.p ? at : p;
			while (next < end && *next == ' ')
				next++;
			*ret_next = (size_t)(next - text.p);
			return bytes_of(text.p, (size_t)(cut - text.p));
		}
		n += term_char(c);
		before = c;
	}
	*ret_next = text.n;
	return text;
}

static struct bytes
without_blanks(struct bytes line)
{
	while (line.n > 0 && line.p[line.n - 1] == ' ')
		line.n--;
	return line;
}

void
flow(const struct flow *f, struct bytes text)
{
	marks open = 0;
	size_t margin, next;

	do {
		margin = f->margin(f->arg, f->dst);
		put_line(f,
		    without_blanks(first_line(text,
			f->width > margin + 10 ? f->width - margin : 10,
			&next)),
		    &open);
		text.p += next;
		text.n -= next;
	} while (text.n > 0);
}

void
flow_lines(const struct flow *f, struct bytes text)
{
	marks open = 0;

	do {
		const uint8_t *nl = memchr(text.p, '\n', text.n);
		size_t n = nl != NULL ? (size_t)(nl - text.p) : text.n;

		f->margin(f->arg, f->dst);
		put_line(f, bytes_of(text.p, n), &open);
		n += nl != NULL;
		text.p += n;
		text.n -= n;
	} while (text.n > 0);
}

size_t
flow_width(struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n;
	size_t n = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p);

		if (!is_mark(c))
			n += term_char(c);
	}
	return n;
}

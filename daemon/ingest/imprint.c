#include "daemon/ingest/imprint.h"

#include <string.h>
#include <strings.h>

#include "proto/base/fold.h"
#include "proto/base/text.h"

#define NAME_MAX  64 /* bytes; what is longer is a sentence */
#define LABEL_MIN 3  /* letters of a host's part that says something */
#define BEGIN_MIN \
	3 /* bytes of a site's name that its sections' begin with .. */
#define BEGUN_MAX 40 /* .. and of theirs */
#define N_OF(a)   (sizeof(a) / sizeof((a)[0]))

void
imprint_init(struct imprint *m)
{
	buf_init(&m->names, IMPRINT_NAMES_MAX);
	m->sure = 0;
}

void
imprint_done(struct imprint *m)
{
	buf_done(&m->names);
}

static bool
is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
	return c > 0xbf && (c < 0x2000 || c > 0x206f) &&
	       (c < 0x3000 || c > 0x303f);
}

/* Append |s| as it is compared: without blanks and marks, which hosts have not. */
static void
squeeze(struct buf *dst, struct bytes s)
{
	for (const uint8_t *p = s.p, *end = p + s.n; p < end;) {
		const uint8_t *at = p;
		uint32_t c = fold_char(utf8_next(&p));

		if (!is_letter(c))
			continue;
		if (c < 0x80)
			buf_put_u8(dst, (uint8_t)c);
		else
			fold_text(dst, bytes_of(at, (size_t)(p - at)));
	}
}

static void
add_one(struct imprint *m, struct bytes text)
{
	size_t was = m->names.n;

	squeeze(&m->names, text);
	if (m->names.n > was)
		buf_put_u8(&m->names, '\n');
}

size_t
imprint_mark(struct bytes s, const char *const *marks, size_t n_mark,
    size_t *ret_behind)
{
	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < n_mark; k++) {
			size_t n = strlen(marks[k]);

			if (s.n - i > n && memcmp(s.p + i, marks[k], n) == 0) {
				*ret_behind = i + n;
				return i;
			}
		}
	*ret_behind = s.n;
	return s.n;
}

static size_t
next_mark(struct bytes s, size_t *ret_behind)
{
	static const char *const marks[] = {
	    " | ", " - ", " – ", " — ", " · ", " • ", " » ", " :: "};

	return imprint_mark(s, marks, N_OF(marks), ret_behind);
}

void
imprint_add(struct imprint *m, struct bytes text)
{
	add_one(m, text);
	while (text.n > 0) {
		size_t behind, at = next_mark(text, &behind);

		add_one(m, bytes_of(text.p, at));
		text = bytes_of(text.p + behind, text.n - behind);
	}
	m->sure = m->names.n;
}

/* Where the last part of |title| begins, and what is before its mark; 0 if there is but one. */
static size_t
last_part(struct bytes title, size_t *ret_before)
{
	size_t from = 0;

	for (;;) {
		size_t behind,
		    at = next_mark(bytes_of(title.p + from, title.n - from),
			&behind);

		if (from + at == title.n)
			return from;
		*ret_before = from + at;
		from += behind;
	}
}

void
imprint_add_title(struct imprint *m, struct bytes title)
{
	size_t before, from = last_part(title, &before);

	if (from > 0)
		add_one(m, bytes_of(title.p + from, title.n - from));
}

void
imprint_add_host(struct imprint *m, struct bytes host)
{
	if (host.n > 4 && memcmp(host.p, "www.", 4) == 0)
		host = bytes_of(host.p + 4, host.n - 4);
	add_one(m, host);
	while (host.n > 0) {
		const uint8_t *dot = memchr(host.p, '.', host.n);
		size_t n = dot != NULL ? (size_t)(dot - host.p) : 0;

		if (dot == NULL)
			return;
		if (n >= LABEL_MIN)
			add_one(m, bytes_of(host.p, n));
		host = bytes_of(dot + 1, host.n - n - 1);
		m->sure = m->names.n;
	}
}

/* Among the first |n| bytes of names. */
static bool
is_known(const struct imprint *m, size_t n, struct bytes name)
{
	const uint8_t *at = m->names.p, *end = at + n;
	bool found = false;
	struct buf b;

	buf_init(&b, IMPRINT_NAMES_MAX);
	squeeze(&b, name);
	while (at < end && b.n > 0 && !found) {
		const uint8_t *eol = memchr(at, '\n', (size_t)(end - at));

		if (eol == NULL)
			break;
		found =
		    bytes_eq(buf_bytes(&b), bytes_of(at, (size_t)(eol - at)));
		at = eol + 1;
	}
	buf_done(&b);
	return found;
}

/* "paper.xx": one word whose last part is a country's, or one of the old ones. */
static bool
is_host(struct bytes s)
{
	static const char *const known[] = {
	    "com", "org", "net", "info", "news", "online"};
	size_t n = 0;

	if (memchr(s.p, ' ', s.n) != NULL)
		return false;
	while (n < s.n && s.p[s.n - 1 - n] >= 'a' && s.p[s.n - 1 - n] <= 'z')
		n++;
	if (n < 2 || s.n < n + 3 || s.p[s.n - 1 - n] != '.')
		return false;
	for (size_t i = 0; i < N_OF(known); i++)
		if (n == strlen(known[i]) &&
		    memcmp(s.p + s.n - n, known[i], n) == 0)
			return true;
	return n == 2;
}

bool
imprint_is_company(struct bytes s)
{
	static const char *const forms[] = {" gmbh", " ag", " e.v.", " e. v.",
	    " ltd", " ltd.", " inc", " inc.", " llc", " s.a.", " s.l.", " b.v.",
	    " ggmbh", " co. kg", " sp. z o.o.", " d.o.o.", " kft.", " s.r.l.",
	    " s.p.a.", " a.ş.", " s.r.o."};

	for (size_t i = 0; i < N_OF(forms); i++) {
		size_t n = strlen(forms[i]);

		if (s.n > n &&
		    strncasecmp((const char *)s.p + s.n - n, forms[i], n) == 0)
			return true;
	}
	return false;
}

bool
imprint_is_sure(const struct imprint *m, struct bytes name)
{
	return name.n > 0 && (is_host(name) || is_known(m, m->sure, name));
}

bool
imprint_begins(const struct imprint *m, struct bytes name)
{
	for (size_t i = BEGIN_MIN; i < name.n && name.n <= BEGUN_MAX; i++)
		if (name.p[i] == ' ' && imprint_is_sure(m, bytes_of(name.p, i)))
			return true;
	return false;
}

bool
imprint_is(const struct imprint *m, struct bytes name)
{
	return name.n > 0 && (is_host(name) || imprint_is_company(name) ||
				 is_known(m, m->names.n, name));
}

struct bytes
imprint_name(struct bytes text)
{
	size_t behind;

	text = text_trim(text);
	text = text_trim(bytes_of(text.p, next_mark(text, &behind)));
	if (text.n > NAME_MAX ||
	    (text.n > 4 && strncasecmp((const char *)text.p, "http", 4) == 0))
		return bytes_of(NULL, 0);
	return text;
}

#include "daemon/ingest/front.h"

#include <strings.h>

#include "daemon/extract/date.h"
#include "daemon/ingest/meta.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* Take a line off the front of |*text|, without its end. */
static struct bytes
next_line(struct bytes *text)
{
	const uint8_t *nl = memchr(text->p, '\n', text->n);
	size_t n = nl != NULL ? (size_t)(nl - text->p) : text->n;
	struct bytes line = bytes_of(text->p, n);

	n = nl != NULL ? n + 1 : n;
	*text = bytes_of(text->p + n, text->n - n);
	while (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
is_fence(struct bytes line)
{
	return bytes_eq(text_trim(line), bytes_str("---"));
}

/* "key: value", or a "- value" of the list whose key was before. */
struct front_line {
	bool item, pair;
	struct bytes key, value;
};

static struct front_line
read_line(struct bytes line)
{
	struct front_line ret = {false, false, {NULL, 0}, {NULL, 0}};
	const uint8_t *colon = memchr(line.p, ':', line.n);
	struct bytes t = text_trim(line);

	if (t.n >= 2 && t.p[0] == '-' && t.p[1] == ' ') {
		ret.item = true;
		ret.value = meta_bare(bytes_of(t.p + 2, t.n - 2));
		return ret;
	}
	if (colon == NULL || colon == line.p)
		return ret;
	ret.key = bytes_of(line.p, (size_t)(colon - line.p));
	for (size_t i = 0; i < ret.key.n; i++) {
		uint8_t c = ret.key.p[i];

		if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '-' &&
		    c != '_' && !(c >= '0' && c <= '9'))
			return ret;
	}
	ret.pair = true;
	ret.value = text_trim(bytes_of(colon + 1, line.n - ret.key.n - 1));
	return ret;
}

static void
set_line(struct ingest_doc *d, const struct front_line *l,
    enum meta_field *last)
{
	struct bytes v = l->value;

	if (l->pair)
		*last = meta_key(l->key);
	if (*last != META_AUTHOR && *last != META_TAGS && v.n >= 2 &&
	    (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		v = bytes_of(v.p + 1, v.n - 2);
	if (v.n > 0)
		meta_set(d, *last, v);
}

/* Whether front matter without a fence ends before |line|. */
static bool
ends_bare(struct bytes line)
{
	struct bytes t = text_trim(line);

	return t.n == 0 || t.p[0] == '#' || t.p[0] == '<';
}

/* True if it is a key of ours, and no beginning of a sentence. */
static bool
is_sure(const struct front_line *l)
{
	enum meta_field f;
	bool small = true;
	int64_t when;

	for (size_t i = 0; i < l->key.n; i++)
		small = small && (l->key.p[i] < 'A' || l->key.p[i] > 'Z');
	f = meta_key(l->key);
	if (f == META_TITLE || f == META_AUTHOR || f == META_LANG)
		return true;
	return f != META_NONE &&
	       (small || ((f == META_PUBLISHED || f == META_UPDATED) &&
			     date_parse(&when, l->value)));
}

/* Letters that have to be changed, put in, left out or turned around to make |b| of |a|,
 * if it is no more than one; else 2. */
static unsigned
edits(struct bytes a, struct bytes b)
{
	size_t same = 0, left_a, left_b;

	while (same < a.n && same < b.n &&
	       (a.p[same] | 0x20) == (b.p[same] | 0x20))
		same++;
	for (left_a = a.n, left_b = b.n;
	     left_a > same && left_b > same &&
	     (a.p[left_a - 1] | 0x20) == (b.p[left_b - 1] | 0x20);
	     left_a--, left_b--)
		;
	left_a -= same;
	left_b -= same;
	if (left_a == 2 && left_b == 2 &&
	    (a.p[same] | 0x20) == (b.p[same + 1] | 0x20) &&
	    (a.p[same + 1] | 0x20) == (b.p[same] | 0x20))
		return 1;
	if (left_a > 1 || left_b > 1)
		return 2;
	return left_a > 0 || left_b > 0;
}

/* The key that somebody who wrote |key| may have meant, or NULL. */
static const char *
meant(struct bytes key)
{
	static const char *const keys[] = {"title", "author", "authors",
	    "language", "published", "updated", "summary", "description",
	    "section", "category", "keywords", "address", "canonical"};
	/* "Update: …" begins many a text; the first four do not. */
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (edits(key, bytes_str(keys[i])) == 1 &&
		    (i < 4 || (key.p[0] >= 'a' && key.p[0] <= 'z')))
			return keys[i];
	return NULL;
}

struct bare {
	bool all;          /* its lines are pairs */
	bool sure;         /* one of them is no text */
	struct bytes odd;  /* a key that is nearly one of ours */
	const char *meant; /* .. and which; NULL: there is none */
};

static struct bare
look_at(struct bytes text)
{
	struct bare b = {.all = true};
	size_t n = 0;

	for (; text.n > 0 && b.all; n++) {
		struct bytes line = next_line(&text);
		struct front_line l;

		if (ends_bare(line))
			break;
		l = read_line(line);
		b.all = l.pair;
		b.sure = b.sure || is_sure(&l);
		if (!l.pair || b.meant != NULL || meta_key(l.key) != META_NONE)
			continue;
		b.meant = meant(l.key);
		b.odd = l.key;
	}
	b.all = b.all && n > 0;
	return b;
}

static bool
has_fence(struct bytes text)
{
	while (text.n > 0)
		if (is_fence(next_line(&text)))
			return true;
	return false;
}

static struct bytes
take_lines(struct ingest_doc *d, struct bytes text, bool fenced)
{
	enum meta_field last = META_NONE;

	while (text.n > 0) {
		struct bytes before = text, line = next_line(&text);
		struct front_line l;

		if (fenced && is_fence(line))
			break;
		if (!fenced && ends_bare(line))
			return before;
		l = read_line(line);
		if (l.pair && meta_key(l.key) == META_NONE && !fenced)
			ingest_warn(d,
			    "\"%.*s: …\" on top is nothing that is known of "
			    "a document, and left out.",
			    (int)l.key.n, (const char *)l.key.p);
		if (l.pair || l.item)
			set_line(d, &l, &last);
	}
	return text;
}

int
front_take(struct ingest_doc *d, struct bytes *text, struct buf *why)
{
	struct bytes rest = *text;
	struct bare b;

	if (text->n == 0)
		return 0;
	if (is_fence(next_line(&rest)) && has_fence(rest)) {
		*text = take_lines(d, rest, true);
		return 0;
	}
	b = look_at(*text);
	if (b.all && b.meant != NULL) {
		buf_printf(why,
		    "Write \"%s: …\" on top, not \"%.*s: …\". If it is text, "
		    "put \"title: …\" and a blank line above it.",
		    b.meant, (int)b.odd.n, (const char *)b.odd.p);
		return QERR_RANGE;
	}
	if (b.all && b.sure)
		*text = take_lines(d, *text, false);
	return 0;
}

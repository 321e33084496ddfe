#include "daemon/ingest/meta.h"

#include <stdlib.h>
#include <strings.h>

#include "daemon/ingest/author.h"
#include "daemon/ingest/date.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

static bool
is_word(struct bytes s, const char *word)
{
	return s.n == strlen(word) &&
	       strncasecmp((const char *)s.p, word, s.n) == 0;
}

enum meta_field
meta_key(struct bytes key)
{
	static const struct {
		const char *word;
		enum meta_field field;
	} keys[] = {
	    {"name", META_NAME},
	    {"lang", META_LANG},
	    {"language", META_LANG},
	    {"title", META_TITLE},
	    {"author", META_AUTHOR},
	    {"authors", META_AUTHOR},
	    {"section", META_SECTION},
	    {"category", META_SECTION},
	    {"tags", META_TAGS},
	    {"keywords", META_TAGS},
	    {"date", META_PUBLISHED},
	    {"published", META_PUBLISHED},
	    {"updated", META_UPDATED},
	    {"modified", META_UPDATED},
	    {"url", META_ADDRESS},
	    {"link", META_ADDRESS},
	    {"address", META_ADDRESS},
	    {"canonical", META_ADDRESS},
	    {"summary", META_SUMMARY},
	    {"description", META_SUMMARY},
	    {"note", META_NOTE},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_word(key, keys[i].word))
			return keys[i].field;
	return META_NONE;
}

/* |value| as a string of at most |max| bytes, or NULL if nothing is left of it. */
static char *
tidy(struct bytes value, size_t max)
{
	struct buf b;

	buf_init(&b, 0);
	scribe_tidy(&b, value);
	if (b.n > max) {
		b.n = max;
		while (b.n > 0 && (b.p[b.n] & 0xc0) == 0x80)
			b.n--;
	}
	while (b.n > 0 && b.p[b.n - 1] == ' ')
		b.n--;
	if (b.n == 0 || buf_err(&b) != 0) {
		buf_done(&b);
		return NULL;
	}
	buf_put_u8(&b, '\0');
	if (buf_err(&b) != 0) {
		buf_done(&b);
		return NULL;
	}
	return (char *)b.p;
}

static void
set_text(char **to, struct bytes value, size_t max)
{
	if (*to == NULL)
		*to = tidy(value, max);
}

static void
set_lang(struct ingest_doc *d, struct bytes value)
{
	char text[36], *u;

	if (d->n_said == INGEST_SAID_MAX)
		return;
	value = text_trim(value);
	if (value.n < sizeof(text)) {
		memcpy(text, value.p, value.n);
		text[value.n] = '\0';
		/* As locales write it: en_US. */
		while ((u = strchr(text, '_')) != NULL)
			*u = '-';
		if (lang_check(bytes_str(text)) == 0) {
			d->said[d->n_said] = strdup(text);
			d->n_said += d->said[d->n_said] != NULL;
			return;
		}
	}
	if (d->n_said > 0)
		return;
	ingest_warn(d, "Its language is not one that is known; write it as in "
		       "\"lang: fa\".");
}

static void
set_date(struct ingest_doc *d, struct bytes value, bool *has, int64_t *when)
{
	if (*has || value.n == 0)
		return;
	*has = date_parse(when, text_trim(value));
	if (!*has)
		ingest_warn(d, "Its date cannot be read; write it as in "
			       "\"date: 2026-11-23\".");
}

static void
set_address(struct ingest_doc *d, struct bytes value)
{
	value = text_trim(value);
	if (d->address != NULL || value.n > 2048)
		return;
	if (value.n > 8 &&
	    (strncasecmp((const char *)value.p, "http://", 7) == 0 ||
		strncasecmp((const char *)value.p, "https://", 8) == 0))
		d->address = tidy(value, 2048);
}

static void
add_one(char **list, size_t *n, size_t max, struct bytes value, size_t len)
{
	char *text;

	if (*n == max || (text = tidy(value, len)) == NULL)
		return;
	for (size_t i = 0; i < *n; i++)
		if (strcmp(list[i], text) == 0) {
			free(text);
			return;
		}
	list[(*n)++] = text;
}

/* Is |s| at a separator of |list|'s items?  A comma in a number is none. */
static size_t
separator(struct bytes s)
{
	static const char *const marks[] = {", ", ";", "、", "،", "，"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);

		if (s.n >= n && memcmp(s.p, marks[i], n) == 0)
			return n;
	}
	return 0;
}

/* An item without the quotes and brackets that YAML puts around it. */
static struct bytes
bare(struct bytes s)
{
	s = text_trim(s);
	while (s.n > 0 && (s.p[0] == '[' || s.p[0] == '"' || s.p[0] == '\''))
		s = bytes_of(s.p + 1, s.n - 1);
	while (s.n > 0 && (s.p[s.n - 1] == ']' || s.p[s.n - 1] == '"' ||
			      s.p[s.n - 1] == '\''))
		s.n--;
	return text_trim(s);
}

static void
add_list(char **list, size_t *n, size_t max, struct bytes value, size_t len)
{
	size_t from = 0, skip;

	for (size_t i = 0; i < value.n; i++) {
		skip = separator(bytes_of(value.p + i, value.n - i));
		if (skip == 0)
			continue;
		add_one(list, n, max, bare(bytes_of(value.p + from, i - from)),
		    len);
		from = i + skip;
		i = from - 1;
	}
	add_one(list, n, max, bare(bytes_of(value.p + from, value.n - from)),
	    len);
}

static void
add_authors(struct ingest_doc *d, struct bytes value)
{
	struct bytes text, name;
	struct buf b;

	buf_init(&b, 0);
	scribe_tidy(&b, value);
	text = buf_bytes(&b);
	while (author_next(&text, &name))
		add_one(d->author, &d->n_author, ARTICLE_AUTHORS_MAX, name,
		    256);
	buf_done(&b);
}

void
meta_set(struct ingest_doc *d, enum meta_field f, struct bytes value)
{
	switch (f) {
	case META_NAME:
		set_text(&d->name, value, 512);
		break;
	case META_LANG:
		set_lang(d, value);
		break;
	case META_TITLE:
		set_text(&d->title, value, 1024);
		break;
	case META_AUTHOR:
		add_authors(d, value);
		break;
	case META_SECTION:
		set_text(&d->section, value, 256);
		break;
	case META_TAGS:
		add_list(d->tag, &d->n_tag, ARTICLE_TAGS_MAX, value, 128);
		break;
	case META_PUBLISHED:
		set_date(d, value, &d->has_published, &d->published);
		break;
	case META_UPDATED:
		set_date(d, value, &d->has_updated, &d->updated);
		break;
	case META_ADDRESS:
		set_address(d, value);
		break;
	case META_SUMMARY:
		set_text(&d->summary, value, 4096);
		break;
	case META_NOTE:
		set_text(&d->note, value, 2048);
		break;
	case META_NONE:
		break;
	}
}

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
		ret.value = bare(bytes_of(t.p + 2, t.n - 2));
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

/* True if |text| begins with bare front matter, whose first key is one of ours. */
static bool
is_bare_front(struct bytes text)
{
	struct front_line l;
	bool first = true;

	while (text.n > 0) {
		struct bytes line = next_line(&text);

		if (ends_bare(line))
			break;
		l = read_line(line);
		if (!l.pair || (first && meta_key(l.key) == META_NONE))
			return false;
		first = false;
	}
	return !first;
}

static bool
has_fence(struct bytes text)
{
	while (text.n > 0)
		if (is_fence(next_line(&text)))
			return true;
	return false;
}

struct bytes
meta_front(struct ingest_doc *d, struct bytes text)
{
	enum meta_field last = META_NONE;
	struct bytes rest = text;
	bool fenced;

	if (text.n == 0)
		return text;
	fenced = is_fence(next_line(&rest)) && has_fence(rest);
	if (!fenced) {
		if (!is_bare_front(text))
			return text;
		rest = text;
	}
	while (rest.n > 0) {
		struct bytes before = rest, line = next_line(&rest);
		struct front_line l;

		if (fenced && is_fence(line))
			break;
		if (!fenced && ends_bare(line))
			return before;
		l = read_line(line);
		if (l.pair || l.item)
			set_line(d, &l, &last);
	}
	return rest;
}

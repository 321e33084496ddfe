#include "daemon/ingest/meta.h"

#include <stdlib.h>
#include <strings.h>

#include "daemon/extract/date.h"
#include "daemon/ingest/author.h"
#include "daemon/ingest/imprint.h"
#include "daemon/ingest/scribe.h"
#include "proto/base/text.h"

#define LANGUAGE_MAX 3 /* letters: no language has more (RFC 5646 §2.2.1) */

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

/* The first of a list, which has no blank behind its comma: "Politics,Headlines"; or what
 * a site's parts are called inside: "culture_culture-lifestyle". */
static void
set_section(struct ingest_doc *d, struct bytes value)
{
	for (size_t i = 1; i < value.n; i++)
		if ((value.p[i] == ',' && i + 1 < value.n &&
			value.p[i + 1] != ' ') ||
		    value.p[i] == '_')
			value.n = i;
	set_text(&d->section, value, 256);
}

/* A singleton begins an extension, and ends no language: "utf-8". */
static bool
ends_open(const char *lang)
{
	size_t n = strlen(lang);

	return n > 1 && lang[n - 2] == '-';
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
		if (lang_check(bytes_str(text)) == 0 && !ends_open(text) &&
		    strcspn(text, "-") <= LANGUAGE_MAX) {
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

struct bytes
meta_bare(struct bytes s)
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
		add_one(list, n, max,
		    meta_bare(bytes_of(value.p + from, i - from)), len);
		from = i + skip;
		i = from - 1;
	}
	add_one(list, n, max,
	    meta_bare(bytes_of(value.p + from, value.n - from)), len);
}

static void
add_authors(struct ingest_doc *d, struct bytes value)
{
	struct bytes text, name;
	struct buf raw, b;

	buf_init(&raw, 0);
	buf_init(&b, 0);
	for (size_t i = 0; i < value.n; i++) {
		bool fast = i + 1 < value.n && value.p[i] == 0xc2 &&
			    value.p[i + 1] == 0xa0;

		/* A blank that does not break is one, in names. */
		buf_put_u8(&raw, fast ? ' ' : value.p[i]);
		i += fast;
	}
	scribe_tidy(&b, buf_bytes(&raw));
	buf_done(&raw);
	text = buf_bytes(&b);
	while (author_next(&text, &name))
		add_one(d->author, &d->n_author, ARTICLE_AUTHORS_MAX, name,
		    256);
	buf_done(&b);
}

void
meta_part_house(struct ingest_doc *d, size_t from)
{
	size_t kept = from;

	for (size_t i = from; i < d->n_author; i++)
		if (!imprint_is(&d->imprint, bytes_str(d->author[i])))
			d->author[kept++] = d->author[i];
		else if (d->house == NULL)
			d->house = d->author[i];
		else
			free(d->author[i]);
	d->n_author = kept;
}

static void
add_house(struct ingest_doc *d, struct bytes value)
{
	struct bytes name = imprint_name(value), rest = name, any;

	/* "admin" and the like are nobody there, too. */
	if (author_next(&rest, &any))
		add_one(d->author, &d->n_author, ARTICLE_AUTHORS_MAX, name,
		    256);
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
	case META_HOUSE:
		add_house(d, value);
		break;
	case META_SECTION:
		set_section(d, value);
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

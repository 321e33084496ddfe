#include "daemon/ingest/html_meta.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/date.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/headline.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/html_ld.h"
#include "daemon/ingest/html_said.h"
#include "daemon/ingest/html_title.h"
#include "daemon/ingest/meta.h"
#include "proto/base/text.h"

const char *
html_canonical(const GumboNode *root)
{
	static const GumboVector none = {NULL, 0, 0};
	const GumboNode *head = html_find(root, GUMBO_TAG_HEAD);
	const GumboVector *c = head != NULL ? &head->v.element.children : &none;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *n = c->data[i];
		const char *rel;

		if (!html_is(n, GUMBO_TAG_LINK))
			continue;
		rel = html_attribute(n, "rel");
		if (rel != NULL && strcasecmp(rel, "canonical") == 0)
			return html_attribute(n, "href");
	}
	return NULL;
}

#define ENTITY_MAX 9
#define PLAIN_MAX  8192 /* bytes of what a page says of itself */

/* The day that |text| names, if it is the same in every country. */
static bool
find_day(int64_t *ret, struct bytes text)
{
	int64_t other;

	return date_find(ret, text, DATE_DAY_FIRST) &&
	       date_find(&other, text, DATE_MONTH_FIRST) && other == *ret;
}

void
html_meta_set(struct ingest_doc *d, enum meta_field f, struct bytes value)
{
	bool *has = f == META_PUBLISHED ? &d->has_published : &d->has_updated;
	int64_t *when = f == META_PUBLISHED ? &d->published : &d->updated;
	int64_t day;

	if ((f != META_PUBLISHED && f != META_UPDATED) || *has ||
	    date_parse(&day, text_trim(value)) || !find_day(&day, value)) {
		meta_set(d, f, value);
		return;
	}
	*has = true;
	*when = day;
}

/* "The Paper, London": where the house stands first, the rest is about it. */
static void
take_author(struct ingest_doc *d, struct bytes value)
{
	size_t from = d->n_author;

	meta_set(d, META_AUTHOR, value);
	if (d->n_author > from &&
	    imprint_is(&d->imprint, bytes_str(d->author[from])))
		while (d->n_author > from + 1)
			free(d->author[--d->n_author]);
	meta_part_house(d, from);
}

/* "Roe, Jane" of a library's metadata is one name, as long as there is one comma. */
static void
take_surname_first(struct ingest_doc *d, struct bytes value)
{
	const uint8_t *comma = memchr(value.p, ',', value.n);
	const uint8_t *end = value.p + value.n;
	struct buf b;

	if (comma == NULL || memchr(value.p, ' ', (size_t)(comma - value.p)) ||
	    memchr(comma + 1, ',', (size_t)(end - comma - 1)) != NULL) {
		take_author(d, value);
		return;
	}
	buf_init(&b, 0);
	buf_put(&b, comma + 1, (size_t)(end - comma - 1));
	buf_put_u8(&b, ' ');
	buf_put(&b, value.p, (size_t)(comma - value.p));
	if (buf_err(&b) == 0)
		take_author(d, buf_bytes(&b));
	buf_done(&b);
}

/* An entity, as "&#039;": whoever wrote it escaped what was escaped. */
static bool
is_escaped(const char *s)
{
	while ((s = strchr(s, '&')) != NULL) {
		size_t n = strspn(++s, "#abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

		if (n > 1 && n <= ENTITY_MAX && s[n] == ';')
			return true;
	}
	return false;
}

static void
unescape(char **text)
{
	struct buf plain;
	char *copy;

	if (*text == NULL || !is_escaped(*text))
		return;
	buf_init(&plain, PLAIN_MAX);
	html_plain(&plain, bytes_str(*text));
	copy = buf_err(&plain) == 0 && plain.n > 0
		   ? strndup((const char *)plain.p, plain.n)
		   : NULL;
	if (copy != NULL) {
		free(*text);
		*text = copy;
	}
	buf_done(&plain);
}

static void
take_value(struct ingest_doc *d, const struct html_said *s, struct bytes value)
{
	if (s->field != META_AUTHOR)
		html_meta_set(d, s->field, value);
	else if (s->surname_first)
		take_surname_first(d, value);
	else
		take_author(d, value);
}

/* Lists are parted at semicolons, and entities end in one. */
static void
take(struct ingest_doc *d, const struct html_said *s)
{
	bool list = s->field == META_TAGS || s->field == META_AUTHOR;
	struct buf plain;

	buf_init(&plain, PLAIN_MAX);
	if (list && is_escaped(s->value))
		html_plain(&plain, bytes_str(s->value));
	take_value(d, s,
	    buf_err(&plain) == 0 && plain.n > 0 ? buf_bytes(&plain)
						: bytes_str(s->value));
	buf_done(&plain);
}

/* Lists are taken from one place, the most telling that there is. */
static void
take_all(struct ingest_doc *d, const struct html_head *h)
{
	const struct html_said *from[META_NOTE + 1] = {NULL};
	bool knows[META_NOTE + 1] = {
	    [META_AUTHOR] = d->n_author > 0, [META_TAGS] = d->n_tag > 0};

	for (size_t i = 0; i < h->n_said; i++) {
		const struct html_said *s = &h->said[i];
		const struct html_said *f = from[s->field];

		if (knows[s->field] && (f == NULL || f->rank != s->rank))
			continue;
		take(d, s);
		from[s->field] = s;
		knows[META_AUTHOR] = d->n_author > 0;
		knows[META_TAGS] = d->n_tag > 0;
	}
}

/* Who publishes it; |d| knows its address by now. */
static void
read_imprint(struct ingest_doc *d, const struct html_head *h, struct bytes at)
{
	struct imprint *m = &d->imprint;

	if (h->site != NULL)
		imprint_add(m, bytes_str(h->site));
	if (d->address != NULL)
		at = bytes_str(d->address);
	imprint_add_host(m, address_host(at));
	if (d->house != NULL)
		imprint_add(m, bytes_str(d->house));
	imprint_add_title(m, buf_bytes(&h->title));
}

void
html_meta(struct ingest_doc *d, const GumboNode *root, struct bytes at)
{
	const char *lang = html_attribute(root, "lang"), *address;
	bool knows_title = d->title != NULL;
	size_t n_author = d->n_author;
	struct html_head h;

	if (lang != NULL && lang[0] != '\0')
		meta_set(d, META_LANG, bytes_str(lang));
	address = html_canonical(root);
	if (address != NULL)
		meta_set(d, META_ADDRESS, bytes_str(address));
	html_said(&h, root);
	for (size_t i = 0; i < h.n_script; i++)
		html_ld(d, h.script[i], buf_bytes(&h.title));
	read_imprint(d, &h, at);
	meta_part_house(d, n_author);
	take_all(d, &h);
	for (size_t i = 0; i < h.n_script; i++)
		html_ld_page(d, h.script[i]);
	if (d->house == NULL && h.site != NULL)
		d->house = strdup(h.site);
	unescape(&d->title);
	unescape(&d->summary);
	unescape(&d->section);
	html_title(d, root, knows_title);
	if (!knows_title && d->title != NULL)
		headline_cut(d->title, &d->imprint, d->section);
	html_said_done(&h);
}

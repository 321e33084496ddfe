#include "daemon/ingest/html_byline_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/extract/date.h"
#include "daemon/extract/names.h"
#include "daemon/ingest/html_line.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/scribe.h"

#define DATED_MAX 300 /* bytes that a date is looked for in */
#define N_OF(a)   (sizeof(a) / sizeof((a)[0]))

/* One of |parts| is in the attribute |name|, or in |other| if that is not NULL. */
static bool
has_part(const GumboNode *n, const char *name, const char *other,
    const char *const *parts, size_t n_part)
{
	struct names s = names_of(n, name, other);

	return names_have(&s, parts, n_part);
}

static void
set_published(struct ingest_doc *d, int64_t when)
{
	d->has_published = true;
	d->published = when;
}

static bool
take_time(struct ingest_doc *d, const GumboNode *n)
{
	static const char *const names[] = {"datetime", "content"};
	int64_t when;

	for (size_t i = 0; i < 2; i++) {
		const char *v = html_attribute(n, names[i]);

		if (v != NULL && date_parse(&when, bytes_str(v))) {
			set_published(d, when);
			return true;
		}
	}
	return false;
}

/* A <time> that is marked as the publication's, or, if none is, the first. */
static bool
walk_times(struct ingest_doc *d, const GumboNode *n, const GumboNode *seen,
    bool marked)
{
	static const char *const names[] = {"publish", "pubdate", "created",
	    "entry-date", "dateline", "timestamp"};
	const GumboElement *e = html_element(n);
	bool is;

	if (e == NULL || n == seen)
		return false;
	is = has_part(n, "itemprop", NULL, names, 2) ||
	     (e->tag == GUMBO_TAG_TIME &&
		 (!marked || html_attribute(n, "pubdate") != NULL ||
		     has_part(n, "class", NULL, names, N_OF(names))));
	if (is && take_time(d, n))
		return true;
	for (unsigned i = 0; i < e->children.length; i++)
		if (walk_times(d, e->children.data[i], seen, marked))
			return true;
	return false;
}

/* Where 5/31/2024 is the last of May. */
static bool
is_month_first(const struct ingest_doc *d)
{
	return d->lang == NULL || strncasecmp(d->lang, "en", 2) == 0;
}

static bool
date_in_text(struct ingest_doc *d, struct bytes text)
{
	int64_t when;

	if (!date_find(&when, text, is_month_first(d)))
		return false;
	set_published(d, when);
	return true;
}

/* What an element named for it says, as people read it. */
static bool
walk_dates(struct ingest_doc *d, const GumboNode *n, const GumboNode *seen)
{
	static const char *const names[] = {"date", "datum", "fecha", "publi",
	    "posted", "created", "time", "data", "tarih", "meta", "byline",
	    "info", "dato", "datetime"};
	const GumboElement *e = html_element(n);
	struct buf raw, b;
	bool found = false;

	if (e == NULL || n == seen || e->tag == GUMBO_TAG_SCRIPT ||
	    e->tag == GUMBO_TAG_HEAD)
		return false;
	if (e->tag != GUMBO_TAG_BODY && e->tag != GUMBO_TAG_HTML &&
	    has_part(n, "class", "id", names, N_OF(names))) {
		buf_init(&raw, DATED_MAX);
		buf_init(&b, 0);
		html_text(&raw, n);
		if (buf_err(&raw) == 0)
			scribe_tidy(&b, buf_bytes(&raw));
		found = b.n > 0 && date_in_text(d, buf_bytes(&b));
		buf_done(&raw);
		buf_done(&b);
	}
	for (unsigned i = 0; i < e->children.length && !found; i++)
		found = walk_dates(d, e->children.data[i], seen);
	return found;
}

void
html_byline_date_in_address(struct ingest_doc *d, struct bytes at)
{
	for (size_t i = 0; i + 10 < at.n; i++) {
		char text[11];
		int64_t when;

		if (at.p[i] != '/' && at.p[i] != '-' && at.p[i] != '_')
			continue;
		memcpy(text, at.p + i + 1, 10);
		text[10] = '\0';
		if (text[4] != text[7] || (text[4] != '/' && text[4] != '-'))
			continue;
		text[4] = text[7] = '-';
		if (!date_parse(&when, bytes_of(text, 10)))
			continue;
		set_published(d, when);
		return;
	}
}

void
html_byline_date(struct ingest_doc *d, const GumboNode *n,
    const GumboNode *seen)
{
	if (!walk_times(d, n, seen, true) && !walk_times(d, n, seen, false))
		walk_dates(d, n, seen);
}

/* The text that follows the first heading, as far as a date may be there. */
struct behind {
	struct buf text;
	bool begun;
};

static void
walk_behind(struct behind *h, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (h->text.n >= DATED_MAX)
		return;
	if (e == NULL) {
		if (h->begun)
			html_text(&h->text, n);
		return;
	}
	if (e->tag == GUMBO_TAG_SCRIPT || e->tag == GUMBO_TAG_STYLE)
		return;
	if (html_is(n, GUMBO_TAG_H1)) {
		h->begun = true;
		return;
	}
	buf_put_u8(&h->text, ' ');
	for (unsigned i = 0; i < e->children.length; i++)
		walk_behind(h, e->children.data[i]);
}

void
html_byline_date_behind_title(struct ingest_doc *d, const GumboNode *root)
{
	struct behind h = {.begun = false};

	buf_init(&h.text, 0);
	walk_behind(&h, root);
	if (buf_err(&h.text) == 0)
		date_in_text(d, buf_bytes(&h.text));
	buf_done(&h.text);
}

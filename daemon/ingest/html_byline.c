#include "daemon/ingest/html_byline.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/date.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

#define BYLINE_MAX 160 /* bytes; a longer one is about the author .. */
#define NAME_MAX   64  /* .. as is a name that is no name */
#define DATED_MAX  300 /* bytes that a date is looked for in */
#define NEAR       4   /* levels around the article that are its surroundings */
#define N_OF(a)    (sizeof(a) / sizeof((a)[0]))

static bool
has_part(const char *value, const char *const *parts, size_t n)
{
	for (size_t i = 0; value != NULL && i < n; i++)
		if (strcasestr(value, parts[i]) != NULL)
			return true;
	return false;
}

/* How surely an element names an author; 0: not at all. */
static int
author_rank(const GumboNode *n)
{
	static const char *const names[] = {
	    "byline", "author", "writtenby", "autor", "auteur", "journalist"};
	static const char *const not [] = {"bio", "image", "photo", "avatar",
	    "img", "comment", "follow", "more", "twitter", "social", "box",
	    "description", "about", "profile", "authority", "card", "date",
	    "title", "job", "role"};
	static const char *const author[] = {"author", "creator"};
	static const char *const fn[] = {"fn"};
	/* Where the pages of authors are. */
	static const char *const pages[] = {"/author/", "/authors/", "/autor/",
	    "/autori/", "/autoren/", "/auteur/", "/auteurs/", "/by/",
	    "/people/", "/journalist/", "/staff/", "/profile/"};
	const char *class = html_attribute(n, "class");
	const char *id = html_attribute(n, "id");
	const char *rel = html_attribute(n, "rel");

	if (has_part(html_attribute(n, "itemprop"), author, 1) ||
	    (rel != NULL && strcasecmp(rel, "author") == 0))
		return 4;
	if (has_part(class, not, N_OF(not )) || has_part(id, not, N_OF(not )))
		return 0;
	if (has_part(class, names, N_OF(names)) ||
	    has_part(id, names, N_OF(names)))
		return 3;
	if (html_is(n, GUMBO_TAG_A) &&
	    has_part(html_attribute(n, "href"), pages, N_OF(pages)))
		return 2;
	return class != NULL && strcmp(class, fn[0]) == 0 ? 1 : 0;
}

/* Inside, a name alone may be marked. */
static const GumboNode *
find_name(const GumboNode *n)
{
	const GumboElement *e = html_element(n);
	const char *prop;

	if (e == NULL)
		return NULL;
	prop = html_attribute(n, "itemprop");
	if (prop != NULL && strcmp(prop, "name") == 0)
		return n;
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found = find_name(e->children.data[i]);

		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The only link in a byline, if it is two words or more: the author, not "Follow". */
static const GumboNode *
find_link(const GumboNode *n, size_t *count)
{
	const GumboNode *last = NULL;
	const GumboElement *e = html_element(n);
	struct buf raw, b;

	if (e == NULL)
		return NULL;
	if (e->tag == GUMBO_TAG_A) {
		buf_init(&raw, 0);
		buf_init(&b, 0);
		html_text(&raw, n);
		scribe_tidy(&b, buf_bytes(&raw));
		*count += b.n > 0;
		if (b.n > 0 && b.n <= NAME_MAX && memchr(b.p, ' ', b.n) != NULL)
			last = n;
		buf_done(&raw);
		buf_done(&b);
		return last;
	}
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found = find_link(e->children.data[i], count);

		last = found != NULL ? found : last;
	}
	return last;
}

static const GumboNode *
find_author(const GumboNode *n)
{
	const GumboNode *name = find_name(n), *link;
	size_t count = 0;

	if (name != NULL)
		return name;
	link = find_link(n, &count);
	return link != NULL && count == 1 ? link : n;
}

void
html_byline_author(struct ingest_doc *d, const GumboNode *n)
{
	struct buf raw, b;
	struct bytes s;

	buf_init(&raw, 0);
	buf_init(&b, 0);
	html_text(&raw, find_author(n));
	scribe_tidy(&b, buf_bytes(&raw));
	s = buf_bytes(&b);
	if (s.n > 0 && s.n <= BYLINE_MAX) {
		meta_set(d, META_AUTHOR, s);
	}
	buf_done(&raw);
	buf_done(&b);
}

/* The first of the surest; what it holds is not looked at again. */
static bool
walk_authors(struct ingest_doc *d, const GumboNode *n, int rank)
{
	const GumboElement *e = html_element(n);

	if (e == NULL || e->tag == GUMBO_TAG_SCRIPT ||
	    e->tag == GUMBO_TAG_HEAD || e->tag == GUMBO_TAG_ASIDE)
		return false;
	if (e->tag != GUMBO_TAG_BODY && e->tag != GUMBO_TAG_HTML &&
	    e->tag != GUMBO_TAG_META && author_rank(n) == rank)
		html_byline_author(d, n);
	if (d->n_author > 0)
		return true;
	for (unsigned i = 0; i < e->children.length; i++)
		if (walk_authors(d, e->children.data[i], rank))
			return true;
	return false;
}

static bool
take_time(struct ingest_doc *d, const GumboNode *n)
{
	static const char *const names[] = {"datetime", "content"};
	int64_t when;

	for (size_t i = 0; i < 2; i++) {
		const char *v = html_attribute(n, names[i]);

		if (v != NULL && date_parse(&when, bytes_str(v))) {
			d->has_published = true;
			d->published = when;
			return true;
		}
	}
	return false;
}

/* A <time> that is marked as the publication's, or, if none is, the first. */
static bool
walk_times(struct ingest_doc *d, const GumboNode *n, bool marked)
{
	static const char *const names[] = {"publish", "pubdate", "created",
	    "entry-date", "dateline", "timestamp"};
	const GumboElement *e = html_element(n);
	bool is;

	if (e == NULL)
		return false;
	is = has_part(html_attribute(n, "itemprop"), names, 2) ||
	     (e->tag == GUMBO_TAG_TIME &&
		 (!marked || html_attribute(n, "pubdate") != NULL ||
		     has_part(html_attribute(n, "class"), names, N_OF(names))));
	if (is && take_time(d, n))
		return true;
	for (unsigned i = 0; i < e->children.length; i++)
		if (walk_times(d, e->children.data[i], marked))
			return true;
	return false;
}

static void
set_published(struct ingest_doc *d, int64_t when)
{
	d->has_published = true;
	d->published = when;
}

/* Where 5/31/2024 is the last of May. */
static bool
is_month_first(const struct ingest_doc *d)
{
	return d->lang == NULL || strncasecmp(d->lang, "en", 2) == 0;
}

/* "/2024/05/31/" in the address of a page. */
static bool
date_in_address(struct ingest_doc *d, struct bytes at)
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
		return true;
	}
	return false;
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
walk_dates(struct ingest_doc *d, const GumboNode *n)
{
	static const char *const names[] = {"date", "datum", "fecha", "publi",
	    "posted", "created", "time", "data", "tarih", "meta", "byline",
	    "info", "dato", "datetime"};
	const GumboElement *e = html_element(n);
	struct buf raw, b;
	bool found = false;

	if (e == NULL || e->tag == GUMBO_TAG_SCRIPT || e->tag == GUMBO_TAG_HEAD)
		return false;
	if (e->tag != GUMBO_TAG_BODY && e->tag != GUMBO_TAG_HTML &&
	    (has_part(html_attribute(n, "class"), names, N_OF(names)) ||
		has_part(html_attribute(n, "id"), names, N_OF(names)))) {
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
		found = walk_dates(d, e->children.data[i]);
	return found;
}

static void
take_from(struct ingest_doc *d, const GumboNode *n)
{
	for (int rank = 4; rank > 0 && d->n_author == 0; rank--)
		walk_authors(d, n, rank);
	if (!d->has_published && !walk_times(d, n, true) &&
	    !walk_times(d, n, false))
		walk_dates(d, n);
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

static void
date_behind_title(struct ingest_doc *d, const GumboNode *root)
{
	struct behind h = {.begun = false};

	buf_init(&h.text, 0);
	walk_behind(&h, root);
	if (buf_err(&h.text) == 0)
		date_in_text(d, buf_bytes(&h.text));
	buf_done(&h.text);
}

void
html_byline(struct ingest_doc *d, const GumboNode *root,
    const GumboNode *article, struct bytes at)
{
	if (!d->has_published)
		date_in_address(d,
		    d->address != NULL ? bytes_str(d->address) : at);
	for (int level = 0; level < NEAR && article != root; level++) {
		take_from(d, article);
		article = article->parent;
	}
	take_from(d, root);
	if (!d->has_published)
		date_behind_title(d, root);
	if (d->n_author == 0 && d->house != NULL)
		meta_set(d, META_AUTHOR, bytes_str(d->house));
}

#include "daemon/ingest/html_byline.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/date.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

#define BYLINE_MAX 160 /* bytes; a longer one is about the author .. */
#define NAME_MAX   64  /* .. as is a name that is no name */
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

/* "By", as it stands before names. */
static struct bytes
without_by(struct bytes s)
{
	static const char *const words[] = {"by ", "by: ", "written by ",
	    "posted by ", "von ", "par ", "por ", "di ", "door ", "af ",
	    "autor: ", "author: ", "text: ", "текст: ", "автор: ", "автор ",
	    "作者：", "作者:", "文/", "文／", "記者", "بقلم ", "نویسنده: "};

	for (size_t i = 0; i < N_OF(words); i++) {
		size_t n = strlen(words[i]);

		if (s.n > n && strncasecmp((const char *)s.p, words[i], n) == 0)
			return bytes_of(s.p + n, s.n - n);
	}
	return s;
}

/* What follows the names: a date, a paper, "Updated". */
static struct bytes
names_only(struct bytes s)
{
	static const char *const ends[] = {" | ", " • ", " · ", " - ", " – ",
	    " — ", " @", " on ", " updated", " published", " (", " / "};

	for (size_t i = 0; i < s.n; i++) {
		bool end = s.p[i] >= '0' && s.p[i] <= '9';

		for (size_t k = 0; k < N_OF(ends) && !end; k++) {
			size_t n = strlen(ends[k]);

			end =
			    i > 0 && s.n - i >= n &&
			    strncasecmp((const char *)s.p + i, ends[k], n) == 0;
		}
		if (end) {
			s.n = i;
			break;
		}
	}
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == ',' ||
			      s.p[s.n - 1] == ':'))
		s.n--;
	return s;
}

static void
set_name(struct ingest_doc *d, struct bytes s)
{
	if (s.n > 1 && s.n <= NAME_MAX)
		meta_set(d, META_AUTHOR, s);
}

/* Two names with a word between them are two. */
static void
set_names(struct ingest_doc *d, struct bytes s)
{
	static const char *const ands[] = {
	    " and ", " und ", " et ", " y ", " e ", " и ", " & ", " و "};

	for (size_t i = 0; i < s.n; i++)
		for (size_t k = 0; k < N_OF(ands); k++) {
			size_t n = strlen(ands[k]);

			if (s.n - i <= n || memcmp(s.p + i, ands[k], n) != 0)
				continue;
			set_name(d, bytes_of(s.p, i));
			set_names(d, bytes_of(s.p + i + n, s.n - i - n));
			return;
		}
	set_name(d, s);
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
		s = names_only(without_by(s));
		if (s.n > 1)
			set_names(d, s);
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
take_from(struct ingest_doc *d, const GumboNode *n)
{
	for (int rank = 4; rank > 0 && d->n_author == 0; rank--)
		walk_authors(d, n, rank);
	if (!d->has_published && !walk_times(d, n, true))
		walk_times(d, n, false);
}

void
html_byline(struct ingest_doc *d, const GumboNode *root,
    const GumboNode *article)
{
	for (int level = 0; level < NEAR && article != root; level++) {
		take_from(d, article);
		article = article->parent;
	}
	take_from(d, root);
}

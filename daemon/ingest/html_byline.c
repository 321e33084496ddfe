#include "daemon/ingest/html_byline.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/html_byline_inner.h"
#include "daemon/ingest/html_line.h"
#include "daemon/ingest/html_marks.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

#define BYLINE_MAX 160 /* bytes; a longer one is about the author .. */
#define NAME_MAX   64  /* .. as is a name that is no name */
#define HOUSE_MIN  4   /* bytes of a paper's name that others begin with */
#define NEAR       4   /* levels around the article that are its surroundings */
#define RANKS      4
#define CLUES_MAX  256 /* of a page, to its authors */
#define N_OF(a)    (sizeof(a) / sizeof((a)[0]))

/* True if |href| is the page of one author: no list of them, and no licence. */
static bool
is_page_of_author(const char *href)
{
	static const char *const pages[] = {"/author/", "/authors/", "/autor/",
	    "/autori/", "/autoren/", "/auteur/", "/auteurs/", "/by/",
	    "/people/", "/journalist/", "/staff/", "/profile/"};

	for (size_t i = 0; href != NULL && i < N_OF(pages); i++) {
		const char *at = strcasestr(href, pages[i]);

		if (at == NULL || strcasestr(href, "/licenses/") != NULL)
			continue;
		at += strlen(pages[i]);
		if (*at != '\0' && strcspn(at, "/") + 1 >= strlen(at))
			return true;
	}
	return false;
}

/* How surely an element names an author; 0: not at all. */
static int
author_rank(const struct marks *m)
{
	static const char *const names[] = {"byline", "author", "writtenby",
	    "autor", "auteur", "journalist", " writer ", "posted-by",
	    "postedby", "post-by ", " reporter ", " redakteur "};
	static const char *const not [] = {"bio", "image", "photo", "avatar",
	    "img", "comment", "follow", "more", "twitter", "social", "box",
	    "description", "about", "profile", "authori", "autoriz", "autoryz",
	    "related", "reviews", "warning", "card", "date", "title", "job",
	    "role", "headline"};
	static const char *const author[] = {"author"};
	static const char *const comment[] = {"comment"};

	if (names_have(&m->names, comment, 1))
		return 0;
	if (names_have(&m->prop, author, 1) ||
	    (m->rel != NULL && strcasecmp(m->rel, "author") == 0))
		return 4;
	if (names_have(&m->names, names, N_OF(names)))
		return names_have(&m->names, not, N_OF(not )) ? 0 : 3;
	if (m->tag == GUMBO_TAG_A && is_page_of_author(m->href))
		return names_have(&m->names, not, N_OF(not )) ? 0 : 2;
	return m->class != NULL && strcmp(m->class, "fn") == 0 ? 1 : 0;
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

/* "The Paper on May 31": no more than it is known for. */
static bool
begins_with_house(const struct ingest_doc *d, const char *name)
{
	size_t n = d->house != NULL ? strlen(d->house) : 0;

	return n >= HOUSE_MIN && strncmp(name, d->house, n) == 0 &&
	       name[n] == ' ';
}

/* Beside persons the paper is the one they work for; alone it may be a blogger's name. */
static void
drop_house(struct ingest_doc *d, size_t from)
{
	size_t persons = 0;

	for (size_t i = from; i < d->n_author; i++) {
		if (begins_with_house(d, d->author[i]))
			d->author[i][strlen(d->house)] = '\0';
		persons += !imprint_is(&d->imprint, bytes_str(d->author[i]));
	}
	if (persons > 0)
		meta_part_house(d, from);
}

void
html_byline_author(struct ingest_doc *d, const GumboNode *n)
{
	size_t from = d->n_author;
	struct buf line;

	buf_init(&line, 0);
	html_line(&line, find_author(n));
	if (buf_err(&line) == 0 && line.n > 0 && line.n <= BYLINE_MAX) {
		meta_set(d, META_AUTHOR, buf_bytes(&line));
		drop_house(d, from);
	}
	buf_done(&line);
}

/* What may name authors, in the order of the page. */
struct clues {
	const GumboNode *node[CLUES_MAX];
	int rank[CLUES_MAX];
	size_t n;
};

/* All below |n|, but not in |seen|. */
static void
walk_authors(struct clues *c, const GumboNode *n, const GumboNode *seen)
{
	const GumboElement *e = html_element(n);
	struct marks m;
	int rank = 0;

	if (e == NULL || n == seen || c->n == CLUES_MAX ||
	    e->tag == GUMBO_TAG_SCRIPT || e->tag == GUMBO_TAG_HEAD ||
	    e->tag == GUMBO_TAG_ASIDE || e->tag == GUMBO_TAG_NAV)
		return;
	if (html_marks(&m, e)) {
		if (html_marks_comments(&m))
			return;
		if (e->tag != GUMBO_TAG_BODY && e->tag != GUMBO_TAG_HTML &&
		    e->tag != GUMBO_TAG_META)
			rank = author_rank(&m);
	}
	if (rank > 0) {
		c->node[c->n] = n;
		c->rank[c->n++] = rank;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		walk_authors(c, e->children.data[i], seen);
}

/* The first of the surest. */
static void
take_authors(struct ingest_doc *d, const GumboNode *n, const GumboNode *seen)
{
	struct clues c = {.n = 0};

	walk_authors(&c, n, seen);
	for (int rank = RANKS; rank > 0; rank--)
		for (size_t i = 0; i < c.n && d->n_author == 0; i++)
			if (c.rank[i] == rank)
				html_byline_author(d, c.node[i]);
}

static void
take_said(struct ingest_doc *d, const GumboNode *n, const GumboNode *seen)
{
	const GumboNode *said = html_byline_said(n, seen);

	if (said != NULL)
		html_byline_author(d, said);
}

/* What is missing, from all below |n| but not |seen|, where it is not. */
static void
take_from(struct dating *g, const GumboNode *n, const GumboNode *seen)
{
	struct ingest_doc *d = g->d;

	if (d->n_author == 0)
		take_authors(d, n, seen);
	if (d->n_author == 0)
		take_said(d, n, seen);
	if (!d->has_published)
		html_byline_date(g, n, seen);
}

void
html_byline(struct ingest_doc *d, const GumboNode *root,
    const GumboNode *article, struct bytes at)
{
	struct dating g = dating_of(d, at);
	const GumboNode *seen = NULL;

	if (!d->has_published)
		html_byline_date_in_address(&g,
		    d->address != NULL ? bytes_str(d->address) : at);
	for (int level = 0; level < NEAR && article != root; level++) {
		take_from(&g, article, seen);
		seen = article;
		article = article->parent;
	}
	take_from(&g, root, seen);
	if (!d->has_published)
		html_byline_date_by_title(&g, root);
	if (d->n_author == 0 && d->house != NULL)
		meta_set(d, META_HOUSE, bytes_str(d->house));
}

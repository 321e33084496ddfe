#include "daemon/ingest/html_said.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/ingest/scribe.h"

#define KEYS    4
#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

/* Which names of <meta> say what, the most telling first. */
static const struct {
	const char *name;
	enum meta_field field;
} metas[] = {
    {"quire:name", META_NAME},
    {"parsely-title", META_TITLE},
    {"dc:title", META_TITLE},
    {"dcterms:title", META_TITLE},
    {"og:title", META_TITLE},
    {"twitter:title", META_TITLE},
    {"citation_title", META_TITLE},
    {"sailthru:title", META_TITLE},
    {"dc:creator", META_AUTHOR},
    {"dcterms:creator", META_AUTHOR},
    {"citation_author", META_AUTHOR},
    {"author", META_AUTHOR},
    {"parsely-author", META_AUTHOR},
    {"article:author", META_AUTHOR},
    {"article:author_name", META_AUTHOR},
    {"sailthru:author", META_AUTHOR},
    {"byl", META_AUTHOR},
    {"byline", META_AUTHOR},
    {"article_author", META_AUTHOR},
    {"articleauthor", META_AUTHOR},
    {"og:article:author", META_AUTHOR},
    {"og:author", META_AUTHOR},
    {"cxenseparse:author", META_AUTHOR},
    {"shareaholic:article_author_name", META_AUTHOR},
    {"twitter:data1", META_AUTHOR},
    {"date", META_PUBLISHED},
    {"article:published_time", META_PUBLISHED},
    {"article:published", META_PUBLISHED},
    {"og:article:published_time", META_PUBLISHED},
    {"parsely-pub-date", META_PUBLISHED},
    {"sailthru:date", META_PUBLISHED},
    {"dc:date:issued", META_PUBLISHED},
    {"dcterms:issued", META_PUBLISHED},
    {"dc:date", META_PUBLISHED},
    {"dcterms:created", META_PUBLISHED},
    {"dcterms:date", META_PUBLISHED},
    {"pubdate", META_PUBLISHED},
    {"publishdate", META_PUBLISHED},
    {"publish_date", META_PUBLISHED},
    {"publish-date", META_PUBLISHED},
    {"published_at", META_PUBLISHED},
    {"pub_date", META_PUBLISHED},
    {"datepublished", META_PUBLISHED},
    {"article_date_original", META_PUBLISHED},
    {"originalpublicationdate", META_PUBLISHED},
    {"cxenseparse:recs:publishtime", META_PUBLISHED},
    {"cxenseparse:publishtime", META_PUBLISHED},
    {"cxenseparse:recs:published_time", META_PUBLISHED},
    {"published", META_PUBLISHED},
    {"published_time", META_PUBLISHED},
    {"og:published_time", META_PUBLISHED},
    {"og:article:published", META_PUBLISHED},
    {"published-date", META_PUBLISHED},
    {"published_date", META_PUBLISHED},
    {"publisheddate", META_PUBLISHED},
    {"publication_date", META_PUBLISHED},
    {"publication-date", META_PUBLISHED},
    {"publicationdate", META_PUBLISHED},
    {"content:publishdate", META_PUBLISHED},
    {"og:pubdate", META_PUBLISHED},
    {"og:release_date", META_PUBLISHED},
    {"dc:created", META_PUBLISHED},
    {"dc:date:created", META_PUBLISHED},
    {"article:created", META_PUBLISHED},
    {"prism:publicationdate", META_PUBLISHED},
    {"citation_publication_date", META_PUBLISHED},
    {"citation_date", META_PUBLISHED},
    {"date:created", META_PUBLISHED},
    {"datecreated", META_PUBLISHED},
    {"article:modified_time", META_UPDATED},
    {"article:modified", META_UPDATED},
    {"og:article:modified_time", META_UPDATED},
    {"og:updated_time", META_UPDATED},
    {"last-modified", META_UPDATED},
    {"datemodified", META_UPDATED},
    {"dcterms:modified", META_UPDATED},
    {"og:url", META_ADDRESS},
    {"description", META_SUMMARY},
    {"og:description", META_SUMMARY},
    {"dc:description", META_SUMMARY},
    {"dcterms:description", META_SUMMARY},
    {"twitter:description", META_SUMMARY},
    {"sailthru:description", META_SUMMARY},
    {"article:section", META_SECTION},
    {"og:article:section", META_SECTION},
    {"articlesection", META_SECTION},
    {"parsely-section", META_SECTION},
    {"prism:section", META_SECTION},
    {"og:section", META_SECTION},
    {"keywords", META_TAGS},
    {"article:tag", META_TAGS},
    {"news_keywords", META_TAGS},
    {"content-language", META_LANG},
    {"og:locale", META_LANG},
    {"inlanguage", META_LANG},
    {"dc:language", META_LANG},
    {"dcterms:language", META_LANG},
};

/* "DC.title" and "dc:title" are one; a value may hold several, between spaces. */
static bool
names_it(const char *value, const char *name)
{
	while (*value != '\0') {
		const char *n = name;

		value += *value == ' ';
		while (*n != '\0' &&
		       (*n == ':' ? *value == ':' || *value == '.'
				  : (*value | 0x20) == *n || *value == *n)) {
			n++;
			value++;
		}
		if (*n == '\0' && (*value == '\0' || *value == ' '))
			return true;
		while (*value != '\0' && *value != ' ')
			value++;
	}
	return false;
}

/* Authors are sometimes given as the address of their page. */
static bool
says_something(enum meta_field f, const char *value)
{
	if (value == NULL || value[strspn(value, " ")] == '\0')
		return false;
	return f != META_AUTHOR || strncasecmp(value, "http", 4) != 0;
}

/* What a card on Twitter has a label for: the author, or how long one reads, or a price. */
static bool
is_label_of_author(const char *label)
{
	static const char *const labels[] = {"Written by", "Verfasst von",
	    "Geschrieben von", "Écrit par", "Escrito por", "Scritto da",
	    "Geschreven door", "Skrevet af", "Skrevet av", "Skriven av",
	    "Napisane przez", "Написано автором", "Автор", "Ditulis oleh",
	    "Yazan", "Kirjoittaja", "Szerző:", "Scris de", "作者", "執筆者",
	    "글쓴이", "كُتب بواسطة", "נכתב על ידי", "Συντάχθηκε από",
	    "Được viết bởi"};

	for (size_t i = 0; label != NULL && i < N_OF(labels); i++)
		if (strcasecmp(label, labels[i]) == 0)
			return true;
	return false;
}

/* The attributes that name what a <meta> says, the most telling first; and what that is. */
struct meta {
	const char *key[KEYS], *content;
};

static struct meta
read_meta(const GumboElement *e)
{
	static const char *const keys[KEYS] = {
	    "property", "name", "itemprop", "http-equiv"};
	struct meta m = {.content = NULL};

	for (unsigned i = 0; i < e->attributes.length; i++) {
		const GumboAttribute *a = e->attributes.data[i];

		if (strcmp(a->name, "content") == 0)
			m.content = a->value;
		for (size_t k = 0; k < KEYS; k++)
			if (strcmp(a->name, keys[k]) == 0)
				m.key[k] = a->value;
	}
	return m;
}

static void
add(struct html_head *h, const char *key, unsigned k, const char *value)
{
	for (unsigned i = 0; i < N_OF(metas); i++) {
		const char *name = metas[i].name;

		if (h->n_said == HTML_SAID_MAX || !names_it(key, name) ||
		    !says_something(metas[i].field, value))
			continue;
		h->said[h->n_said] = (struct html_said){metas[i].field,
		    i * KEYS + k,
		    strncmp(name, "dc", 2) == 0 || strncmp(name, "cit", 3) == 0,
		    value, h->n_said};
		h->n_said++;
	}
}

static void
add_meta(struct html_head *h, const GumboElement *e, const char **label)
{
	struct meta m = read_meta(e);

	for (unsigned k = 0; k < KEYS; k++) {
		const char *key = m.key[k];

		if (key == NULL || m.content == NULL)
			continue;
		if (strcasecmp(key, "twitter:label1") == 0)
			*label = m.content;
		if (strcasecmp(key, "twitter:data1") == 0 &&
		    !is_label_of_author(*label))
			continue;
		if (k == 0 && h->site == NULL &&
		    names_it(key, "og:site_name") &&
		    says_something(META_TITLE, m.content))
			h->site = m.content;
		add(h, key, k, m.content);
	}
}

static void
put_title(struct html_head *h, const GumboNode *n)
{
	struct buf raw;

	buf_init(&raw, 0);
	html_text(&raw, n);
	scribe_tidy(&h->title, buf_bytes(&raw));
	buf_done(&raw);
}

/* Pages that are not well formed have them in their body. */
static void
walk(struct html_head *h, const GumboNode *n, const char **label, bool *titled)
{
	const GumboElement *e = html_element(n);
	const char *type;

	if (e == NULL)
		return;
	if (e->tag == GUMBO_TAG_META)
		add_meta(h, e, label);
	if (e->tag == GUMBO_TAG_TITLE && !*titled) {
		*titled = true;
		put_title(h, n);
	}
	if (e->tag == GUMBO_TAG_SCRIPT && h->n_script < HTML_SCRIPTS_MAX) {
		type = html_attribute(n, "type");
		if (type != NULL &&
		    strncasecmp(type, "application/ld+json", 19) == 0)
			h->script[h->n_script++] = n;
	}
	for (unsigned i = 0; i < e->children.length; i++)
		walk(h, e->children.data[i], label, titled);
}

static int
by_rank(const void *a, const void *b)
{
	const struct html_said *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void
html_said(struct html_head *h, const GumboNode *root)
{
	const char *label = NULL;
	bool titled = false;

	h->n_said = h->n_script = 0;
	h->site = NULL;
	buf_init(&h->title, 0);
	walk(h, root, &label, &titled);
	qsort(h->said, h->n_said, sizeof(h->said[0]), by_rank);
}

void
html_said_done(struct html_head *h)
{
	buf_done(&h->title);
}

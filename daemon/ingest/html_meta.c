#include "daemon/ingest/html_meta.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/extract/page.h"
#include "daemon/ingest/address.h"
#include "daemon/ingest/html_ld.h"
#include "daemon/ingest/html_title.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

const GumboElement *
html_element(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT ? &n->v.element : NULL;
}

bool
html_is(const GumboNode *n, GumboTag tag)
{
	return n->type == GUMBO_NODE_ELEMENT && n->v.element.tag == tag &&
	       n->v.element.tag_namespace == GUMBO_NAMESPACE_HTML;
}

const char *
html_attribute(const GumboNode *n, const char *name)
{
	const GumboAttribute *a =
	    gumbo_get_attribute(&n->v.element.attributes, name);

	return a != NULL ? a->value : NULL;
}

const GumboNode *
html_find(const GumboNode *n, GumboTag tag)
{
	const GumboElement *e = html_element(n);

	if (e == NULL)
		return NULL;
	if (html_is(n, tag))
		return n;
	for (unsigned i = 0; i < e->children.length; i++) {
		const GumboNode *found = html_find(e->children.data[i], tag);

		if (found != NULL)
			return found;
	}
	return NULL;
}

void
html_text(struct buf *dst, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE)
		buf_put_str(dst, n->v.text.text);
	if (e == NULL || e->tag == GUMBO_TAG_SCRIPT ||
	    e->tag == GUMBO_TAG_STYLE)
		return;
	if (e->tag == GUMBO_TAG_BR)
		buf_put_u8(dst, ' ');
	for (unsigned i = 0; i < e->children.length; i++)
		html_text(dst, e->children.data[i]);
}

bool
html_text_within(struct buf *dst, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (n->type == GUMBO_NODE_TEXT)
		buf_put_str(dst, n->v.text.text);
	if (n->type == GUMBO_NODE_WHITESPACE ||
	    (e != NULL && e->tag == GUMBO_TAG_BR))
		buf_put_u8(dst, ' ');
	if (e == NULL || page_is_never_text(e->tag))
		return buf_err(dst) == 0;
	for (unsigned i = 0; i < e->children.length; i++)
		if (!html_text_within(dst, e->children.data[i]))
			return false;
	return true;
}

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
    {"dc:creator", META_AUTHOR},
    {"dcterms:creator", META_AUTHOR},
    {"author", META_AUTHOR},
    {"parsely-author", META_AUTHOR},
    {"article:author", META_AUTHOR},
    {"article:author_name", META_AUTHOR},
    {"sailthru:author", META_AUTHOR},
    {"byl", META_AUTHOR},
    {"date", META_PUBLISHED},
    {"article:published_time", META_PUBLISHED},
    {"article:published", META_PUBLISHED},
    {"parsely-pub-date", META_PUBLISHED},
    {"sailthru:date", META_PUBLISHED},
    {"dc:date:issued", META_PUBLISHED},
    {"dc:date", META_PUBLISHED},
    {"dcterms:created", META_PUBLISHED},
    {"dcterms:date", META_PUBLISHED},
    {"pubdate", META_PUBLISHED},
    {"publishdate", META_PUBLISHED},
    {"publish_date", META_PUBLISHED},
    {"datepublished", META_PUBLISHED},
    {"article:modified_time", META_UPDATED},
    {"article:modified", META_UPDATED},
    {"og:updated_time", META_UPDATED},
    {"last-modified", META_UPDATED},
    {"datemodified", META_UPDATED},
    {"og:url", META_ADDRESS},
    {"description", META_SUMMARY},
    {"og:description", META_SUMMARY},
    {"dc:description", META_SUMMARY},
    {"article:section", META_SECTION},
    {"keywords", META_TAGS},
    {"article:tag", META_TAGS},
    {"news_keywords", META_TAGS},
    {"content-language", META_LANG},
    {"og:locale", META_LANG},
};
#define N_METAS   (sizeof(metas) / sizeof(metas[0]))
#define METAS_MAX 256 /* of a page that are looked at */

struct meta_list {
	const GumboNode *node[METAS_MAX];
	size_t n;
};

/* Pages that are not well formed have them in their body. */
static void
list_metas(struct meta_list *l, const GumboNode *n)
{
	const GumboElement *e = html_element(n);

	if (e == NULL)
		return;
	if (html_is(n, GUMBO_TAG_META) && l->n < METAS_MAX)
		l->node[l->n++] = n;
	for (unsigned i = 0; i < e->children.length; i++)
		list_metas(l, e->children.data[i]);
}

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

static void
take_metas(struct ingest_doc *d, const struct meta_list *l, size_t which)
{
	static const char *const keys[] = {
	    "property", "name", "itemprop", "http-equiv"};
	enum meta_field f = metas[which].field;

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t i = 0; i < l->n; i++) {
			const char *key = html_attribute(l->node[i], keys[k]);
			const char *v;

			if (key == NULL || !names_it(key, metas[which].name))
				continue;
			v = html_attribute(l->node[i], "content");
			if (!says_something(f, v))
				continue;
			if (f == META_AUTHOR)
				take_author(d, bytes_str(v));
			else
				meta_set(d, f, bytes_str(v));
		}
}

/* What the site calls itself, or NULL. */
static const char *
site_name(const struct meta_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *key = html_attribute(l->node[i], "property");
		const char *v = html_attribute(l->node[i], "content");

		if (key != NULL && names_it(key, "og:site_name") &&
		    says_something(META_TITLE, v))
			return v;
	}
	return NULL;
}

/* Who publishes it; |d| knows its address by now. */
static void
read_imprint(struct ingest_doc *d, const GumboNode *root, const char *site,
    struct bytes at)
{
	const GumboNode *title = html_find(root, GUMBO_TAG_TITLE);
	struct imprint *m = &d->imprint;
	struct buf raw, line;

	buf_init(&raw, 0);
	buf_init(&line, 0);
	if (site != NULL)
		imprint_add(m, bytes_str(site));
	if (title != NULL)
		html_text(&raw, title);
	scribe_tidy(&line, buf_bytes(&raw));
	if (d->address != NULL)
		at = bytes_str(d->address);
	imprint_add_host(m, address_host(at));
	if (d->house != NULL)
		imprint_add(m, bytes_str(d->house));
	imprint_add_title(m, buf_bytes(&line));
	buf_done(&line);
	buf_done(&raw);
}

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

static void
take_all(struct ingest_doc *d, const struct meta_list *l)
{
	bool knows[META_NOTE + 1] = {
	    [META_AUTHOR] = d->n_author > 0, [META_TAGS] = d->n_tag > 0};

	for (size_t i = 0; i < N_METAS; i++) {
		if (knows[metas[i].field])
			continue;
		take_metas(d, l, i);
		knows[META_AUTHOR] = d->n_author > 0;
		knows[META_TAGS] = d->n_tag > 0;
	}
}

void
html_meta(struct ingest_doc *d, const GumboNode *root, struct bytes at)
{
	const char *lang = html_attribute(root, "lang"), *address, *site;
	bool knows_title = d->title != NULL;
	size_t n_author = d->n_author;
	struct meta_list list = {.n = 0};

	if (lang != NULL && lang[0] != '\0')
		meta_set(d, META_LANG, bytes_str(lang));
	address = html_canonical(root);
	if (address != NULL)
		meta_set(d, META_ADDRESS, bytes_str(address));
	list_metas(&list, root);
	site = site_name(&list);
	html_ld(d, root);
	read_imprint(d, root, site, at);
	meta_part_house(d, n_author);
	take_all(d, &list);
	if (d->house == NULL && site != NULL)
		d->house = strdup(site);
	html_title(d, root, knows_title);
	if (!knows_title && d->title != NULL)
		d->title[imprint_cut(&d->imprint, bytes_str(d->title)).n] =
		    '\0';
}

#include "daemon/html_meta.h"

#include <stdlib.h>
#include <strings.h>

#include "daemon/meta.h"
#include "daemon/scribe.h"

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
	if (e == NULL || e->tag == GUMBO_TAG_SCRIPT || e->tag == GUMBO_TAG_STYLE)
		return;
	if (e->tag == GUMBO_TAG_BR)
		buf_put_u8(dst, ' ');
	for (unsigned i = 0; i < e->children.length; i++)
		html_text(dst, e->children.data[i]);
}

/* Which names of <meta> say what, the most telling first. */
static const struct {
	const char *name;
	enum meta_field field;
} metas[] = {
    {"quire:name", META_NAME},
    {"og:title", META_TITLE},
    {"author", META_AUTHOR},
    {"article:author", META_AUTHOR},
    {"dc.creator", META_AUTHOR},
    {"date", META_PUBLISHED},
    {"article:published_time", META_PUBLISHED},
    {"dc.date", META_PUBLISHED},
    {"dcterms.created", META_PUBLISHED},
    {"pubdate", META_PUBLISHED},
    {"datepublished", META_PUBLISHED},
    {"article:modified_time", META_UPDATED},
    {"og:updated_time", META_UPDATED},
    {"last-modified", META_UPDATED},
    {"datemodified", META_UPDATED},
    {"og:url", META_ADDRESS},
    {"description", META_SUMMARY},
    {"og:description", META_SUMMARY},
    {"article:section", META_SECTION},
    {"keywords", META_TAGS},
    {"article:tag", META_TAGS},
    {"news_keywords", META_TAGS},
    {"content-language", META_LANG},
    {"og:locale", META_LANG},
};
#define N_METAS (sizeof(metas) / sizeof(metas[0]))

static bool
meta_is(const GumboNode *n, const char *name)
{
	static const char *const keys[] = {
	    "name", "property", "itemprop", "http-equiv"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *v = html_attribute(n, keys[i]);

		if (v != NULL && strcasecmp(v, name) == 0)
			return true;
	}
	return false;
}

/* Authors are sometimes given as the address of their page. */
static bool
says_something(enum meta_field f, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return false;
	return f != META_AUTHOR || strncasecmp(value, "http", 4) != 0;
}

static void
take_metas(struct ingest_doc *d, const GumboNode *head, size_t which)
{
	const GumboVector *c = &head->v.element.children;

	for (unsigned i = 0; i < c->length; i++) {
		const GumboNode *n = c->data[i];
		const char *value;

		if (!html_is(n, GUMBO_TAG_META) || !meta_is(n, metas[which].name))
			continue;
		value = html_attribute(n, "content");
		if (says_something(metas[which].field, value))
			meta_set(d, metas[which].field, bytes_str(value));
	}
}

static const char *
canonical(const GumboNode *head)
{
	const GumboVector *c = &head->v.element.children;

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

static bool
is_bar(const uint8_t *p, size_t n)
{
	static const char *const bars[] = {"- ", "| ", "– ", "— ", "· ", "• ",
	    ": ", "« ", "» ", "/ "};

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		if (n > strlen(bars[i]) &&
		    memcmp(p, bars[i], strlen(bars[i])) == 0)
			return true;
	return false;
}

/* <title> is often "Headline - Newspaper", and <h1> then the headline. */
static void
take_title(struct ingest_doc *d, const GumboNode *root, const GumboNode *title)
{
	const GumboNode *h1 = html_find(root, GUMBO_TAG_H1);
	struct buf t, raw, h;

	buf_init(&t, 0);
	buf_init(&raw, 0);
	buf_init(&h, 0);
	html_text(&raw, title);
	scribe_tidy(&t, buf_bytes(&raw));
	if (h1 != NULL) {
		buf_clear(&raw);
		html_text(&raw, h1);
		scribe_tidy(&h, buf_bytes(&raw));
	}
	if (h.n > 0 && t.n > h.n + 1 && memcmp(t.p, h.p, h.n) == 0 &&
	    is_bar(t.p + h.n + (t.p[h.n] == ' '),
		t.n - h.n - (t.p[h.n] == ' ')))
		meta_set(d, META_TITLE, buf_bytes(&h));
	meta_set(d, META_TITLE, buf_bytes(&t));
	buf_done(&t);
	buf_done(&raw);
	buf_done(&h);
}

void
html_meta(struct ingest_doc *d, const GumboNode *root)
{
	const char *lang = html_attribute(root, "lang"), *address;
	const GumboNode *head = html_find(root, GUMBO_TAG_HEAD), *title;
	bool knows[META_NOTE + 1] = {
	    [META_AUTHOR] = d->n_author > 0, [META_TAGS] = d->n_tag > 0};

	if (lang != NULL && lang[0] != '\0')
		meta_set(d, META_LANG, bytes_str(lang));
	if (head == NULL)
		return;
	address = canonical(head);
	if (address != NULL)
		meta_set(d, META_ADDRESS, bytes_str(address));
	for (size_t i = 0; i < N_METAS; i++) {
		if (knows[metas[i].field])
			continue;
		take_metas(d, head, i);
		knows[META_AUTHOR] = d->n_author > 0;
		knows[META_TAGS] = d->n_tag > 0;
	}
	title = html_find(head, GUMBO_TAG_TITLE);
	if (title != NULL)
		take_title(d, root, title);
}

#include "daemon/ingest/html_ld.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "daemon/ingest/html.h"
#include "daemon/ingest/html_ld_mend.h"
#include "daemon/ingest/html_meta.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/scribe.h"

#define DEPTH_MAX 8

void
html_ld_ready(void)
{
	json_object_seed(0);
}

static bool
ends(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n >= k && strcmp(s + n - k, end) == 0;
}

/* One of the types of |j| ends like one of |names|. */
static bool
has_type(const json_t *j, const char *const *names, size_t n)
{
	const json_t *type = json_object_get(j, "@type");
	const char *s = json_string_value(type);

	for (size_t i = 0; s != NULL && i < n; i++)
		if (ends(s, names[i]))
			return true;
	for (size_t k = 0; k < json_array_size(type); k++) {
		s = json_string_value(json_array_get(type, k));
		for (size_t i = 0; s != NULL && i < n; i++)
			if (ends(s, names[i]))
				return true;
	}
	return false;
}

static bool
is_article(const json_t *j)
{
	static const char *const names[] = {
	    "Article", "Posting", "Report", "NewsStory"};

	return has_type(j, names, 4);
}

/* Or the page that it is on. */
static bool
is_about_page(const json_t *j)
{
	static const char *const names[] = {"WebPage", "ItemPage"};

	return is_article(j) ||
	       (has_type(j, names, 2) &&
		   json_object_get(j, "datePublished") != NULL);
}

/* The first that |is| it in |j|, in the order of the page. */
static const json_t *
find(const json_t *j, bool (*is)(const json_t *j), int depth)
{
	const json_t *found = NULL;

	if (depth > DEPTH_MAX)
		return NULL;
	if (json_is_object(j) && is(j))
		return j;
	for (size_t i = 0; i < json_array_size(j) && found == NULL; i++)
		found = find(json_array_get(j, i), is, depth + 1);
	if (found == NULL && json_is_object(j))
		found = find(json_object_get(j, "@graph"), is, depth + 1);
	return found;
}

/* What |id| stands for elsewhere in the same script. */
static const json_t *
find_id(const json_t *j, const char *id, int depth)
{
	const json_t *found = NULL;
	const char *own = json_string_value(json_object_get(j, "@id"));

	if (depth > DEPTH_MAX)
		return NULL;
	if (own != NULL && strcmp(own, id) == 0 &&
	    json_object_get(j, "name") != NULL)
		return j;
	for (size_t i = 0; i < json_array_size(j) && found == NULL; i++)
		found = find_id(json_array_get(j, i), id, depth + 1);
	if (found == NULL && json_is_object(j))
		found = find_id(json_object_get(j, "@graph"), id, depth + 1);
	return found;
}

static void
set(struct ingest_doc *d, enum meta_field f, const json_t *value)
{
	struct bytes text;
	struct buf plain;

	if (!json_is_string(value) || json_string_length(value) == 0)
		return;
	text = bytes_of(json_string_value(value), json_string_length(value));
	buf_init(&plain, HTML_LD_MAX);
	/* Many write it as HTML. */
	if (memchr(text.p, '&', text.n) != NULL)
		html_plain(&plain, text);
	html_meta_set(d, f, plain.n > 0 ? buf_bytes(&plain) : text);
	buf_done(&plain);
}

/* Each of a list, or the only one. */
static void
set_each(struct ingest_doc *d, enum meta_field f, const json_t *value)
{
	set(d, f, value);
	for (size_t i = 0; i < json_array_size(value); i++)
		set(d, f, json_array_get(value, i));
}

/* A paper or an agency: the author of last resort. */
static bool
is_house(const json_t *author)
{
	const char *type = json_string_value(json_object_get(author, "@type"));

	return type != NULL && strstr(type, "Organization") != NULL;
}

/* What publishes it is no author; a person who does may be both. */
static void
take_publisher(struct ingest_doc *d, const json_t *publisher)
{
	const char *name =
	    json_string_value(json_object_get(publisher, "name"));

	if (name != NULL && is_house(publisher))
		imprint_add(&d->imprint, bytes_str(name));
}

static void
set_author(struct ingest_doc *d, const json_t *top, const json_t *author)
{
	const json_t *name = author;
	const char *id;

	if (json_is_object(author)) {
		name = json_object_get(author, "name");
		id = json_string_value(json_object_get(author, "@id"));
		if (name == NULL && id != NULL)
			name = json_object_get(find_id(top, id, 0), "name");
	}
	if (json_is_array(name))
		name = json_array_get(name, 0);
	if (is_house(author) && d->house == NULL && json_is_string(name))
		d->house = strdup(json_string_value(name));
	else
		set(d, META_AUTHOR, name);
}

/* Some write a description where the headline should be: the page's <title> has
 * the right one. */
static void
set_title(struct ingest_doc *d, const json_t *a, struct bytes title)
{
	const json_t *name = json_object_get(a, "name");
	const json_t *headline = json_object_get(a, "headline");

	if (json_is_string(name) && json_is_string(headline) &&
	    memmem(title.p, title.n, json_string_value(headline),
		json_string_length(headline)) == NULL &&
	    json_string_length(name) <= title.n &&
	    memcmp(title.p, json_string_value(name),
		json_string_length(name)) == 0)
		headline = name;
	set(d, META_TITLE, headline);
	set(d, META_TITLE, name);
}

static void
take(struct ingest_doc *d, const json_t *top, const json_t *a,
    struct bytes title)
{
	const json_t *author = json_object_get(a, "author");
	bool knows_author = d->n_author > 0, knows_tags = d->n_tag > 0;
	const char *told = json_string_value(json_object_get(a, "articleBody"));

	if (d->told == NULL && told != NULL)
		d->told = strdup(told);
	take_publisher(d, json_object_get(a, "publisher"));
	set_title(d, a, title);
	set(d, META_PUBLISHED, json_object_get(a, "datePublished"));
	set(d, META_UPDATED, json_object_get(a, "dateModified"));
	set_each(d, META_SECTION, json_object_get(a, "articleSection"));
	set(d, META_LANG, json_object_get(a, "inLanguage"));
	if (!knows_tags)
		set_each(d, META_TAGS, json_object_get(a, "keywords"));
	if (knows_author)
		return;
	if (!json_is_array(author))
		set_author(d, top, author);
	for (size_t i = 0; i < json_array_size(author); i++)
		set_author(d, top, json_array_get(author, i));
}

/* Without the wrapping of old XHTML. */
static struct bytes
unwrapped(const char *text)
{
	static const char *const begins[] = {
	    "<![CDATA[", "//<![CDATA[", "/*<![CDATA[*/", "<!--"};
	const char *end;

	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(text, begins[i], strlen(begins[i])) == 0)
			text += strlen(begins[i]);
	end = text + strlen(text);
	while (end > text && end[-1] != '}' && end[-1] != ']')
		end--;
	while (end > text + 1 && end[-1] == ']' && end[-2] == ']')
		end -=
		    2; /* "]]>", which no list of lists in a page ends with */
	return bytes_of(text, (size_t)(end - text));
}

/* What some write is none: a second time with more of an effort.  Behind it may be what
 * is left of mistakes. */
static json_t *
parse(struct bytes text)
{
	json_t *top = NULL;
	struct buf b;

	buf_init(&b, HTML_LD_MAX);
	/* Line breaks in strings. */
	for (size_t i = 0; i < text.n; i++)
		buf_put_u8(&b, text.p[i] < ' ' ? ' ' : text.p[i]);
	if (buf_err(&b) == 0 && b.n > 0)
		top = json_loadb((const char *)b.p, b.n, JSON_DISABLE_EOF_CHECK,
		    NULL);
	if (top == NULL && buf_err(&b) == 0 && b.n > 0) {
		buf_clear(&b);
		html_ld_mend(&b, text);
		if (buf_err(&b) == 0)
			top = json_loadb((const char *)b.p, b.n,
			    JSON_DISABLE_EOF_CHECK, NULL);
	}
	buf_done(&b);
	return top;
}

/* The data of a script, or NULL if it cannot be read. */
static json_t *
load(const GumboNode *script)
{
	struct buf raw;
	json_t *top = NULL;

	buf_init(&raw, HTML_LD_MAX);
	for (unsigned i = 0; i < script->v.element.children.length; i++) {
		const GumboNode *n = script->v.element.children.data[i];

		if (n->type == GUMBO_NODE_TEXT)
			buf_put_str(&raw, n->v.text.text);
	}
	buf_put_u8(&raw, '\0');
	if (buf_err(&raw) == 0)
		top = parse(unwrapped((const char *)raw.p));
	buf_done(&raw);
	return top;
}

void
html_ld(struct ingest_doc *d, const GumboNode *script, struct bytes title)
{
	json_t *top = load(script);
	const json_t *article = top != NULL ? find(top, is_article, 0) : NULL;

	if (article != NULL)
		take(d, top, article, title);
	json_decref(top);
}

void
html_ld_page(struct ingest_doc *d, const GumboNode *script)
{
	const json_t *page;
	json_t *top;

	if (d->has_published && d->summary != NULL)
		return;
	top = load(script);
	page = top != NULL ? find(top, is_about_page, 0) : NULL;
	if (page != NULL) {
		set(d, META_PUBLISHED, json_object_get(page, "datePublished"));
		set(d, META_SUMMARY, json_object_get(page, "description"));
	}
	json_decref(top);
}

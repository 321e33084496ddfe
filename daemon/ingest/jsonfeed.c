#include "daemon/ingest/jsonfeed.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#include "daemon/ingest/address.h"
#include "daemon/ingest/href.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/plain.h"
#include "daemon/ingest/webfeed.h"
#include "proto/base/qerr.h"

/* The feed that was parsed last. */
static struct {
	struct buf text;
	json_t *feed;
	json_t *items; /* of it */
} last;

bool
jsonfeed_is(struct bytes text)
{
	size_t i = 0;

	while (i < text.n && text.p[i] <= ' ')
		i++;
	return i < text.n && text.p[i] == '{';
}

static void
forget(void)
{
	json_decref(last.feed);
	last.feed = last.items = NULL;
	buf_done(&last.text);
	buf_init(&last.text, 0);
}

static int
parse(struct bytes text, struct buf *why)
{
	const char *version;

	forget();
	last.feed = json_loadb((const char *)text.p, text.n, 0, NULL);
	last.items = json_object_get(last.feed, "items");
	version = json_string_value(json_object_get(last.feed, "version"));
	if (!json_is_array(last.items) || version == NULL ||
	    strstr(version, "jsonfeed.org/version/1") == NULL) {
		forget();
		buf_put_str(why, "It is JSON, but no JSON Feed of version 1.");
		return QERR_TEXT;
	}
	buf_put(&last.text, text.p, text.n);
	return buf_err(&last.text);
}

static int
parse_once(struct bytes text, struct buf *why)
{
	if (last.feed != NULL && bytes_eq(buf_bytes(&last.text), text))
		return 0;
	return parse(text, why);
}

/* --- an item --- */

static struct bytes
string(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return json_is_string(v)
		   ? bytes_of(json_string_value(v), json_string_length(v))
		   : bytes_of(NULL, 0);
}

static void
set(struct ingest_doc *d, enum meta_field f, const json_t *object,
    const char *key)
{
	struct bytes s = string(object, key);

	if (s.n > 0)
		meta_set(d, f, s);
}

/* Of 1.1 a list, of 1.0 one. */
static void
set_authors(struct ingest_doc *d, const json_t *object)
{
	const json_t *list = json_object_get(object, "authors"), *a;
	size_t i;

	json_array_foreach(list, i, a) set(d, META_AUTHOR, a, "name");
	if (d->n_author == 0)
		set(d, META_AUTHOR, json_object_get(object, "author"), "name");
}

static void
set_tags(struct ingest_doc *d, const json_t *item)
{
	const json_t *list = json_object_get(item, "tags"), *t;
	size_t i;

	json_array_foreach(list, i,
	    t) if (json_is_string(t) && json_string_length(t) > 0) meta_set(d,
	    META_TAGS, bytes_of(json_string_value(t), json_string_length(t)));
}

static void
set_link(struct ingest_doc *d, const json_t *item, struct bytes at)
{
	static const char *const keys[] = {"url", "external_url"};
	struct buf b;

	for (size_t i = 0; i < 2; i++) {
		struct bytes s = string(item, keys[i]);

		buf_init(&b, HREF_MAX);
		address_resolve(&b, at, s);
		if (s.n > 0 && buf_err(&b) == 0 && b.n > 0)
			meta_set(d, META_ADDRESS, buf_bytes(&b));
		buf_done(&b);
	}
}

/* Its id, which some write as a number. */
static void
set_name(struct ingest_doc *d, const json_t *item)
{
	const json_t *id = json_object_get(item, "id");
	char number[32];

	set(d, META_NAME, item, "id");
	if (json_is_integer(id)) {
		snprintf(number, sizeof(number), "%lld",
		    (long long)json_integer_value(id));
		meta_set(d, META_NAME, bytes_str(number));
	}
	if (d->address != NULL)
		meta_set(d, META_NAME, bytes_str(d->address));
}

static struct bytes
lang_of(const json_t *item)
{
	struct bytes own = string(item, "language");

	return own.n > 0 ? own : string(last.feed, "language");
}

/* What is known by now stays. */
static void
set_about(struct ingest_doc *d, const json_t *item)
{
	set(d, META_TITLE, item, "title");
	if (d->n_author == 0)
		set_authors(d, item);
	if (d->n_author == 0)
		set_authors(d, last.feed);
	set(d, META_PUBLISHED, item, "date_published");
	set(d, META_UPDATED, item, "date_modified");
	if (d->n_tag == 0)
		set_tags(d, item);
	if (d->n_said == 0 && lang_of(item).n > 0)
		meta_set(d, META_LANG, lang_of(item));
	set(d, META_SUMMARY, item, "summary");
}

static int
take_content(struct ingest_doc *d, const struct ingest_source *src,
    const json_t *item, struct buf *why)
{
	struct ingest_source own = *src;
	struct bytes html = string(item, "content_html");
	struct bytes text = string(item, "content_text");

	if (d->address != NULL && src->at.n > 0)
		own.at = bytes_str(d->address);
	if (html.n > 0)
		return html_body(d, &own, html, why);
	if (text.n > 0)
		return plain_ingest(d, src, text);
	buf_put_str(why, "It has no text, only a link. Publish the page "
			 "itself.");
	return QERR_MISSING;
}

/* Many of these have no title: their text begins with it. */
static void
set_title(struct ingest_doc *d, const json_t *item)
{
	struct bytes html = string(item, "content_html");

	if (d->title != NULL)
		return;
	if (html.n > 0)
		webfeed_title(d, html);
	else if (string(item, "content_text").n > 0)
		webfeed_title(d, string(item, "content_text"));
}

int
jsonfeed_ingest(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	const json_t *item;
	int r = parse_once(text, why);

	if (r != 0)
		return r;
	if (src->entry >= json_array_size(last.items) ||
	    src->entry >= INGEST_ENTRIES_MAX)
		return QERR_ABSENT;
	item = json_array_get(last.items, src->entry);
	set_link(d, item, src->at);
	set_name(d, item);
	if (src->page.n > 0)
		r = html_linked(d, src, lang_of(item), why);
	set_about(d, item);
	if (src->page.n == 0)
		r = take_content(d, src, item, why);
	set_title(d, item);
	if (r != QERR_TOOBIG)
		return r;
	/* The item is, not the feed. */
	if (why->n == 0)
		buf_put_str(why, "It is too long.");
	return QERR_RANGE;
}

/* --- what is in it --- */

static bool
is_whole(const json_t *item)
{
	struct bytes html = string(item, "content_html");
	struct buf text;
	bool whole;

	if (html.n == 0)
		return webfeed_is_whole(string(item, "content_text"), false);
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	html_plain(&text, html);
	whole = webfeed_is_whole(buf_bytes(&text), false);
	buf_done(&text);
	return whole;
}

/* What could become part of an article, and no extensions ("_x"). */
static void
hash_item(struct id *ret, json_t *item)
{
	static const char *const keys[] = {"id", "url", "title", "content_html",
	    "content_text", "summary", "date_published", "date_modified",
	    "authors", "author", "tags", "language"};
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, sizeof(ret->b));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *s = json_dumps(json_object_get(item, keys[i]),
		    JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);

		/* With its end, so that no two fields run together. */
		crypto_generichash_update(&st,
		    (const uint8_t *)(s != NULL ? s : ""),
		    (s != NULL ? strlen(s) : 0) + 1);
		free(s);
	}
	crypto_generichash_final(&st, ret->b, sizeof(ret->b));
}

static int
list_item(struct ingest_list *ret, const struct ingest_source *src, size_t i)
{
	json_t *item = json_array_get(last.items, i);
	struct ingest_entry e = {.number = i};
	struct ingest_doc d;
	int r;

	ingest_init(&d);
	set_link(&d, item, src->at);
	set_name(&d, item);
	hash_item(&e.text, item);
	r = ingest_list_enter(ret, &e, &d, is_whole(item));
	ingest_done(&d);
	return r;
}

int
jsonfeed_list(struct ingest_list *ret, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	int r = parse_once(text, why);

	ret->kind = INGEST_LIST_FEED;
	for (size_t i = 0; r == 0 && i < json_array_size(last.items) &&
			   i < INGEST_ENTRIES_MAX;
	     i++)
		r = list_item(ret, src, i);
	return r;
}

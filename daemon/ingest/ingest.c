#include "daemon/ingest/ingest.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/extract/rules.h"
#include "daemon/ingest/charset.h"
#include "daemon/ingest/front.h"
#include "daemon/ingest/gzip.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/jsonfeed.h"
#include "daemon/ingest/markdown.h"
#include "daemon/ingest/meta.h"
#include "daemon/ingest/plain.h"
#include "daemon/ingest/scribe.h"
#include "daemon/ingest/tongue.h"
#include "daemon/ingest/trace.h"
#include "daemon/ingest/webfeed.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define HEADLINE_MIN 40 /* bytes; names are shorter */

static bool
ends(struct bytes file, const char *suffix)
{
	size_t n = strlen(suffix);

	return file.n > n &&
	       strncasecmp((const char *)file.p + file.n - n, suffix, n) == 0;
}

bool
ingest_kind_of(enum ingest_kind *ret, struct bytes file)
{
	static const struct {
		const char *suffix;
		enum ingest_kind kind;
	} kinds[] = {{".html", INGEST_HTML}, {".htm", INGEST_HTML},
	    {".xhtml", INGEST_HTML}, {".md", INGEST_MARKDOWN},
	    {".markdown", INGEST_MARKDOWN}, {".txt", INGEST_TEXT},
	    {".text", INGEST_TEXT}, {".xml", INGEST_FEED},
	    {".rss", INGEST_FEED}, {".atom", INGEST_FEED},
	    {".rdf", INGEST_FEED}, {".json", INGEST_FEED}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ends(file, kinds[i].suffix)) {
			*ret = kinds[i].kind;
			return true;
		}
	return false;
}

static int
convert(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	int r;

	if (src->kind == INGEST_FEED)
		return jsonfeed_is(text) ? jsonfeed_ingest(d, src, text, why)
					 : webfeed_ingest(d, src, text, why);
	r = front_take(d, &text, why);
	if (r != 0 || text.n == 0)
		return r;
	switch (src->kind) {
	case INGEST_HTML:
		return html_ingest(d, src, text, why);
	case INGEST_MARKDOWN:
		return markdown_ingest(d, src, text, why);
	case INGEST_TEXT:
	case INGEST_FEED:
		break;
	}
	return plain_ingest(d, src, text);
}

/* "notes/First steps.en.md" makes the title "First steps.en". */
static void
title_from_file(struct ingest_doc *d, struct bytes file)
{
	size_t from = 0, end = file.n;

	for (size_t i = 0; i < file.n; i++)
		if (file.p[i] == '/')
			from = i + 1;
	for (size_t i = from; i < file.n; i++)
		if (file.p[i] == '.' && i > from)
			end = i;
	if (utf8_valid(bytes_of(file.p + from, end - from)))
		meta_set(d, META_TITLE, bytes_of(file.p + from, end - from));
}

/* Some sites write their headline where an author goes; a short one may be his name. */
static void
drop_headline_as_author(struct ingest_doc *d)
{
	bool headline = d->title != NULL && strlen(d->title) > HEADLINE_MIN;
	size_t kept = 0;

	for (size_t i = 0; i < d->n_author; i++)
		if (headline && strcmp(d->author[i], d->title) == 0)
			free(d->author[i]);
		else
			d->author[kept++] = d->author[i];
	d->n_author = kept;
}

/* Fill what is missing, and see that the result is what it has to be. */
static int
finish(struct ingest_doc *d, const struct ingest_source *src, struct buf *why)
{
	size_t at;

	if (d->title == NULL)
		title_from_file(d, src->file);
	drop_headline_as_author(d);
	if (d->body.n == 0) {
		buf_put_str(why, "There is no text in it.");
		return QERR_MISSING;
	}
	if (d->lang == NULL) {
		buf_printf(why, "It does not say its language. Write %s.",
		    tongue_place(src));
		return QERR_MISSING;
	}
	if (d->title == NULL) {
		buf_put_str(why, "It has no title. Write \"title: …\" on top.");
		return QERR_MISSING;
	}
	if (markup_check(buf_bytes(&d->body), d->n_picture, &at) == 0)
		return 0;
	buf_printf(why,
	    "Its text cannot be written as an article (at %zu). "
	    "Please report this document as a bug.",
	    at);
	return QERR_MARKUP;
}

/* No character of a text, wherever it stands: gumbo would show a mark for it. */
static bool
is_noise(uint32_t c)
{
	if (c < 0x20)
		return c != '\t' && c != '\n' && c != '\r' && c != '\f';
	if ((c >= 0x7f && c <= 0x9f) || c == 0xfeff)
		return true;
	return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

/* Behind what is no noise for certain: nearly all of a page. */
static const uint8_t *
skip_plain(const uint8_t *p, const uint8_t *end)
{
	while (p < end && ((*p >= ' ' && *p < 0x7f) || *p == '\n'))
		p++;
	return p;
}

/* Take noise out of |b|; what parts words leaves a blank. */
static void
clean(struct buf *b)
{
	const uint8_t *p = b->p, *end, *kept = p;
	uint8_t *to = b->p;

	if (b->n == 0)
		return;
	end = b->p + b->n;
	while ((p = skip_plain(p, end)) < end) {
		const uint8_t *at = p;
		uint32_t c = utf8_next(&p);
		bool parts = c == '\v' || c == 0x85;

		if (!parts && !is_noise(c))
			continue;
		memmove(to, kept, (size_t)(at - kept));
		to += at - kept;
		if (parts)
			*to++ = ' ';
		kept = p;
	}
	memmove(to, kept, (size_t)(end - kept));
	b->n = (size_t)(to + (end - kept) - b->p);
}

/* Append |data| as UTF-8 without noise, and without *ret_lost bytes. */
static int
decode(struct buf *dst, enum ingest_kind kind, struct bytes data,
    size_t *ret_lost, struct buf *why)
{
	struct bytes declared = {NULL, 0};
	int r;

	if (data.n > INGEST_DOCUMENT_MAX) {
		buf_printf(why, "It is larger than %d MiB.",
		    INGEST_DOCUMENT_MAX >> 20);
		return QERR_TOOBIG;
	}
	if (kind == INGEST_HTML && !utf8_valid(data))
		declared = charset_declared(data);
	else if (kind == INGEST_FEED)
		declared = webfeed_declared(data);
	r = charset_decode(dst, data, declared, ret_lost, why);
	if (r == 0)
		clean(dst);
	return r;
}

static int
decode_feed(struct buf *dst, struct bytes data, size_t *ret_lost,
    struct buf *why)
{
	struct buf open;
	int r;

	if (!gzip_is(data))
		return decode(dst, INGEST_FEED, data, ret_lost, why);
	buf_init(&open, INGEST_DOCUMENT_MAX);
	r = gzip_open(&open, data);
	if (r == QERR_TOOBIG)
		buf_printf(why, "It is larger than %d MiB.",
		    INGEST_DOCUMENT_MAX >> 20);
	else if (r == QERR_TEXT)
		buf_put_str(why, "What is compressed in it is damaged.");
	if (r == 0)
		r = decode(dst, INGEST_FEED, buf_bytes(&open), ret_lost, why);
	buf_done(&open);
	return r;
}

/* The feed that was decoded last: its entries come one by one, each with all of it. */
static struct {
	struct buf data, text;
	size_t lost;
} last;

static int
decode_once(struct buf *dst, struct bytes data, size_t *ret_lost,
    struct buf *why)
{
	int r;

	if (last.data.n == 0 || !bytes_eq(buf_bytes(&last.data), data)) {
		buf_done(&last.data);
		buf_done(&last.text);
		buf_init(&last.data, INGEST_DOCUMENT_MAX);
		buf_init(&last.text, 2 * INGEST_DOCUMENT_MAX);
		r = decode_feed(&last.text, data, &last.lost, why);
		if (r != 0)
			return r;
		buf_put(&last.data, data.p, data.n);
	}
	buf_put(dst, last.text.p, last.text.n);
	*ret_lost = last.lost;
	return buf_err(dst) != 0 ? buf_err(dst) : buf_err(&last.data);
}

/* Take in what is UTF-8 by now. */
static int
ingest_text(struct ingest_doc *ret, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	int r = convert(ret, src, text, why);

	if (r == QERR_TOOBIG && why->n == 0)
		buf_printf(why, "Its text is longer than %d MiB.",
		    MARKUP_MAX >> 20);
	if (r == 0)
		r = finish(ret, src, why);
	if (r == QERR_NOMEM && why->n == 0)
		buf_put_str(why, "Memory is short.");
	return r;
}

static int
check_rules(struct bytes text, struct buf *why)
{
	struct rules *rules = NULL;
	struct buf wrong;
	int r = 0;

	buf_init(&wrong, 0);
	if (text.n > 0)
		r = rules_parse(&rules, text, &wrong);
	if (wrong.n > 0)
		buf_printf(why, "The rules, %.*s", (int)wrong.n,
		    (const char *)wrong.p);
	rules_free(rules);
	buf_done(&wrong);
	return r;
}

int
ingest(struct ingest_doc *ret, const struct ingest_source *src, struct buf *why)
{
	struct ingest_source decoded = *src;
	struct buf text, page;
	size_t lost = 0, of_page = 0;
	int r;

	if (src->data.n == 0) {
		buf_put_str(why, "It is empty.");
		return src->kind == INGEST_FEED ? QERR_TEXT : QERR_MISSING;
	}
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	buf_init(&page, 2 * INGEST_DOCUMENT_MAX);
	r = check_rules(src->rules, why);
	if (r == 0)
		r = src->kind == INGEST_FEED
			? decode_once(&text, src->data, &lost, why)
			: decode(&text, src->kind, src->data, &lost, why);
	if (r == 0 && src->page.n > 0)
		r = decode(&page, INGEST_HTML, src->page, &of_page, why);
	if (lost + of_page > 0)
		ingest_warn(ret,
		    "%zu of its bytes are no text in its encoding and left "
		    "out.",
		    lost + of_page);
	decoded.page = buf_bytes(&page);
	if (r == 0)
		r = ingest_text(ret, &decoded, buf_bytes(&text), why);
	buf_done(&text);
	buf_done(&page);
	return r;
}

/* HTML by how it begins; feeds begin with "<?xml", "<rss" and the like. */
static bool
is_page(struct bytes text)
{
	static const char *const signs[] = {"<!doctype html", "<html"};
	size_t n = text.n < 4096 ? text.n : 4096;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < 2; k++) {
			size_t len = strlen(signs[k]);

			if (n - i >= len &&
			    strncasecmp((const char *)text.p + i, signs[k],
				len) == 0)
				return true;
		}
	return false;
}

static int
list_page(struct ingest_list *ret, const struct ingest_source *src)
{
	struct ingest_entry e = {.whole = true};

	ret->kind = INGEST_LIST_PAGE;
	crypto_generichash(e.name.b, sizeof(e.name.b), src->at.p, src->at.n,
	    NULL, 0);
	crypto_generichash(e.text.b, sizeof(e.text.b), src->data.p, src->data.n,
	    NULL, 0);
	return ingest_list_add(ret, &e, src->at);
}

int
ingest_list(struct ingest_list *ret, const struct ingest_source *src,
    struct buf *why)
{
	struct buf text;
	size_t lost;
	int r;

	*ret = (struct ingest_list){0};
	if (src->data.n == 0) {
		buf_put_str(why, "It is empty.");
		return QERR_TEXT;
	}
	if (!jsonfeed_is(src->data) && is_page(src->data))
		return list_page(ret, src);
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	r = decode_feed(&text, src->data, &lost, why);
	if (r == 0)
		r = jsonfeed_is(buf_bytes(&text))
			? jsonfeed_list(ret, src, buf_bytes(&text), why)
			: webfeed_list(ret, src, buf_bytes(&text), why);
	buf_done(&text);
	return r;
}

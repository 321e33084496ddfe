#include "daemon/ingest.h"

#include <cmark.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "daemon/charset.h"
#include "daemon/webfeed.h"
#include "daemon/html.h"
#include "daemon/meta.h"
#include "daemon/plain.h"
#include "daemon/scribe.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

void
ingest_init(struct ingest_doc *d)
{
	*d = (struct ingest_doc){0};
	buf_init(&d->body, MARKUP_MAX);
}

static void
free_all(char **list, size_t n)
{
	while (n > 0)
		free(list[--n]);
}

void
ingest_done(struct ingest_doc *d)
{
	free(d->name);
	free(d->lang);
	free(d->title);
	free_all(d->author, d->n_author);
	free(d->section);
	free_all(d->tag, d->n_tag);
	free(d->address);
	free(d->summary);
	free(d->note);
	for (size_t i = 0; i < d->n_picture; i++)
		free(d->picture[i].alt);
	free_all(d->warning, d->n_warning);
	buf_done(&d->body);
	*d = (struct ingest_doc){0};
}

void
ingest_warn(struct ingest_doc *d, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (d->n_warning == INGEST_WARNINGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->warning[d->n_warning] = strdup(text);
	d->n_warning += d->warning[d->n_warning] != NULL;
}

static bool
ends(struct bytes file, const char *suffix)
{
	size_t n = strlen(suffix);

	return file.n > n && strncasecmp((const char *)file.p + file.n - n,
				 suffix, n) == 0;
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
	    {".text", INGEST_TEXT},
	    {".xml", INGEST_FEED}, {".rss", INGEST_FEED},
	    {".atom", INGEST_FEED}, {".rdf", INGEST_FEED}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ends(file, kinds[i].suffix)) {
			*ret = kinds[i].kind;
			return true;
		}
	return false;
}

const char *
ingest_dir(const char *lang)
{
	static const char *const rtl[] = {"ar", "arc", "ckb", "dv", "fa", "he",
	    "khw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"};
	size_t n = lang != NULL ? strcspn(lang, "-") : 0;

	for (size_t i = 0; i < sizeof(rtl) / sizeof(rtl[0]); i++)
		if (n > 0 && strlen(rtl[i]) == n &&
		    strncasecmp(lang, rtl[i], n) == 0)
			return "rtl";
	return "ltr";
}

/* Markdown by way of its HTML; without UNSAFE, cmark leaves raw HTML out. */
static int
markdown(struct ingest_doc *d, const struct ingest_source *src,
    struct bytes text, struct buf *why)
{
	char *html = cmark_markdown_to_html((const char *)text.p, text.n,
	    CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8);
	int r;

	if (html == NULL)
		return QERR_NOMEM;
	r = html_ingest(d, src, bytes_str(html), why);
	free(html);
	return r;
}

static int
convert(struct ingest_doc *d, const struct ingest_source *src, struct bytes text,
    struct buf *why)
{
	if (src->kind == INGEST_FEED)
		return webfeed_ingest(d, src, text, why);
	text = meta_front(d, text, src->kind == INGEST_TEXT);
	if (text.n == 0)
		return 0;
	switch (src->kind) {
	case INGEST_HTML:
		return html_ingest(d, src, text, why);
	case INGEST_MARKDOWN:
		return markdown(d, src, text, why);
	case INGEST_TEXT:
	case INGEST_FEED:
		break;
	}
	return plain_ingest(d, text);
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

/* Fill what is missing, and see that the result is what it has to be. */
static int
finish(struct ingest_doc *d, const struct ingest_source *src, struct buf *why)
{
	size_t at;

	if (d->lang == NULL && src->lang.n > 0)
		d->lang = strndup((const char *)src->lang.p, src->lang.n);
	if (d->title == NULL)
		title_from_file(d, src->file);
	if (d->body.n == 0) {
		buf_put_str(why, "There is no text in it.");
		return QERR_MISSING;
	}
	if (d->lang == NULL) {
		buf_put_str(why, "It does not say its language. Write <html "
				 "lang=\"…\">, or \"lang: …\" on top.");
		return QERR_MISSING;
	}
	if (d->title == NULL) {
		buf_put_str(why, "It has no title. Write \"title: …\" on top.");
		return QERR_MISSING;
	}
	if (markup_check(buf_bytes(&d->body), d->n_picture, &at) == 0)
		return 0;
	buf_printf(why, "Its text cannot be written as an article (at %zu). "
			"Please report this document as a bug.", at);
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

/* Take noise out of |b|; what parts words leaves a blank. */
static void
clean(struct buf *b)
{
	const uint8_t *p = b->p, *end = b->p + b->n;
	uint8_t *to = b->p;

	while (p < end) {
		const uint8_t *at = p;
		uint32_t c = utf8_next(&p);

		if (c == '\v' || c == 0x85)
			*to++ = ' ';
		else if (!is_noise(c))
			while (at < p)
				*to++ = *at++;
	}
	b->n = (size_t)(to - b->p);
}

int
ingest(struct ingest_doc *ret, const struct ingest_source *src, struct buf *why)
{
	struct bytes declared = {NULL, 0};
	struct buf text;
	int r;

	if (src->data.n > INGEST_DOCUMENT_MAX) {
		buf_printf(why, "It is larger than %d MiB.",
		    INGEST_DOCUMENT_MAX >> 20);
		return QERR_TOOBIG;
	}
	if (src->data.n == 0) {
		buf_put_str(why, "It is empty.");
		return src->kind == INGEST_FEED ? QERR_TEXT : QERR_MISSING;
	}
	buf_init(&text, 2 * INGEST_DOCUMENT_MAX);
	if (src->kind == INGEST_HTML)
		declared = charset_declared(src->data);
	else if (src->kind == INGEST_FEED)
		declared = webfeed_declared(src->data);
	r = charset_decode(&text, src->data, declared, why);
	if (r == 0)
		clean(&text);
	if (r == 0)
		r = convert(ret, src, buf_bytes(&text), why);
	if (r == QERR_TOOBIG && why->n == 0)
		buf_printf(why, "Its text is longer than %d MiB.",
		    MARKUP_MAX >> 20);
	if (r == 0)
		r = finish(ret, src, why);
	if (r == QERR_NOMEM && why->n == 0)
		buf_put_str(why, "Memory is short.");
	buf_done(&text);
	return r;
}

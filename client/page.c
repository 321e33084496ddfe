#include "client/page.h"

#include <stdio.h>
#include <string.h>

#include "client/date.h"
#include "client/keys.h"
#include "proto/base/script.h"
#include "proto/base/text.h"
#include "proto/object/markup.h"

static const char style_sheet[] =
    ":root{color-scheme:light dark;--ink:#1b1b18;--soft:#6a675e;--line:#dcd8cc;"
    "--paper:#fdfcf8;--link:#1a4f8b;--good:#2c6e3f;--bad:#a3302a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e3da;--soft:#a19d92;"
    "--line:#3a3833;--paper:#191814;--link:#8ab8ee;--good:#7fc693;--bad:#f0938b}}"
    "*{box-sizing:border-box}html{background:var(--paper);color:var(--ink);"
    "font:1.1rem/1.6 Charter,'Bitstream Charter','Noto Serif',Georgia,serif}"
    "body{margin:0 auto;max-width:38rem;padding:2rem 1.2rem 4rem;"
    "overflow-wrap:break-word}"
    "h1{font-size:1.9rem;line-height:1.2;margin:.2em 0 .3em}"
    "h2,h3,h4{line-height:1.3;margin:1.6em 0 .4em}a{color:var(--link)}"
    ".by,.note,nav,footer,time,figcaption{color:var(--soft);font-size:.85rem;"
    "font-family:system-ui,'Noto Sans',sans-serif;line-height:1.45}"
    ".by{margin:0 0 2rem;padding-bottom:1rem;border-bottom:1px solid var(--line)}"
    ".note{border-inline-start:3px solid var(--bad);padding-inline-start:.8rem}"
    "time{white-space:nowrap}li>p{margin:.4em 0}"
    "figure{margin:1.5rem 0}img{max-width:100%;height:auto;display:block}"
    ".picture{display:block;padding:2rem 1rem;border:1px dashed var(--line);"
    "color:var(--soft)}blockquote{margin:1.2rem 0;padding-inline-start:1rem;"
    "border-inline-start:3px solid var(--line)}"
    "pre,code{unicode-bidi:plaintext;text-align:start}"
    "pre{overflow-x:auto;background:rgba(128,128,128,.12);padding:.8rem;"
    "font-size:.85rem}code{font-size:.9em}table{border-collapse:collapse;"
    "display:block;overflow-x:auto}td,th{border:1px solid var(--line);"
    "padding:.3rem .6rem;text-align:start}hr{border:0;"
    "border-top:1px solid var(--line);margin:2rem 0}"
    "footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line)}"
    "footer b{color:var(--good)}footer code{word-break:break-all}"
    "@media print{nav,footer a{display:none}body{max-width:none;padding:0}}";

#define MADE_BY "<meta name=\"generator\" content=\""

static void
put(struct buf *b, const char *s)
{
	buf_put_str(b, s);
}

static void
put_text(struct buf *b, struct bytes t)
{
	markup_escape(b, t, true);
}

void
page_begin(struct buf *b, struct bytes lang, struct bytes title,
    const char *style)
{
	put(b, "<!DOCTYPE html>\n<html lang=\"");
	put_text(b, lang);
	buf_printf(b, "\" dir=\"%s\">\n", script_dir(lang));
	put(b,
	    "<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
	    "'none'; img-src 'self' file:; style-src 'unsafe-inline'; "
	    "base-uri 'none'; form-action 'none'\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    /* Some look up in advance what hosts the links of a page name. */
	    "<meta http-equiv=\"x-dns-prefetch-control\" "
	    "content=\"off\">\n" MADE_BY PAGE_MAKER "\">\n<title>");
	put_text(b, title);
	put(b, "</title>\n<style>");
	put(b, style_sheet);
	put(b, style);
	put(b, "</style>\n");
}

bool
page_is_foreign(struct bytes page)
{
	const char ours[] = MADE_BY PAGE_MAKER "\"";
	const uint8_t *at = memmem(page.p, page.n, MADE_BY, strlen(MADE_BY));

	return at == NULL || (size_t)(page.p + page.n - at) < strlen(ours) ||
	       memcmp(at, ours, strlen(ours)) != 0;
}

void
page_picture(char dst[PAGE_PICTURE_MAX], const struct picture *p)
{
	char name[ID_TEXT_LEN + 1];

	id_text(name, &p->hash);
	strcpy(dst, name);
	strcat(dst, ".");
	strcat(dst, picture_suffix(p->type));
}

/* The body: our markup is HTML but for pictures and links between articles. */

/* In the place of one that is not here: its file is not named, by which it is known. */
static void
put_no_img(struct buf *b, struct bytes alt)
{
	put(b, "<span class=\"picture\"><bdi lang=\"en\" dir=\"ltr\">A picture "
	       "that is not here");
	put(b, alt.n > 0 ? ":</bdi> <bdi>" : "</bdi>");
	if (alt.n > 0) {
		put_text(b, alt);
		put(b, "</bdi>");
	}
	put(b, "</span>");
}

static void
put_img(struct buf *b, const struct page *page, size_t i)
{
	const struct picture *p = &page->article->picture[i];
	struct bytes alt = p->alt;
	char file[PAGE_PICTURE_MAX];

	if (!page->have[i]) {
		if (!p->has_small || !page->have[p->small]) {
			put_no_img(b, alt);
			return;
		}
		p = &page->article->picture[p->small];
	}
	page_picture(file, p);
	buf_printf(b,
	    "<img src=\"../pictures/%s\" width=\"%u\" height=\"%u\" "
	    "alt=\"",
	    file, (unsigned)p->width, (unsigned)p->height);
	put_text(b, alt);
	put(b, "\">");
}

/* Which picture an img shows: |src| is a number, as markup_check() has seen. */
static bool
picture_of(size_t *ret, const struct page *p, struct bytes src)
{
	uint64_t i;

	if (dec_parse(&i, (const char *)src.p, src.n) != 0 ||
	    i >= p->article->n_picture)
		return false;
	*ret = (size_t)i;
	return true;
}

static void
put_href(struct buf *b, const struct id *feed, struct bytes href)
{
	char hex[HEX_LEN(ARTICLE_ID_LEN) + 1];
	struct article_id id;
	struct buf name;

	if (href.p[0] != '#') {
		buf_put(b, href.p, href.n); /* escaped as it is */
		return;
	}
	buf_init(&name, 0);
	markup_unescape(&name, bytes_of(href.p + 1, href.n - 1));
	article_id(&id, feed, buf_bytes(&name));
	hex_encode(hex, id.b, ARTICLE_ID_LEN);
	buf_printf(b, "%s.html", hex);
	buf_done(&name);
}

static void
put_attribute(struct buf *b, const char *name, struct bytes value)
{
	if (value.p == NULL)
		return;
	buf_printf(b, " %s=\"", name);
	buf_put(b, value.p, value.n);
	put(b, "\"");
}

static void
put_tag(struct buf *b, const struct page *p, const struct markup_token *t)
{
	size_t i;

	if (t->tag == MARKUP_IMG) {
		if (picture_of(&i, p, t->src))
			put_img(b, p, i);
		return;
	}
	buf_printf(b, "<%s%s", t->open ? "" : "/", markup_name(t->tag));
	if (t->open) {
		put_attribute(b, "dir", t->dir);
		if (t->href.p != NULL) {
			put(b, " href=\"");
			put_href(b, p->feed, t->href);
			put(b, "\" rel=\"noreferrer\"");
		}
		put_attribute(b, "lang", t->lang);
	}
	put(b, ">");
}

static void
put_body(struct buf *b, const struct page *p)
{
	struct markup_token t;
	size_t at = 0;

	while (markup_next(p->body, &at, &t))
		if (t.tag == MARKUP_TEXT)
			buf_put(b, t.text.p, t.text.n);
		else
			put_tag(b, p, &t);
}

/* Pictures that the text does not place itself, nor stand for one. */
static void
put_other_pictures(struct buf *b, const struct page *p)
{
	const struct article *a = p->article;
	bool placed[ARTICLE_PICTURES_MAX] = {false};
	struct markup_token t;
	size_t at = 0, i;

	while (markup_next(p->body, &at, &t))
		if (t.tag == MARKUP_IMG && t.open && picture_of(&i, p, t.src))
			placed[i] = true;
	for (i = 0; i < a->n_picture; i++)
		if (a->picture[i].has_small)
			placed[a->picture[i].small] = true;
	for (i = 0; i < a->n_picture; i++) {
		if (placed[i])
			continue;
		put(b, "<figure>");
		put_img(b, p, i);
		if (a->picture[i].caption.n > 0) {
			put(b, "<figcaption>");
			put_text(b, a->picture[i].caption);
			put(b, "</figcaption>");
		}
		put(b, "</figure>\n");
	}
}

static void
put_byline(struct buf *b, const struct page *p)
{
	const struct article *a = p->article;
	char day[DATE_MAX];

	put(b, "<p class=\"by\"><bdi>");
	put_text(b, p->charter->name);
	put(b, "</bdi> · ");
	for (size_t i = 0; i < a->n_author; i++) {
		put(b, i > 0 ? ", <bdi>" : "<bdi>");
		put_text(b, a->author[i]);
		put(b, "</bdi>");
	}
	if (a->n_author > 0)
		put(b, " · ");
	date_day(day,
	    a->has_published ? a->published : (int64_t)p->header->time);
	buf_printf(b, "<time>%s</time>", day);
	if (a->section.n > 0) {
		put(b, " · <bdi>");
		put_text(b, a->section);
		put(b, "</bdi>");
	}
	put(b, "</p>\n");
}

/* True if all that |h| announces is its own issue: then that is when it came. */
static bool
is_own_issue(const struct header *h)
{
	bool own = h->n_pack > 0;

	for (size_t i = 0; i < h->n_pack; i++)
		own = own && h->pack[i].first == h->number &&
		      h->pack[i].last == h->number;
	return own;
}

void
page_since(char dst[PAGE_SINCE_MAX], const struct article *a,
    const struct header *h)
{
	char day[DATE_MAX];

	dst[0] = '\0';
	if (!a->has_updated && !is_own_issue(h))
		return;
	date_day(day, a->has_updated ? a->updated : (int64_t)h->time);
	snprintf(dst, PAGE_SINCE_MAX, "%s", day);
}

/* What happened to it, in English, and what the newsroom says of that, in its own words. */
static void
put_note(struct buf *b, const struct page *p)
{
	const struct article *a = p->article;
	char since[PAGE_SINCE_MAX];

	if (a->status == ARTICLE_NEW)
		return;
	page_since(since, a, p->header);
	put(b, "<p class=\"note\"><bdi lang=\"en\" dir=\"ltr\">");
	if (a->status == ARTICLE_RETRACTED)
		put(b, "The newsroom has taken this article back");
	else if (since[0] == '\0')
		put(b, "This article was corrected");
	else
		buf_printf(b, "This article was corrected on <time>%s</time>",
		    since);
	put(b, ".</bdi>");
	if (a->note.n > 0) {
		put(b, " <bdi>");
		put_text(b, a->note);
		put(b, "</bdi>");
	}
	put(b, "</p>\n");
}

/* Whose signature was checked, and how to do it again. */
static void
put_footer(struct buf *b, const struct page *p)
{
	char feed[ID_TEXT_LEN + 1], keys[KEYS_SIGNERS_MAX];

	id_text(feed, p->feed);
	keys_signers(keys, p->header);
	put(b, "<footer lang=\"en\" dir=\"ltr\">\n<p><b>Signature checked.</b> "
	       "Signed by <bdi>");
	put_text(b, p->charter->name);
	buf_printf(b, "</bdi>, issue %llu, %s.<br>Feed <code>%s</code></p>\n",
	    (unsigned long long)p->header->number, keys, feed);
	buf_printf(b,
	    "<p>Check it again, offline: <code>quire verify %s.html"
	    "</code>. Hand it on: <a href=\"%s.quire\">the article "
	    "with its proof</a>.</p>\n",
	    p->name, p->name);
	if (p->article->address.n > 0 || p->article->name.n > 0) {
		struct bytes from = p->article->address.n > 0
					? p->article->address
					: p->article->name;

		put(b, "<p>First published as <code>");
		put_text(b, from);
		put(b, "</code></p>\n");
	}
	put(b, "</footer>\n");
}

int
page_article(struct buf *b, const struct page *p)
{
	page_begin(b, p->article->lang, p->article->title, "");
	buf_printf(b,
	    "<link rel=\"alternate\" type=\"application/vnd.quire\" "
	    "href=\"%s.quire\">\n</head>\n<body>\n",
	    p->name);
	put(b, "<nav lang=\"en\" dir=\"ltr\"><a href=\"../index.html\">← All "
	       "articles</a></nav>\n<main>\n<article>\n<h1>");
	put_text(b, p->article->title);
	put(b, "</h1>\n");
	put_byline(b, p);
	put_note(b, p);
	put_body(b, p);
	put(b, "\n");
	put_other_pictures(b, p);
	put(b, "</article>\n</main>\n");
	put_footer(b, p);
	put(b, "</body>\n</html>\n");
	return buf_err(b);
}

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "daemon/ingest/html_ld.h"
#include "daemon/ingest/webfeed.h"
#include "daemon/work/ingest_wire.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* What feeds of all kinds hold, and their entries with and without their pages. */

#define WORDS                                                                 \
	"The ministry, which had said nothing for weeks, confirmed the "      \
	"arrests on Tuesday, after relatives had spoken to reporters; none "  \
	"of those who were held had seen a lawyer, and none, it said, would " \
	"see one soon."

static struct ingest_source
source(const char *text)
{
	return (struct ingest_source){.kind = INGEST_FEED,
	    .data = bytes_str(text),
	    .at = bytes_str("https://a.example/dir/feed"),
	    .file = bytes_str("feed")};
}

static void
list(struct ingest_list *ret, const char *text)
{
	struct ingest_source src = source(text);
	struct ingest_list sent;
	struct buf b, why;

	buf_init(&why, 0);
	buf_init(&b, 0);
	check(ingest_list(&sent, &src, &why) == 0);
	/* And over the wire, cut anywhere. */
	ingest_put_list(&b, &sent);
	for (size_t n = 0; n < b.n; n++) {
		check(ingest_get_list(ret, bytes_of(b.p, n)) != 0);
		ingest_list_done(ret);
	}
	check(ingest_get_list(ret, buf_bytes(&b)) == 0);
	check(ret->n == sent.n && ret->kind == sent.kind);
	ingest_list_done(&sent);
	buf_done(&b);
	buf_done(&why);
}

static void
entry_is(const struct ingest_list *l, size_t i, bool whole, const char *link)
{
	check(i < l->n && l->entry[i].number == i);
	check(l->entry[i].whole == whole);
	check((l->entry[i].link == NULL) == (link == NULL));
	if (link != NULL && strcmp(l->entry[i].link, link) != 0)
		fprintf(stderr, "%s, not %s\n", l->entry[i].link, link);
	check(link == NULL || strcmp(l->entry[i].link, link) == 0);
}

static void
feeds(void)
{
	struct ingest_list l, m;

	list(&l,
	    "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
	    "<channel>"
	    "<item><guid>1</guid><link>p</link><content:encoded>" WORDS
	    "</content:encoded></item>"
	    "<item><guid>2</guid><link>/p</link><content:encoded>" WORDS
	    " […]</content:encoded></item>"
	    "<item><guid>3</guid><link>//b.example/p</link><description>" WORDS
	    "</description></item>"
	    "<item><title>No link</title><description>Few</description>"
	    "</item></channel></rss>");
	check(l.kind == INGEST_LIST_FEED && l.n == 4);
	entry_is(&l, 0, true, "https://a.example/dir/p");
	entry_is(&l, 1, false, "https://a.example/p");
	entry_is(&l, 2, false, "https://b.example/p");
	entry_is(&l, 3, true, NULL);
	ingest_list_done(&l);

	list(&l, "<feed xmlns='http://www.w3.org/2005/Atom' "
		 "xml:base='http://c.example/x/'><entry><id>urn:1</id>"
		 "<link href='../y'/><content type='html'>" WORDS
		 "</content></entry></feed>");
	entry_is(&l, 0, true, "http://c.example/y");
	ingest_list_done(&l);

	/* The name stays when the text changes; comments change nothing. */
	list(&l, "<rss xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>"
		 "<channel><item><guid>1</guid><description>a</description>"
		 "<slash:comments>1</slash:comments></item></channel></rss>");
	list(&m, "<rss xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>"
		 "<channel><item><guid>1</guid><description>a</description>"
		 "<slash:comments>2</slash:comments></item></channel></rss>");
	check(id_eq(&l.entry[0].text, &m.entry[0].text));
	ingest_list_done(&m);
	list(&m, "<rss><channel><item><guid>1</guid><description>b"
		 "</description></item></channel></rss>");
	check(id_eq(&l.entry[0].name, &m.entry[0].name));
	check(!id_eq(&l.entry[0].text, &m.entry[0].text));
	ingest_list_done(&l);
	ingest_list_done(&m);
}

static void
others(void)
{
	struct ingest_list l;

	list(&l, "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
		 "<url><loc>https://a.example/1</loc>"
		 "<lastmod>2026-11-23</lastmod></url>"
		 "<url><loc>https://a.example/1</loc></url></urlset>");
	check(l.kind == INGEST_LIST_SITEMAP && l.n == 1);
	entry_is(&l, 0, false, "https://a.example/1");
	check(l.entry[0].changed == 1795392000);
	ingest_list_done(&l);
	list(&l, "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap"
		 "/0.9'><sitemap><loc>https://a.example/m</loc></sitemap>"
		 "</sitemapindex>");
	check(l.kind == INGEST_LIST_INDEX);
	entry_is(&l, 0, false, "https://a.example/m");
	ingest_list_done(&l);
	list(&l, "<!-- x --> <!DOCTYPE HTML><p>Words.");
	check(l.kind == INGEST_LIST_PAGE);
	entry_is(&l, 0, true, "https://a.example/dir/feed");
	ingest_list_done(&l);
}

/* As gzip(1) writes it. */
static void
squeeze(struct buf *dst, struct bytes data)
{
	z_stream z = {0};

	check(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, 0) == Z_OK);
	memcpy(&z.next_in, &data.p, sizeof(z.next_in));
	z.avail_in = (uInt)data.n;
	z.avail_out = 1 << 20;
	z.next_out = buf_grow(dst, z.avail_out);
	check(z.next_out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END);
	dst->n -= z.avail_out;
	deflateEnd(&z);
}

static int
list_zipped(struct ingest_list *l, struct bytes data)
{
	struct ingest_source src = source("");
	struct buf why;
	int r;

	src.data = data;
	buf_init(&why, 0);
	r = ingest_list(l, &src, &why);
	check((r == 0) == (why.n == 0));
	buf_done(&why);
	return r;
}

/* Large sitemaps are compressed on their own. */
static void
compressed_lists(void)
{
	struct ingest_list l;
	struct buf b, bomb;

	buf_init(&b, 0);
	squeeze(&b,
	    bytes_str("<urlset xmlns='http://www.sitemaps.org/schemas/"
		      "sitemap/0.9'><url><loc>https://a.example/1</loc></url>"
		      "</urlset>"));
	check(list_zipped(&l, buf_bytes(&b)) == 0);
	check(l.kind == INGEST_LIST_SITEMAP && l.n == 1);
	ingest_list_done(&l);
	for (size_t n = 3; n < b.n; n++) {
		check(list_zipped(&l, bytes_of(b.p, n)) == QERR_TEXT);
		ingest_list_done(&l);
	}
	/* More than is taken, out of little. */
	buf_init(&bomb, 0);
	check(buf_grow(&bomb, INGEST_DOCUMENT_MAX + 1) != NULL);
	memset(bomb.p, ' ', bomb.n);
	buf_clear(&b);
	squeeze(&b, buf_bytes(&bomb));
	check(b.n < 100000);
	check(list_zipped(&l, buf_bytes(&b)) == QERR_TOOBIG);
	ingest_list_done(&l);
	buf_done(&bomb);
	buf_done(&b);
}

#define JSON                                                                   \
	"{\"version\": \"https://jsonfeed.org/version/1.1\", \"language\": "   \
	"\"de\", \"authors\": [{\"name\": \"All of us\"}], \"items\": ["       \
	"{\"id\": \"x1\", \"url\": \"p1\", \"title\": \"One\", "               \
	"\"content_html\": \"<p>" WORDS "<a href=q>l</a></p>\", "              \
	"\"date_published\": \"2026-11-23T10:00:00Z\", \"tags\": [\"t\", 5]}," \
	"{\"id\": 7, \"url\": \"/p2\", \"summary\": \"S\", \"language\": "     \
	"\"fr\", \"author\": {\"name\": \"A. B.\"}},"                          \
	"{\"id\": \"x3\", \"content_text\": \"Two words.\"}, 5, null, {}]}"

static int
take(struct ingest_doc *d, size_t entry, const char *text, const char *page)
{
	struct ingest_source src = source(text);
	struct buf why;
	int r;

	src.entry = entry;
	src.page = bytes_str(page);
	src.page_at = bytes_str("https://a.example/p2");
	ingest_init(d);
	buf_init(&why, 0);
	r = ingest(d, &src, &why);
	check(r == 0 || r == QERR_ABSENT || why.n > 0);
	buf_done(&why);
	return r;
}

static bool
holds(const struct ingest_doc *d, const char *s)
{
	return memmem(d->body.p, d->body.n, s, strlen(s)) != NULL;
}

static void
json(void)
{
	struct ingest_list l;
	struct ingest_doc d;

	list(&l, JSON);
	check(l.kind == INGEST_LIST_FEED && l.n == 4); /* three say nothing */
	entry_is(&l, 0, true, "https://a.example/dir/p1");
	entry_is(&l, 1, false, "https://a.example/p2");
	entry_is(&l, 2, true, NULL);
	ingest_list_done(&l);
	check(take(&d, 0, JSON, "") == 0);
	check(strcmp(d.name, "x1") == 0 && strcmp(d.title, "One") == 0);
	check(strcmp(d.lang, "de") == 0 && d.n_tag == 1 && d.has_published);
	check(strcmp(d.author[0], "All of us") == 0);
	check(holds(&d, "href=\"https://a.example/dir/q\""));
	ingest_done(&d);
	check(take(&d, 1, JSON, "") == QERR_MISSING);
	ingest_done(&d);
	check(take(&d, 2, JSON, "") == 0);
	check(strcmp(d.title, "Two words.") == 0);
	ingest_done(&d);
	for (size_t i = 3; i < 6; i++) {
		check(take(&d, i, JSON, "") == QERR_MISSING);
		ingest_done(&d);
	}
	check(take(&d, 6, JSON, "") == QERR_ABSENT);
	ingest_done(&d);
	check(take(&d, 0, "{\"items\": []}", "") == QERR_TEXT);
	ingest_done(&d);
	check(take(&d, 0, "{", "") == QERR_TEXT);
	ingest_done(&d);
}

/* The page has the text and the first word; the entry has the name. */
static void
pages(void)
{
	static const char page[] =
	    "<html><title>The page's</title><body><article><p>" WORDS
	    "</p><p>" WORDS "<a href='r'>l</a></p></article></body></html>";
	static const char rss[] =
	    "<rss><channel><language>en</language><item><guid>g</guid>"
	    "<link>https://a.example/p2</link><title>The entry's</title>"
	    "<author>x@y.example (C. D.)</author></item></channel></rss>";
	struct ingest_doc d;

	check(take(&d, 1, JSON, page) == 0);
	check(strcmp(d.name, "7") == 0 && strcmp(d.title, "The page's") == 0);
	check(strcmp(d.lang, "fr") == 0 && strcmp(d.author[0], "A. B.") == 0);
	check(strcmp(d.address, "https://a.example/p2") == 0);
	check(holds(&d, "href=\"https://a.example/r\""));
	ingest_done(&d);
	check(take(&d, 0, rss, page) == 0);
	check(strcmp(d.name, "g") == 0 && strcmp(d.lang, "en") == 0);
	check(d.n_author == 1 && strcmp(d.author[0], "C. D.") == 0);
	ingest_done(&d);
}

int
main(void)
{
	compressed_lists();
	html_ld_ready();
	webfeed_ready();
	feeds();
	others();
	json();
	pages();
	return 0;
}

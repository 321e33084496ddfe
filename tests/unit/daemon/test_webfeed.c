#include "daemon/ingest/webfeed.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* Take entry |entry| of |xml| in. */
static int
take(struct ingest_doc *d, const char *xml, size_t n, size_t entry)
{
	struct ingest_source src = {.kind = INGEST_FEED,
	    .data = bytes_of(xml, n),
	    .entry = entry,
	    .file = bytes_str("feed.xml"),
	    .lang = bytes_str("en")};
	struct buf why;
	int r;

	buf_init(&why, 0);
	ingest_init(d);
	r = ingest(d, &src, &why);
	check(r == 0 || r == QERR_ABSENT || why.n > 0);
	buf_done(&why);
	return r;
}

static bool
is(const char *have, const char *want)
{
	if (have == NULL || strcmp(have, want) != 0)
		fprintf(stderr, "%s, not %s\n", have != NULL ? have : "nothing",
		    want);
	return have != NULL && strcmp(have, want) == 0;
}

struct entry {
	const char *xml;
	const char *name, *title, *author, *address, *body;
};

static void
entry_is(const struct entry *e)
{
	struct ingest_doc d;

	check(take(&d, e->xml, strlen(e->xml), 0) == 0);
	check(is(d.name, e->name) && is(d.title, e->title));
	check(d.n_author == (e->author != NULL));
	check(e->author == NULL || is(d.author[0], e->author));
	check(e->address == NULL || is(d.address, e->address));
	check(d.has_published && d.published == 1744243200);
	buf_put_u8(&d.body, '\0');
	check(is((const char *)d.body.p, e->body));
	ingest_done(&d);
	check(take(&d, e->xml, strlen(e->xml), 1) == QERR_ABSENT);
	ingest_done(&d);
}

static void
every_kind_of_feed(void)
{
	static const struct entry entries[] = {
	    {"<?xml version='1.0'?><rss version='2.0' xmlns:c='http://purl."
	     "org/rss/1.0/modules/content/'><channel><language>en</language>"
	     "<item><title>A &amp;amp; B</title><guid isPermaLink='false'>7"
	     "</guid><link>https://x.org/7</link><author>a@x.org (A. W.)"
	     "</author><pubDate>Thu, 10 Apr 2025 00:00:00 GMT</pubDate>"
	     "<description>short</description><c:encoded><![CDATA[<p>The "
	     "<b>whole</b><script>x()</script>]]></c:encoded></item></channel>"
	     "</rss>",
		"7", "A & B", "A. W.", "https://x.org/7",
		"<p>The <strong>whole</strong></p>"},
	    {"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><entry>"
	     "<id>tag:x,1</id><title type='text'>A &lt; B</title><link "
	     "rel='enclosure' href='https://x.org/a.mp3'/><link href='https:"
	     "//x.org/1'/><author><name>A. W.</name></author><published>"
	     "2025-04-10T00:00:00Z</published><content type='xhtml'><div "
	     "xmlns='http://www.w3.org/1999/xhtml'><p>whole</p></div>"
	     "</content></entry></feed>",
		"tag:x,1", "A < B", "A. W.", "https://x.org/1", "<p>whole</p>"},
	    {"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
	     " xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/"
	     "elements/1.1/'><channel/><item rdf:about='https://x.org/2'>"
	     "<title>T</title><link>https://x.org/2</link><dc:creator>A. W."
	     "</dc:creator><dc:date>2025-04-10</dc:date><description>whole"
	     "</description></item></rdf:RDF>",
		"https://x.org/2", "T", "A. W.", "https://x.org/2",
		"<p>whole</p>"},
	    /* Entities that only HTML knows, and no title. */
	    {"<rss><channel><item><guid>https://x.org/3</guid><pubDate>10 Apr "
	     "2025 00:00 GMT</pubDate><description>caf&eacute; au lait"
	     "</description></item></channel></rss>",
		"https://x.org/3", "café au lait", NULL, "https://x.org/3",
		"<p>café au lait</p>"},
	    /* A player's feed has its titles for itself. */
	    {"<rss xmlns:m='http://search.yahoo.com/mrss/'><channel><item>"
	     "<guid>8</guid><m:title>T</m:title><pubDate>2025-04-10</pubDate>"
	     "<description>whole</description></item></channel></rss>",
		"8", "T", NULL, NULL, "<p>whole</p>"},
	    /* A WordPress export: the draft before it is nobody's business. */
	    {"<rss xmlns:wp='http://wordpress.org/export/1.2/'><channel><item>"
	     "<title>D</title><wp:status>draft</wp:status><description>no"
	     "</description></item><item><title>T</title><guid>4</guid>"
	     "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
	     "<pubDate>2025-04-10</pubDate><description>whole</description>"
	     "</item></channel></rss>",
		"4", "T", NULL, NULL, "<p>whole</p>"},
	};

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		entry_is(&entries[i]);
}

#define ALL_OF_IT                                                                  \
	"<p>Everyone who was on the square at dawn saw them with their own eyes, " \
	"they said, and nobody was asked what for, where to, or by whose order, "  \
	"until the evening came and the first of them went home.</p>"

/* What a feed's software leaves in a text and puts behind it. */
static void
what_is_no_text_is_left_out(void)
{
	static const struct {
		const char *html, *body;
	} texts[] = {
	    {"<p>All of it.</p><div class='sharedaddy'><h3>Share this:</h3>"
	     "<ul><li><a href='/t'>T</a></li></ul></div><p>And more.</p>",
		"<p>All of it.</p><p>And more.</p>"},
	    {"<p>All of it.</p><p>The post <a href='/1'>Arrests at dawn</a> "
	     "appeared first on <a href='/'>The Paper</a>.</p>"
	     "<img width='1' height='1' src='p.gif'>",
		"<p>All of it.</p>"},
	    {"<p>Все, кто был там на рассвете, видели их своими глазами.</p><p><a href='/1'>Читать далее</a></p><p>Запись "
	     "<a href='/1'>Arrests at dawn</a> впервые появилась "
	     "<a href='/'>Газета</a>.</p>",
		"<p>Все, кто был там на рассвете, видели их своими глазами.</p>"},
	    {"<p>All of it.</p><div><h3>Related posts</h3><ul><li><a href='/2'>"
	     "One of them</a></li><li><a href='/3'>Another</a></li></ul></div>",
		"<p>All of it.</p>"},
	    {"<p>All of it.</p><h3>Related posts</h3><ul><li><a href='/2'>"
	     "One of them</a></li><li><a href='/3'>Another</a></li></ul>",
		"<p>All of it.</p>"},
	    /* Its author may say so, too. */
	    {"<p>All of it.</p><p>Related: <a href='/2'>What came of it</a></p>",
		"<p>All of it.</p><p>Related: What came of it</p>"},
	    {ALL_OF_IT "<h2>Comments</h2><p>None were made.</p>",
		ALL_OF_IT "<h2>Comments</h2><p>None were made.</p>"},
	    {"<p>All of it.</p><p>Click here and there, he said.</p>",
		"<p>All of it.</p><p>Click here and there, he said.</p>"},
	    {"<p>All of it.</p><p>Arrests at dawn: so he called it.</p>",
		"<p>All of it.</p><p>Arrests at dawn: so he called it.</p>"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ingest_doc d;
		struct buf b;

		buf_init(&b, 0);
		buf_printf(&b,
		    "<rss><channel><item><guid>1</guid><title>Arrests at dawn"
		    "</title><description><![CDATA[%s]]></description></item>"
		    "</channel></rss>",
		    texts[i].html);
		check(take(&d, (const char *)b.p, b.n, 0) == 0);
		buf_put_u8(&d.body, '\0');
		check(is((const char *)d.body.p, texts[i].body));
		ingest_done(&d);
		buf_done(&b);
	}
}

static void
an_excerpt_is_not_whole(void)
{
	char text[1024];

	memset(text, 'a', sizeof(text));
	check(webfeed_is_whole(bytes_of(text, sizeof(text)), false));
	memcpy(text + 900, "[…]", strlen("[…]"));
	check(!webfeed_is_whole(bytes_of(text, sizeof(text)), false));
	memset(text, 'a', sizeof(text));
	memcpy(text + 500, "[…]", strlen("[…]"));
	check(webfeed_is_whole(bytes_of(text, sizeof(text)), false));
}

static void
is_refused(const char *xml, int err)
{
	struct ingest_doc d;
	int r = take(&d, xml, strlen(xml), 0);

	if (r != err)
		fprintf(stderr, "%.60s: %d, not %d\n", xml, r, err);
	check(r == err);
	ingest_done(&d);
}

static void
what_is_no_feed_is_said(void)
{
	is_refused("", QERR_TEXT);
	is_refused("hello", QERR_TEXT);
	is_refused("<html><body>x</body></html>", QERR_TEXT);
	is_refused("<rss><channel/></rss>", QERR_ABSENT);
	is_refused("<rss><channel><item><title>T</title><link>https://x.org/"
		   "</link></item></channel></rss>",
	    QERR_MISSING);
	/* No entity of its own: neither a bomb nor somebody else's file. */
	is_refused("<!DOCTYPE rss [<!ENTITY a 'x'>]><rss><channel><item>"
		   "<description>&a;</description></item></channel></rss>",
	    QERR_TEXT);
	is_refused("<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"
		   "<rss><channel><item><description>&a;</description></item>"
		   "</channel></rss>",
	    QERR_TEXT);
}

/* Many times |part| between two others. */
static void
survives(const char *head, const char *part, size_t times, const char *tail)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, INGEST_DOCUMENT_MAX);
	buf_put_str(&b, head);
	for (size_t i = 0; i < times; i++)
		buf_put_str(&b, part);
	buf_put_str(&b, tail);
	check(buf_err(&b) == 0);
	(void)take(&d, (const char *)b.p, b.n, 0);
	ingest_done(&d);
	buf_done(&b);
}

static void
hostile_feeds_end(void)
{
	survives("<rss><channel><item>", "<a>", 100000, "");
	survives("<rss><channel><item ", "a='' ", 200000, "/></channel></rss>");
	survives("<rss><channel><item a='", "aaaaaaaaaa", 200000, "'/>");
	survives("<rss><channel><item><description>", "&lt;div&gt;", 100000,
	    "");
	survives("<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>", "<!ENTITY b '&a;'>",
	    1000, "]><rss a='&b;'>&b;</rss>");
	survives("<rss><channel>", "<item><title>t</title></item>", 60000,
	    "</channel></rss>");
}

static void
no_more_entries_than_the_limit(void)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, INGEST_DOCUMENT_MAX);
	buf_put_str(&b, "<rss><channel>");
	for (size_t i = 0; i < WEBFEED_ENTRIES_MAX + 1; i++)
		buf_printf(&b,
		    "<item><guid>%zu</guid><description>x"
		    "</description></item>",
		    i);
	buf_put_str(&b, "</channel></rss>");
	check(take(&d, (const char *)b.p, b.n, WEBFEED_ENTRIES_MAX - 1) == 0);
	check(is(d.name, "4999"));
	ingest_done(&d);
	check(take(&d, (const char *)b.p, b.n, WEBFEED_ENTRIES_MAX) ==
	      QERR_ABSENT);
	ingest_done(&d);
	buf_done(&b);
}

/* A feed with a tag of 40,000 attributes in one entry's text loses that entry. */
static void
one_monster_is_one(void)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_put_str(&b, "<rss><channel><item><guid>1</guid><title>T</title>"
			"<description><![CDATA[<p");
	for (size_t i = 0; i < 40000; i++)
		buf_printf(&b, " a%zu=''", i);
	buf_put_str(&b, ">x]]></description></item><item><guid>2</guid><title>"
			"T</title><description>whole</description></item>"
			"</channel></rss>");
	check(buf_err(&b) == 0);
	check(take(&d, (const char *)b.p, b.n, 0) == QERR_RANGE);
	ingest_done(&d);
	check(take(&d, (const char *)b.p, b.n, 1) == 0);
	check(is(d.name, "2"));
	ingest_done(&d);
	buf_done(&b);
}

int
main(void)
{
	every_kind_of_feed();
	what_is_no_text_is_left_out();
	an_excerpt_is_not_whole();
	what_is_no_feed_is_said();
	hostile_feeds_end();
	one_monster_is_one();
	no_more_entries_than_the_limit();
	return 0;
}

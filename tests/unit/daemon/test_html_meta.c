#include <stdlib.h>
#include <string.h>

#include "daemon/extract/date.h"
#include "daemon/ingest/ingest.h"
#include "tests/lib/check.h"

/* What a page says of its article: to machines, and in what it shows. */
#define LONG                                                                 \
	"<p>The ministry, which had said nothing for weeks, confirmed the "  \
	"arrests on Tuesday, after relatives, lawyers and two of the men's " \
	"colleagues had spoken to reporters in the capital, and again.</p>"  \
	"<p>They are said to have been held in a house near the airport, "   \
	"without a judge, a lawyer or a word to those who looked for them.</p>"
#define LD(json) "<script type=application/ld+json>" json "</script>"

static void
take(struct ingest_doc *d, const char *lang, const char *at, const char *head,
    const char *body)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .file = bytes_str("a"),
	    .lang = bytes_str("en"),
	    .at = bytes_str(at)};
	struct buf html, why;

	buf_init(&html, 0);
	buf_init(&why, 0);
	buf_printf(&html,
	    "<html lang=%s><head>%s<script>x()</script></head><body>"
	    "<article>%s" LONG "</article></body></html>",
	    lang, head, body);
	src.data = buf_bytes(&html);
	ingest_init(d);
	check(ingest(d, &src, &why) == 0);
	buf_done(&why);
	buf_done(&html);
}

static void
dated(const char *lang, const char *at, const char *head, const char *body,
    const char *want)
{
	struct ingest_doc d;
	int64_t day = 0;

	take(&d, lang, at, head, body);
	check(want == NULL || date_parse(&day, bytes_str(want)));
	if (d.has_published != (want != NULL) ||
	    (want != NULL && d.published != day))
		fprintf(stderr, "%s%s: %lld for %s\n", head, body,
		    (long long)d.published, want != NULL ? want : "none");
	check(d.has_published == (want != NULL));
	check(want == NULL || d.published == day);
	ingest_done(&d);
}

static void
by(const char *head, const char *body, const char *want)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	take(&d, "en", "", head, body);
	for (size_t i = 0; i < d.n_author; i++)
		buf_printf(&b, "%s%s", i > 0 ? "|" : "", d.author[i]);
	if (!bytes_eq(buf_bytes(&b), bytes_str(want)))
		fprintf(stderr, "%s%s: %.*s for %s\n", head, body, (int)b.n,
		    (const char *)b.p, want);
	check(bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
	ingest_done(&d);
}

#define DAY "2024-05-31"

static void
dates_are_marked(void)
{
	static const char *const bodies[] = {
	    "<time datetime=2024-05-31>Friday</time>",
	    "<time datetime='31 May 2024'>Friday</time>",
	    "<time>31 May 2024</time>",
	    "<abbr class=published title=2024-05-31>Friday</abbr>",
	    "<span property=dc:date content=2024-05-31>Friday</span>",
	    "<i itemprop=datePublished>31 May 2024</i>",
	    "<p class=submitted>By Jane Roe, 31 May 2024</p>",
	    /* The last change is not it, if there is another; the day it came out is. */
	    "<time class=updated datetime=2024-06-02>2 June 2024</time>"
	    "<time datetime=2024-05-31>Friday</time>",
	    "<time datetime=2024-06-02>then</time>"
	    "<time class='entry-date published' datetime=2024-05-31>Fri</time>",
	    "<time class=updated datetime=2024-05-31>Friday</time>"};
	static const char *const heads[] = {
	    "<meta property=article:published_time content=2024-05-31>",
	    "<meta name=pubdate content='May 31, 2024'>",
	    "<meta name=DC.date.issued content=31.05.2024>",
	    "<meta name=dcterms.issued content=2024-05-31>",
	    "<meta name=date content='5/31/2024 10:15'>",
	    LD("{\"@type\":\"NewsArticle\",\"datePublished\":"
	       "\"31 May 2024\"}"),
	    LD("{\"@graph\":[{\"@type\":[\"WebPage\"],\"datePublished\":"
	       "\"2024-05-31\"}]}")};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		dated("en", "", "", bodies[i], DAY);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		dated("en", "", heads[i], "", DAY);
	/* What may be either is left to what is shown. */
	dated("en", "", "<meta name=date content=6/5/2024>", "", NULL);
	dated("es", "", "<meta name=date content=6/5/2024>",
	    "<time>5 de junio de 2024</time>", "2024-06-05");
}

static void
dates_are_shown(void)
{
	dated("en", "", "", "<h1>Men</h1><p>x</p><i>31 May 2024</i>", DAY);
	dated("zh", "", "<title>标题</title>",
	    "<h1>网</h1><h2>标题</h2><p>2024年05月31日 18:52 来源</p>", DAY);
	dated("en", "", "",
	    "<h1>Men</h1>" LONG LONG "<p>Article Date: 31 May 2024</p>", DAY);
	/* Links are to other articles, and a sentence may tell of any day. */
	dated("en", "", "",
	    "<h1>Men</h1>" LONG LONG "<a href=/x>x <i>31 May 2024</i></a>",
	    NULL);
	dated("en", "", "",
	    "<h1>Men</h1>" LONG LONG "<p>They were held on 31 May 2024, as "
	    "relatives said, near the airport of the capital, and again.</p>",
	    NULL);
}

/* English is written in countries that do not agree. */
static void
figures_are_read_as_in_the_country(void)
{
	const char *text = "<p class=date>6/5/2024</p>";

	dated("en", "https://a.example/x", "", text, "2024-06-05");
	dated("en", "https://a.co.uk/x", "", text, "2024-05-06");
	dated("en-US", "https://a.co.uk/x", "", text, "2024-05-06");
	dated("en-GB", "https://a.example/x", "", text, "2024-05-06");
	dated("en-GB", "https://a.us/x", "", text, "2024-06-05");
	dated("fr", "https://a.example/x", "", text, "2024-05-06");
	dated("zh", "", "", "<p class=date>24.5.31</p>", DAY);
}

static void
authors_are_marked(void)
{
	by("<meta name=DC.Creator content='Roe, Jane'>"
	   "<meta name=DC.Creator content='Doe, John R.'>",
	    "", "Jane Roe|John R. Doe");
	by("<meta name=DC.Creator content='Jane Roe, John Doe'>", "",
	    "Jane Roe|John Doe");
	/* One place names all of them. */
	by("<meta property=dc:creator content='Jane Roe'>"
	   "<meta name=DC.creator content='Roe'>"
	   "<meta name=author content='J. Roe'>",
	    "", "Jane Roe");
	by("<meta name=byline content='By Jane Roe'>", "", "Jane Roe");
	by("<meta name=twitter:label1 content='Written by'>"
	   "<meta name=twitter:data1 content='Jane Roe'>",
	    "", "Jane Roe");
	by("<meta name=twitter:label1 content='Est. reading time'>"
	   "<meta name=twitter:data1 content='4 minutes'>",
	    "", "");
	/* Who publishes it is no author, where another is named. */
	by(LD("{\"@type\":\"NewsArticle\",\"author\":{\"name\":\"Daily\"},"
	      "\"publisher\":{\"@type\":\"Organization\","
	      "\"name\":\"Daily\"}}"),
	    "<p class=byline>By Jane Roe</p>", "Jane Roe");
	by(LD("{\"@type\":\"NewsArticle\",\"author\":{\"name\":\"Jane "
	      "Roe\"},\"publisher\":{\"@type\":\"Person\","
	      "\"name\":\"Jane Roe\"}}"),
	    "", "Jane Roe");
	by("", "<span class=writer>Jane Roe</span>", "Jane Roe");
	by("", "<span class=ghostwriters>Jane Roe</span>", "");
	/* Readers are none. */
	by("",
	    "<div class=comments><b class=author>Rita Poe</b></div>"
	    "<p class=comment-count><b class=author>Rita Poe</b>",
	    "");
	by("",
	    "<div id=comment-1><b class=author>Rita Poe</b></div>"
	    "<b class=author>Jane Roe</b>",
	    "Jane Roe");
}

static void
section_and_summary(void)
{
	struct ingest_doc d;

	take(&d, "en", "",
	    "<title>Men free - City</title><meta property=og:section "
	    "content=City><meta name=twitter:description content='Of men'>",
	    "");
	check(strcmp(d.section, "City") == 0);
	check(strcmp(d.summary, "Of men") == 0);
	check(strcmp(d.title, "Men free") == 0);
	ingest_done(&d);
	take(&d, "en", "",
	    LD("{\"@type\":\"NewsArticle\",\"description\":\"Of men\"}"), "");
	check(strcmp(d.summary, "Of men") == 0);
	ingest_done(&d);
	/* Of a list the first, and of a site's own names what is outside. */
	take(&d, "en", "", "<meta property=og:section content='City,Courts'>",
	    "");
	check(strcmp(d.section, "City") == 0);
	ingest_done(&d);
	take(&d, "en", "",
	    "<meta property=og:section content='city_city-courts'>", "");
	check(strcmp(d.section, "city") == 0);
	ingest_done(&d);
	take(&d, "en", "",
	    "<meta property=og:section content='City, and courts'>", "");
	check(strcmp(d.section, "City, and courts") == 0);
	ingest_done(&d);
}

static void
what_was_escaped_twice(void)
{
	struct ingest_doc d;

	take(&d, "en", "",
	    "<meta property=og:title content='Men&amp;#39;s day &amp;amp; "
	    "night'><meta name=description content='AT&T, R&amp;D; "
	    "&amp;quot;free&amp;quot;'>",
	    "");
	check(strcmp(d.title, "Men's day & night") == 0);
	check(strcmp(d.summary, "AT&T, R&D; \"free\"") == 0);
	ingest_done(&d);
	take(&d, "en", "",
	    "<meta name=keywords content='PG&amp;amp;E, Courts'>"
	    "<meta name=author content='Sean O&amp;#39;Roe'>",
	    "");
	check(d.n_tag == 2 && strcmp(d.tag[0], "PG&E") == 0);
	check(d.n_author == 1 && strcmp(d.author[0], "Sean O'Roe") == 0);
	ingest_done(&d);
	take(&d, "en", "", "<meta name=description content='A&B; C'>", "");
	check(strcmp(d.summary, "A&B; C") == 0);
	ingest_done(&d);
}

/* A charset is none. */
static void
no_language(void)
{
	struct ingest_doc d;

	take(&d, "utf-8", "", "", "");
	check(strcmp(d.lang, "en") == 0);
	ingest_done(&d);
	take(&d, "de-CH", "", "", "");
	check(strcmp(d.lang, "de-CH") == 0);
	ingest_done(&d);
}

int
main(void)
{
	dates_are_marked();
	dates_are_shown();
	figures_are_read_as_in_the_country();
	authors_are_marked();
	section_and_summary();
	what_was_escaped_twice();
	no_language();
	return 0;
}

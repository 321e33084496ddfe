#include <stdlib.h>
#include <string.h>

#include "daemon/extract/topic.h"
#include "daemon/ingest/html.h"
#include "daemon/ingest/ingest.h"
#include "proto/base/qerr.h"
#include "tests/lib/check.h"
#include "tests/unit/daemon/paragraphs.h"

/*
 * Pages as newsrooms have them: the article must come out, whole, and nothing else.
 * How well it does so on real ones is measured by tests/extract.
 */
#define HEAD "<html lang=en><head><title>Arrests - The Paper</title>"

static void
take(struct ingest_doc *d, const char *html, size_t n)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .data = bytes_of(html, n),
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en")};
	struct buf why;

	buf_init(&why, 0);
	ingest_init(d);
	check(ingest(d, &src, &why) == 0);
	buf_done(&why);
}

static size_t
times(const struct ingest_doc *d, const char *words)
{
	const uint8_t *at = d->body.p, *end = d->body.p + d->body.n;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(end - at), words, strlen(words))) !=
	       NULL) {
		at += strlen(words);
		n++;
	}
	return n;
}

static bool
says(const struct ingest_doc *d, const char *words)
{
	return memmem(d->body.p, d->body.n, words, strlen(words)) != NULL;
}

/* Of a page with |box| in its article all of the article is left, and no "NOISE". */
static void
is_noise(const char *before, const char *within, const char *after)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD "<script>x()</script></head><body>"
		 "<nav><a href=/a>NOISE</a></nav>%s<div class=wrap>"
		 "<div class=article-text>" ONE "%s" TWO "</div></div>%s"
		 "<footer>NOISE</footer></body></html>",
	    before, within, after);
	take(&d, (const char *)b.p, b.n);
	check(says(&d, "The ministry") && says(&d, "seldom succeed"));
	if (says(&d, "NOISE"))
		fprintf(stderr, "%s|%s|%s\n  left %.*s\n", before, within,
		    after, (int)d.body.n, (const char *)d.body.p);
	check(!says(&d, "NOISE"));
	ingest_done(&d);
	buf_done(&b);
}

static void
what_stands_around_is_left_out(void)
{
	is_noise("<div id=cookie-banner><p>NOISE, we use them, all of them, "
		 "for the best of your experience, always.</p></div>",
	    "", "");
	is_noise("<ul class=menu><li><a href=/>NOISE</a></ul>", "", "");
	is_noise("", "",
	    "<div class=comments><p>NOISE, I think, and so do all of my "
	    "friends, who read this, too, every day of the week.</p></div>");
	is_noise("", "",
	    "<aside class=sidebar><h3>NOISE</h3><a href=/b>NOISE</a></aside>");
	is_noise("", "",
	    "<div class=related><h3>NOISE</h3><ul><li><a href=/c>NOISE and "
	    "more of it</a><li><a href=/d>NOISE again, today</a></ul></div>");
}

static void
what_stands_within_is_left_out(void)
{
	is_noise("",
	    "<div class=share-buttons><a href=/f>NOISE</a> on Face</div>", "");
	is_noise("", "<form>NOISE <input name=mail></form>", "");
	is_noise("",
	    "<div class=newsletter-box><p>NOISE, sign up, it is free</div>",
	    "");
	is_noise("",
	    "<div><a href=/1>NOISE</a> <a href=/2>NOISE</a> "
	    "<a href=/3>NOISE</a></div>",
	    "");
	is_noise("", "<p style=display:none>NOISE</p>", "");
	is_noise("", "<div role=dialog>NOISE</div>", "");
	is_noise("", "<button>NOISE</button><iframe>NOISE</iframe>", "");
}

/* |line| is a paragraph between two of the article, and not left. */
static void
line_is_noise(const char *line)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD "</head><body><nav>n</nav><article>" ONE "<p>%s</p>" TWO
		 "</article></body></html>",
	    line);
	take(&d, (const char *)b.p, b.n);
	check(says(&d, "seldom succeed") && !says(&d, line));
	ingest_done(&d);
	buf_done(&b);
}

static void
lines_of_players_and_ads_are_left_out(void)
{
	line_is_noise("No media source currently available");
	line_is_noise("0:00 0:03:49 0:00");
	line_is_noise("please wait");
	line_is_noise("ADVERTISEMENT");
	line_is_noise("Реклама");
	line_is_noise("إعلان");
}

static void
lines_that_say_only_when_are_left_out(void)
{
	is_noise("", "<p>NOISE updated at 11:23 PM on 10th January 2012</p>",
	    "");
	is_noise("", "<div><b>NOISE</b> | 6 января 2012 г.</div>", "");
	is_noise("", "<p>NOISE 2012年1月17日 16:48</p>", "");
}

/* What an article may hold stays, whatever it looks like. */
static void
what_belongs_stays(void)
{
	static const char *const parts[] = {
	    "<h2>Background</h2>",
	    "<blockquote><p>\"STAYS,\" she said.</p></blockquote>",
	    "<ul><li>STAYS one</li><li>and two</li></ul>",
	    ("<table><tr><th>Year</th><th>STAYS</th></tr><tr><td>2024</td>"
	     "<td>7</td></tr></table>"),
	    "<p>STAYS.</p>",
	    "<p>Read <a href=https://x.org/>the STAYS ruling</a> of May.</p>",
	    "<pre>STAYS</pre>",
	    "<p>STAYS: he died on 5 May 2012.</p>",
	    TWO "<p>STAYS, 5 May 2012</p>",
	    "<p>Related <a href=/c>STAYS</a>, he said, and left it there.</p>",
	    "<p>He is <b>related</b> <a href=/c>to STAYS</a>.</p>",
	    ("<p>So <mjx-container class='MathJax CtxtMenu_Attached_0'>"
	     "<mjx-assistive-mml><math><mi>STAYS</mi></math>"
	     "</mjx-assistive-mml></mjx-container>.</p>"),
	};
	struct ingest_doc d;
	struct buf b;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_init(&b, 0);
		buf_printf(&b,
		    HEAD "</head><body><nav>n</nav><article>" ONE "%s" TWO
			 "</article></body></html>",
		    parts[i]);
		take(&d, (const char *)b.p, b.n);
		if (i > 0 && !says(&d, "STAYS"))
			fprintf(stderr, "%s is lost\n", parts[i]);
		check(says(&d, i > 0 ? "STAYS" : "Background"));
		ingest_done(&d);
		buf_done(&b);
	}
}

/* Without anything of a page around it, a document is taken whole. */
static void
a_document_is_no_page(void)
{
	static const char doc[] =
	    HEAD "</head><body><div class=comments>one</div>"
		 "<p>two<p class=share>three<aside>four</aside></body></html>";
	struct ingest_doc d;

	take(&d, doc, sizeof(doc) - 1);
	check(says(&d, "one") && says(&d, "two") && says(&d, "three") &&
	      says(&d, "four"));
	ingest_done(&d);
}

/* A page with hardly any text loses none of it. */
static void
little_text_is_kept(void)
{
	static const char page[] =
	    HEAD "</head><body><nav>n</nav><div id=teaser><p>Short news, "
		 "but news.</p></div></body></html>";
	struct ingest_doc d;

	take(&d, page, sizeof(page) - 1);
	check(says(&d, "Short news, but news."));
	ingest_done(&d);
}

struct meta_case {
	const char *head, *body;
	const char *title, *author, *second;
	int64_t published;
};

static void
meta_is(const struct meta_case *c)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD
	    "%s</head><body><nav>n</nav><article><h1>Arrests</h1>%s" ONE TWO
	    "</article></body></html>",
	    c->head, c->body);
	take(&d, (const char *)b.p, b.n);
	check(strcmp(d.title, c->title) == 0);
	if (c->author != NULL && d.n_author == 0)
		fprintf(stderr, "no author: %s %s\n", c->head, c->body);
	check(d.n_author == (c->second != NULL      ? 2
				: c->author != NULL ? 1
						    : 0));
	check(c->author == NULL || strcmp(d.author[0], c->author) == 0);
	check(c->second == NULL || strcmp(d.author[1], c->second) == 0);
	check(d.has_published == (c->published != 0));
	check(!d.has_published || d.published == c->published);
	/* Who wrote it is said once, at the article's head. */
	check(c->body[0] == '\0' || c->author == NULL || !says(&d, c->author));
	ingest_done(&d);
	buf_done(&b);
}

#define LD(json) "<script type=application/ld+json>" json "</script>"

/* Right above its title, but not on top of the paper. */
static void
a_day_stands_above_a_title(void)
{
	static const struct {
		const char *above;
		bool is_its;
	} pages[] = {{"<p>10 April 2025 | News</p>", true},
	    {"<p>By Jane Roe</p><span>10 April 2025</span><p>News</p>", true},
	    {"<p>Thursday, 10 April 2025</p><p>Politics, economy, culture, "
	     "sports, weather, opinion, letters, podcasts, newsletters, "
	     "about us, contact, archive, imprint, and more</p>",
		false},
	    {"<p>On 10 April 2025 they had been at the square with a few of "
	     "their friends, and a dog</p>",
		false}};

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct ingest_doc d;
		struct buf b;

		buf_init(&b, 0);
		buf_printf(&b,
		    HEAD "</head><body><nav>n</nav>%s<h1>Arrests</h1>" ONE TWO
			 "</body></html>",
		    pages[i].above);
		take(&d, (const char *)b.p, b.n);
		check(d.has_published == pages[i].is_its);
		check(!pages[i].is_its || d.published == 1744243200);
		ingest_done(&d);
		buf_done(&b);
	}
}

static void
pages_say_who_and_when(void)
{
	static const struct meta_case cases[] = {
	    {"", "", "Arrests", NULL, NULL, 0},
	    {LD("{\"@type\":\"NewsArticle\",\"headline\":\"Two held\","
		"\"author\":{\"@type\":\"Person\",\"name\":\"A. Writer\"},"
		"\"datePublished\":\"2025-04-10T08:00:00Z\"}"),
		"", "Two held", "A. Writer", NULL, 1744272000},
	    {LD("{\"@graph\":[{\"@type\":\"WebSite\",\"name\":\"The Paper\"},"
		"{\"@type\":[\"Thing\",\"Article\"],\"headline\":\"Held\","
		"\"author\":[{\"@id\":\"#a\"},\"B. Second\"]},"
		"{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"A. W.\"}]}"),
		"", "Held", "A. W.", "B. Second", 0},
	    /* A line break in a string is no JSON, and all over the web. */
	    {LD("{\"@type\":\"Article\",\"headline\":\"Held\n twice\"}"), "",
		"Held twice", NULL, NULL, 0},
	    /* Nor is what people put together by hand. */
	    {LD("{\"@type\":\"Article\", // an article\n"
		"\"headline\":\"They said \"no\"\", /* twice */\n"
		"\"author\":{\"name\":\"A. Writer\",},}"),
		"", "They said \"no\"", "A. Writer", NULL, 0},
	    {LD("{'@type':'Article','description':'\"No\", it\\'s said',"
		"'headline':'Held: \\u0041, \\'B\\''}"),
		"", "Held: A, 'B'", NULL, NULL, 0},
	    {LD("{\"@type\":\"Article\",\"headline\":\"Held\"}},\"a\":\"b\"}"),
		"", "Held", NULL, NULL, 0},
	    {LD("{\"@type\":\"Article\",\"headline\":\"Held\",/"), "",
		"Arrests", NULL, NULL, 0},
	    {LD("{\"@type\":\"Article\",\"headline\":"), "", "Arrests", NULL,
		NULL, 0},
	    {LD("{\"@type\":\"Product\",\"name\":\"Soap\"}"), "", "Arrests",
		NULL, NULL, 0},
	    {"<meta name=DC.title content=Held><meta property=og:title "
	     "content=Other><meta name=dc.creator content='By A. Writer'>",
		"", "Held", "A. Writer", NULL, 0},
	    {"<meta property='x:y og:title' content=Held>"
	     "<meta property=article:author content=https://x.org/a>"
	     "<meta property=article:published_time content=2025-04-10>",
		"", "Held", NULL, NULL, 1744243200},
	    {"<meta name=published-date content=2025-04-10>", "", "Arrests",
		NULL, NULL, 1744243200},
	    {"<meta property=og:published_time content='April 10, 2025'>", "",
		"Arrests", NULL, NULL, 1744243200},
	    {"", "<p class=byline>By A. Writer and B. Second</p>", "Arrests",
		"A. Writer", "B. Second", 0},
	    {"",
		"<div><a rel=author href=/a>A. Writer</a></div>"
		"<time datetime=2025-04-10>April 10</time>",
		"Arrests", "A. Writer", NULL, 1744243200},
	    {"",
		"<span itemprop=author><b itemprop=name>A. Writer</b>, "
		"Kyiv</span>",
		"Arrests", "A. Writer", NULL, 0},
	    {"",
		"<nav><a href=/people/>People</a><a href=/profile/in.do?a=/b>You</a>"
		"<a href=//c.org/licenses/by/3.0/>CC BY</a></nav>"
		"<div><a href=/author/a-writer/>A. Writer</a></div>",
		"Arrests", "A. Writer", NULL, 0},
	    {"",
		"<p class=not-authorized>Enter here</p><p class=autorelated>"
		"More stories</p><div class=comment-author itemprop=author>"
		"Reader</div><p class=byline>By&nbsp;A. Writer</p>",
		"Arrests", "A. Writer", NULL, 0},
	    /* Nothing but their style parts a name from what follows it. */
	    {"", "<p class=byline><b>Anna Writer</b><i>Senior Editor</i></p>",
		"Arrests", "Anna Writer", NULL, 0},
	    {"",
		"<div class=byline>By:<div>A. Writer</div><div>Editor</div>"
		"</div>",
		"Arrests", "A. Writer", NULL, 0},
	    {"", "<p class=byline>A. Writer<br>Senior Editor</p>", "Arrests",
		"A. Writer", NULL, 0},
	    {"<meta name=author content='The Paper'>",
		"<nav class=byline>Sport</nav>", "Arrests", "The Paper", NULL,
		0},
	    {"", "<figure><img src=a.jpg><p>By Anna Writer</p></figure>",
		"Arrests", NULL, NULL, 0},
	    /* Where an author should be stands the paper: by the title's end .. */
	    {"<meta name=author content='The Paper'>",
		"<p class=byline>By A. Writer</p>", "Arrests", "A. Writer",
		NULL, 0},
	    /* .. by its host, with its place .. */
	    {"<link rel=canonical href=https://www.daily.example/a>"
	     "<meta name=author content='Daily, London'>",
		"<p class=byline>By A. Writer</p>", "Arrests", "A. Writer",
		NULL, 0},
	    /* .. in data, beside a person .. */
	    {LD("{\"@type\":\"Article\",\"author\":[{\"name\":\"A. Writer\"},"
		"{\"name\":\"paper.com\"}]}"),
		"", "Arrests", "A. Writer", NULL, 0},
	    {"", "<p class=byline>By A. Writer, The Paper</p>", "Arrests",
		"A. Writer", NULL, 0},
	    /* .. and it is the author if there is no other, by all of its name. */
	    {"<meta name=author content='The Paper'>", "", "Arrests",
		"The Paper", NULL, 0},
	    {"<meta property=og:site_name content='Hearth and Home 24 | News'>",
		"", "Arrests", "Hearth and Home 24", NULL, 0},
	    {"<meta name=author content='The Paper'>",
		"<p class=byline>The Paper on April 10</p>", "Arrests",
		"The Paper", NULL, 0},
	    {LD("{\"@type\":\"Article\",\"author\":{\"@type\":"
		"\"Organization\",\"name\":\"Admin\"}}"),
		"", "Arrests", NULL, NULL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		meta_is(&cases[i]);
}

/* However much stands where a byline should, it is looked at up to a limit, and is none. */
static void
a_long_line_says_nobody(void)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_put_str(&b,
	    HEAD "<script>x()</script></head><body><nav>n</nav><h1>Arrests"
		 "</h1><div class=byline>By ");
	for (int i = 0; i < 20000; i++)
		buf_put_str(&b, "<b>Anna Writer</b>, ");
	buf_put_str(&b,
	    "</div><div class=article-text>" ONE TWO "</div></body></html>");
	take(&d, (const char *)b.p, b.n);
	check(d.n_author == 0 && says(&d, "seldom succeed"));
	ingest_done(&d);
	buf_done(&b);
}

/* Its first paragraphs may each have a box of their own; one of a picture is a caption. */
static void
boxes_before_an_article_are_its_lead(void)
{
	static const char page[] = HEAD
	    "<script>x()</script></head><body><nav>n</nav><div>"
	    "<div class=par1><p>Three men were taken from their homes at dawn, "
	    "their families say, by officers who showed no papers.</p></div>"
	    "<div class=par2><img src=no.jpg><p>CAPTION, of a street in the "
	    "old town, where one of the three men had lived, until that day."
	    "</p></div><div class=body>" ONE TWO ONE TWO "</div></div></body>"
	    "</html>";
	struct ingest_doc d;

	take(&d, page, sizeof(page) - 1);
	check(says(&d, "Three men were taken") && says(&d, "seldom succeed"));
	check(!says(&d, "CAPTION"));
	ingest_done(&d);
}

/* No name of a class says it, but the words do. */
static void
a_line_may_say_who(void)
{
	static const char page[] = HEAD
	    "<script>x()</script></head><body><nav>n</nav><div><h1>Arrests"
	    "</h1><div><span>By <em>Anna Writer</em></span></div>"
	    "<div class=article-text>" ONE TWO "</div></div></body></html>";
	struct ingest_doc d;

	take(&d, page, sizeof(page) - 1);
	check(d.n_author == 1 && strcmp(d.author[0], "Anna Writer") == 0);
	ingest_done(&d);
}

/* Of a page with |between| title and text, which is deep in boxes of its own. */
static void
is_lead(const char *between, bool lead)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD "<script>x()</script></head><body><nav>n</nav><div>"
		 "<div><h1>Arrests</h1>%s</div><div><div><div>" ONE TWO THREE
		 "</div></div><div><a href=/b>More</a></div></div></div>"
		 "</body></html>",
	    between);
	take(&d, (const char *)b.p, b.n);
	check(times(&d, "The ministry") == 1 && says(&d, "seldom succeed"));
	if (says(&d, "LEAD") != lead)
		fprintf(stderr, "%s\n  left %.*s\n", between, (int)d.body.n,
		    (const char *)d.body.p);
	check(says(&d, "LEAD") == lead);
	ingest_done(&d);
	buf_done(&b);
}

#define LEAD                                                                \
	"LEAD: five people are in prison after a week of searches, said a " \
	"court in the capital, and nobody knows why."

static void
what_it_is_about_stands_below_the_title(void)
{
	is_lead("<div class=intro>" LEAD "</div>", true);
	is_lead("<p>" LEAD "</p><div><a href=/a>A. Writer</a></div>", true);
	is_lead(
	    "<h2>LEAD: five people are in prison after weeks of searches, says court"
	    "</h2>",
	    true);
	is_lead("<h2>LEAD</h2>", false);
	is_lead("<p><a href=/c>" LEAD "</a></p>", false);
	is_lead("<div><img src=a.jpg><p>" LEAD "</p></div>", false);
	is_lead("<div class=photo-caption><p>" LEAD "</p></div>", false);
	/* What the text says itself is said once. */
	is_lead(ONE, false);
	is_lead(
	    "<p>Outside, some forty people, most of them women, waited in "
	    "the<br>rain; the police, who had closed the street, let nobody "
	    "through.LEAD</p>",
	    true);
	is_lead(
	    "<p>Outside, some forty people,most of them women,waited in the "
	    "rain; the police,</p>",
	    false);
}

/* Of a page whose summary for machines is |summary|. */
static bool
leads(const char *summary, const char *between, const char *inside)
{
	struct ingest_doc d;
	struct buf b;
	bool is;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD "<meta name=description content='%s'><script>x()</script>"
		 "</head><body><nav>n</nav><div><div><h1>Arrests</h1>%s</div>"
		 "<div><div class=article-text>%s" ONE TWO THREE "</div><div>"
		 "<a href=/b>More</a></div></div></div></body></html>",
	    summary, between, inside);
	take(&d, (const char *)b.p, b.n);
	is = says(&d, "STANDFIRST");
	check(says(&d, "seldom succeed"));
	ingest_done(&d);
	buf_done(&b);
	return is;
}

#define STANDFIRST "STANDFIRST: five are in prison after a week of searches"

static void
a_standfirst_says_what_the_summary_says(void)
{
	static const char in_teaser[] =
	    "<div class=teaser>" STANDFIRST "</div>";

	check(leads(STANDFIRST, "<h2>" STANDFIRST "</h2>", ""));
	check(leads(STANDFIRST, in_teaser, ""));
	check(leads(STANDFIRST, "", in_teaser));
	/* It may have been cut off. */
	check(leads(STANDFIRST " of ho…",
	    "<ul><li><h4>" STANDFIRST " of houses</h4></li></ul>", ""));
	check(!leads("Another", in_teaser, ""));
	check(!leads("Another", "", in_teaser));
	check(!leads(STANDFIRST, "<h4><a href=/>" STANDFIRST "</a></h4>", ""));
}

static void
a_standfirst_may_be_named(void)
{
	check(leads("", "<p class=article__dek>" STANDFIRST "</p>", ""));
	check(leads("", "<div class=perex>" STANDFIRST "</div>", ""));
	check(!leads("", "<p class=kind>" STANDFIRST "</p>", ""));
	check(!leads("", "<p class=lead>STANDFIRST, 12 January 2026</p>", ""));
}

/* Between title and text: who wrote it, by a link, and the lead picture's caption. */
static void
the_head_of_an_article_is_kept(void)
{
	static const char page[] = HEAD
	    "<script>x()</script></head><body><nav>n</nav><main><h1>Arrests"
	    "</h1><div><a href=/author/7>A. Writer</a></div><figure><img "
	    "src=no.jpg><figcaption>The court, in May.</figcaption></figure>"
	    "<div class=article-text>" ONE TWO "</div><div class=c-author>"
	    "<p>A. Writer is our correspondent for courts, prisons and all "
	    "that happens on the way from the one to the other, and has "
	    "been so for longer than anybody else here can remember.</p>"
	    "</div></main></body></html>";
	struct ingest_doc d;

	take(&d, page, sizeof(page) - 1);
	check(says(&d, "The court, in May.") && says(&d, "seldom succeed"));
	check(d.n_author == 1 && strcmp(d.author[0], "A. Writer") == 0);
	ingest_done(&d);
}

/* Of |page| all of the article is left, and no "NOISE". */
static void
is_whole(const char *page)
{
	struct ingest_doc d;

	take(&d, page, strlen(page));
	if (!says(&d, "The ministry") || !says(&d, "seldom succeed") ||
	    says(&d, "NOISE"))
		fprintf(stderr, "%s\n  left %.*s\n", page, (int)d.body.n,
		    (const char *)d.body.p);
	check(says(&d, "The ministry") && says(&d, "seldom succeed"));
	check(!says(&d, "NOISE"));
	ingest_done(&d);
}

/* With a wall, an advertisement or a picture between its parts. */
static void
an_article_in_several_boxes_is_one(void)
{
	is_whole(HEAD "<body><nav>n</nav><main><div class=chunk><p class=txt>"
		      "x</p>" ONE ONE "</div><div class=ad-slot>NOISE</div>"
		      "<div class=chunk>" TWO TWO "</div></main>");
	is_whole(HEAD "<body><nav>n</nav><main><div class=first>" ONE
		      "</div><div class=paywall>" TWO TWO TWO "</div></main>");
	/* What looks otherwise is something else. */
	is_whole(HEAD "<body><nav>n</nav><div><div class=text>" ONE ONE TWO TWO
		      "</div><div><p class=o>NOISE, he wrote, is all that he "
		      "hears in it, and that nobody, ever, will read it.</p>"
		      "</div></div>");
}

/* Whatever an element is called: most of what there is to read is the article. */
static void
names_do_not_hide_an_article(void)
{
	is_whole(HEAD "<body><nav>n</nav><div class=sidebar-layout>" ONE TWO
		      "</div>");
	is_whole(HEAD "<body><nav>n</nav><div class=modal><h1>Arrests</h1>" ONE
		      "<p class=premium>" TWO "</div>");
	is_whole(HEAD "<body><nav>n</nav><div hidden id=S:1>" ONE TWO "</div>"
		      "<div hidden><p>NOISE, for later, if at all</div>");
	/* But of comments there are often more. */
	is_whole(HEAD "<body><nav>n</nav><div class=text>" ONE TWO
		      "</div><div id=comments>"
		      "<p>NOISE, NOISE, NOISE, and so on, as they all write, "
		      "every day, and nobody knows why they do, or for whom."
		      "<p>NOISE, NOISE, NOISE, and so on, as they all write, "
		      "every day, and nobody knows why they do, or for whom."
		      "<p>NOISE, NOISE, NOISE, and so on, as they all write, "
		      "every day, and nobody knows why they do, or for whom."
		      "</div>");
	/* A name of an article beside it saves no box. */
	is_whole(HEAD "<body><nav>n</nav><div class=article-text>" ONE
		      "<div class=article__related-links>NOISE</div>"
		      "<div class=storyNewsletter>NOISE</div>" TWO "</div>");
	/* An anchor is no name. */
	is_whole(HEAD "<body><nav>n</nav><div class=t><div "
		      "id=where-and-how-to-donate>" ONE "</div>" TWO "</div>");
}

/* Pages that go on with the next article when one has come to the end. */
static void
other_articles_are_left_out(void)
{
	is_whole(
	    "<html lang=en><title>Arrests in May - The Paper</title><body><nav>n</nav><article><h1>Arrests in May</h1>" ONE
		TWO "</article><article><h1>NOISE</h1>"
	    "<p>NOISE, the next one, is here for those who, bored as "
	    "they are, go on and on, down the page, without an end."
	    "<p>NOISE, the next one, is here for those who, bored as "
	    "they are, go on and on, down the page, without an end."
	    "<p>NOISE, the next one, is here for those who, bored as "
	    "they are, go on and on, down the page, without an end."
	    "</article>");
}

/* No commas, and no blanks between words: four teasers are no article all the same. */
static void
lao_is_weighed(void)
{
	static const char page[] =
	    "<html lang=lo><head><title>ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ "
	    "ແຕ່ວ່າມະນຸດທຸກໆຄົນຄວນປະພຶດຕໍ່ກັນ</title><style>x</style></head>"
	    "<body><div class=a><div class=b>"
	    "<p>ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວຂອງໃຜຂອງມັນ "
	    "ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວຂອງໃຜຂອງມັນ</p>"
	    "<p>ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ "
	    "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ</p></div><div class=d>"
	    "<div class=e><a href=/2>ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວ</a>"
	    "<p>ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວຂອງໃຜຂອງມັນ</p></div>"
	    "<div class=e><a href=/3>ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ ແຕ່ວ່າມະນຸດທຸ</a>"
	    "<p>ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ "
	    "ແຕ່ວ່າມະນຸດທຸກໆຄົນຄວນປະພຶດຕໍ່ກັນຄືກັນກັບເປັນອ້າຍນ້ອງກັນ</p></div>"
	    "<div class=e><a href=/4>ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວ</a>"
	    "<p>ທຸກໆຄົນມີເຫດຜົນແລະຄວາມຄິດຄວາມເຫັນສ່ວນຕົວຂອງໃຜຂອງມັນ</p></div>"
	    "<div class=e><a href=/5>ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ</a>"
	    "<p>ແລະຄວາມສະເໝີພາບເທົ່າທຽມກັນ</p></div></div></div></body></html>";
	struct ingest_doc d;

	take(&d, page, sizeof(page) - 1);
	check(says(&d, "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ"));
	check(!says(&d, "ອ້າຍນ້ອງ"));
	ingest_done(&d);
}

/* Of a page that shows |shown| and has |data| for its scripts. */
static bool
tells(const char *shown, const char *data, const char *words)
{
	struct ingest_doc d;
	struct buf b;
	bool is;

	buf_init(&b, 0);
	buf_printf(&b, HEAD "%s</head><body><nav>n</nav>%s</body></html>", data,
	    shown);
	take(&d, (const char *)b.p, b.n);
	is = says(&d, words);
	ingest_done(&d);
	buf_done(&b);
	return is;
}

#define LONG                                                               \
	"The ministry, which had said nothing for weeks, confirmed them. " \
	"Then it said <b>nothing</b> again, and a court, as ever, agreed. "
#define MORE LONG LONG LONG LONG LONG LONG
#define ALL  MORE MORE "\\n" LONG LONG LONG LONG "&amp; so on."
#define BODY(text) \
	LD("{\"@type\":\"NewsArticle\",\"articleBody\":\"" text "\"}")

/* Scripts would show the rest. */
static void
what_only_data_have_is_taken(void)
{
	check(tells("<article>" ONE "</article>", BODY(ALL), "&amp; so on"));
	check(tells("<article>" ONE "</article>", BODY(ALL),
	    "<p>The ministry, which had said nothing for weeks, confirmed "
	    "them. Then it said <strong>nothing"));
	check(tells("", BODY(ALL), "so on"));
	check(!tells("<article>" ONE "</article>", BODY(LONG), "them"));
	check(!tells("<article>" ONE TWO ONE TWO "</article>", BODY(ALL),
	    "so on"));
}

#define PUSH(text) "<script>self.__next_f.push([1,\"" text "\"])</script>"
#define LINKS                                                                     \
	"<p><a href=/>The ministry, which had said nothing for weeks, confirmed " \
	"them, as ever</a>"
#define MENU LINKS LINKS LINKS LINKS LINKS LINKS LINKS LINKS LINKS

/* Nor may they say where it is: it is what looks like one. */
static void
what_only_scripts_have_is_taken(void)
{
	check(tells("<article>" ONE "</article>",
	    "<script>window.a = {\"t\": \"\\u003cp\\u003e" ALL
	    "<p>\\ud83d\\ude00 and \\u044f\"}</script>",
	    "<p>😀 and я</p>"));
	/* A text says how long it is, and goes on in the next. */
	check(tells("", PUSH("1:{}\\n2:T30f,<p>") PUSH(MORE "<p>End3:[]"),
	    "<p>End</p>"));
	check(tells("",
	    PUSH("5:[{\\\"a\\\":\\\"\\\\u003cp>" MORE "<p>End\\\"}]"),
	    "<p>End</p>"));
	check(!tells("<article>" ONE "</article>",
	    "<script>a = \"" MENU "\"</script>", "as ever"));
	check(!tells("<article>" ONE "</article>",
	    "<script>a = \"" ALL "\"</script>", "so on"));
	check(!tells("<article>" ONE TWO ONE TWO "</article>",
	    "<script>a = \"<p>" ALL "\"</script>", "so on"));
	check(!tells("<article>" ONE "</article>",
	    PUSH("2:Tffffffffffffffffff,<p>" ALL) "<script>\"<p>\\</script>",
	    "so on"));
}

static void
what_is_left_open_without_scripts_ends(void)
{
	check(tells("<noscript><div><p>No</noscript>" ONE, "", "ministry"));
	check(!tells("<noscript><div><p>No</noscript>" ONE, "", "No"));
	check(tells("<div><noscript><p>No</div>" ONE, "", "ministry"));
}

/* Pages that are made to cost much cost no more than others of their size. */
static void
hostile_pages_end(void)
{
	static const char *const parts[] = {"<div class=article><table>",
	    "<a href=#>x</a>", "<p class=byline>", "<td>,</td>",
	    "<div class='share author entry'>word, word</div>",
	    LD("[[[[[[[[[[[[[[[[[[[[[[[[{\"@graph\":["), "<div class=teaser>",
	    "<article><h1>Arrests</h1>word</article>", "<h3>Comments</h3>",
	    "<script>a=\"{\\\"a\\\":\\\"\"</script>", PUSH("1:T1,x")};
	struct ingest_source src = {.kind = INGEST_HTML,
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en")};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t most = i == 0 || i == 2 || i == 6 ? 100 : 20000;
		struct ingest_doc d;
		struct buf b, why;

		buf_init(&b, INGEST_DOCUMENT_MAX);
		buf_init(&why, 0);
		buf_printf(&b, "<nav>n</nav>");
		for (size_t k = 0; k < most; k++)
			buf_put_str(&b, parts[i]);
		buf_put_str(&b, ONE);
		src.data = buf_bytes(&b);
		ingest_init(&d);
		check(ingest(&d, &src, &why) == 0);
		check(says(&d, "The ministry"));
		ingest_done(&d);
		buf_done(&b);
		buf_done(&why);
	}
}

static void
slim_is(const char *html, const char *want)
{
	struct buf b;

	buf_init(&b, 0);
	html_slim(&b, bytes_str(html));
	if (!bytes_eq(buf_bytes(&b), bytes_str(want)))
		fprintf(stderr, "%s\n  became %.*s\n", html, (int)b.n,
		    (const char *)b.p);
	check(bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
}

/* Behind the article |line|, and |then|; then the article goes on with |more|. */
static void
line_ends(const char *line, const char *then, const char *more, bool ends)
{
	struct ingest_doc d;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b,
	    HEAD "</head><body><nav>n</nav><div class=x>" ONE TWO
		 "<h3>%s</h3><div>%s</div>%s</div></body></html>",
	    line, then, more);
	take(&d, (const char *)b.p, b.n);
	check(says(&d, "The ministry") && says(&d, "seldom succeed"));
	check(says(&d, "too harsh") != ends);
	check(says(&d, "later on") == (more[0] != '\0'));
	ingest_done(&d);
	buf_done(&b);
}

static void
a_line_ends_the_article(void)
{
	static const char said[] =
	    "I, for one, think that this is too harsh, as is all they do, "
	    "and my friends, and theirs, who read it, too, think the same.";
	static const char more[] =
	    "<p>What the court found came later on, and it was, as lawyers "
	    "had said, what the ministry, and its minister, wanted.</p>";

	line_ends("Comments (12)", said, "", true);
	line_ends("КОММЕНТАРИИ:", said, "", true);
	line_ends("相关新闻：", said, "", true);
	line_ends("اقرأ أيضا", said, "", true);
	line_ends("Comments of the minister", said, "", false);
	line_ends("Read also", said, more, false);
}

/* The article goes on behind them. */
static void
links_behind_such_a_line_are_left_out(void)
{
	is_noise("",
	    "<p>Read also: <a href=/c>NOISE, of which nobody knew</a></p>", "");
	is_noise("",
	    "<div>Related stories<ul><li><a href=/c>NOISE of today</a></li>"
	    "<li><a href=/d>and of yesterday</a></li></ul></div>",
	    "");
	is_noise("",
	    "<p>Читайте также</p><p><a href=/c>NOISE, of which nobody knew"
	    "</a></p><p>5 May: <a href=/d>NOISE, again, and again</a></p>",
	    "");
	is_noise("",
	    "<b>Статьи по теме:</b><br><ul><li><a href=/c>NOISE</a></li><li>"
	    "<a href=/d>NOISE</a></li></ul>",
	    "");
	/* It goes with links that go for their name. */
	is_noise("",
	    "<b>Read also:</b><div class=similar><a href=/c>NOISE</a></div>",
	    "");
	is_noise("", "<p class=see-also>NOISE of yesterday</p>", "");
	is_noise("", "<div class=poll><p>NOISE, yes or no</p></div>", "");
}

static void
scripts_are_left_out_and_nothing_else(void)
{
	slim_is("a<script>x<b></script>b", "a<script></script>b");
	slim_is("a<STYLE media=x>p{}</Style>b", "a<STYLE media=x></Style>b");
	slim_is("a<script type=application/ld+json>{}</script>",
	    "a<script type=application/ld+json>{}</script>");
	slim_is("<title>of <script> tags</title><p>a",
	    "<title>of <script> tags</title><p>a");
	slim_is("<!-- <script> --><p>a", "<!-- <script> --><p>a");
	slim_is("<p data-x='<script>'>a<script>b</script>c",
	    "<p data-x='<script>'>a<script></script>c");
	slim_is("<p x = \"<style>\">a", "<p x = \"<style>\">a");
	slim_is("a<script>x", "a<script>");
	slim_is("<script><!-- <script> </script> --></script>a",
	    "<script><!-- <script> </script> --></script>a");
	slim_is("1 < 2 <3<", "1 < 2 <3<");
	slim_is("<p a='", "<p a='");
	slim_is("", "");
}

/* However long the names of an element are. */
static void
long_names_are_cut(void)
{
	for (size_t n = 300; n < 700; n++) {
		struct ingest_doc d;
		struct buf b;

		buf_init(&b, 0);
		buf_printf(&b, "<nav>n</nav><div class='%0*d' id='%0*d'>" ONE,
		    (int)n, 1, (int)n / 2, 1);
		take(&d, (const char *)b.p, b.n);
		check(says(&d, "The ministry"));
		ingest_done(&d);
		buf_done(&b);
	}
}

static unsigned
shared(const char *title, const char *html)
{
	GumboOutput *o = gumbo_parse(html);
	const GumboNode *body = o->root->v.element.children.data[1];
	struct topic t;
	unsigned n;

	topic_of(&t, bytes_str(title));
	n = topic_shared(&t, body);
	gumbo_destroy_output(&kGumboDefaultOptions, o);
	return n;
}

/* What says the title's words again is the article, however much small print there is. */
static void
the_title_says_what_it_is_about(void)
{
	static const char print[] =
	    "<p>All rights, whether to texts, pictures or films, belong to "
	    "NOISE, its owners, partners and heirs, as the law of the land, "
	    "the statute, and all treaties have it, now and for ever.</p>";
	struct ingest_doc d;
	struct buf b;
	char many[80];

	check(shared("Врачи установили причину", "врать и устать") == 1);
	check(shared("Врачи установили причину", "врачам установить") == 2);
	check(shared("成都大熊猫", "一只<b>大熊</b>猫") == 2);
	check(shared("The dam is open", "The dam is <p>open</p>") == 0);
	check(shared("The dam is open", "<b>Op</b>ening an OPEN <i>open</i>") ==
	      1);
	check(shared("", "anything") == 0);
	/* No more words than there is room for. */
	buf_init(&b, 0);
	for (int i = 0; i < 100; i++) {
		snprintf(many, sizeof(many), "%dword ", 1000 + i);
		buf_put_str(&b, many);
	}
	buf_put_u8(&b, '\0');
	check(shared((const char *)b.p, (const char *)b.p) == TOPIC_WORDS_MAX);

	buf_clear(&b);
	buf_put_str(&b,
	    "<html lang=en><title>Ministry confirms arrests in May - The "
	    "Paper</title><script>x()</script><body><nav>n</nav>"
	    "<div><h3>News</h3><div><p>The ministry confirmed the arrests, of three men "
	    "and two women, all of whom, it said, had been seen in "
	    "May.</p></div></div>");
	buf_printf(&b, "<div><h3>Rights</h3><div>%s</div></div></body></html>",
	    print);
	take(&d, (const char *)b.p, b.n);
	check(says(&d, "had been seen") && !says(&d, "NOISE"));
	ingest_done(&d);
	buf_done(&b);
}

int
main(void)
{
	a_line_ends_the_article();
	links_behind_such_a_line_are_left_out();
	scripts_are_left_out_and_nothing_else();
	long_names_are_cut();

	what_stands_around_is_left_out();
	what_stands_within_is_left_out();
	lines_of_players_and_ads_are_left_out();
	lines_that_say_only_when_are_left_out();
	what_belongs_stays();
	a_document_is_no_page();
	little_text_is_kept();
	pages_say_who_and_when();
	a_day_stands_above_a_title();
	the_head_of_an_article_is_kept();
	a_line_may_say_who();
	a_long_line_says_nobody();
	boxes_before_an_article_are_its_lead();
	what_it_is_about_stands_below_the_title();
	a_standfirst_says_what_the_summary_says();
	a_standfirst_may_be_named();
	an_article_in_several_boxes_is_one();
	names_do_not_hide_an_article();
	other_articles_are_left_out();
	the_title_says_what_it_is_about();
	lao_is_weighed();
	what_only_data_have_is_taken();
	what_only_scripts_have_is_taken();
	what_is_left_open_without_scripts_ends();
	hostile_pages_end();
	return 0;
}

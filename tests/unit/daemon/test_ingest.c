#include "daemon/ingest/ingest.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/ingest/html.h"
#include "daemon/work/ingest_wire.h"
#include "proto/base/qerr.h"
#include "proto/object/markup.h"
#include "tests/lib/check.h"

/* Pictures whose names begin with "p" are there. */
static int
find(void *arg, struct bytes src)
{
	(void)arg;
	return src.n > 0 && src.p[0] == 'p' ? 3 : -1;
}

static int
take_as(struct ingest_doc *d, enum ingest_kind kind, const char *lang,
    const char *text, size_t n, struct buf *why)
{
	struct ingest_source src = {.kind = kind,
	    .data = bytes_of(text, n),
	    .file = bytes_str("dir/A file.html"),
	    .lang = bytes_str(lang),
	    .find = find};

	ingest_init(d);
	buf_clear(why);
	return ingest(d, &src, why);
}

static int
take(struct ingest_doc *d, enum ingest_kind kind, const char *text, size_t n,
    struct buf *why)
{
	return take_as(d, kind, "en", text, n, why);
}

/* What is in is markup, and taken in again it is the same. */
static void
sound(const struct ingest_doc *d)
{
	struct ingest_doc again;
	struct buf why;
	int r;

	check(markup_check(buf_bytes(&d->body), d->n_picture, NULL) == 0);
	buf_init(&why, 0);
	r = take_as(&again, INGEST_HTML, d->lang, (const char *)d->body.p,
	    d->body.n, &why);
	if (d->n_picture == 0) {
		check(r == 0);
		if (!bytes_eq(buf_bytes(&again.body), buf_bytes(&d->body)))
			fprintf(stderr, "%.*s\n  again %.*s\n", (int)d->body.n,
			    (const char *)d->body.p, (int)again.body.n,
			    (const char *)again.body.p);
		check(bytes_eq(buf_bytes(&again.body), buf_bytes(&d->body)));
	}
	ingest_done(&again);
	buf_done(&why);
}

static void
body_is(enum ingest_kind kind, const char *text, const char *want)
{
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, kind, text, strlen(text), &why) == 0);
	if (!bytes_eq(buf_bytes(&d.body), bytes_str(want)))
		fprintf(stderr, "%s\n  became %.*s\n  but not %s\n", text,
		    (int)d.body.n, (const char *)d.body.p, want);
	check(bytes_eq(buf_bytes(&d.body), bytes_str(want)));
	sound(&d);
	ingest_done(&d);
	buf_done(&why);
}

static void
html_is(const char *text, const char *want)
{
	body_is(INGEST_HTML, text, want);
}

static void
words_and_blocks(void)
{
	html_is("<p> a\n b\t<b>c </b>d", "<p>a b <strong>c</strong> d</p>");
	html_is("x<div>y</div>z", "<p>x</p><p>y</p><p>z</p>");
	html_is("<p>a<br><br>b<br>c<br>", "<p>a</p><p>b<br>c</p>");
	html_is("<h1>A</h1><h5>b</h5><p>c", "<h4>b</h4><p>c</p>");
	html_is("<title>T</title><h1>A</h1><p>c", "<h2>A</h2><p>c</p>");
	html_is("<i><p>a</p><p>b</p></i>",
	    "<p><em>a</em></p><p><em>b</em></p>");
	html_is("<b><b>a</b></b><em></em>", "<p><strong>a</strong></p>");
	html_is("a<hr>b", "<p>a</p><hr><p>b</p>");
	html_is("a &lt;b&gt; &amp; \"c\"", "<p>a &lt;b&gt; &amp; \"c\"</p>");
	html_is("<blockquote>a</blockquote><blockquote></blockquote>",
	    "<blockquote><p>a</p></blockquote>");
	html_is("<ruby>字<rp>(</rp><rt>zi</rt><rp>)</rp></ruby>",
	    "<p>字(zi)</p>");
	html_is("<dl><dt>a<dd>b</dl>", "<p><strong>a</strong></p><p>b</p>");
	/* 10² is not 102, and the number of a note is none. */
	html_is("10<sup>2</sup>, 10<sup>−3</sup>, H<sub>2</sub>O, "
		"4<sup>th</sup>, so<sup><a href='#n1'>1</a></sup>",
	    "<p>10², 10⁻³, H₂O, 4th, so[1]</p>");
}

static void
math_is(const char *math, const char *want)
{
	struct buf b, p;

	buf_init(&b, 0);
	buf_init(&p, 0);
	buf_printf(&b, "<p><math>%s</math></p>", math);
	buf_printf(&p, "<p>%s</p>", want);
	buf_put_u8(&b, 0);
	buf_put_u8(&p, 0);
	html_is((const char *)b.p, (const char *)p.p);
	buf_done(&b);
	buf_done(&p);
}

static void
formulas(void)
{
	math_is("<mfrac><mn>1</mn><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow>"
		"</mfrac>",
	    "1/(x + 1)");
	math_is("<msup><mi>x</mi><mn>2</mn></msup>", "x²");
	math_is("<msup><mrow><mi>a</mi><mi>b</mi></mrow><mi>k</mi></msup>",
	    "(ab)^k");
	math_is("<msqrt><mi>x</mi></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>",
	    "√(x)³√y");
	math_is("<munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>"
		"<msub><mi>x</mi><mi>i</mi></msub>",
	    "∑_iⁿx_i");
	math_is("<semantics><mi>x</mi><annotation>\\x</annotation></semantics>",
	    "x");
	math_is("<mtable><mtr><mtd>1</mtd><mtd>2</mtd></mtr><mtr><mtd>3</mtd>"
		"</mtr></mtable>",
	    "[1, 2; 3]");
	math_is(
	    "<mi>f</mi><mo>\u2061</mo><mfenced><mi>x</mi><mi>y</mi></mfenced>",
	    "f(x, y)");
	html_is("<p>a <math alttext='b'></math></p>", "<p>a b</p>");
}

static void
lists(void)
{
	html_is("<ul><li>a<li><p>b</p><li></ul>",
	    "<ul><li>a</li><li>b</li></ul>");
	html_is("<ul><li>a<ul><li>b</ul></ul>",
	    "<ul><li><p>a</p><ul><li>b</li></ul></li></ul>");
	html_is("<ol><li><p>a</p><p>b</p></ol>",
	    "<ol><li><p>a</p><p>b</p></li></ol>");
	html_is("<ul>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>");
	html_is("<li>a<li>b", "<p>a</p><p>b</p>");
}

static void
tables(void)
{
	html_is("<table><caption>c</caption><tr><th>a<td>b</table>",
	    "<p>c</p><table><tr><th>a</th><td>b</td></tr></table>");
	html_is("<table><tr><td><p>a</p><p>b</p><td></table>",
	    "<table><tr><td>a<br>b</td><td></td></tr></table>");
	html_is("<table><tr><td>a<table><tr><td>b</table></table>",
	    "<p>a</p><table><tr><td>b</td></tr></table>");
	html_is("x<table><tr><td></table>", "<p>x</p>");
}

static void
code(void)
{
	html_is("<pre>\n a\n\tb \n\n</pre>", "<pre> a\n        b</pre>");
	html_is("<pre><code class=x>a&lt;b</code></pre>",
	    "<pre><code>a&lt;b</code></pre>");
	html_is("<p><code>a <b>b</b></code>", "<p><code>a b</code></p>");
	html_is("<ul><li><pre>a</pre></ul>", "<ul><li><pre>a</pre></li></ul>");
}

static void
links(void)
{
	html_is("<a href=' HTTPS://x.org/?a=1&amp;b=\"'>a</a>",
	    "<p><a href=\"https://x.org/?a=1&amp;b=&quot;\">a</a></p>");
	html_is("<a href='mailto:a@b'>a</a>",
	    "<p><a href=\"mailto:a@b\">a</a></p>");
	html_is("<a href='//x.org/a b'>a</a>",
	    "<p><a href=\"https://x.org/a%20b\">a</a></p>");
	/* Not by what follows readers from page to page. */
	html_is(
	    "<a href='https://x.org/p?utm_source=a&amp;id=7&amp;fbclid=b#c'>a",
	    "<p><a href=\"https://x.org/p?id=7#c\">a</a></p>");
	html_is("<a href='https://x.org/?UTM_medium=a'>a",
	    "<p><a href=\"https://x.org/\">a</a></p>");
	html_is("<a href='https://x.org/?q=utm_source&amp;gclidx=1'>a",
	    "<p><a href=\"https://x.org/?q=utm_source&amp;gclidx=1\">a</a></p>");
	html_is("<a href='javascript:alert(1)'>a</a>", "<p>a</p>");
	html_is("<a href='java script: x'>a</a>", "<p>a</p>");
	html_is("<a href='/local'>a</a><a href='#x'>b</a>", "<p>ab</p>");
	html_is("<a href='http://'>a</a>", "<p>a</p>");
	html_is("<a href='data:text/html,x'>a</a>", "<p>a</p>");
}

static void
nothing_active(void)
{
	html_is("a<script>b</script><style>c</style><iframe>d</iframe>"
		"<svg><text>e</text></svg><object>g</object>"
		"<template>h</template><button onclick=x>i</button>",
	    "<p>a</p>");
	html_is("<p onclick=x style=y id=z>a<x-y foo=1>b</x-y>", "<p>ab</p>");
	html_is("<p hidden>a</p><p>b", "<p>b</p>");
	html_is("<p style='Display : none'>a</p><p>b", "<p>b</p>");
	html_is("<form>a<input value=b></form>", "<p>a</p>");
}

static void
voices(void)
{
	html_is("<html lang=ar dir=rtl><div dir=rtl><p>a<p lang=en dir=ltr>b",
	    "<p>a</p><p dir=\"ltr\" lang=\"en\">b</p>");
	html_is("<html lang=en><p>a <span lang=fa dir=rtl>b</span>",
	    "<p>a <span dir=\"rtl\" lang=\"fa\">b</span></p>");
	html_is("<html lang=en><p lang='x y'>a", "<p>a</p>");
	html_is("<html lang=az-Arab><p dir=rtl>a", "<p>a</p>");
	html_is("<html lang=ks-Deva><p dir=ltr>a", "<p>a</p>");
	html_is("<p>a\xe2\x80\xae"
		"b\xc2\x85"
		"c\xef\xbb\xbf"
		"d&#x202e;",
	    "<p>ab cd</p>");
}

static void
pictures(void)
{
	html_is("<p>a<img src=pic.png alt=' x  y '>b",
	    "<p>a</p><figure><img src=\"0\"></figure><p>b</p>");
	html_is(
	    "<figure><img src=pic><figcaption><b>c</b></figcaption></figure>",
	    "<figure><img src=\"0\"><figcaption><strong>c</strong>"
	    "</figcaption></figure>");
	html_is("<p>a<img src=p width=1 height=1>", "<p>a</p>");
	html_is("<figure><img src=no><figcaption>c</figcaption></figure>",
	    "<p>c</p>");
	html_is("<table><tr><td>a<img src=p></table>",
	    "<table><tr><td>a</td></tr></table>"
	    "<figure><img src=\"0\"></figure>");
	html_is("<a href='http://x/'><img src=p1></a><img src=p2>",
	    "<figure><img src=\"0\"></figure><figure><img src=\"1\"></figure>");
}

static void
only_the_article(void)
{
	html_is("<body><nav>n</nav><p>x</p><article><p>the text, which is "
		"longer</article><footer>f</footer>",
	    "<p>the text, which is longer</p>");
	html_is("<body><nav>n</nav><p>x", "<p>x</p>");
}

static void
markdown(void)
{
	body_is(INGEST_MARKDOWN,
	    "---\ntitle: \"A: b\"\nlang: fa\n---\n# A: b\n\n*x* [l](http://y/)\n\n"
	    "<script>z</script>\n\n- 1\n- 2\n",
	    "<p><em>x</em> <a href=\"http://y/\">l</a></p>"
	    "<ul><li>1</li><li>2</li></ul>");
	body_is(INGEST_MARKDOWN, "[x](javascript:alert(1))", "<p>x</p>");
	body_is(INGEST_MARKDOWN,
	    "a\n\n| b | c |\n|---|--:|\n| *d* | e \\| f |\n\ng | h",
	    "<p>a</p><table><tr><th>b</th><th>c</th></tr>"
	    "<tr><td><em>d</em></td><td>e | f</td></tr></table><p>g | h</p>");
}

static void
plain_text(void)
{
	body_is(INGEST_TEXT, "Headline\n\na\nb <c>\n \nd\r\n\r\ne",
	    "<p>a b &lt;c&gt;</p><p>d</p><p>e</p>");
	body_is(INGEST_TEXT, "title: T\nauthor: A\n\nNote: this is text\n\nb",
	    "<p>Note: this is text</p><p>b</p>");
}

static void
is_text(const char *got, const char *want)
{
	check((got == NULL) == (want == NULL));
	check(got == NULL || strcmp(got, want) == 0);
}

static void
says_of_itself(void)
{
	static const char html[] =
	    "<html lang=en_US><head><title>Head - Paper</title>"
	    "<meta property=og:description content='s  t'>"
	    "<meta name=author content='A, B'><meta name=author content=C>"
	    "<meta property=article:author content='http://x/me'>"
	    "<meta property=article:published_time content=2026-11-23>"
	    "<meta name=keywords content='x, y,z; w'>"
	    "<link rel=canonical href='https://x.org/a'></head>"
	    "<body><h1>Head</h1><p>a";
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, INGEST_HTML, html, sizeof(html) - 1, &why) == 0);
	is_text(d.title, "Head");
	is_text(d.lang, "en-US");
	is_text(d.summary, "s t");
	is_text(d.address, "https://x.org/a");
	check(d.n_author == 3 && strcmp(d.author[1], "B") == 0);
	check(d.n_tag == 3 && strcmp(d.tag[1], "y,z") == 0);
	check(d.has_published && d.published == 1795392000);
	check(bytes_eq(buf_bytes(&d.body), bytes_str("<p>a</p>")));
	ingest_done(&d);
	buf_done(&why);
}

/* Titles have names of papers and sections around the headline that the page shows. */
static void
a_title_is_the_headline(void)
{
	static const struct {
		const char *head, *body, *title;
	} x[] = {
	    {"<title>Krebs durch Kaffee widerlegt | Zeitung</title>",
		"<div>Krebs durch Kaffee widerlegt</div>",
		"Krebs durch Kaffee widerlegt"},
	    {"<meta property=og:title content='Krebs durch Kaffee widerlegt - "
	     "Die Zeitung'>",
		"<h1>Krebs <b>durch</b> Kaffee widerlegt</h1>",
		"Krebs durch Kaffee widerlegt"},
	    {"<title>北京西直门中心突发大火_社会_新民网</title>",
		"<p>北京西直门中心突发大火</p>", "北京西直门中心突发大火"},
	    {"<title>流感新增四死亡个案-中新网</title>",
		"<div>流感新增四死亡个案</div>", "流感新增四死亡个案"},
	    {"<title>ΒΗΜΑ : Λουτρό αίματος κατά πολιτών</title>",
		"<span>Λουτρό αίματος κατά πολιτών</span>",
		"Λουτρό αίματος κατά πολιτών"},
	    /* Shown as a whole, it is whole. */
	    {"<title>Kate Winslet - w drodze do sławy</title>",
		"<b>Kate Winslet</b><p>Kate Winslet - w drodze do sławy</p>",
		"Kate Winslet - w drodze do sławy"},
	    /* Nor does a link, a paper's name or a half of a word say more. */
	    {"<title>Krebs durch Kaffee - Zeitung</title>",
		"<a href=/>Krebs durch Kaffee</a>",
		"Krebs durch Kaffee - Zeitung"},
	    {"<title>„Ein Einsatz“ - Die Neue Zeitung</title>",
		"<h1>Die Neue Zeitung</h1>",
		"„Ein Einsatz“ - Die Neue Zeitung"},
	    {"<meta property=og:title content='Ex-Minister frei-gesprochen'>",
		"<h1>Ex-Minister frei</h1>", "Ex-Minister frei-gesprochen"},
	    /* What is said on top stays. */
	    {"", "<b>Kaffee und Tee</b>", "Kaffee und Tee | Zeitung"},
	};
	struct ingest_doc d;
	struct buf why, html;

	buf_init(&why, 0);
	buf_init(&html, 0);
	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		buf_clear(&html);
		if (x[i].head[0] == '\0')
			buf_printf(&html, "title: %s\n\n", x[i].title);
		buf_printf(&html, "<html lang=en><head>%s</head><body>%s<p>a",
		    x[i].head, x[i].body);
		check(take(&d, INGEST_HTML, (const char *)html.p, html.n,
			  &why) == 0);
		is_text(d.title, x[i].title);
		ingest_done(&d);
	}
	buf_done(&html);
	buf_done(&why);
}

static void
a_headline_is_no_author(void)
{
	static const char headline[] =
	    "<html lang=en><title>Three men who were held are free since "
	    "Tuesday</title><meta name=author content='Three men who were held "
	    "are free since Tuesday'><p>a";
	static const char name[] =
	    "<html lang=en><title>Jane Roe</title><meta name=author "
	    "content='Jane Roe'><p>a";
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, INGEST_HTML, headline, sizeof(headline) - 1, &why) == 0);
	check(d.n_author == 0);
	ingest_done(&d);
	check(take(&d, INGEST_HTML, name, sizeof(name) - 1, &why) == 0);
	check(d.n_author == 1);
	ingest_done(&d);
	buf_done(&why);
}

static void
front_matter_wins(void)
{
	static const char md[] =
	    "---\ntitle: T\nlang: ru\ntags:\n  - a\n  - b\n"
	    "date: nonsense\nname: n1\nurl: ftp://x\n---\n"
	    "# U\n";
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	check(take(&d, INGEST_MARKDOWN, md, sizeof(md) - 1, &why) == 0);
	is_text(d.title, "T");
	is_text(d.lang, "ru");
	is_text(d.name, "n1");
	is_text(d.address, NULL);
	check(d.n_tag == 2 && strcmp(d.tag[1], "b") == 0);
	check(!d.has_published && d.n_warning == 1);
	ingest_done(&d);

	check(take(&d, INGEST_HTML, "<p>a", 4, &why) == 0);
	is_text(d.title, "A file");
	is_text(d.lang, "en");
	ingest_done(&d);
	buf_done(&why);
}

static int
fails(enum ingest_kind kind, const char *text, size_t n)
{
	struct ingest_doc d;
	struct buf why;
	int r;

	buf_init(&why, 0);
	r = take(&d, kind, text, n, &why);
	/* Whoever refuses says what to do. */
	check(r == 0 || why.n > 0);
	ingest_done(&d);
	buf_done(&why);
	return r;
}

/* What a refusal asks for is taken as it asks: in each kind, with no more than that. */
static void
front_matter_needs_no_fence(void)
{
	static const struct {
		enum ingest_kind kind;
		const char *text, *lang, *title;
	} x[] = {
	    {INGEST_MARKDOWN, "lang: fa\n\n# T\n\na\n", "fa", "T"},
	    {INGEST_MARKDOWN, "lang: fa\n# T\n\na\n", "fa", "T"},
	    {INGEST_MARKDOWN, "title: U\r\nlang: fa\r\n\r\na\r\n", "fa", "U"},
	    {INGEST_HTML, "lang: fa\n<h1>T</h1><p>a</p>", "fa", "T"},
	    {INGEST_TEXT, "lang: fa\n\na\n", "fa", "A file"},
	    /* A text may begin with a word and a colon. */
	    {INGEST_MARKDOWN, "Seen: it\n\na\n", "en", "A file"},
	    {INGEST_MARKDOWN, "Date: so it goes\nand on\n", "en", "A file"},
	    {INGEST_TEXT, "Kabul: it\n\na\n", "en", "Kabul: it"},
	    {INGEST_TEXT, "Note: names were changed.\n\na\n", "en",
		"Note: names were changed."},
	    {INGEST_TEXT, "Name: Jane Roe\nAge: 33\n\na\n", "en", "A file"},
	    {INGEST_TEXT, "Date: so it goes\n\na\n", "en", "Date: so it goes"},
	    {INGEST_TEXT, "Update: it is over.\n\na\n", "en",
		"Update: it is over."},
	    /* But not with one that no text begins with. */
	    {INGEST_TEXT, "Title: U\nNote: names\n\na\n", "en", "U"},
	    {INGEST_TEXT, "Date: 2026-11-23\n\na\n", "en", "A file"},
	    {INGEST_TEXT, "note: names\n\na\n", "en", "A file"},
	    {INGEST_TEXT, "Title: U\nPhoto: Jo\n\na\n", "en", "U"},
	};
	static const struct {
		const char *text, *why;
	} odd[] = {
	    {"Titel: U\n\na\n", "Write \"title: …\" on top, not \"Titel: …\"."},
	    {"lang: fa\nautor: U\n\na\n", "\"author: …\""},
	    {"auhtor: U\n\na\n", "\"author: …\""},
	    {"summry: U\n\na\n", "\"summary: …\""},
	};
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		check(take(&d, x[i].kind, x[i].text, strlen(x[i].text), &why) ==
		      0);
		is_text(d.lang, x[i].lang);
		is_text(d.title, x[i].title);
		check((d.n_warning == 1) ==
		      (strstr(x[i].text, "Photo") != NULL));
		ingest_done(&d);
	}
	/* What is nearly right is neither published as text nor passed over. */
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		check(take(&d, INGEST_TEXT, odd[i].text, strlen(odd[i].text),
			  &why) == QERR_RANGE);
		buf_put_u8(&why, '\0');
		check(strstr((const char *)why.p, odd[i].why) != NULL);
		ingest_done(&d);
	}
	check(take(&d, INGEST_MARKDOWN, "lang: Persian\n\na\n", 18, &why) == 0);
	is_text(d.lang, "en");
	check(d.n_warning == 1);
	ingest_done(&d);
	buf_done(&why);
}

#define PERSIAN \
	"روزنامه‌نگاران در این شهر از آزادی و امنیت خود می‌گویند و می‌نویسند."
#define ENGLISH "The council of the town met again on Monday and decided on."
#define RUSSIAN "Городской совет снова собрался в понедельник и решил это."

/* What cannot be in the language that it is published in. */
static void
letters_tell_languages(void)
{
	static const struct {
		enum ingest_kind kind;
		const char *langs, *text, *lang;
		bool foreign;
		const char *told; /* NULL: nothing is */
	} x[] = {
	    {INGEST_TEXT, "fa", PERSIAN, "fa", false, NULL},
	    {INGEST_TEXT, "en", PERSIAN, "en", true, "lang: …"},
	    {INGEST_TEXT, "fa", ENGLISH, "fa", true, "in Latin letters"},
	    {INGEST_MARKDOWN, "en", PERSIAN, "en", true, "\"en\""},
	    {INGEST_HTML, "en", "<p>" PERSIAN, "en", true, "<html lang="},
	    {INGEST_TEXT, "en", RUSSIAN, "en", true, "in Cyrillic letters"},
	    {INGEST_TEXT, "sr", RUSSIAN, "sr", false, NULL},
	    {INGEST_TEXT, "sr-Latn", RUSSIAN, "sr-Latn", true, "Cyrillic"},
	    {INGEST_TEXT, "zh-yue-Hant", RUSSIAN, "zh-yue-Hant", true,
		"Cyrillic"},
	    /* Variants of four characters are no scripts. */
	    {INGEST_TEXT, "de-1996", RUSSIAN, "de-1996", true, "Cyrillic"},
	    {INGEST_TEXT, "de-DE-1996", RUSSIAN, "de-DE-1996", true,
		"Cyrillic"},
	    {INGEST_TEXT, "de-1996", ENGLISH, "de-1996", false, NULL},
	    {INGEST_TEXT, "sl-rozaj-1994", RUSSIAN, "sl-rozaj-1994", true,
		"Cyrillic"},
	    {INGEST_TEXT, "en-x-cyrl", RUSSIAN, "en-x-cyrl", true, "Cyrillic"},
	    {INGEST_TEXT, "de-Qaaa", RUSSIAN, "de-Qaaa", false, NULL},
	    {INGEST_TEXT, "xx", RUSSIAN, "xx", false, NULL},
	    {INGEST_TEXT, "en", "Привет", "en", false, NULL},
	    {INGEST_TEXT, "en", ENGLISH "\n\n" RUSSIAN, "en", false, NULL},
	    {INGEST_TEXT, "en", "中国外交部发言人星期一表示，双方已经同意",
		"en", true, "in Chinese letters"},
	    {INGEST_TEXT, "zh", "外務省は月曜日に両国が合意したと発表しました",
		"zh", true, "in Japanese letters"},
	    {INGEST_TEXT, "ja", "外務省は月曜日に両国が合意したと発表しました",
		"ja", false, NULL},
	    {INGEST_MARKDOWN, "ru",
		RUSSIAN "\n\n    " ENGLISH ENGLISH ENGLISH ENGLISH ENGLISH,
		"ru", false, NULL},
	    /* The only one of the newsroom's. */
	    {INGEST_TEXT, "en fa", PERSIAN, "fa", false, NULL},
	    {INGEST_TEXT, "en fa de", PERSIAN, "fa", false, NULL},
	    {INGEST_TEXT, "en fa und", PERSIAN, "fa", false, NULL},
	    {INGEST_TEXT, "en ru und", PERSIAN, "und", false, NULL},
	    {INGEST_HTML, "en fa", "<html lang=en><p>" PERSIAN, "fa", false,
		"\"fa\" was taken"},
	    {INGEST_HTML, "fa ar", "<html lang=en><p>" PERSIAN, "en", true, ""},
	    /* It says so itself, elsewhere. */
	    {INGEST_HTML, "en",
		"<html lang=en><meta property=og:locale "
		"content=fa_IR><p>" PERSIAN,
		"fa-IR", false, NULL},
	    {INGEST_HTML, "en",
		"<html lang=en><body><article lang=fa><p>" PERSIAN, "fa", false,
		NULL},
	    {INGEST_HTML, "en", "<html lang=ar><body><p lang=fa>" PERSIAN, "ar",
		false, NULL},
	    {INGEST_HTML, "fr", "<p lang=en>" ENGLISH, "fr", false, NULL},
	};
	struct ingest_doc d;
	struct buf why;

	buf_init(&why, 0);
	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		check(take_as(&d, x[i].kind, x[i].langs, x[i].text,
			  strlen(x[i].text), &why) == 0);
		is_text(d.lang, x[i].lang);
		check(d.foreign == x[i].foreign);
		check(d.n_warning == (x[i].told != NULL ? 1 : 0));
		if (x[i].told != NULL)
			check(strstr(d.warning[0], x[i].told) != NULL);
		sound(&d);
		ingest_done(&d);
	}
	/* Nothing is taken where two would do. */
	check(take_as(&d, INGEST_TEXT, "fa ar en", PERSIAN, strlen(PERSIAN),
		  &why) == QERR_MISSING);
	ingest_done(&d);
	buf_done(&why);
}

/* Where a language is missing, each is told how its kind says one. */
static void
each_is_told_where_its_language_goes(void)
{
	static const struct {
		enum ingest_kind kind;
		const char *text, *page, *told;
	} x[] = {
	    {INGEST_HTML, "<p>a", "", "<html lang="},
	    {INGEST_TEXT, "a", "", "Write \"lang: …\" on top."},
	    {INGEST_MARKDOWN, "a", "", "Write \"lang: …\" on top."},
	    {INGEST_FEED,
		"<rss version='2.0'><channel><item><title>T</title><guid>1</guid>"
		"<description>a</description></item></channel></rss>",
		"", "Write <language>…</language>"},
	    {INGEST_FEED,
		"<rss version='2.0'><channel><item><title>T</title><guid>1</guid>"
		"</item></channel></rss>",
		"<p>a", "<html lang=\"…\"> into its page"},
	    {INGEST_FEED,
		"{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"F\","
		"\"items\":[{\"id\":\"1\",\"content_text\":\"a\"}]}",
		"", "\"language\": \"…\" into the feed"},
	};

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++) {
		struct ingest_source src = {.kind = x[i].kind,
		    .data = bytes_str(x[i].text),
		    .file = bytes_str("a.x"),
		    .page = bytes_str(x[i].page)};
		struct ingest_doc d;
		struct buf why;

		ingest_init(&d);
		buf_init(&why, 0);
		check(ingest(&d, &src, &why) == QERR_MISSING);
		buf_put_u8(&why, '\0');
		check(strstr((const char *)why.p, x[i].told) != NULL);
		ingest_done(&d);
		buf_done(&why);
	}
}

static char *
repeat(const char *s, size_t n)
{
	char *out = malloc(strlen(s) * n + 1), *to = out;

	check(out != NULL);
	for (; n > 0; n--)
		to = stpcpy(to, s);
	return out;
}

#define DRAWING "<svg><title>x</title><g><path d=1 /><use/></g></svg>"

static void
limits(void)
{
	char *deep = repeat("<div>", 600), *big;

	check(fails(INGEST_HTML, deep, strlen(deep)) == QERR_TOOBIG);
	check(html_shape(bytes_str(deep)).depth == 600);
	check(html_shape(bytes_str("<p><p><br><b></b><b>")).depth == 1);
	check(html_shape(bytes_str("<!--><div>--><i><script><div></script>"))
		  .depth == 2);
	/* In a drawing, tags end themselves .. */
	check(html_shape(bytes_str("<p>" DRAWING DRAWING DRAWING)).depth == 2);
	/* .. but not behind what may have led out of it, .. */
	check(html_shape(bytes_str("<svg><div><g/><g/><g/>")).depth == 5);
	check(html_shape(bytes_str("<x><svg><g></x><g/><g/>")).depth == 4);
	check(html_shape(bytes_str("<g/><g/><g/>")).depth == 3);
	check(html_shape(bytes_str("<svg><desc><b><g/><g/>")).depth == 5);
	/* .. and what is text elsewhere is none in it. */
	check(html_shape(bytes_str("<svg><title><b><b><b>")).depth == 5);
	check(html_shape(bytes_str("<svg><style><b><b><b>")).depth == 5);
	check(html_shape(bytes_str("<svg></svg><style><b><b>")).depth == 1);
	check(html_shape(bytes_str("<!---><i><!-- --!><b title='<u><u>'>"))
		  .depth == 2);
	free(deep);
	big = repeat("word ", INGEST_DOCUMENT_MAX / 5 + 1);
	check(fails(INGEST_TEXT, big, strlen(big)) == QERR_TOOBIG);
	check(fails(INGEST_TEXT, big, INGEST_DOCUMENT_MAX) == QERR_TOOBIG);
	free(big);
	check(fails(INGEST_HTML, "", 0) == QERR_MISSING);
	check(fails(INGEST_HTML, "<p> ", 4) == QERR_MISSING);
}

/* As a browser counts them. */
static void
attributes(void)
{
	static const struct {
		const char *html;
		size_t n;
	} of[] = {
	    {"<p>", 0},
	    {"<p >text a b c", 0},
	    {"<p a b=c d='e f'>", 3},
	    {"<br/a/b/>", 2},
	    {"<p a='x'b=\"y\"c>", 3},
	    {"<p href=/a/b/c d>", 2},
	    {"<p a = b c\n=\n'd e'>", 2},
	    {"<p =\"a b c\">", 3},
	    {"<p ==x y>", 2},
	    {"<p a=>b c>", 1},
	    {"<p a='b c", 1},
	    {"</p a b>", 2},
	    {"<i a><i a b><i a>", 2},
	    {"<!-- <p a b> --><p a>", 1},
	    {"<script x><p a b></script>", 1},
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		if (html_shape(bytes_str(of[i].html)).attributes != of[i].n)
			fprintf(stderr, "%s\n", of[i].html);
		check(html_shape(bytes_str(of[i].html)).attributes == of[i].n);
	}
}

/* |n| attributes in one tag, which is all there is beside a paragraph. */
static char *
monster(size_t n)
{
	char *s = malloc(n * 8 + 32), *to;

	check(s != NULL);
	to = stpcpy(s, "<p");
	for (size_t i = 0; i < n; i++)
		to += sprintf(to, " a%zu", i);
	stpcpy(to, ">A paragraph</p>");
	return s;
}

static void
too_many_attributes(void)
{
	char *fits = monster(INGEST_ATTRIBUTES_MAX),
	     *more = monster(INGEST_ATTRIBUTES_MAX + 1), *most = monster(99999);

	body_is(INGEST_HTML, fits, "<p>A paragraph</p>");
	check(fails(INGEST_HTML, more, strlen(more)) == QERR_TOOBIG);
	check(fails(INGEST_HTML, most, strlen(most)) == QERR_TOOBIG);
	free(fits);
	free(more);
	free(most);
}

static void
other_encodings(void)
{
	html_is("\xef\xbb\xbf<p>a", "<p>a</p>");
	html_is("<meta charset=windows-1251><p>\xcf\xf0\xe8", "<p>При</p>");
	html_is("<meta http-equiv=content-type content='text/html; "
		"charset=KOI8-R'><p>\xf0",
	    "<p>П</p>");
	/* What is UTF-8 is UTF-8, whatever it says. */
	html_is("<meta charset=windows-1251><p>При", "<p>При</p>");
	check(fails(INGEST_HTML, "<p>\xcf\xf0\xe8", 6) == QERR_TEXT);
	/* Moved to UTF-8 and back, it names both. */
	html_is("<meta charset=utf-8><meta charset=windows-1251><p>\xcf\xf0",
	    "<p>Пр</p>");
	/* A few bytes that somebody broke do not take the rest away. */
	html_is("<meta charset=utf-8><p>При\xd0вет, мир", "<p>Привет, мир</p>");
	/* Encoded twice, but not what is about it, or only looks so. */
	html_is("<p>Ã©tÃ© â€œÃ©tÃ© Ã± Ã± â€“ Ã¼ €",
	    "<p>été “été ñ ñ – ü €</p>");
	html_is("<p>Ã©tÃ©", "<p>Ã©tÃ©</p>");
	html_is("<p>ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO",
	    "<p>ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO ÇÃO</p>");
	html_is("<meta charset=euc-kr><p>one \xff\xc7\xd1 two three four five "
		"six seven eight nine ten eleven twelve thirteen fourteen",
	    "<p>one 한 two three four five six seven eight nine ten eleven "
	    "twelve thirteen fourteen</p>");
	check(fails(INGEST_HTML, "<meta charset=no-such><p>\xcf", 26) ==
	      QERR_TEXT);
	check(fails(INGEST_TEXT,
		  "\xff\xfe"
		  "a\0b\0",
		  6) == 0);
}

/* Deep nesting of what we have ourselves stays within markup's depth. */
static void
nested(const char *open)
{
	char *s = repeat(open, 100), *text = malloc(strlen(s) + 8);
	struct ingest_doc d;
	struct buf why;

	check(text != NULL);
	sprintf(text, "%sx", s);
	buf_init(&why, 0);
	check(take(&d, INGEST_HTML, text, strlen(text), &why) == 0);
	sound(&d);
	ingest_done(&d);
	buf_done(&why);
	free(s);
	free(text);
}

static void
survives_the_pipe(void)
{
	static const char html[] =
	    "<title>T</title><meta name=date content=2020-"
	    "01-02><p>a<img src=p alt=b>";
	struct ingest_doc d, back;
	struct buf why, wire;

	buf_init(&why, 0);
	buf_init(&wire, 0);
	check(take(&d, INGEST_HTML, html, sizeof(html) - 1, &why) == 0);
	ingest_put_doc(&wire, &d);
	check(buf_err(&wire) == 0);
	ingest_init(&back);
	check(ingest_get_doc(&back, buf_bytes(&wire), 4) == 0);
	is_text(back.title, "T");
	check(back.has_published && back.published == d.published);
	check(back.n_picture == 1 && back.picture[0].number == 3);
	is_text(back.picture[0].alt, "b");
	check(bytes_eq(buf_bytes(&back.body), buf_bytes(&d.body)));
	ingest_done(&back);

	/* A picture that nobody offered, and every truncation. */
	ingest_init(&back);
	check(ingest_get_doc(&back, buf_bytes(&wire), 3) == QERR_RANGE);
	ingest_done(&back);
	for (size_t n = 0; n < wire.n; n++) {
		ingest_init(&back);
		check(ingest_get_doc(&back, bytes_of(wire.p, n), 4) != 0);
		ingest_done(&back);
	}
	ingest_done(&d);
	buf_done(&wire);
	buf_done(&why);
}

int
main(void)
{
	words_and_blocks();
	formulas();
	lists();
	tables();
	code();
	links();
	nothing_active();
	voices();
	pictures();
	only_the_article();
	markdown();
	plain_text();
	says_of_itself();
	a_title_is_the_headline();
	a_headline_is_no_author();
	front_matter_wins();
	front_matter_needs_no_fence();
	letters_tell_languages();
	each_is_told_where_its_language_goes();
	limits();
	attributes();
	too_many_attributes();
	other_encodings();
	nested("<ul><li>");
	nested("<blockquote>");
	nested("<b><i lang=fr><code>");
	nested("<blockquote><ul><li><b><i>");
	nested("<table><tr><td>");
	nested("<ol>");
	survives_the_pipe();
	return 0;
}

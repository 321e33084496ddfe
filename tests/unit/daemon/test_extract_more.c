#include <stdio.h>
#include <string.h>

#include "daemon/ingest/ingest.h"
#include "tests/lib/check.h"
#include "tests/unit/daemon/paragraphs.h"

/* What pages put into their articles and below them that is none of their text. */

/* How often what became of a page with |article| says |words|. */
static size_t
times(const char *article, const char *words)
{
	struct ingest_source src = {.kind = INGEST_HTML,
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en")};
	struct ingest_doc d;
	struct buf page, why;
	size_t n = 0;

	buf_init(&page, 0);
	buf_init(&why, 0);
	buf_printf(&page,
	    "<html lang=en><head><title>Arrests - The Paper</title>"
	    "<script>x()</script></head><body><nav>n</nav><article>%s"
	    "</article></body></html>",
	    article);
	src.data = buf_bytes(&page);
	ingest_init(&d);
	check(ingest(&d, &src, &why) == 0);
	for (const uint8_t *at = d.body.p, *end = at + d.body.n;
	     (at = memmem(at, (size_t)(end - at), words, strlen(words))) !=
	     NULL;
	     at++)
		n++;
	ingest_done(&d);
	buf_done(&page);
	buf_done(&why);
	return n;
}

static void
an_article_is_taken_once(void)
{
	/* For the printer, where a blank is another and a dash is missing. */
	check(times(ONE TWO
		  "<div id=paper><h2>NOISE"
		  "</h2><div>The ministry,&nbsp;which had said nothing for "
		  "weeks, confirmed the arrests on Tuesday after relatives, "
		  "lawyers and two of the men's colleagues had spoken to "
		  "reporters - in the capital.</div>" TWO "</div>",
		  "The ministry") == 1);
	check(times(ONE TWO "<div id=paper><h2>NOISE"
			    "</h2>" ONE TWO "</div>",
		  "NOISE") == 0);
	/* A paragraph may come again, and so may part of a text. */
	check(times("<div>" ONE TWO ONE "</div>", "The ministry") == 2);
	check(times("<div>" ONE TWO "</div><div>" TWO
		    "<p>And again, said the court, which would not say more, "
		    "the men were to be heard in May, or June, or never.</p>"
		    "</div>",
		  "seldom succeed") == 2);
}

#define ANNOUNCED                                                            \
	"NOISE: ten men, said a lawyer on Monday, had been seen in a camp, " \
	"and had not been heard since.</div>"

static void
teasers_are_left_out(void)
{
	check(times(ONE "<div><a href=/a><img src=a.png></a><a href=/a>NOISE"
			"</a><div>" ANNOUNCED "</div>" TWO,
		  "NOISE") == 0);
	check(times(ONE TWO "<div><h3><a href=/a>NOISE</a></h3><div>" ANNOUNCED
			    "<a href=/a#comments>3</a></div>",
		  "NOISE") == 0);
	/* None: it begins with words, links elsewhere, or shows a picture. */
	check(times(ONE "<div>Said <a href=/a>he</a>, <a href=/a>and</a> "
			"<div>" ANNOUNCED "</div>" TWO,
		  "NOISE") == 1);
	check(times(ONE "<div><a href=/a>He</a>, <a href=/a>and</a> so <a "
			"href=/b>she</a> <div>" ANNOUNCED "</div>" TWO,
		  "NOISE") == 1);
	check(times(ONE "<div><a href=/a.jpg><img src=a.png></a><a href=/a.jpg>"
			"Enlarge</a><div>" ANNOUNCED "</div>" TWO,
		  "NOISE") == 1);
	/* Above the text it is what the article is about. */
	check(
	    times(
		"<div><a href=/a>He</a>, <a href=/a>he</a> said <div>" ANNOUNCED
		"</div>" ONE TWO,
		"NOISE") == 1);
}

/* An article is no letter to subscribers because it is named so, nor is it beside what
 * its readers wrote, however much. */
static void
its_title_tells_an_article(void)
{
	static const char said[] =
	    "<p>READER, who had read it twice, wrote that it was, all in all, "
	    "what everybody knew, and what nobody, until now, had said.</p>";
	struct ingest_source src = {.kind = INGEST_HTML,
	    .file = bytes_str("page.html"),
	    .lang = bytes_str("en")};
	struct ingest_doc d;
	struct buf page, why;

	buf_init(&page, 0);
	buf_init(&why, 0);
	buf_printf(&page,
	    "<html lang=en><head><title>Arrests</title><script>x()</script>"
	    "</head><body><div><article class='newsletter-post post'>"
	    "<h1>Arrests</h1><div class=body>" ONE TWO THREE
	    "</div></article></div>"
	    "<div class=comments>");
	for (int i = 0; i < 20; i++)
		buf_put_str(&page, said);
	buf_put_str(&page, "</div></body></html>");
	src.data = buf_bytes(&page);
	ingest_init(&d);
	check(ingest(&d, &src, &why) == 0);
	check(memmem(d.body.p, d.body.n, "seldom succeed", 14) != NULL);
	check(memmem(d.body.p, d.body.n, "READER", 6) == NULL);
	ingest_done(&d);
	buf_done(&page);
	buf_done(&why);
}

static void
what_is_not_seen_is_left_out(void)
{
	check(times(ONE "<p class=sr-only>NOISE</p>" TWO, "NOISE") == 0);
	check(times(ONE "<p>He <span class='x visually-hidden'>NOISE</span>"
			" said.</p>" TWO,
		  "NOISE") == 0);
	check(times(ONE "<div class='box hidden'>NOISE</div>" TWO, "NOISE") ==
	      0);
	/* On large screens it is. */
	check(times(ONE "<p class='hidden md:block'>SEEN</p>" TWO, "SEEN") ==
	      1);
}

static void
what_asks_its_reader_is_left_out(void)
{
	check(times(ONE
		  "<p>Follow us on <a href=/t>Telegram</a>: NOISE</p>" TWO,
		  "NOISE") == 0);
	check(times(ONE "<h3>Подписывайтесь на наш канал NOISE</h3>" TWO,
		  "NOISE") == 0);
	check(times(ONE "<div><p>Empfohlener redaktioneller Inhalt</p><p>An "
			"dieser Stelle finden Sie einen NOISE</p></div>" TWO,
		  "NOISE") == 0);
	check(times(ONE "<p>为了看更多，欢迎关注我们 SAID</p>" TWO, "SAID") ==
	      1);
	/* A story may begin so; and somebody may be quoted. */
	check(times(ONE "<p>Follow us on this road, SAID a man, and you will "
			"see, as we did that day, what is left of it, and who "
			"is left, and what they say of those who came in May; "
			"for it is not much.</p>" TWO,
		  "SAID") == 1);
	check(times(ONE "<p>\"We are here\", he SAID. \"Follow us on foot.\""
			"</p>" TWO,
		  "SAID") == 1);
}

static void
tags_are_left_out(void)
{
	check(times(ONE "<p><a href=/a>NOISE</a>, <a href=/b>NOISE</a>, "
			"<a href=/c>and more</a></p>" TWO,
		  "NOISE") == 0);
	check(times(ONE "<p>So said <a href=/a>NOISE</a>, <a href=/b>who</a>, "
			"<a href=/c>and more</a>.</p>" TWO,
		  "NOISE") == 1);
}

/* |line| is not left where it is the last, and stays between others. */
static void
ends_with(const char *line)
{
	char article[4096];

	snprintf(article, sizeof(article), ONE TWO "<p>%s</p>", line);
	if (times(article, line) != 0)
		fprintf(stderr, "%s\n", line);
	check(times(article, line) == 0 && times(article, "seldom") == 1);
	snprintf(article, sizeof(article), ONE "<p>%s</p>" TWO, line);
	check(times(article, line) == 1);
}

static void
stays(const char *line)
{
	char article[4096];

	snprintf(article, sizeof(article), ONE TWO "<p>%s</p>", line);
	check(times(article, line) == 1);
}

static void
what_is_said_below_is_left_out(void)
{
	ends_with("Source: Some Agency");
	ends_with("来源：新华社");
	ends_with("本文来源：新华社");
	ends_with("Опубликован в газете «Газета» №1");
	ends_with("(责任编辑:张三)");
	ends_with("Теги: суд, аресты");
	ends_with("Schlagworte:");
	ends_with("© Some Agency 2026");
	ends_with("www.example.org/story");
	ends_with("press@example.org");
	ends_with("Нашли ошибку? Выделите её.");
	ends_with("Greška? Označite je i pritisnite Ctrl+Enter.");
	ends_with("Follow us in every network");
	ends_with("Знайшлі памылку? Вылучыце яе.");
	ends_with("انتهای پیام/ی");
	ends_with("برچسب‌ها: دادگاه");
	ends_with("ምንጭ: ዜና");
	ends_with("ምንጭ፡ ዜና");
	ends_with("منبع: خبرگزاري");
	/* A word that goes on, or is in a sentence, is another. */
	stays("Sources: none of them would say so.");
	stays("Source code was found, too.");
	stays("She wrote to press@example.org.");
	stays("Follow using your eyes, he said.");
	/* From the last upwards, to the first that is none. */
	check(times(ONE TWO "<p>Tags: NOISE</p><div><p>© NOISE</p></div>",
		  "NOISE") == 0);
	check(times(ONE TWO "<p>Tags: STAYS</p>And so on.", "STAYS") == 1);
	/* It is no note if it is much of what there is. */
	check(times(ONE "<p>Source: a man who was there said STAYS, and that "
			"he would say so in court, if he could.</p>",
		  "STAYS") == 1);
}

/* Other things follow these; and what may stand anywhere, alone. */
static void
exile_media_say_so_too(void)
{
	static const char *const lines[] = {"Чытайце яшчэ:", "Каментары (3)",
	    "خبرهای مرتبط", "خبرهاي مرتبط", "إقرأ أيضاً؟",
	    "دیدگاه‌ها (۳)", "ተያያዥ ዜናዎች፡", "မှတ်ချက်များ ၃။",
	    "संबंधित खबरें।", "تازه‌ترین خبرها", "اړوند خبرونه",
	    "بابەتی پەیوەندیدار", "ተዛማጅ ዜናዎች", "ተዛማዲ ትሕዝቶ", "ဆက်စပ်သတင်းများ",
	    "ဒီသတင်းနဲ့ ပတ်သက်သမျှ", "ასევე წაიკითხეთ", "Կարդացեք նաև",
	    "Shuningdek o‘qing", "Дагы окуңуз"};
	static const char *const ads[] = {
	    "Рэклама", "اعلان", "ማስታወቂያ", "ကြော်ငြာ", "რეკლამა"};
	char page[2048];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(page, sizeof(page),
		    ONE TWO "<h3>%s</h3><div><p>NOISE</p></div>", lines[i]);
		if (times(page, "NOISE") != 0)
			fprintf(stderr, "%s\n", lines[i]);
		check(times(page, "NOISE") == 0);
	}
	for (size_t i = 0; i < sizeof(ads) / sizeof(ads[0]); i++) {
		snprintf(page, sizeof(page), ONE "<p>%s</p>" TWO, ads[i]);
		check(times(page, ads[i]) == 0);
	}
}

int
main(void)
{
	an_article_is_taken_once();
	teasers_are_left_out();
	its_title_tells_an_article();
	what_is_not_seen_is_left_out();
	what_asks_its_reader_is_left_out();
	tags_are_left_out();
	what_is_said_below_is_left_out();
	exile_media_say_so_too();
	return 0;
}

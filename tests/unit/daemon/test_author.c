#include <stdio.h>

#include "daemon/ingest/author.h"
#include "proto/base/buf.h"
#include "tests/lib/check.h"

/* |text| holds the names |want|, with "+" between them. */
static void
are(const char *text, const char *want)
{
	struct bytes left = bytes_str(text), name;
	struct buf b;

	buf_init(&b, 0);
	while (author_next(&left, &name)) {
		if (b.n > 0)
			buf_put_u8(&b, '+');
		buf_put(&b, name.p, name.n);
	}
	if (!bytes_eq(buf_bytes(&b), bytes_str(want)))
		fprintf(stderr, "%s\n  became %.*s\n", text, (int)b.n,
		    (const char *)b.p);
	check(bytes_eq(buf_bytes(&b), bytes_str(want)));
	buf_done(&b);
}

static void
is_line(const char *text, bool want)
{
	if (author_is_line(bytes_str(text)) != want)
		fprintf(stderr, "%s\n", text);
	check(author_is_line(bytes_str(text)) == want);
}

/* Lines that say themselves that names follow, and sentences that begin alike. */
static void
lines_are_known_by_their_words(void)
{
	is_line("By Jane Roe", true);
	is_line("by Jane van der Roe and John Doe | May 31, 2024", true);
	is_line("Von Anna Weiß, Max Maier", true);
	is_line("Автор: Иван Петров", true);
	is_line("Аўтар: Янка Белы", true);
	is_line("Text: Anna Weiß", true);
	is_line("Jane Roe", false);
	is_line("By Jane", false);
	is_line("By and by", false);
	is_line("By far The Best of all", false);
	is_line("Von der Leyen zur Wahl", false);
	is_line("Par Jeanne Roe le 3 mai", false);
	is_line("By The End Of The Year All", false);
	is_line("By ", false);
	is_line("By", false);
	is_line("", false);
}

/* What a line that names authors begins with, as far as it is there. */
static void
first_words(void)
{
	check(author_may_begin(bytes_str("By")));
	check(author_may_begin(bytes_str("VON")));
	check(author_may_begin(bytes_str("Автор:")));
	check(!author_may_begin(bytes_str("Bystanders")));
	check(!author_may_begin(bytes_str("The")));
	check(!author_may_begin(bytes_str("")));
}

int
main(void)
{
	first_words();
	lines_are_known_by_their_words();
	are("Jane Roe", "Jane Roe");
	are("Jane Roe »", "Jane Roe");
	are("«Jane» and «Roe»", "«Jane»+«Roe»");
	are("Jane Brown.", "Jane Brown");
	are("Jane Roe Jr. and J. K.", "Jane Roe Jr.+J. K.");
	are("Exclusive by Jane Roe", "Jane Roe");
	are("freeman1984", "freeman1984");
	are("jane31.05.2024", "jane");
	are("Jane Roe22 Dec", "Jane Roe");
	are("Roe & Doe GmbH & Co. KG", "Roe+Doe GmbH & Co. KG");
	are("Олег Белый, в", "Олег Белый");
	are("Jane Roe, Email Jane, Your name, We want rain!", "Jane Roe");
	are("Redakcja, Staff Reports, 编辑部", "");
	are("By Jane Roe and John Doe", "Jane Roe+John Doe");
	are("Von Anna Weiß, Max Maier | 31. Mai", "Anna Weiß+Max Maier");
	are("Jane Roe (Reuters), John Doe - BBC", "Jane Roe+John Doe");
	are("автор: Иван Петров и Анна Белая", "Иван Петров+Анна Белая");
	are("Автор: МИХАИЛ Петров", "МИХАИЛ Петров");
	are("AUTEUR : Jeanne Roe", "Jeanne Roe");
	are("记者 王小明、李雷", "王小明+李雷");
	are("신현주 기자", "신현주");
	are("بقلم علي حسن", "علي حسن");
	are("View all posts by Jane Roe", "Jane Roe");
	are("Interview: Jane Roe Foto: John Doe", "Jane Roe");
	are("Jane Roe | Photo: John Doe", "Jane Roe");
	are("Foto: John Doe, Text: Jane Roe", "Jane Roe");
	are("Bild: SN/APA", "");
	are("Źródło: PAP", "");
	are("责任编辑：王小明", "");
	are("本文栏目：消费 作者：李宝花", "李宝花");
	are("Skribent: Anna Berg", "Anna Berg");
	are("Erstellt von Anna Weiß", "Anna Weiß");
	are("Του Στέφανου Τζανάκη", "Στέφανου Τζανάκη");
	are("Article by: Jane Roe, PhD, and John Doe", "Jane Roe+John Doe");
	are("Jane Roe January 17, 2012", "Jane Roe");
	are("Daniel Mars 3 hours ago", "Daniel Mars");
	are("January 17, 2012", "");
	are("Published: January 17, 2012 9:26 AM By Jane Roe", "");
	are("Posted at 8:56am Monday 16th Jan, 2012", "");
	are("Posted", "");
	are("Posted on", "");
	are("Jane Roe, MS, RDN", "Jane Roe");
	are("Jane Roe, Head of News and Social Media, and John Doe",
	    "Jane Roe+John Doe");
	are("Jane Roe, Attorney at Roe & Doe, on 9 December 2024", "Jane Roe");
	are("Jane Roe, by John Doe at Reuters", "Jane Roe+John Doe at Reuters");
	are("About the Author", "");
	are("Developed by Jane Roe", "");
	are("Articles by Jane Roe", "Jane Roe");
	are("By | Jane Roe | Senior Editor", "Jane Roe");
	are("Jane Roe Stand: 31. Mai", "Jane Roe");
	are("Аўтар: Янка Белы", "Янка Белы");
	are("نویسنده: رضا سعیدی", "رضا سعیدی");
	are("نوشته رضا سعیدی", "رضا سعیدی");
	are("نویسنده", "");
	are("نووسەر ئازاد کەریم", "ئازاد کەریم");
	are("ავტორი ნინო ბერიძე", "ნინო ბერიძე");
	are("Войти", "");
	are("@paper, jane@example.org, <b>Jane</b>, *", "");
	are("JANE ROE // ABC News", "JANE ROE");
	are("Weblog http://example.org/", "");
	are("By", "");
	are("105092", "");
	are("(Image: Getty)", "");
	are("https://example.org/jane", "");
	are("", "");
	are(", ; ,", "");
	return 0;
}

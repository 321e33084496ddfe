#include <stdio.h>

#include "daemon/extract/date.h"
#include "tests/lib/check.h"

static bool
is(const char *text, int64_t want)
{
	int64_t got = -1;

	return date_parse(&got, bytes_str(text)) && got == want;
}

static bool
refused(const char *text)
{
	int64_t got;

	return !date_parse(&got, bytes_str(text));
}

static void
days_and_times(void)
{
	check(is("1970-01-01", 0));
	check(is("2026-11-23", 1795392000));
	check(is("2024-02-29", 1709164800));
	check(is("2026-11-23 10:15", 1795428900));
	check(is("2026-11-23T10:15:00Z", 1795428900));
	check(is("2026-11-23T10:15:00.25Z", 1795428900));
	check(is("2014-03-19T10:14:29-04:00", 1395238469));
	check(is("2018-02-19T07:10:18+00:00", 1519024218));
	check(is("2026-11-23T11:15:00+0100", 1795428900));
	check(is("1969-12-31T23:59:59Z", -1));
}

static void
mail_dates(void)
{
	check(is("Mon, 23 Nov 2026 10:15:00 +0000", 1795428900));
	check(is("23 Nov 2026 10:15 GMT", 1795428900));
	check(is("23 November 2026", 1795392000));
	check(is("Mon, 23 Nov 2026 05:15:00 EST", 1795428900));
}

static void
no_dates(void)
{
	check(refused(""));
	check(refused("yesterday"));
	check(refused("2026-02-29"));
	check(refused("2026-13-01"));
	check(refused("2026-11-23T25:00:00Z"));
	check(refused("2026-11-23T10:15:00Z and more"));
	check(refused("23/11/2026"));
	check(refused("2026-11-23T10:15:00+99:00"));
}

static bool
finds(const char *text, const char *want)
{
	int64_t got, day;

	check(date_parse(&day, bytes_str(want)));
	return date_find(&got, bytes_str(text), DATE_DAY_FIRST) && got == day;
}

/* As pages show them to people. */
static void
dates_for_people(void)
{
	static const char *const last_of_may[] = {"31. Mai 2012",
	    "Published May 31, 2012 at 5 pm", "31 мая 2012, 12:15",
	    "2012年5月31日", "2012년 5월 31일", "2012. 5. 31.", "31/05/2012",
	    "31.05.2012 - 10:00", "5/31/2012", "31 Mayıs 2012 Perşembe",
	    "31 de mayo de 2012", "31 مايو 2012", "٣١ أيار ٢٠١٢",
	    "2012. május 31.", "2012 m. gegužės 31 d.",
	    "Thứ Năm, 31 tháng 5, 2012", "Ngày 31/5/2012", "31 พฤษภาคม 2555",
	    "民國101年5月31日", "平成24年5月31日", "יום חמישי, 31 במאי 2012",
	    "Thursday, 31st of May 2012", "31 травня 2012", "३१ मई २०१२",
	    "৩১ মে ২০১২", "11 خرداد 1391", "۱۳۹۱/۰۳/۱۱",
	    "By A. Writer | 10:15 | 2012-05-31T10:15:00"};

	for (size_t i = 0; i < sizeof(last_of_may) / sizeof(last_of_may[0]);
	     i++) {
		if (!finds(last_of_may[i], "2012-05-31"))
			fprintf(stderr, "%s\n", last_of_may[i]);
		check(finds(last_of_may[i], "2012-05-31"));
	}
	/* The year is over on the 29th of esfand, or, in a leap year, the 30th. */
	check(finds("1 فروردین 1403", "2024-03-20"));
	check(finds("30 اسفند 1403", "2025-03-20"));
	check(finds("1 فروردین 1404", "2025-03-21"));
	/* As exile media write them. */
	check(finds("ጥር 23/ 2013ዓም", "2021-01-31"));
	check(finds("ማክሰኞ ኅዳር 11 ቀን 2005 ዓ/ም", "2012-11-20"));
	check(finds("የካቲት/ 22/2016", "2024-03-01"));
	check(finds("መስከረም 1 ቀን 2016 ዓ.ም.", "2023-09-12"));
	check(finds("ጳጉሜ 6 ቀን 2015 ዓ.ም.", "2023-09-11"));
	check(finds("ጳጉሜን 5 2016", "2024-09-10"));
	check(finds("ሓምለ 5 2023", "2023-07-05"));
	check(finds("ሓምለ 5 2015 ዓ.ም", "2023-07-12"));
	check(finds("ጁላይ 12, 2023", "2023-07-12"));
	check(finds("၂၀၂၄ ခုနှစ် ဇန်နဝါရီလ ၁၅ ရက်", "2024-01-15"));
	check(finds("မေ ၃၁၊ ၂၀၁၈", "2018-05-31"));
	check(finds("၁၂ စက်တင်ဘာ ၂၀၂၃", "2023-09-12"));
	check(finds("ថ្ងៃទី១២ ខែឧសភា ឆ្នាំ២០២៣", "2023-05-12"));
	check(finds("ວັນທີ 12 ພຶດສະພາ 2023", "2023-05-12"));
	check(finds("༢༠༢༣.༠༥.༡༢", "2023-05-12"));
	check(finds("۱۲ مه ۲۰۲۴", "2024-05-12"));
	check(finds("2 تير 1399 - 12:09:08 ب.ظ", "2020-06-22"));
	check(finds("2 Foo 1399 - 12:09, 2012-05-31", "2012-05-31"));
	check(finds("۲۱ فروردين ۱۳۹۹", "2020-04-09"));
	check(finds("۱۱ جوزا ۱۳۹۱", "2012-05-31"));
	check(finds("۱۳۹۱ غبرګولی ۱۱", "2012-05-31"));
	check(finds("۲۰۲۳ سپټمبر ۱۲", "2023-09-12"));
	check(finds("5 تشرين الأول/أكتوبر 2023", "2023-10-05"));
	check(finds("5 تشرين الثاني 2023", "2023-11-05"));
	check(finds("السبت، 2 كانون الثاني، 2021", "2021-01-02"));
	check(finds("١٢ی کانوونی یەکەمی ٢٠٢٣", "2023-12-12"));
	check(finds("12ی ئایاری 2023", "2023-05-12"));
	check(finds("12 Gulan 2023", "2023-05-12"));
	check(finds("12 траўня 2023", "2023-05-12"));
	check(finds("12 жніўня 2023", "2023-08-12"));
	check(finds("12 sentyabr 2023", "2023-09-12"));
	check(finds("12 avgust 2023", "2023-08-12"));
	check(finds("12. května 2021, 15. června 2021", "2021-05-12"));
	check(finds("12. července 2021", "2021-07-12"));
	check(finds("12. června 2021", "2021-06-12"));
	check(finds("1 листопада 2023", "2023-11-01"));
	check(finds("Culture, 2.11.22", "2022-11-02"));
	check(finds("02/11/22 10:15", "2022-11-02"));
}

static void
no_dates_for_people(void)
{
	static const char *const none[] = {"", "May", "2012", "31 12 2012",
	    "tel. 030 12 34 2012", "12:30:2012", "31. Mai 1812", "40 mai 2012",
	    "in 5 of 6 cases, 2012", "31/05", "\xff 31. Mai", "2.11.22.1",
	    "1.2.3", "መጋቢት 5 2015", "5 millones 2020", "۵ میلیون ۲۰۲۰",
	    "5 كانون 2021", "ጳጉሜ 31 2015", "12:11:22", "2-11-22", "2.11.2",
	    "32.11.22"};
	int64_t got;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check(!date_find(&got, bytes_str(none[i]), DATE_DAY_FIRST));
	check(!date_find(&got, bytes_of("5 June 2012 \0 x", 15),
	    DATE_DAY_FIRST));
	check(date_find(&got, bytes_str("05/06/2012"), DATE_MONTH_FIRST) &&
	      got == 1336262400);
	check(date_find(&got, bytes_str("5/31/12"), DATE_MONTH_FIRST) &&
	      got == 1338422400);
	check(date_find(&got, bytes_str("12.05.31"), DATE_YEAR_FIRST) &&
	      got == 1338422400);
	check(date_find(&got, bytes_str("05/06/2012"), DATE_DAY_FIRST) &&
	      got == 1338854400 + 0);
}

int
main(void)
{
	days_and_times();
	mail_dates();
	no_dates();
	dates_for_people();
	no_dates_for_people();
	return 0;
}

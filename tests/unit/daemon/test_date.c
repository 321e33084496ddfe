#include "daemon/ingest/date.h"

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

int
main(void)
{
	days_and_times();
	mail_dates();
	no_dates();
	return 0;
}

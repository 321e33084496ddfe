#include "client/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIRST (-62167219200) /* 0000-01-01 */
#define LAST  253402300799   /* 9999-12-31 */

static bool
broken_down(struct tm *tm, int64_t t)
{
	time_t when = (time_t)t;

	return t >= FIRST && t <= LAST && gmtime_r(&when, tm) != NULL;
}

void
date_day(char dst[DATE_MAX], int64_t t)
{
	struct tm tm;

	strcpy(dst, "?");
	if (broken_down(&tm, t))
		snprintf(dst, DATE_MAX, "%04d-%02d-%02d",
		    tm.tm_year % 8100 + 1900, tm.tm_mon % 12 + 1,
		    tm.tm_mday % 32);
}

void
date_minute(char dst[DATE_MAX], int64_t t)
{
	struct tm tm;

	strcpy(dst, "?");
	if (broken_down(&tm, t))
		snprintf(dst, DATE_MAX, "%04d-%02d-%02d %02d:%02d UTC",
		    tm.tm_year % 8100 + 1900, tm.tm_mon % 12 + 1,
		    tm.tm_mday % 32, tm.tm_hour % 24, tm.tm_min % 60);
}

void
date_machine(char dst[DATE_MAX], int64_t t)
{
	struct tm tm;

	strcpy(dst, "?");
	if (broken_down(&tm, t))
		snprintf(dst, DATE_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ",
		    tm.tm_year % 8100 + 1900, tm.tm_mon % 12 + 1,
		    tm.tm_mday % 32, tm.tm_hour % 24, tm.tm_min % 60,
		    tm.tm_sec % 61);
}

bool
date_read(uint64_t *ret, const char *text)
{
	char again[DATE_MAX];
	struct tm tm = {0};
	int64_t t;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon,
		&tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec) != 6)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	t = timegm(&tm);
	date_machine(again, t);
	*ret = t > 0 ? (uint64_t)t : 0;
	return t > 0 && strcmp(text, again) == 0;
}

void
size_text(char dst[SIZE_TEXT_MAX], uint64_t bytes)
{
	static const char *const unit[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t tenths = bytes / 100;
	size_t u = 0;

	if (bytes < 1000) {
		snprintf(dst, SIZE_TEXT_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	for (; tenths >= 10000; tenths /= 1000)
		u++;
	if (tenths >= 100)
		snprintf(dst, SIZE_TEXT_MAX, "%u %s", (unsigned)(tenths / 10),
		    unit[u]);
	else
		snprintf(dst, SIZE_TEXT_MAX, "%u.%u %s",
		    (unsigned)(tenths / 10), (unsigned)(tenths % 10), unit[u]);
}

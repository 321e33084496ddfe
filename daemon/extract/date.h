#ifndef QUIRE_DATE_H
#define QUIRE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * Read a date as documents write it, as UNIX seconds: RFC 3339 and its shorter
 * relatives (2026-11-23, 2026-11-23 10:15, 2026-11-23T10:15:00.5+01:00), or
 * RFC 2822 (Mon, 23 Nov 2026 10:15:00 +0100).  Without a zone it is UTC.  False if
 * it is none of these or no day of the calendar.
 */
bool date_parse(int64_t *ret, struct bytes text);

/* How a country writes a day in figures, if it may be understood in several ways. */
enum date_order {
	DATE_DAY_FIRST,   /* 31/5/24 */
	DATE_MONTH_FIRST, /* 5/31/24 */
	DATE_YEAR_FIRST,  /* 24/5/31 */
};

/*
 * Find the first day that is written in |text| as people write it: in figures or with
 * the month's name in some sixty languages, in the calendars of Rome, Persia, Ethiopia,
 * Thailand, Japan and Taiwan.  At midnight UTC; false if there is none from 1990 on.
 */
bool date_find(int64_t *ret, struct bytes text, enum date_order order);

#endif

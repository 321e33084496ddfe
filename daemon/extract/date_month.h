#ifndef QUIRE_DATE_MONTH_H
#define QUIRE_DATE_MONTH_H

#include <stdbool.h>
#include <stdint.h>

/* Whose year it is that months and days are of. */
enum date_calendar {
	DATE_ROMAN,
	DATE_PERSIAN,
	DATE_ETHIOPIAN,
	/* Its names, as Tigrinya has them; Eritrea calls Roman months so. */
	DATE_TIGRINYA,
	/* .. and as both have them: only an era tells what is meant. */
	DATE_ETHIOPIC,
};

struct date_month {
	enum date_calendar calendar;
	int month; /* 1 is January, or the first of that calendar */
};

/* The month that the folded |word| names, in some sixty languages; false if none. */
bool date_month(struct date_month *ret, const char *word);
/* Some Arabic and Kurdish names are two words: those that |first| may begin, |*ret| is
 * what it is before "the first" and before "the second". */
bool date_month_begins(int ret[2], const char *first);
/* 0 or 1 if |word| begins with "the first" or "the second" there, else -1. */
int date_month_ends(const char *word);

/* Midnight UTC of a day as UNIX seconds; false if it is none, or before 1990.  Years of
 * Thailand and Persia are known by their number, too. */
bool date_day(int64_t *ret, enum date_calendar calendar, int year, int month,
    int day);

#endif

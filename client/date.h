#ifndef QUIRE_DATE_H
#define QUIRE_DATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * UNIX seconds as people write them, always in UTC: what a page says must not
 * depend on where it is unpacked.  Years 0 to 9999; beyond, "?".
 */
#define DATE_MAX 32

void date_day(char dst[DATE_MAX], int64_t t);     /* 2026-11-20 */
void date_minute(char dst[DATE_MAX], int64_t t);  /* 2026-11-20 10:02 UTC */
void date_machine(char dst[DATE_MAX], int64_t t); /* 2026-11-20T10:02:00Z */
/* The reverse of date_machine(), from 1970 on: false if |text| is none. */
bool date_read(uint64_t *ret, const char *text);

/* "1.4 kB", "20 MB": decimal units, at most two digits behind the point. */
#define SIZE_TEXT_MAX 16
void size_text(char dst[SIZE_TEXT_MAX], uint64_t bytes);

#endif

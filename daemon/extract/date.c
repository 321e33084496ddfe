#include "daemon/extract/date.h"

#include <strings.h>

/* A cursor over the text; a failed step leaves it where it was. */
struct cursor {
	const char *p, *end;
};

struct moment {
	int year, month, day, hour, minute, second;
	int zone; /* minutes east of UTC */
};

static void
skip_blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t'))
		c->p++;
}

static bool
take(struct cursor *c, char what)
{
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

/* A number of |lo| to |hi| digits. */
static bool
number(struct cursor *c, int lo, int hi, int *ret)
{
	const char *p = c->p;
	int v = 0, n = 0;

	while (p < c->end && n < hi && *p >= '0' && *p <= '9') {
		v = v * 10 + (*p++ - '0');
		n++;
	}
	if (n < lo)
		return false;
	c->p = p;
	*ret = v;
	return true;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.fraction. */
static bool
clock_time(struct cursor *c, struct moment *m)
{
	if (!number(c, 1, 2, &m->hour) || !take(c, ':') ||
	    !number(c, 2, 2, &m->minute))
		return false;
	if (take(c, ':') && !number(c, 2, 2, &m->second))
		return false;
	if (take(c, '.') || take(c, ','))
		while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
			c->p++;
	return true;
}

/* The obsolete names of RFC 2822 §4.3; any other name is UTC, as it says. */
static void
named_zone(struct cursor *c, struct moment *m)
{
	static const struct {
		char name[4];
		int hours;
	} zones[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
	    {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};

	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (c->end - c->p >= 3 &&
		    strncasecmp(c->p, zones[i].name, 3) == 0)
			m->zone = zones[i].hours * 60;
	while (c->p < c->end &&
	       ((*c->p | 0x20) >= 'a' && (*c->p | 0x20) <= 'z'))
		c->p++;
}

static bool
zone(struct cursor *c, struct moment *m)
{
	int sign, hours, minutes = 0;

	skip_blanks(c);
	if (c->p == c->end)
		return true;
	if (*c->p != '+' && *c->p != '-') {
		named_zone(c, m);
		return true;
	}
	sign = *c->p++ == '-' ? -1 : 1;
	if (!number(c, 2, 2, &hours))
		return false;
	take(c, ':');
	if (c->p < c->end && !number(c, 2, 2, &minutes))
		return false;
	if (hours > 15 || minutes > 59)
		return false;
	m->zone = sign * (hours * 60 + minutes);
	return true;
}

static bool
rfc3339(struct cursor *c, struct moment *m)
{
	if (!number(c, 4, 4, &m->year) || !take(c, '-') ||
	    !number(c, 1, 2, &m->month) || !take(c, '-') ||
	    !number(c, 1, 2, &m->day))
		return false;
	if (!take(c, 'T') && !take(c, 't'))
		skip_blanks(c);
	if (c->p == c->end)
		return true;
	return clock_time(c, m) && zone(c, m);
}

static bool
month_name(struct cursor *c, int *ret)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (c->end - c->p < 3)
		return false;
	for (int i = 0; i < 12; i++) {
		if (strncasecmp(c->p, names + 3 * i, 3) != 0)
			continue;
		*ret = i + 1;
		while (c->p < c->end &&
		       ((*c->p | 0x20) >= 'a' && (*c->p | 0x20) <= 'z'))
			c->p++;
		return true;
	}
	return false;
}

static bool
rfc2822(struct cursor *c, struct moment *m)
{
	const char *comma = memchr(c->p, ',', (size_t)(c->end - c->p));

	if (comma != NULL)
		c->p = comma + 1;
	skip_blanks(c);
	if (!number(c, 1, 2, &m->day))
		return false;
	skip_blanks(c);
	if (!month_name(c, &m->month))
		return false;
	skip_blanks(c);
	if (!number(c, 4, 4, &m->year))
		return false;
	skip_blanks(c);
	if (c->p == c->end)
		return true;
	return clock_time(c, m) && zone(c, m);
}

static bool
real(const struct moment *m)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap =
	    (m->year % 4 == 0 && m->year % 100 != 0) || m->year % 400 == 0;

	if (m->year < 1 || m->month < 1 || m->month > 12 || m->day < 1)
		return false;
	if (m->day > days[m->month - 1] + (leap && m->month == 2))
		return false;
	/* A leap second may be written. */
	return m->hour <= 23 && m->minute <= 59 && m->second <= 60;
}

/* Days from 1970-01-01, the year beginning in March. */
static int64_t
days_of(const struct moment *m)
{
	int64_t y = m->month > 2 ? m->year : m->year - 1;
	int64_t month = (m->month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * month + 2) / 5 +
	       m->day - 1 - 719468;
}

bool
date_parse(int64_t *ret, struct bytes text)
{
	struct moment m = {0};
	struct cursor c = {(const char *)text.p, (const char *)text.p + text.n};
	struct cursor again;
	bool ok;

	if (text.n == 0)
		return false;
	while (c.end > c.p && (c.end[-1] == ' ' || c.end[-1] == '\t'))
		c.end--;
	skip_blanks(&c);
	again = c;
	ok = rfc3339(&c, &m);
	if (!ok) {
		m = (struct moment){0};
		c = again;
		ok = rfc2822(&c, &m);
	}
	skip_blanks(&c);
	if (!ok || c.p != c.end || !real(&m))
		return false;
	*ret = ((days_of(&m) * 24 + m.hour) * 60 + m.minute - m.zone) * 60 +
	       m.second;
	return true;
}

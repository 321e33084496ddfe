#include "daemon/ingest/html_byline_inner.h"

#include <string.h>
#include <strings.h>

#include "daemon/ingest/address.h"

/* Of English: the country of the host tells, and if it is none the region.  A region
 * alone is often that of who made the page's template. */
static bool
is_month_first(struct bytes host, const char *lang)
{
	static const char *const countries[] = {"us", "ca", "ph"};
	const char *region = strchr(lang, '-');
	char country[3] = "";
	bool is = true;

	if (strncasecmp(lang, "en", 2) != 0)
		return false;
	if (host.n > 3 && host.p[host.n - 3] == '.')
		memcpy(country, host.p + host.n - 2, 2);
	else if (region != NULL && strlen(region) == 3)
		memcpy(country, region + 1, 2);
	for (size_t i = 0; i < 3 && country[0] != '\0'; i++) {
		is = strcasecmp(country, countries[i]) == 0;
		if (is)
			break;
	}
	return is;
}

struct dating
dating_of(struct ingest_doc *d, struct bytes at)
{
	static const char *const year_first[] = {"zh", "ja", "ko", "hu"};
	struct dating g = {d, DATE_DAY_FIRST};
	const char *lang = d->lang != NULL ? d->lang : "en";

	if (d->address != NULL)
		at = bytes_str(d->address);
	if (is_month_first(address_host(at), lang))
		g.order = DATE_MONTH_FIRST;
	for (size_t i = 0; i < 4; i++)
		if (strncasecmp(lang, year_first[i], 2) == 0)
			g.order = DATE_YEAR_FIRST;
	return g;
}

void
dating_set(struct dating *g, int64_t when)
{
	g->d->has_published = true;
	g->d->published = when;
}

bool
dating_find(struct dating *g, struct bytes text)
{
	int64_t when;

	if (!date_find(&when, text, g->order))
		return false;
	dating_set(g, when);
	return true;
}

#include "client/status_source.h"

#include <stdio.h>

#include "client/date.h"
#include "client/term.h"

struct count {
	const char *name, *words;
};

static void
put_date(const struct ctl_item *it, const char *name)
{
	char date[DATE_MAX];

	date_minute(date, (int64_t)ctl_number(it, name));
	fputs(date, stdout);
}

/* Those that are not 0, after |before|. */
static void
put_counts(const struct ctl_item *it, const struct count *c, size_t n,
    const char *before)
{
	for (size_t i = 0; i < n; i++) {
		unsigned long long k = ctl_number(it, c[i].name);

		if (k == 0)
			continue;
		printf("%s%llu %s", before, k, c[i].words);
		before = ", ";
	}
}

static void
put_listed(const struct ctl_item *it)
{
	static const struct count taken[] = {{"new", "new"},
	    {"corrected", "corrected"}},
				  skipped[] = {{"same", "as before"},
				      {"old", "older than the newest 100"},
				      {"nowhere", "with neither text nor page"},
				      {"page", "whose page did not come"},
				      {"later", "put off to the next look"},
				      {"retracted", "taken back by you"},
				      {"refused", "refused"}};

	fputs("  last change ", stdout);
	put_date(it, "listed");
	fputs(": ", stdout);
	if (ctl_number(it, "new") + ctl_number(it, "corrected") == 0)
		fputs("nothing new", stdout);
	put_counts(it, taken, sizeof(taken) / sizeof(taken[0]), "");
	put_counts(it, skipped, sizeof(skipped) / sizeof(skipped[0]),
	    "; skipped: ");
	putchar('\n');
}

static void
put_times(const struct ctl_item *it)
{
	if (ctl_number(it, "looked") == 0) {
		fputs("not looked at yet", stdout);
	} else {
		fputs("looked at ", stdout);
		put_date(it, "looked");
	}
	if (ctl_flag(it, "active"))
		fputs(", being read", stdout);
	else
		printf(", next in %llu min",
		    (unsigned long long)(ctl_number(it, "next") + 59) / 60);
	if (ctl_flag(it, "trouble") && ctl_number(it, "success") > 0) {
		fputs(", well last ", stdout);
		put_date(it, "success");
	}
	putchar('\n');
}

void
status_source(const struct ctl_item *it)
{
	printf("source %llu: ", (unsigned long long)ctl_number(it, "number"));
	term_write(stdout, ctl_text(it, "address"));
	printf(", %llu entries, ",
	    (unsigned long long)ctl_number(it, "entries"));
	put_times(it);
	if (ctl_number(it, "listed") > 0)
		put_listed(it);
	if (ctl_number(it, "error_at") == 0)
		return;
	fputs("  last error ", stdout);
	put_date(it, "error_at");
	fputs(": ", stdout);
	term_write(stdout, ctl_text(it, "error"));
	putchar('\n');
}

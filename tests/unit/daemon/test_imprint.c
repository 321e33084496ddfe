#include <stdio.h>

#include "daemon/ingest/imprint.h"
#include "tests/lib/check.h"

static struct imprint m;

static void
is(const char *name, bool want)
{
	if (imprint_is(&m, bytes_str(name)) != want)
		fprintf(stderr, "%s is %s\n", name, want ? "none" : "one");
	check(imprint_is(&m, bytes_str(name)) == want);
}

static void
what_a_page_says_is_known(void)
{
	imprint_init(&m);
	is("The Paper", false);
	imprint_add(&m, bytes_str("The Paper | All of it"));
	is("The Paper", true);
	is("the paper", true);
	is("THE-PAPER", true);
	is("All of it", true);
	is("The Papers", false);
	is("Jane Roe", false);
	imprint_add_title(&m, bytes_str("By Jane Roe - Arrests - Дзеркало"));
	is("ДЗЕРКАЛО", true);
	is("By Jane Roe", false);
	imprint_add_title(&m, bytes_str("Jane Roe"));
	is("Jane Roe", false);
	imprint_add_host(&m, bytes_str("www.evening-post.co.xx"));
	is("Evening Post", true);
	is("Co", false);
	is("XX", false);
	is("", false);
	is("--", false);
	imprint_done(&m);
}

static void
some_are_known_by_their_shape(void)
{
	imprint_init(&m);
	is("paper.xx", true);
	is("www.paper.com", true);
	is("J.K", false);
	is("jane.roe", false);
	is("Jane Roe Jr.", false);
	is("News and More GmbH", true);
	is("Verein der Leser e.V.", true);
	is("Inc", false);
	imprint_done(&m);
}

/* However much a page calls its paper, no more than the limit is looked at. */
static void
names_have_a_limit(void)
{
	char name[32];

	imprint_init(&m);
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "Paper %d", i);
		imprint_add(&m, bytes_str(name));
	}
	is("Paper 0", true);
	is("Paper 1999", false);
	check(m.names.n <= IMPRINT_NAMES_MAX);
	imprint_done(&m);
}

static void
is_cut(const char *title, const char *want)
{
	struct bytes cut = imprint_cut(&m, bytes_str(title));

	if (!bytes_eq(cut, bytes_str(want)))
		fprintf(stderr, "%s became %.*s\n", title, (int)cut.n, cut.p);
	check(bytes_eq(cut, bytes_str(want)));
}

static void
titles_end_before_the_paper(void)
{
	imprint_init(&m);
	imprint_add(&m, bytes_str("The Paper"));
	imprint_add_host(&m, bytes_str("www.daily.example"));
	imprint_add_title(&m, bytes_str("Arrests - A second part"));
	is_cut("Arrests - The Paper", "Arrests");
	is_cut("Arrests – a day – DAILY | The Paper", "Arrests – a day");
	is_cut("Arrests | paper.xx", "Arrests");
	is_cut("Arrests - A second part", "Arrests - A second part");
	is_cut("The Paper", "The Paper");
	is_cut("The Paper - Arrests", "The Paper - Arrests");
	is_cut("", "");
	imprint_done(&m);
}

static void
becomes(const char *text, const char *want)
{
	check(bytes_eq(imprint_name(bytes_str(text)), bytes_str(want)));
}

int
main(void)
{
	what_a_page_says_is_known();
	some_are_known_by_their_shape();
	names_have_a_limit();
	titles_end_before_the_paper();
	becomes(" The Paper | News ", "The Paper");
	becomes("Hearth and Home", "Hearth and Home");
	becomes("https://paper.example", "");
	becomes(
	    "A paper whose name says all that there is to say about it, and "
	    "then some",
	    "");
	return 0;
}

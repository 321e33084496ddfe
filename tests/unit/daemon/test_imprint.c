#include <stdio.h>
#include <string.h>

#include "daemon/ingest/headline.h"
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
headline_is(const char *title, const char *section, const char *want)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", title);
	headline_cut(text, &m, section);
	if (strcmp(text, want) != 0)
		fprintf(stderr, "%s became %s\n", title, text);
	check(strcmp(text, want) == 0);
}

static void
is_cut(const char *title, const char *want)
{
	headline_is(title, NULL, want);
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
	is_cut("Arrests | The Paper | All that is true", "Arrests");
	is_cut("Arrests|The Paper", "Arrests");
	is_cut("Arrests | paper.xx", "Arrests");
	is_cut("Arrests - A second part", "Arrests - A second part");
	is_cut("The Paper", "The Paper");
	is_cut("Arrests | News and More GmbH", "Arrests");
	is_cut("Arrests | Daily.Example", "Arrests");
	is_cut("Arrests | Daily Politics", "Arrests");
	is_cut("Arrests - Daily Politics", "Arrests - Daily Politics");
	is_cut("Arrests | Dailyness", "Arrests | Dailyness");
	is_cut("Arrests | The Paper Politics", "Arrests");
	is_cut("Arrests | Daily life is what they say they had no more",
	    "Arrests | Daily life is what they say they had no more");
	is_cut("Arrests - News and More GmbH", "Arrests - News and More GmbH");
	headline_is("Arrests - City", "City", "Arrests");
	headline_is("Arrests - City", "Sports", "Arrests - City");
	is_cut("", "");
	imprint_done(&m);
}

/* What is in front is the paper's name only if a sentence follows. */
static void
titles_begin_behind_the_paper(void)
{
	imprint_init(&m);
	imprint_add(&m, bytes_str("The Paper"));
	is_cut("The Paper - Arrests", "The Paper - Arrests");
	is_cut("The Paper - Three men who were held are free again",
	    "Three men who were held are free again");
	is_cut("Any paper - Three men who were held are free again",
	    "Any paper - Three men who were held are free again");
	is_cut("Any paper » Blog Archive » Three men", "Three men");
	imprint_done(&m);
}

static void
titles_end_with_no_mark(void)
{
	imprint_init(&m);
	is_cut("Arrests -", "Arrests");
	is_cut("-", "-");
	is_cut("Le « Times »", "Le « Times »");
	is_cut("北京西直门中心突发大火_社会_新民网", "北京西直门中心突发大火");
	is_cut("A_B_C and what_else", "A_B_C and what_else");
	is_cut("火_社会", "火_社会");
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
	titles_begin_behind_the_paper();
	titles_end_with_no_mark();
	becomes(" The Paper | News ", "The Paper");
	becomes("Hearth and Home", "Hearth and Home");
	becomes("https://paper.example", "");
	becomes(
	    "A paper whose name says all that there is to say about it, and "
	    "then some",
	    "");
	return 0;
}

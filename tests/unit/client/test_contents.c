#include "client/contents.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/check.h"

/* What was written, by file. */
static struct {
	char *name, *page;
} file[64];
static size_t files;

static int
on_file(void *arg, const char *name, struct bytes page)
{
	(void)arg;
	check(files < sizeof(file) / sizeof(file[0]));
	file[files].name = strdup(name);
	file[files++].page = strndup((const char *)page.p, page.n);
	return 0;
}

static void
forget(void)
{
	while (files > 0) {
		free(file[--files].name);
		free(file[files].page);
	}
}

static const char *
page(const char *name)
{
	for (size_t i = 0; i < files; i++)
		if (strcmp(file[i].name, name) == 0)
			return file[i].page;
	return NULL;
}

static bool
has(const char *name, const char *what)
{
	return page(name) != NULL && strstr(page(name), what) != NULL;
}

static size_t
count(const char *name, const char *what)
{
	size_t n = 0;

	for (const char *p = page(name);
	     p != NULL && (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void
add(struct contents *c, const char *title, const char *lang, int64_t date)
{
	check(contents_add(c, &(struct contents_entry){.name = title,
				  .title = title,
				  .lang = lang,
				  .summary = "",
				  .date = date}) == 0);
}

static void
one_language_is_one_list(void)
{
	struct contents c;

	contents_init(&c, "A <Paper>");
	add(&c, "old", "en", 0);
	add(&c, "new", "en-GB", 86400);
	add(&c, "newest", "en", 86401);
	check(contents_write(&c, on_file, NULL) == 0);
	check(files == 1 && has("index.html", "A &lt;Paper&gt;</h1>"));
	check(count("index.html", "<h2>") == 2);
	check(strstr(page("index.html"), ">newest<") <
	      strstr(page("index.html"), ">new<"));
	check(strstr(page("index.html"), ">new<") <
	      strstr(page("index.html"), ">old<"));
	contents_done(&c);
	forget();
}

static void
languages_have_lists_of_their_own(void)
{
	struct contents c;

	contents_init(&c, "P");
	add(&c, "en", "en", 1);
	add(&c, "fa", "fa", 2);
	add(&c, "fb", "Fa-IR", 3);
	check(contents_write(&c, on_file, NULL) == 0);
	check(files == 3);
	check(count("index.html", "<li") == 3);
	check(count("index-fa.html", "<li") == 2);
	check(count("index-fa.html", "dir=\"rtl\"><a") == 2);
	check(count("index-en.html", "<li") == 1);
	/* The most used one stands first. */
	check(strstr(page("index.html"), "index-fa.html") <
	      strstr(page("index.html"), "index-en.html"));
	contents_done(&c);
	forget();
}

static void
long_lists_are_several_pages(void)
{
	struct contents c;
	char name[32];

	contents_init(&c, "P");
	for (int i = 0; i < 2 * CONTENTS_PAGE + 1; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		add(&c, name, "en", i);
	}
	check(contents_write(&c, on_file, NULL) == 0);
	check(files == 3);
	check(count("index.html", "<li") == CONTENTS_PAGE);
	check(count("index-2.html", "<li") == CONTENTS_PAGE);
	check(count("index-3.html", "<li") == 1 && has("index-3.html", ">t0<"));
	check(has("index-2.html", "href=\"index.html\">1<") &&
	      has("index-2.html", "<b>2</b>"));
	contents_done(&c);
	forget();
}

/* Who speaks more languages than there is room for finds them in the one list. */
static void
languages_have_a_limit(void)
{
	struct contents c;
	char lang[4] = "aaa";

	contents_init(&c, "P");
	for (int i = 0; i < CONTENTS_LANGS + 3; i++) {
		lang[1] = (char)('a' + i / 26);
		lang[2] = (char)('a' + i % 26);
		add(&c, lang, lang, i);
	}
	check(contents_write(&c, on_file, NULL) == 0);
	check(files == CONTENTS_LANGS + 1);
	check(count("index.html", "<li") == CONTENTS_LANGS + 3);
	contents_done(&c);
	forget();
}

static void
summaries_are_cut_behind_a_word(void)
{
	char summary[2 * CONTENTS_SUMMARY] = "";
	struct contents_entry e = {
	    .name = "a", .title = "a", .lang = "ru", .summary = summary};
	struct contents c;

	while (strlen(summary) < CONTENTS_SUMMARY + 20)
		strcat(summary, "слово ");
	contents_init(&c, "P");
	check(contents_add(&c, &e) == 0);
	check(contents_write(&c, on_file, NULL) == 0);
	check(has("index.html", "слово…</p>"));
	contents_done(&c);
	forget();
}

int
main(void)
{
	one_language_is_one_list();
	languages_have_lists_of_their_own();
	long_lists_are_several_pages();
	languages_have_a_limit();
	summaries_are_cut_behind_a_word();
	return 0;
}

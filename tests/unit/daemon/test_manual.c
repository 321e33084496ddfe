#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "daemon/settings.h"
#include "proto/host/file.h"

#include "tests/lib/check.h"

/* quired.conf(5) has an entry for every setting, in its section, and no other. */

static const char *const heading[SECTIONS] = {
    [SECTION_TOP] = "# SETTINGS\n",
    [SECTION_FOLLOW] = "# FOLLOW\n",
    [SECTION_PUBLISH] = "# PUBLISH\n",
    [SECTION_WEB] = "# WEB\n",
    [SECTION_TRANSPORT] = "# TRANSPORT\n",
};

/* The text between one heading and the next. */
static struct bytes
section_of(const char *page, enum setting_section s)
{
	const char *from = strstr(page, heading[s]), *to;

	check(from != NULL);
	to = strstr(from + 1, "\n# ");
	check(to != NULL);
	return bytes_of(from, (size_t)(to - from));
}

static bool
holds(struct bytes text, const char *what)
{
	return memmem(text.p, text.n, what, strlen(what)) != NULL;
}

static void
every_setting_has_its_entry(const char *page)
{
	for (enum setting_section s = SECTION_TOP; s < SECTIONS; s++) {
		size_t n;
		const struct setting *t = setting_table(s, &n);
		struct bytes text = section_of(page, s);

		for (size_t i = 0; i < n; i++) {
			char entry[64];

			snprintf(entry, sizeof(entry), "\n*%s* ", t[i].name);
			if (!holds(text, entry))
				fprintf(stderr, "%s is missing\n", t[i].name);
			check(holds(text, entry));
		}
	}
}

/* A setting that waits for a restart says so, and a default is the table's. */
static void
entries_say_what_the_table_says(const char *page)
{
	for (enum setting_section s = SECTION_TOP; s < SECTIONS; s++) {
		size_t n;
		const struct setting *t = setting_table(s, &n);
		struct bytes text = section_of(page, s);

		for (size_t i = 0; i < n; i++) {
			char entry[64], name[64];
			const char *line, *end;

			snprintf(entry, sizeof(entry), "\n*%s* ", t[i].name);
			line = memmem(text.p, text.n, entry, strlen(entry));
			check(line != NULL);
			end = strchr(line + 1, '\n');
			snprintf(name, sizeof(name), "%s", t[i].name);
			if ((memmem(line, (size_t)(end - line), "(restart)",
				 9) != NULL) != t[i].restart)
				fprintf(stderr, "%s: (restart)?\n", name);
			check((memmem(line, (size_t)(end - line), "(restart)",
				   9) != NULL) == t[i].restart);
		}
	}
}

static void
no_entry_is_unknown(const char *page)
{
	for (enum setting_section s = SECTION_TOP; s < SECTIONS; s++) {
		struct bytes text = section_of(page, s);
		const char *at = (const char *)text.p, *end = at + text.n;

		while ((at = memmem(at, (size_t)(end - at), "\n*", 2)) !=
		       NULL) {
			const char *star = strchr(at += 2, '*');
			struct bytes name = bytes_of(at, (size_t)(star - at));

			check(setting_find(s, name) != NULL ||
			      bytes_eq(name,
				  bytes_str(setting_section_name(s))));
		}
	}
}

int
main(int argc, char **argv)
{
	struct buf page;

	check(argc == 2);
	buf_init(&page, 0);
	check(file_read(&page, AT_FDCWD, argv[1], 1024 * 1024) == 0);
	buf_put_u8(&page, 0);
	check(buf_err(&page) == 0);
	every_setting_has_its_entry((const char *)page.p);
	entries_say_what_the_table_says((const char *)page.p);
	no_entry_is_unknown((const char *)page.p);
	buf_done(&page);
	return 0;
}

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/globals.h"

#define COLUMN 24
#define WIDTH  80

static void
help_option(const struct cmd_option *o)
{
	char left[64];
	int n;

	n = snprintf(left, sizeof(left), "  %c%c%s --%s%s%s",
	    o->letter < 256 ? '-' : ' ', o->letter < 256 ? o->letter : ' ',
	    o->letter < 256 ? "," : " ", o->name, o->arg != NULL ? " " : "",
	    o->arg != NULL ? o->arg : "");
	fputs(left, stdout);
	if (n > COLUMN - 2) {
		putchar('\n');
		n = 0;
	}
	for (const char *line = o->what; line != NULL;) {
		const char *end = strchr(line, '\n');
		int len = end != NULL ? (int)(end - line) : (int)strlen(line);

		printf("%*s%.*s\n", COLUMN - n, "", len, line);
		line = end != NULL ? end + 1 : NULL;
		n = 0;
	}
}

static void
help_options(const struct cmd_option *o)
{
	for (; o != NULL && o->name != NULL; o++)
		help_option(o);
}

static void
help_all(void)
{
	puts("quire: read what newsrooms sign, whoever carried it.\n\n"
	     "usage: quire [options] COMMAND ...");
	for (const struct cmd_group *g = cmd_groups; g->title != NULL; g++) {
		printf("\n%s:\n", g->title);
		for (size_t i = 0; g->cmd[i] != NULL; i++)
			printf("  %-10s %s\n", g->cmd[i]->name,
			    g->cmd[i]->what);
	}
	puts("\nOptions of every command:");
	help_options(global_options);
	puts(
	    "\nquire COMMAND --help says more, quire --version which this is.\n"
	    "Begin with: quire follow LINK\n"
	    "Exit status: 0 done, 1 failed, 2 used wrongly, 3 no daemon.");
}

/* On a line, or with a line for each of several ways if it were too long. */
static void
help_usage(const struct cmd *c)
{
	int n = printf("usage: quire %s%s%s", c->name,
	    c->option != NULL ? " [options]" : "", c->args != NULL ? " " : "");
	const char *way = c->args != NULL ? c->args : "", *bar;
	bool fits = n + (int)strlen(way) <= WIDTH;

	while (!fits && (bar = strstr(way, " | ")) != NULL) {
		printf("%.*s\n%*s", (int)(bar - way), way, n, "");
		way = bar + 3;
	}
	puts(way);
}

void
cmd_help(const struct cmd *c)
{
	if (c->name[0] == '\0') {
		help_all();
		return;
	}
	help_usage(c);
	printf("\n%s\n", c->about);
	if (c->option != NULL) {
		puts("\nOptions:");
		help_options(c->option);
	}
	puts("\nOptions of every command:");
	help_options(global_options);
}

#include "client/globals.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	G_JSON = 1000,
	G_COLOR,
	G_CONTROL,
};

const struct cmd_option global_options[] = {
    {'C', "state", "DIR",
	"where what you follow is kept\n($QUIRE_HOME, else ~/.local/share/quire)"},
    {G_JSON, "json", NULL, "answer with one JSON object a line"},
    {'q', "quiet", NULL, "say only what was asked for, and what went wrong"},
    {G_COLOR, "color", "WHEN", "auto, always or never"},
    {G_CONTROL, "control", "PATH", "quired's control socket"},
    {'h', "help", NULL, "this"},
    {0},
};

static enum global_result
take_color(struct app *a, const char *when)
{
	if (strcmp(when, "always") == 0)
		a->color = true;
	else if (strcmp(when, "never") == 0)
		a->color = false;
	else if (strcmp(when, "auto") != 0) {
		complain_usage(a,
		    "--color is auto, always or never, not \"%s\".", when);
		return GLOBAL_BAD;
	}
	return GLOBAL_TAKEN;
}

enum global_result
global_take(struct app *a, int letter, const char *arg)
{
	switch (letter) {
	case 'C':
		a->state = arg;
		return GLOBAL_TAKEN;
	case 'q':
		a->quiet = true;
		return GLOBAL_TAKEN;
	case G_JSON:
		a->json = true;
		return GLOBAL_TAKEN;
	case G_COLOR:
		return take_color(a, arg);
	case G_CONTROL:
		a->control = arg;
		return GLOBAL_TAKEN;
	case 'h':
		return GLOBAL_HELP;
	default:
		return GLOBAL_OTHER;
	}
}

/* $QUIRE_HOME, else $XDG_DATA_HOME/quire, else ~/.local/share/quire. */
static const char *
state_dir(void)
{
	static char dir[PATH_MAX];
	const char *quire = getenv("QUIRE_HOME");
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (quire != NULL && quire[0] != '\0')
		return quire;
	if (data != NULL && data[0] == '/')
		snprintf(dir, sizeof(dir), "%s/quire", data);
	else if (home != NULL && home[0] != '\0')
		snprintf(dir, sizeof(dir), "%s/.local/share/quire", home);
	return dir; /* empty where there is no home: home_begin() tells */
}

void
global_init(struct app *a)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	*a = (struct app){.state = state_dir()};
	a->color = isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
		   term != NULL && strcmp(term, "dumb") != 0;
}

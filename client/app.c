#include "client/app.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/globals.h"

#define OPTIONS_MAX 24

/* The options of |c| and the global ones as getopt_long() wants them. */
static void
fill_options(const struct cmd *c, struct option lopt[OPTIONS_MAX],
    char sopt[2 * OPTIONS_MAX + 3])
{
	const struct cmd_option *table[] = {c->option, global_options};
	size_t n = 0, k = 0;

	if (c->name[0] == '\0')
		sopt[k++] = '+'; /* what follows the command is its own */
	sopt[k++] = ':';
	for (size_t t = 0; t < 2; t++) {
		for (const struct cmd_option *o = table[t];
		     o != NULL && o->name != NULL && n < OPTIONS_MAX - 1; o++) {
			lopt[n++] = (struct option){o->name,
			    o->arg != NULL ? required_argument : no_argument,
			    NULL, o->letter};
			if (o->letter < 256) {
				sopt[k++] = (char)o->letter;
				if (o->arg != NULL)
					sopt[k++] = ':';
			}
		}
	}
	lopt[n] = (struct option){0};
	sopt[k] = '\0';
}

int
app_option(struct app *a, const char **ret_arg, int *ret_exit)
{
	struct option lopt[OPTIONS_MAX];
	char sopt[2 * OPTIONS_MAX + 3];
	const char *word;
	int o;

	fill_options(a->cmd, lopt, sopt);
	while ((o = getopt_long(a->argc, a->argv, sopt, lopt, NULL)) != -1) {
		word = a->argv[optind - 1];
		*ret_arg = optarg;
		*ret_exit = APP_USAGE;
		if (o == ':') {
			complain_usage(a, "%s needs a value.", word);
			return APP_STOP;
		}
		if (o == '?') {
			complain_usage(a, "there is no option %s.", word);
			return APP_STOP;
		}
		switch (global_take(a, o, optarg)) {
		case GLOBAL_OTHER:
			return o;
		case GLOBAL_TAKEN:
			continue;
		case GLOBAL_HELP:
			cmd_help(a->cmd);
			*ret_exit = APP_DONE;
			return APP_STOP;
		case GLOBAL_BAD:
			return APP_STOP;
		}
	}
	a->at = optind;
	return 0;
}

bool
app_operands(struct app *a, int min, int max)
{
	int n = a->argc - a->at;

	if (n < min) {
		const char *args = a->cmd->args;

		if (strchr(args, '|') != NULL)
			complain_usage(a, "say what: %s", args);
		else if (n == 0)
			complain_usage(a, "%.*s is missing.",
			    (int)strcspn(args, " "), args);
		else
			complain_usage(a, "%s: some are missing.", args);
		return false;
	}
	if (max >= 0 && n > max) {
		complain_usage(a, "\"%s\" is one word too many.",
		    a->argv[a->at + max]);
		return false;
	}
	return true;
}

bool
app_number(const char *option, const char *arg, unsigned long long lo,
    unsigned long long hi, unsigned long long *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(arg, &end, 10);
	if (arg[0] >= '0' && arg[0] <= '9' && *end == '\0' && errno == 0 &&
	    *ret >= lo && *ret <= hi)
		return true;
	complain("%s takes a number from %llu to %llu, not \"%s\".", option, lo,
	    hi, arg);
	return false;
}

int
app_finish(int exit)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		if (errno != EPIPE)
			complain("standard output cannot be written: %s.",
			    strerror(errno));
		return APP_FAILED;
	}
	return exit;
}

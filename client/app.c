#include "client/app.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/globals.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/host/log.h"

#define OPTIONS_MAX 24

/* What is told may hold the names of files that lie on somebody's stick. */
__attribute__((format(printf, 3, 0))) static void
put_words(FILE *to, bool lines, const char *fmt, va_list ap)
{
	struct buf b;
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		return;
	buf_init(&b, 0);
	term_plain(&b, bytes_str(s), lines);
	if (b.n > 0)
		fwrite(b.p, 1, b.n, to);
	buf_done(&b);
	free(s);
}

void
say(const struct app *a, const char *fmt, ...)
{
	va_list ap;

	if (a->quiet || a->json)
		return;
	va_start(ap, fmt);
	put_words(stdout, true, fmt, ap);
	va_end(ap);
	putchar('\n');
}

void
say_bytes(struct bytes b)
{
	if (b.n > 0)
		fwrite(b.p, 1, b.n, stdout);
}

int
complain(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("quire: ", stderr);
	va_start(ap, fmt);
	put_words(stderr, false, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return APP_FAILED;
}

int
complain_of(const char *what, const char *verb, int err)
{
	if (what[0] == '\0')
		return complain("a file or folder has an empty name.");
	if (err == QERR_NOSPACE)
		return complain("%s cannot be %s: the disk is full. Free some "
				"space, then try again: nothing is lost.",
		    what, verb);
	if (err == QERR_ABSENT && strcmp(verb, "read") != 0)
		return complain("%s cannot be %s: its folder is not there.",
		    what, verb);
	if (err == QERR_ABSENT)
		return complain("%s cannot be read: it is not there. Look at "
				"how it is spelt.",
		    what);
	if (err == QERR_IO && log_held()[0] != '\0')
		return complain("%s cannot be %s: %s.", what, verb, log_held());
	return complain("%s cannot be %s: it %s.", what, verb, qerr_str(err));
}

int
complain_usage(const struct app *a, const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("quire: ", stderr);
	va_start(ap, fmt);
	put_words(stderr, false, fmt, ap);
	va_end(ap);
	fprintf(stderr, "  See: quire %s%s--help\n",
	    a->cmd != NULL ? a->cmd->name : "",
	    a->cmd != NULL && a->cmd->name[0] != '\0' ? " " : "");
	return APP_USAGE;
}

void
note(const struct app *a, const char *fmt, ...)
{
	va_list ap;

	if (a->quiet)
		return;
	fflush(stdout);
	va_start(ap, fmt);
	put_words(stderr, true, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

const char *
style(const struct app *a, enum style s)
{
	static const char *const code[] = {
	    [STYLE_PLAIN] = "\033[0m",
	    [STYLE_BOLD] = "\033[1m",
	    [STYLE_DIM] = "\033[2m",
	    [STYLE_GOOD] = "\033[1;32m",
	    [STYLE_BAD] = "\033[1;31m",
	};

	return a->color ? code[s] : "";
}

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

#include "client/speak.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/app.h"
#include "client/term.h"
#include "proto/base/qerr.h"
#include "proto/host/log.h"

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

#ifndef QUIRE_SPEAK_H
#define QUIRE_SPEAK_H

#include "proto/base/bytes.h"

/*
 * How the client speaks.  Results go to standard output, everything else to standard
 * error; a complaint is one line that says what, where and what to do next.
 */
struct app;

/* A line on standard output, unless --quiet or --json. */
void say(const struct app *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Bytes on standard output as they are. */
void say_bytes(struct bytes b);
/* "quire: " and a line on standard error; returns APP_FAILED. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for wrong use, naming the help; returns APP_USAGE. */
int complain_usage(const struct app *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* complain() that |what| cannot be "read", "written", "used": why, and what to do. */
int complain_of(const char *what, const char *verb, int err);
/* A line on standard error that is no failure. */
void note(const struct app *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A style of the terminal if colours are on, else "". */
enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_BAD,
};
const char *style(const struct app *a, enum style s);

#endif

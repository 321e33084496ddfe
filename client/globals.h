#ifndef QUIRE_GLOBALS_H
#define QUIRE_GLOBALS_H

#include "client/app.h"

/*
 * The options that every subcommand takes, before its name or behind it.
 */
extern const struct cmd_option global_options[];

enum global_result {
	GLOBAL_OTHER, /* the letter is the subcommand's own */
	GLOBAL_TAKEN,
	GLOBAL_HELP,
	GLOBAL_BAD, /* a mistake, and it was said */
};
enum global_result global_take(struct app *a, int letter, const char *arg);

/* Defaults: state folder from the environment, colour from the terminal. */
void global_init(struct app *a);

#endif

#ifndef QUIRE_APP_H
#define QUIRE_APP_H

#include <stdbool.h>
#include <stddef.h>

#include "client/speak.h"
#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * What every subcommand has: the global options, a walk over its own, and ways
 * to speak.
 */
enum app_exit {
	APP_DONE,
	APP_FAILED,
	APP_USAGE,
	APP_NO_DAEMON,
};

struct app {
	const char *state;   /* -C, else what state_dir() says */
	const char *control; /* of quired; NULL: the usual place */
	bool json, quiet;
	bool color; /* on standard output */
	const struct cmd *cmd;
	/* the walk over its options: */
	int argc;
	char **argv;
	int at; /* of the operands, once app_option() returned 0 */
};

struct cmd_option {
	int letter;       /* 'f', or from 256 up: long name only */
	const char *name; /* --feed */
	const char *arg;  /* FEED; NULL: takes none */
	const char *what; /* a line for --help; may have further lines */
};

/* A subcommand: a row of the table in commands.c, a file cmd_*.c of its own. */
struct cmd {
	const char *name;
	const char *args;                /* "FILE..." after the options */
	const char *what;                /* half a line */
	const struct cmd_option *option; /* ends with .name NULL; may be NULL */
	const char *about;               /* paragraphs for --help */
	int (*run)(struct app *a);       /* returns the exit status */
};

/* The table, in the order in which people meet them. */
struct cmd_group {
	const char *title;
	const struct cmd *cmd[10];
};
extern const struct cmd_group cmd_groups[];

extern const struct cmd cmd_follow, cmd_unfollow, cmd_source, cmd_sync,
    cmd_list, cmd_search, cmd_read, cmd_unpack, cmd_verify, cmd_export, cmd_key,
    cmd_charter, cmd_publish, cmd_try, cmd_draft, cmd_sign, cmd_release,
    cmd_retract, cmd_invite, cmd_peers, cmd_status;

/* Set on --help or a mistake: the program is to end with this status. */
#define APP_STOP (-1)

/*
 * The next option of the subcommand: its letter, with |*ret_arg|; 0 at the end;
 * APP_STOP if there was a mistake (it was said) or --help, and |*ret_exit| is what
 * run() returns.  Global options are taken in on the way.
 */
int app_option(struct app *a, const char **ret_arg, int *ret_exit);
/* The operands that are left, between |min| and |max|: false if they are not. */
bool app_operands(struct app *a, int min, int max);
/* A number from |lo| to |hi| given to an option: false after complaining. */
bool app_number(const char *option, const char *arg, unsigned long long lo,
    unsigned long long hi, unsigned long long *ret);

/* Print the help of |c|, or of the whole program if its name is "". */
void cmd_help(const struct cmd *c);

/* Flush standard output: |exit|, or APP_FAILED if it could not be written. */
int app_finish(int exit);

#endif

#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "client/app.h"
#include "client/globals.h"
#include "proto/host/log.h"

/* Before its name, a command's options are the global ones. */
static const struct cmd no_cmd = {.name = ""};

static const struct cmd *
find(const char *name)
{
	for (const struct cmd_group *g = cmd_groups; g->title != NULL; g++)
		for (size_t i = 0; g->cmd[i] != NULL; i++)
			if (strcmp(g->cmd[i]->name, name) == 0)
				return g->cmd[i];
	return NULL;
}

static int
run(struct app *a)
{
	const char *arg;
	int exit;

	if (a->argc > 1 && (strcmp(a->argv[1], "--version") == 0 ||
			       strcmp(a->argv[1], "-V") == 0)) {
		puts("quire " QUIRE_VERSION);
		return APP_DONE;
	}
	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (a->at >= a->argc) {
		cmd_help(a->cmd);
		return APP_USAGE;
	}
	a->cmd = find(a->argv[a->at]);
	if (a->cmd == NULL) {
		a->cmd = &no_cmd;
		return complain_usage(a, "there is no command \"%s\".",
		    a->argv[a->at]);
	}
	a->argc -= a->at;
	a->argv += a->at;
	optind = 0; /* glibc: begin anew */
	return a->cmd->run(a);
}

int
main(int argc, char **argv)
{
	static const struct rlimit none;
	struct app a;

	signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_CORE, &none); /* it would hold keys and texts */
	if (sodium_init() < 0)
		return complain("libsodium cannot be used on this machine.");
	log_hold(true); /* complaints are one line: log_held() is part of it */
	global_init(&a);
	a.cmd = &no_cmd;
	a.argc = argc;
	a.argv = argv;
	return app_finish(run(&a));
}

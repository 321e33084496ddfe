#include "client/ways.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/home.h"
#include "proto/base/qerr.h"

/* As invites have it, PROTOCOL.md §12. */
static bool
is_name(const char *s, size_t n)
{
	return n > 0 && n <= PT_NAME_MAX &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789-_") >= n;
}

int
ways_program(struct ways *w, const char *arg)
{
	size_t n = strcspn(arg, "=");
	struct plugin_program *p = &w->cfg.program[w->cfg.n];
	char *path;

	if (arg[n] != '=' || !is_name(arg, n)) {
		complain("--transport needs NAME=PROGRAM, as "
			 "obfs4=/usr/bin/obfs4proxy, not %s.",
		    arg);
		return APP_USAGE;
	}
	path = realpath(arg + n + 1, NULL);
	if (path == NULL || access(path, X_OK) != 0 ||
	    strlen(path) > PLUGIN_PATH_MAX || w->cfg.n == TRANSPORTS_MAX) {
		complain("%s cannot be run: --transport needs a program's "
			 "path.",
		    arg + n + 1);
		free(path);
		return APP_USAGE;
	}
	*p = (struct plugin_program){.bind = ""};
	memcpy(p->name, arg, n);
	memcpy(p->path, path, strlen(path) + 1);
	w->cfg.n++;
	free(path);
	return 0;
}

int
ways_open(struct ways *w, const char *state, const char *proxy)
{
	char *path = realpath(state, NULL);
	int err = 0;

	if (path == NULL || strlen(path) >= sizeof(w->cfg.state))
		err = QERR_TOOBIG;
	else
		memcpy(w->cfg.state, path, strlen(path) + 1);
	free(path);
	if (proxy != NULL)
		snprintf(w->cfg.proxy, sizeof(w->cfg.proxy), "%s", proxy);
	if (err == 0)
		err = transports_new(&w->transports, &w->cfg);
	return err == 0 ? 0 : home_complain("syncing", err);
}

void
ways_close(struct ways *w)
{
	transports_free(w->transports);
	w->transports = NULL;
	sodium_memzero(w->vain, sizeof(w->vain));
}

/* What is wrong, where, and what to do. */

static void
say_program(const char *pt)
{
	char path[PLUGIN_PATH_MAX + 1];
	const char *package;

	transports_known(pt, path, &package);
	if (package != NULL)
		complain("an invite needs the pluggable transport %s: install "
			 "it (apt install %s), or name its program: "
			 "--transport %s=PROGRAM",
		    pt, package, pt);
	else
		complain("an invite needs the pluggable transport %s: install "
			 "it, and name its program: --transport %s=PROGRAM",
		    pt, pt);
}

static void
tell(enum drive_trouble what, const char *pt, const char *why)
{
	switch (what) {
	case DRIVE_NO_PROXY:
		complain("an invite leads to an .onion address: start tor, and "
			 "use --socks 127.0.0.1:9050");
		break;
	case DRIVE_NO_LIBRARY:
		complain("an invite leads through a web server, which needs "
			 "libcurl: install it (apt install libcurl4)");
		break;
	case DRIVE_CERTIFICATE:
		complain("the web server of an invite does not prove that it "
			 "is who it says: somebody may be in between, or the "
			 "clock of this machine is wrong. Nothing was said to "
			 "it.");
		break;
	case DRIVE_REFUSED:
		complain("the web server of an invite knows nothing of it: its "
			 "node is down, or the invite is old. Try again later, "
			 "or ask for another.");
		break;
	case DRIVE_NO_PROGRAM:
		say_program(pt);
		break;
	case DRIVE_PROGRAM:
		complain("the pluggable transport %s of an invite does not "
			 "work here: %s. See --transport.",
		    pt, why);
		break;
	}
}

static bool
is_impossible(enum drive_trouble what)
{
	return what == DRIVE_NO_PROXY || what == DRIVE_NO_LIBRARY ||
	       what == DRIVE_NO_PROGRAM || what == DRIVE_PROGRAM;
}

static void
count(struct ways *w, const struct invite *to)
{
	for (size_t i = 0; i < w->n_vain; i++)
		if (memcmp(w->vain[i], to->secret, INVITE_SECRET_LEN) == 0)
			return;
	if (w->n_vain < WAYS_TOLD_MAX)
		memcpy(w->vain[w->n_vain++], to->secret, INVITE_SECRET_LEN);
}

void
ways_trouble(struct ways *w, enum drive_trouble what, const struct invite *to,
    const char *why)
{
	if (is_impossible(what))
		count(w, to);
	for (size_t i = 0; i < w->n_told; i++)
		if (w->told[i].what == what &&
		    strcmp(w->told[i].pt, to->pt) == 0)
			return;
	if (w->n_told == WAYS_TOLD_MAX)
		return;
	w->told[w->n_told].what = what;
	snprintf(w->told[w->n_told++].pt, PT_NAME_MAX + 1, "%s", to->pt);
	tell(what, to->pt, why);
}

#ifndef QUIRE_DAEMON_H
#define QUIRE_DAEMON_H

#include "daemon/config.h"

/*
 * quired as a whole: the store, the node and what drives it, the invites it gave
 * out, the feeds it publishes, and the control socket, on one event loop.
 */
struct daemon_options {
	const char *config_path; /* read again on SIGHUP */
	int ready_fd;            /* written READY to once it serves; -1: none */
	unsigned verbose;        /* levels of log above the config's */
};

/*
 * Run until SIGTERM, SIGINT or a request to stop: 0 after a clean end, else a
 * QERR_* that has been logged.  Takes what |cfg| holds.
 */
int daemon_run(struct config *cfg, const struct daemon_options *opt);

#endif

#ifndef QUIRE_TRANSPORTS_H
#define QUIRE_TRANSPORTS_H

#include "proto/host/plugin.h"
#include "proto/host/web.h"

/*
 * What carries links other than plain TCP does so in processes of its own: children of
 * one keeper, which is forked before any secret is read and knows the programs that may
 * be run, and no others.
 *
 *	keeper ---- a child for each link to a web server   (web.h)
 *	       \--- the program of each pluggable transport (plugin.h)
 */
#define TRANSPORTS_MAX 14 /* pluggable ones; each may be dialled and served */

struct transports_config {
	/* Programs, those to dial with and those to serve by; a path of "" is that of a
	 * known one, if it is installed.  Known ones are there to dial with anyway. */
	struct plugin_program program[2 * TRANSPORTS_MAX];
	size_t n;
	/* The folder below which each program writes, in one of its own. */
	char state[PLUGIN_PATH_MAX + 1];
	char proxy[WEB_PROXY_MAX]; /* "HOST:PORT": SOCKS5 for programs, or "" */
	/* In the keeper: forget what children need not know; may be NULL. */
	void (*forget)(void *arg);
	/* In each child, which needs |fd|: raise walls around it.  A |program| may still be
	 * run and write below |state|, else NULL.  0; may be NULL. */
	int (*confine)(void *arg, int fd, const char *program,
	    const char *state);
	void *arg;
};
struct transports;

/* Fork it; 0, QERR_NOMEM or QERR_IO. */
int transports_new(struct transports **ret,
    const struct transports_config *cfg);
void transports_free(struct transports *t);

/* The loop that programs are run from, and who is told that one is ready or failed. */
void transports_watch(struct transports *t, struct event_base *base,
    void (*changed)(void *arg, struct plugin *p), void *arg);

/* The socket to a fresh child for web_ask(), or -1. */
int transports_web(struct transports *t);
/* The program by which |name| is dialled; NULL if none is known. */
struct plugin *transports_client(struct transports *t, const char *name);
/* The |i|th by which something is served; NULL at the end. */
struct plugin *transports_server(struct transports *t, size_t i);

/*
 * The programs that are known for a transport: |*ret_package| is what installs one on
 * Debian, NULL if that is not known.  True, and |path|, if one is here.
 */
bool transports_known(const char *name, char path[PLUGIN_PATH_MAX + 1],
    const char **ret_package);

#endif

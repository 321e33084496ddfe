#ifndef QUIRE_PLUGIN_H
#define QUIRE_PLUGIN_H

#include <event2/event.h>

#include "proto/base/when.h"
#include "proto/wire/pt.h"

/*
 * A pluggable transport's program while it runs, pt-spec version 1: a child of a keeper,
 * whose standard input and output are one socket.  It ends when that closes.  One that
 * fails or ends is started anew, after 1 s, then after twice as long each time up to a
 * minute: a server by itself, a client when it is wanted again.
 */
#define PLUGIN_PATH_MAX 255
#define PLUGIN_TIME     10000 /* ms in which it is to be ready */
#define PLUGIN_BACK_OFF 60000

/* What is run; known before any secret is, and not changed. */
struct plugin_program {
	char name[PT_NAME_MAX + 1];
	char path[PLUGIN_PATH_MAX + 1];
	char bind[PT_ADDRESS_MAX + 1]; /* "ADDRESS:PORT"; "": it is a client */
};

/*
 * In a keeper's child: become |p|, which may write below the folder |state| alone and
 * uses the SOCKS5 proxy |proxy| ("": none).  A server is told first, over |fd|,
 * at which port of 127.0.0.1 we listen.  |confine| as in web.h.  Returns if that fails.
 */
void plugin_become(const struct plugin_program *p, const char *state,
    const char *proxy, int fd, int (*confine)(void *arg, int fd), void *arg);

struct plugin {
	const struct plugin_program *program;
	struct pt pt;
	struct event_base *base;
	struct keeper *keeper;
	unsigned kind; /* of the keeper's child */
	bool proxy;
	uint16_t port; /* server: where we listen */
	int fd;        /* -1: it does not run */
	struct event *readable, *timer;
	when_ms again; /* not before */
	unsigned failures;
	/* Called when it has become ready, or has failed. */
	void (*changed)(void *arg, struct plugin *p);
	void *arg;
};

/* Start it, unless it runs or has just failed; its state, and pt.why if it FAILED. */
enum pt_state plugin_start(struct plugin *p);
void plugin_stop(struct plugin *p);

#endif

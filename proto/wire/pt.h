#ifndef QUIRE_PT_H
#define QUIRE_PT_H

#include <stdbool.h>

#include "proto/base/buf.h"
#include "proto/wire/socks.h"

/*
 * What a managed pluggable transport says on its standard output, Tor's pt-spec
 * version 1, as a calculation: of a program that was asked for one transport, as
 * client or as server.
 *
 *	client: VERSION 1, [PROXY DONE,] CMETHOD NAME socks5 ADDRESS, CMETHODS DONE
 *	server: VERSION 1, SMETHOD NAME ADDRESS [ARGS:...], SMETHODS DONE
 *
 * What it does not know it passes over, as the specification wants it.
 */
#define PT_NAME_MAX    31
#define PT_ARGS_MAX    255
#define PT_ADDRESS_MAX 63
#define PT_LINE_MAX    1024
#define PT_WHY_MAX     160

enum pt_state {
	PT_STARTING,
	PT_READY,
	PT_FAILED,
};
struct pt {
	char name[PT_NAME_MAX + 1];
	bool serves, proxy; /* server; it was told of a proxy */
	enum pt_state state;
	bool versioned, proxied, offered;
	/* Where it listens, "ADDRESS:PORT"; and (server) what an invite is to say. */
	char address[PT_ADDRESS_MAX + 1];
	char args[PT_ARGS_MAX + 1];
	char why[PT_WHY_MAX + 1]; /* FAILED: as it said it, made plain */
	uint8_t line[PT_LINE_MAX];
	size_t n_line;
};

void pt_init(struct pt *p, const char *name, bool serves, bool proxy);
/* Take in what it wrote; returns its state.  The first failure sticks. */
enum pt_state pt_take(struct pt *p, struct bytes in);
/* It ended, or was silent for too long. */
void pt_fail(struct pt *p, const char *why);

/*
 * An invite's arguments ("k=v;k=v", with \ before = ; and \ in them, at most
 * PT_ARGS_MAX bytes) as a client hands them over: as name and word of a SOCKS5 login.
 */
void pt_login(struct socks_to *to, const char *args);

#endif

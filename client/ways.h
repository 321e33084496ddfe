#ifndef QUIRE_WAYS_H
#define QUIRE_WAYS_H

#include "client/app.h"
#include "proto/host/drive.h"
#include "proto/host/transports.h"

/*
 * The ways to nodes other than plain TCP, for `quire sync`: the programs of pluggable
 * transports, and what to tell of invites that come to nothing on this machine until
 * somebody mends something.
 */
#define WAYS_TOLD_MAX 64

struct ways {
	struct transports_config cfg;
	struct transports *transports; /* NULL: no invite needs them */
	/* What was told, so that it is told once; and whose case it is. */
	struct {
		enum drive_trouble what;
		char pt[PT_NAME_MAX + 1];
	} told[WAYS_TOLD_MAX];
	size_t n_told;
	uint8_t vain[WAYS_TOLD_MAX][INVITE_SECRET_LEN];
	size_t n_vain; /* invites that could not be tried at all */
};

/* Take "NAME=PROGRAM": 0, or APP_USAGE after complaining. */
int ways_program(struct ways *w, const char *arg);
/*
 * Be ready for invites, of which some are not plain; |state| is a folder for what
 * programs keep, |proxy| a SOCKS5 proxy or NULL.  0 or an exit status.
 */
int ways_open(struct ways *w, const char *state, const char *proxy);
void ways_close(struct ways *w);
/* Complain about |to|, once. */
void ways_trouble(struct ways *w, enum drive_trouble what,
    const struct invite *to, const char *why);

#endif

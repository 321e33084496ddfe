#ifndef QUIRE_KEEPER_H
#define QUIRE_KEEPER_H

/*
 * A process that forks children for quired and knows nothing itself: it is started
 * before any secret is read, so none of its children holds one.
 *
 *	quired --"a new one"--> keeper: ends the child before, forks the next
 *	    \------- a socket of its own -------> child
 */
struct keeper;

struct keeper_job {
	const char *name; /* of its process */
	/* In the keeper, once: libraries prepare themselves.  Not 0: it ends. */
	int (*ready)(void *arg);
	/* In each child, which talks over |fd|; when it returns, the child ends. */
	void (*child)(void *arg, int fd);
	void *arg;
};

/* Fork it: before threads, secrets and sandbox.  0, QERR_NOMEM or QERR_IO. */
int keeper_new(struct keeper **ret, const struct keeper_job *job);
void keeper_free(struct keeper *k);

/* A fresh child: the socket to it, for the caller to close, or -1. */
int keeper_child(struct keeper *k);

#endif

#ifndef QUIRE_KEEPER_H
#define QUIRE_KEEPER_H

/*
 * A process that forks children for another and knows nothing itself: it is started
 * before any secret is read, so none of its children holds one.
 *
 *	quired --"a new one"--> keeper: ends the child before, forks the next
 *	    \------- a socket of its own -------> child
 */
#define KEEPER_CHILDREN_MAX 32 /* kinds of which one is kept */
#define KEEPER_LOOSE        255

struct keeper;

struct keeper_job {
	const char *name; /* of its process */
	/* In the keeper, once: libraries prepare themselves.  Not 0: it ends. */
	int (*ready)(void *arg);
	/* In each child, which talks over |fd|; when it returns, the child ends. */
	void (*child)(void *arg, unsigned kind, int fd);
	/* Milliseconds in which children may end by themselves, once the keeper ends. */
	unsigned grace;
	void *arg;
};

/* Fork it: before threads, secrets and sandbox.  0, QERR_NOMEM or QERR_IO. */
int keeper_new(struct keeper **ret, const struct keeper_job *job);
void keeper_free(struct keeper *k);

/*
 * A fresh child of |kind|, below KEEPER_CHILDREN_MAX; the one before is ended.  Or
 * KEEPER_LOOSE: one of many, which ends by itself when its socket closes.  Returns the
 * socket to it, for the caller to close, or -1.
 */
int keeper_child(struct keeper *k, unsigned kind);

#endif

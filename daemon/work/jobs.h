#ifndef QUIRE_JOBS_H
#define QUIRE_JOBS_H

#include <stdbool.h>

/*
 * Jobs that take long, one after the other in a thread of their own, which takes
 * turns with the loop: only one of the two runs, but for what stands between
 * jobs_away() and jobs_back().
 *
 *	loop    ====......=====.......====   = runs   . waits for the other
 *	thread  ....======-----=======----            - is away: waits for a child, or
 *	                                                compresses, on memory of its own
 *
 * So a job may use all that the loop uses, and needs no locks; and the loop waits for
 * no more than what a job does between two absences.  Whoever holds something over an
 * absence sees to it that the loop does not touch it meanwhile.
 */
struct jobs;

/* One job, inside of what it is about; that outlives it, or jobs_end(). */
struct job {
	void (*fn)(void *arg);
	void *arg;
	struct job *next;
	bool waits;
};

/* Start the thread: after the sandbox.  0, QERR_NOMEM or QERR_IO. */
int jobs_new(struct jobs **ret);
/* Readable when the thread wants its turn: jobs_turn() gives it. */
int jobs_fd(const struct jobs *j);
void jobs_turn(struct jobs *j);

/* Do |job| after those before it; nothing changes if it waits already.  From the loop
 * or a job. */
void jobs_add(struct jobs *j, struct job *job);

/* Let the job under way end, and forget the others.  jobs_free() does this, too. */
void jobs_end(struct jobs *j);
void jobs_free(struct jobs *j);

/* --- in a job; elsewhere these do nothing, and jobs_calculate() just calls --- */

void jobs_away(void);
void jobs_back(void);
/* Away and back: the loop does what waits for it. */
void jobs_breathe(void);
/* Away, and at low priority: fn(arg), which must be a calculation. */
void jobs_calculate(void (*fn)(void *arg), void *arg);
/* In a child that a job forked: it is no job. */
void jobs_forked(void);

#endif

#include "daemon/work/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

#define CALM 10 /* how nice a calculation is */

enum state {
	STATE_REST, /* until there is a job */
	STATE_RUN,  /* it is the thread's turn, and the loop waits */
	STATE_AWAY, /* it waits or calculates, and the loop runs */
	STATE_WANT, /* it is back, and waits for its turn */
	STATE_END,
};

/* The queue belongs to whose turn it is, |state| to who holds the lock. */
struct jobs {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum state state;
	int wanted; /* an eventfd */
	struct job *first, **last;
};

static _Thread_local struct jobs *mine;

/* --- turns --- */

static void
set_state(struct jobs *j, enum state s)
{
	pthread_mutex_lock(&j->lock);
	j->state = s;
	pthread_cond_broadcast(&j->changed);
	pthread_mutex_unlock(&j->lock);
}

/* An eventfd that is readable already need not become so. */
static void
knock(struct jobs *j)
{
	uint64_t one = 1;

	while (write(j->wanted, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
jobs_away(void)
{
	if (mine != NULL)
		set_state(mine, STATE_AWAY);
}

void
jobs_back(void)
{
	struct jobs *j = mine;

	if (j == NULL)
		return;
	set_state(j, STATE_WANT);
	knock(j);
	pthread_mutex_lock(&j->lock);
	while (j->state != STATE_RUN)
		pthread_cond_wait(&j->changed, &j->lock);
	pthread_mutex_unlock(&j->lock);
}

void
jobs_breathe(void)
{
	jobs_away();
	jobs_back();
}

/* Until it rests or is away again. */
static void
give_turn(struct jobs *j)
{
	j->state = STATE_RUN;
	pthread_cond_broadcast(&j->changed);
	while (j->state == STATE_RUN)
		pthread_cond_wait(&j->changed, &j->lock);
}

void
jobs_turn(struct jobs *j)
{
	uint64_t n;

	while (read(j->wanted, &n, sizeof(n)) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&j->lock);
	if (j->state == STATE_WANT ||
	    (j->state == STATE_REST && j->first != NULL))
		give_turn(j);
	/* The next job is another turn: the loop is served in between. */
	if (j->state == STATE_REST && j->first != NULL)
		knock(j);
	pthread_mutex_unlock(&j->lock);
}

/* --- calculations --- */

struct calculation {
	void (*fn)(void *arg);
	void *arg;
};

static void *
calmly(void *arg)
{
	struct calculation *c = arg;

	if (nice(CALM) == -1)
		errno = 0; /* then it is as important as all else */
	c->fn(c->arg);
	return NULL;
}

/* A thread of its own, for nobody may become less nice again. */
void
jobs_calculate(void (*fn)(void *arg), void *arg)
{
	struct calculation c = {fn, arg};
	pthread_t thread;

	jobs_away();
	if (mine != NULL && pthread_create(&thread, NULL, calmly, &c) == 0)
		pthread_join(thread, NULL);
	else
		fn(arg);
	jobs_back();
}

void
jobs_forked(void)
{
	mine = NULL;
}

/* --- the queue --- */

void
jobs_add(struct jobs *j, struct job *job)
{
	if (job->waits)
		return;
	job->waits = true;
	job->next = NULL;
	*j->last = job;
	j->last = &job->next;
	knock(j);
}

static struct job *
take(struct jobs *j)
{
	struct job *job = j->first;

	j->first = job->next;
	if (j->first == NULL)
		j->last = &j->first;
	job->waits = false;
	return job;
}

static bool
may_go_on(struct jobs *j)
{
	bool may;

	pthread_mutex_lock(&j->lock);
	while (j->state != STATE_RUN && j->state != STATE_END)
		pthread_cond_wait(&j->changed, &j->lock);
	may = j->state == STATE_RUN;
	pthread_mutex_unlock(&j->lock);
	return may;
}

static void *
work(void *arg)
{
	struct jobs *j = arg;
	struct job *job;

	mine = j;
	while (may_go_on(j)) {
		job = take(j);
		job->fn(job->arg);
		set_state(j, STATE_REST);
	}
	return NULL;
}

/* --- its life --- */

/* Signals are the loop's. */
static int
start(struct jobs *j)
{
	sigset_t all, before;
	int e;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(&j->thread, NULL, work, j);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}

int
jobs_new(struct jobs **ret)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return QERR_NOMEM;
	j->last = &j->first;
	j->wanted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&j->lock, NULL);
	pthread_cond_init(&j->changed, NULL);
	if (j->wanted >= 0 && (errno = start(j)) == 0) {
		*ret = j;
		return 0;
	}
	log_errno("no thread to publish in");
	if (j->wanted >= 0)
		close(j->wanted);
	free(j);
	return QERR_IO;
}

int
jobs_fd(const struct jobs *j)
{
	return j->wanted;
}

void
jobs_end(struct jobs *j)
{
	pthread_mutex_lock(&j->lock);
	while (j->state != STATE_REST && j->state != STATE_END)
		if (j->state == STATE_WANT)
			give_turn(j);
		else
			pthread_cond_wait(&j->changed, &j->lock);
	pthread_mutex_unlock(&j->lock);
	while (j->first != NULL)
		(void)take(j);
}

void
jobs_free(struct jobs *j)
{
	if (j == NULL)
		return;
	jobs_end(j);
	set_state(j, STATE_END);
	pthread_join(j->thread, NULL);
	pthread_cond_destroy(&j->changed);
	pthread_mutex_destroy(&j->lock);
	close(j->wanted);
	free(j);
}

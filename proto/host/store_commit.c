#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/store_batch.h"
#include "proto/host/store_inner.h"

/*
 * Commits: what was put is taken out of the store as a batch, done, and its end noted.
 * The doing is at once or a thread's.  Whoever asks for what could meet a batch that is
 * under way, waits for its end.
 */
struct committer {
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool over;       /* no more will come */
	bool busy, done; /* there is a batch; it is done */
	struct batch batch;
	int event; /* readable when one is done */
};

/* Behind all else that waits the headers' blocks, and then the heads: wherever a crash
 * breaks off, no header is there without the charter that it needs. */
static int
write_headers(struct store *s)
{
	int err = store_issues_take(s);

	for (size_t i = 0; i < s->n_head && err == 0; i++) {
		struct tree_name t = {.kind = TREE_HEAD, .id = s->head[i].feed};

		err = store_stage(s, &t, buf_bytes(&s->head[i].file));
	}
	return err;
}

static void
forget_heads(struct store *s)
{
	for (size_t i = 0; i < s->n_head; i++)
		buf_done(&s->head[i].file);
	s->n_head = 0;
}

/* Nothing of it is kept; returns |why|. */
static int
drop(struct store *s, int why)
{
	for (size_t i = 0; i < s->n_waiting; i++)
		unlinkat(s->fd, s->waiting[i].tmp, 0);
	s->n_waiting = 0;
	store_issues_drop(s);
	store_issues_ended(s); /* what is in the tree now is looked at again */
	forget_heads(s);
	s->lost++;
	s->why = why;
	return why;
}

static int
take(struct store *s, struct batch *b)
{
	int err = write_headers(s);

	*b = (struct batch){.dir = s->fd};
	if (err == 0)
		err = part_begin(s->parts, b->part, &b->n_part);
	if (err != 0)
		return drop(s, err);
	b->waiting = s->waiting;
	b->n_waiting = s->n_waiting;
	s->waiting = NULL;
	s->n_waiting = s->cap_waiting = 0;
	forget_heads(s);
	return 0;
}

static int
end(struct store *s, struct batch *b)
{
	part_end(s->parts, b->part, b->n_part, b->what == NULL);
	free(b->waiting);
	store_issues_ended(s);
	if (b->what == NULL) {
		if (s->counted)
			s->used += b->packs;
		return 0;
	}
	s->lost++;
	errno = b->failed;
	return s->why = store_error(b->what);
}

/* The thread. */

static void *
work(void *arg)
{
	struct committer *c = arg;
	uint64_t one = 1;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (!c->over && (!c->busy || c->done))
			pthread_cond_wait(&c->changed, &c->lock);
		if (c->over)
			break;
		pthread_mutex_unlock(&c->lock);
		batch_run(&c->batch);
		pthread_mutex_lock(&c->lock);
		c->done = true;
		pthread_cond_broadcast(&c->changed);
		if (write(c->event, &one, sizeof(one)) < 0)
			continue; /* it is readable as it is */
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static int
start(struct store *s)
{
	struct committer *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return QERR_NOMEM;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	c->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->started =
	    c->event >= 0 && pthread_create(&c->thread, NULL, work, c) == 0;
	s->committer = c;
	return c->started ? 0 : QERR_IO;
}

void
store_commit_stop(struct store *s)
{
	struct committer *c = s->committer;

	if (c == NULL)
		return;
	store_settle(s);
	if (c->started) {
		pthread_mutex_lock(&c->lock);
		c->over = true;
		pthread_cond_broadcast(&c->changed);
		pthread_mutex_unlock(&c->lock);
		pthread_join(c->thread, NULL);
	}
	if (c->event >= 0)
		close(c->event);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
	s->committer = NULL;
}

/* Whether there is a batch that is not done; if it is, its end is noted. */
static bool
is_busy(struct store *s)
{
	struct committer *c = s->committer;
	bool busy;

	if (c == NULL || !c->busy)
		return false;
	pthread_mutex_lock(&c->lock);
	busy = !c->done;
	if (!busy)
		c->busy = c->done = false;
	pthread_mutex_unlock(&c->lock);
	if (!busy)
		(void)end(s, &c->batch);
	return busy;
}

void
store_commit_wait(struct store *s)
{
	struct committer *c = s->committer;

	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	while (c->busy && !c->done)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

void
store_settle(struct store *s)
{
	store_commit_wait(s);
	(void)is_busy(s);
}

int
store_commit_begin(struct store *s, int *ret_fd)
{
	struct committer *c;
	int err = 0;

	if (s->readonly)
		return QERR_IO;
	if (is_busy(s))
		return QERR_AGAIN;
	if (s->committer == NULL)
		err = start(s);
	c = s->committer;
	*ret_fd = c == NULL ? -1 : c->event;
	if (err != 0 || !c->started)
		return drop(s, err != 0 ? err : QERR_IO);
	if ((err = take(s, &c->batch)) != 0)
		return err;
	pthread_mutex_lock(&c->lock);
	c->busy = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

bool
store_commit_ended(struct store *s)
{
	uint64_t n;

	/* First: one that ends now makes it readable again. */
	while (s->committer != NULL &&
	       read(s->committer->event, &n, sizeof(n)) > 0)
		;
	return !is_busy(s);
}

int
store_commit(struct store *s)
{
	struct batch b;
	int err;

	if (s->readonly)
		return QERR_IO;
	store_settle(s);
	if ((err = take(s, &b)) != 0)
		return err;
	batch_run(&b);
	return end(s, &b);
}

uint64_t
store_lost(const struct store *s)
{
	return s->lost;
}

int
store_lost_why(const struct store *s)
{
	return s->why;
}

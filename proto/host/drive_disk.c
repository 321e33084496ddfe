#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/host/log.h"

static void
stored(struct drive *d, uint64_t token, int err)
{
	struct node_event ev = {.type = NODE_STORED};

	ev.stored.token = token;
	ev.stored.err = err;
	drive_post(d, &ev, bytes_of("", 0));
}

static void
look_for_space(struct drive *d)
{
	struct timeval tv = drive_millis(DRIVE_SPACE_MS);

	d->full = true;
	evtimer_add(d->space, &tv);
}

static void
on_space(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;
	struct node_event ev = {.type = NODE_SPACE};

	(void)fd;
	(void)what;
	ev.space.free = store_free(d->cfg.store);
	if (ev.space.free <= d->cfg.reserve) {
		look_for_space(d);
		return;
	}
	d->full = false;
	drive_event(d, &ev);
}

static void
commit_later(struct drive *d)
{
	struct timeval tv = drive_millis(DRIVE_COMMIT_MS);

	if (!d->commit_armed)
		evtimer_add(d->commit, &tv);
	d->commit_armed = true;
}

/* The commit of |p| is over; somebody else's may have failed, and have lost them. */
static void
committed(struct drive *d, struct drive_puts *p)
{
	bool lost = store_lost(d->cfg.store) != p->lost;
	int err = lost ? store_lost_why(d->cfg.store) : 0;

	if (err != 0 && p->n > 0)
		look_for_space(d);
	for (size_t i = 0; i < p->n; i++)
		stored(d, p->token[i], err);
	p->n = 0;
}

static void
on_synced(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;

	(void)fd;
	(void)what;
	if (!store_commit_ended(d->cfg.store))
		return;
	committed(d, &d->sync);
	drive_pump(d);
}

/* Until here, and now: what is deleted next may be among them. */
static void
commit_now(struct drive *d)
{
	evtimer_del(d->commit);
	d->commit_armed = false;
	if (d->sync.n + d->put.n == 0)
		return;
	(void)store_commit(d->cfg.store);
	committed(d, &d->sync);
	committed(d, &d->put);
}

static int
watch(struct drive *d, int fd)
{
	if (d->synced == NULL) {
		d->synced = event_new(d->cfg.base, fd, EV_READ | EV_PERSIST,
		    on_synced, d);
		if (d->synced == NULL || event_add(d->synced, NULL) != 0)
			return QERR_NOMEM;
	}
	return 0;
}

/* Have the thread commit what was put, if it is not little; the store may be a publisher's
 * for now. */
static void
commit(struct drive *d)
{
	struct drive_puts p = d->sync;
	bool little = d->put.n <= DRIVE_LITTLE && d->synced == NULL;
	int fd, err;

	if (d->cfg.waits && little) {
		commit_now(d);
		return;
	}
	evtimer_del(d->commit);
	d->commit_armed = false;
	if (d->put.n == 0)
		return;
	if (d->sync.n > 0) {
		commit_later(d);
		return;
	}
	err = store_commit_begin(d->cfg.store, &fd);
	if (err == QERR_AGAIN) {
		commit_later(d);
		return;
	}
	d->sync = d->put;
	d->put = p;
	if (err != 0)
		committed(d, &d->sync);
	else if (watch(d, fd) != 0)
		d->fatal = QERR_NOMEM;
}

static void
on_commit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	commit(arg);
	drive_pump(arg);
}

static struct tree_name
tree_name_of(enum node_object kind, const struct id *id, uint64_t number)
{
	static const enum tree_kind of[] = {
	    [OBJECT_CHARTER] = TREE_CHARTER,
	    [OBJECT_HEADER] = TREE_ISSUE,
	    [OBJECT_PROOF] = TREE_PROOF,
	    [OBJECT_CHARTERS] = TREE_CHARTERS,
	    [OBJECT_PIECE] = TREE_PACK,
	};

	return (struct tree_name){
	    .kind = of[kind], .id = *id, .number = number};
}

static int
put_object(struct drive *d, const struct node_put *p)
{
	struct tree_name t;

	if (store_free(d->cfg.store) < d->cfg.reserve + p->data.n)
		return QERR_NOSPACE;
	if (p->kind == OBJECT_PIECE)
		return store_put_piece(d->cfg.store, &p->id, p->total,
		    (size_t)p->number, p->data, p->completes);
	t = tree_name_of(p->kind, &p->id, p->number);
	return store_put(d->cfg.store, &t, p->data, p->kind == OBJECT_HEADER);
}

/* The node's memory is no part of the tree: it is written at once. */
static void
put_memory(struct drive *d, const struct node_put *p)
{
	stored(d, p->token,
	    store_put_file(d->cfg.store, DRIVE_MEMORY, p->data));
}

/* What the node hears of it: a header that waits in memory needs no disk but to be read
 * what it stands behind. */
static int
why_not(const struct node_put *p, int err)
{
	return p->kind == OBJECT_HEADER && err == QERR_IO ? QERR_CHAIN : err;
}

void
drive_disk_put(struct drive *d, const struct node_put *p)
{
	struct drive_puts *q = &d->put;
	int err;

	if (p->kind == OBJECT_MEMORY) {
		put_memory(d, p);
		return;
	}
	err = put_object(d, p);
	if (err != 0) {
		look_for_space(d);
		stored(d, p->token, why_not(p, err));
		return;
	}
	if (q->n == q->cap) {
		size_t cap = q->cap == 0 ? 64 : q->cap * 2;
		uint64_t *more = realloc(q->token, cap * sizeof(*more));

		if (more == NULL) {
			d->fatal = QERR_NOMEM;
			return;
		}
		q->token = more;
		q->cap = cap;
	}
	if (q->n == 0)
		q->lost = store_lost(d->cfg.store);
	q->token[q->n++] = p->token;
	commit_later(d);
	if (q->n == DRIVE_PUTS_MAX)
		commit(d);
}

void
drive_disk_get(struct drive *d, const struct node_get *g)
{
	struct node_event ev = {.type = NODE_LOADED};
	struct tree_name t = tree_name_of(g->kind, &g->id, g->number);
	struct buf b;
	int err;

	buf_init(&b, 0);
	ev.loaded.token = g->token;
	if (g->kind == OBJECT_PIECE)
		err = store_get_piece(d->cfg.store, &g->id, (size_t)g->number,
		    &b);
	else
		err = store_get(d->cfg.store, &t, &b);
	if (err == 0)
		drive_post(d, &ev, buf_bytes(&b));
	else
		drive_post(d, &ev, (struct bytes){NULL, 0});
	buf_done(&b);
}

void
drive_disk_forget(struct drive *d, const struct node_forget *f)
{
	struct tree_name t = tree_name_of(f->kind, &f->id, f->number);
	int err;

	commit_now(d); /* puts of the same step are before */
	if (f->kind == OBJECT_HEADER)
		err = store_forget_headers(d->cfg.store, &f->id, f->number);
	else if (f->kind == OBJECT_CHARTER)
		err = store_forget_charters(d->cfg.store, &f->id, f->number);
	else
		err = store_forget(d->cfg.store, &t);
	if (err != 0)
		log_error("the store: cannot delete: it %s", qerr_str(err));
}

int
drive_disk_open(struct drive *d)
{
	d->commit = evtimer_new(d->cfg.base, on_commit, d);
	d->space = evtimer_new(d->cfg.base, on_space, d);
	return d->commit == NULL || d->space == NULL ? QERR_NOMEM : 0;
}

void
drive_disk_close(struct drive *d)
{
	if (d->commit != NULL)
		event_free(d->commit);
	if (d->synced != NULL)
		event_free(d->synced);
	if (d->space != NULL)
		event_free(d->space);
	free(d->put.token);
	free(d->sync.token);
}

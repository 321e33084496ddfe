#include "proto/host/drive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

static struct timeval
millis(uint64_t ms)
{
	return (struct timeval){
	    .tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000),
	};
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct node_event ev = {.type = NODE_DEADLINE};

	(void)fd;
	(void)what;
	((struct drive *)arg)->timer_at = WHEN_NEVER;
	drive_event(arg, &ev);
}

static void
arm_timer(struct drive *d)
{
	when_ms at = node_deadline(d->cfg.node), now = clock_now();
	struct timeval tv;

	if (at == d->timer_at)
		return;
	d->timer_at = at;
	if (at == WHEN_NEVER) {
		evtimer_del(d->timer);
		return;
	}
	tv = millis(at > now ? at - now : 0);
	evtimer_add(d->timer, &tv);
}

/* The disk. */

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
	struct timeval tv = millis(DRIVE_SPACE_MS);

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
	struct timeval tv = millis(DRIVE_COMMIT_MS);

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

/* Have the thread commit what was put; the store may be a publisher's for now. */
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

static void
put(struct drive *d, const struct node_put *p)
{
	struct drive_puts *q = &d->put;
	int err = put_object(d, p);

	if (err != 0) {
		look_for_space(d);
		stored(d, p->token, err);
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

static void
get(struct drive *d, const struct node_get *g)
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

static void
forget(struct drive *d, const struct node_forget *f)
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

/* Events and updates. */

void
drive_post(struct drive *d, const struct node_event *ev, struct bytes data)
{
	struct drive_queued *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		d->fatal = QERR_NOMEM;
		return;
	}
	q->ev = *ev;
	buf_init(&q->data, 0);
	buf_put(&q->data, data.p, data.n);
	if (ev->type == NODE_LOADED)
		q->ev.loaded.object = data.p == NULL ? (struct bytes){NULL, 0}
						     : buf_bytes(&q->data);
	*d->tail = q;
	d->tail = &q->next;
}

static struct drive_link *
find(struct drive *d, uint64_t id)
{
	struct drive_link *l = d->links;

	while (l != NULL && l->id != id)
		l = l->next;
	return l;
}

static void
carry_out(struct drive *d, const struct node_update *u)
{
	struct drive_link *l;

	for (size_t i = 0; i < u->n_put; i++)
		if (u->put[i].kind == OBJECT_MEMORY)
			put_memory(d, &u->put[i]);
		else
			put(d, &u->put[i]);
	for (size_t i = 0; i < u->n_forget; i++)
		forget(d, &u->forget[i]);
	for (size_t i = 0; i < u->n_get; i++)
		get(d, &u->get[i]);
	for (size_t i = 0; i < u->n_send; i++)
		if ((l = find(d, u->send[i].link)) != NULL)
			drive_link_send(l, u->send[i].data);
	for (size_t i = 0; i < u->n_dial; i++)
		drive_dial(d, &u->dial[i]);
	for (size_t i = 0; i < u->n_drop; i++)
		if ((l = find(d, u->drop[i].link)) != NULL)
			drive_link_drop(l, u->drop[i].drain);
	for (size_t i = 0; i < u->n_tell; i++)
		if (d->cfg.tell != NULL)
			d->cfg.tell(d->cfg.arg, &u->tell[i]);
}

static int
step(struct drive *d, struct node_event *ev)
{
	struct node_update u;
	int err;

	ev->now = clock_now();
	ev->wall = clock_wall();
	if (ev->type == NODE_START || ev->type == NODE_LINK_UP ||
	    ev->type == NODE_DEADLINE)
		entropy_bytes(ev->fresh, sizeof(ev->fresh));
	if ((err = node_step(d->cfg.node, ev, &u)) != 0) {
		d->fatal = err;
		log_error("quire cannot go on: %s", qerr_str(err));
		event_base_loopbreak(d->cfg.base);
		return err;
	}
	carry_out(d, &u);
	return d->fatal;
}

int
drive_pump(struct drive *d)
{
	if (d->pumping)
		return 0; /* whoever pumps gets there */
	d->pumping = true;
	while (d->queue != NULL && d->fatal == 0) {
		struct drive_queued *q = d->queue;

		if ((d->queue = q->next) == NULL)
			d->tail = &d->queue;
		step(d, &q->ev);
		buf_done(&q->data);
		free(q);
	}
	d->pumping = false;
	arm_timer(d);
	return d->fatal;
}

int
drive_event(struct drive *d, struct node_event *ev)
{
	bool nested = d->pumping;

	if (nested) { /* called from tell(): after what is being done */
		drive_post(d, ev, bytes_of("", 0));
		return 0;
	}
	d->pumping = true;
	step(d, ev);
	d->pumping = false;
	return drive_pump(d);
}

static void
upload(struct drive_link *l)
{
	if (l->state < DRIVE_OPEN || l->out.n == l->sent)
		return;
	if (drive_link_write(l))
		l->d->up_turn = l->id;
}

static void
on_upload(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;
	uint64_t from = d->up_turn;

	(void)fd;
	(void)what;
	/* In turns (newer links stand first), or the first would take it all. */
	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->id < from)
			upload(l);
	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->id >= from)
			upload(l);
	drive_pump(d);
}

static void
download(struct drive_link *l)
{
	if (!l->held)
		return;
	l->held = false;
	event_add(l->readable, NULL);
}

/* In turns as well: who is listened to first is read from first. */
static void
on_download(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;

	(void)fd;
	(void)what;
	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->id < d->down_turn)
			download(l);
	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->id >= d->down_turn)
			download(l);
}

int
drive_new(struct drive **ret, const struct drive_config *cfg)
{
	struct drive *d = calloc(1, sizeof(*d));

	*ret = NULL;
	if (d == NULL)
		return QERR_NOMEM;
	d->cfg = *cfg;
	d->tail = &d->queue;
	d->timer_at = WHEN_NEVER;
	d->up =
	    (struct rate){.per_second = cfg->upload_rate, .at = clock_now()};
	d->down =
	    (struct rate){.per_second = cfg->download_rate, .at = clock_now()};
	d->timer = evtimer_new(cfg->base, on_timer, d);
	d->commit = evtimer_new(cfg->base, on_commit, d);
	d->space = evtimer_new(cfg->base, on_space, d);
	d->upload = evtimer_new(cfg->base, on_upload, d);
	d->download = evtimer_new(cfg->base, on_download, d);
	if (d->timer == NULL || d->commit == NULL || d->space == NULL ||
	    d->upload == NULL || d->download == NULL) {
		drive_free(d);
		return QERR_NOMEM;
	}
	if (cfg->transports != NULL)
		transports_watch(cfg->transports, cfg->base,
		    drive_plugin_changed, d);
	*ret = d;
	return 0;
}

void
drive_free(struct drive *d)
{
	if (d == NULL)
		return;
	if (d->put.n > 0)
		store_commit(d->cfg.store);
	while (d->links != NULL)
		drive_link_free(d->links);
	for (size_t i = 0; i < d->n_listener; i++) {
		event_free(d->listener[i].ev);
		close(d->listener[i].fd);
	}
	while (d->queue != NULL) {
		struct drive_queued *q = d->queue;

		d->queue = q->next;
		buf_done(&q->data);
		free(q);
	}
	if (d->dns != NULL)
		evdns_base_free(d->dns, 0);
	if (d->timer != NULL)
		event_free(d->timer);
	if (d->commit != NULL)
		event_free(d->commit);
	if (d->synced != NULL)
		event_free(d->synced);
	if (d->space != NULL)
		event_free(d->space);
	if (d->upload != NULL)
		event_free(d->upload);
	if (d->download != NULL)
		event_free(d->download);
	free(d->put.token);
	free(d->sync.token);
	free(d);
}

void
drive_counters(const struct drive *d, uint64_t *ret_in, uint64_t *ret_out)
{
	*ret_in = d->in;
	*ret_out = d->out;
}

void
drive_reserve(struct drive *d, uint64_t reserve)
{
	d->cfg.reserve = reserve;
}

#include "proto/host/drive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"

struct timeval
drive_millis(uint64_t ms)
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
	tv = drive_millis(at > now ? at - now : 0);
	evtimer_add(d->timer, &tv);
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
		drive_disk_put(d, &u->put[i]);
	for (size_t i = 0; i < u->n_forget; i++)
		drive_disk_forget(d, &u->forget[i]);
	for (size_t i = 0; i < u->n_get; i++)
		drive_disk_get(d, &u->get[i]);
	for (size_t i = 0; i < u->n_drop; i++)
		if ((l = find(d, u->drop[i].link)) != NULL)
			l->last = !u->drop[i].drain;
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
	d->upload = evtimer_new(cfg->base, on_upload, d);
	d->download = evtimer_new(cfg->base, on_download, d);
	if (d->timer == NULL || d->upload == NULL || d->download == NULL ||
	    drive_disk_open(d) != 0) {
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
	if (d->upload != NULL)
		event_free(d->upload);
	if (d->download != NULL)
		event_free(d->download);
	drive_disk_close(d);
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

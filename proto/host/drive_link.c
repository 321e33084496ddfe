#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/host/entropy.h"

struct drive_link *
drive_link_new(struct drive *d)
{
	struct drive_link *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		d->fatal = QERR_NOMEM;
		return NULL;
	}
	l->d = d;
	l->fd = -1;
	buf_init(&l->out, 0);
	buf_init(&l->in, 0);
	l->next = d->links;
	d->links = l;
	d->n_link++;
	return l;
}

void
drive_link_free(struct drive_link *l)
{
	struct drive *d = l->d;
	struct drive_link **at = &d->links;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	d->n_link--;
	if (l->dns != NULL)
		evdns_getaddrinfo_cancel(l->dns);
	if (l->readable != NULL)
		event_free(l->readable);
	if (l->writable != NULL)
		event_free(l->writable);
	if (l->timer != NULL)
		event_free(l->timer);
	if (l->fd >= 0)
		close(l->fd);
	buf_done(&l->out);
	buf_done(&l->in);
	invite_done(&l->to);
	free(l->socks);
	free(l->ws);
	free(l);
	if (d->deaf)
		drive_listen_on(d, true);
}

void
drive_link_lost(struct drive_link *l)
{
	struct drive *d = l->d;
	struct node_event ev = {.type = NODE_LINK_DOWN};
	bool tell = l->state <= DRIVE_OPEN && (l->id != 0 || l->dial != 0);

	ev.link_down.link = l->id;
	ev.link_down.dial = l->dial;
	if (tell)
		drive_post(d, &ev, bytes_of("", 0));
	drive_link_free(l);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct drive_link *l = arg;
	struct drive *d = l->d;

	(void)fd;
	(void)what;
	drive_link_lost(l);
	drive_pump(d);
}

void
drive_link_timer(struct drive_link *l, uint64_t ms)
{
	struct timeval tv = {.tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	if (l->timer == NULL)
		l->timer = evtimer_new(l->d->cfg.base, on_time, l);
	if (l->timer == NULL)
		l->d->fatal = QERR_NOMEM;
	else
		evtimer_add(l->timer, &tv);
}

static const struct timeval later = {.tv_usec = RATE_RETRY_MS * 1000};

/* Bytes in. */

static void
take(struct drive_link *l, size_t n)
{
	struct drive *d = l->d;
	struct node_event ev = {.type = NODE_LINK_DATA};

	d->in += n;
	d->down_turn = l->id;
	rate_spend(&d->down, n);
	ev.link_data.in = bytes_of(d->chunk, n);
	if (l->ws != NULL && !drive_web_take(l, &ev.link_data.in))
		return;
	if (l->state != DRIVE_OPEN)
		return;
	ev.link_data.link = l->id;
	drive_event(d, &ev);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct drive_link *l = arg;
	struct drive *d = l->d;
	uint64_t id = l->id;
	when_ms began = clock_now();

	(void)what;
	if (l->state < DRIVE_OPEN) {
		drive_dial_input(l);
		drive_pump(d);
		return;
	}
	for (int i = 0; i < DRIVE_READS; i++) {
		size_t want =
		    rate_allow(&d->down, clock_now(), sizeof(d->chunk));
		ssize_t n;

		if (want == 0) {
			l->held = true;
			event_del(l->readable);
			evtimer_add(d->download, &later);
			return;
		}
		n = recv(fd, d->chunk, want, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			drive_link_lost(l);
			drive_pump(d);
			return;
		}
		take(l, (size_t)n);
		/* Taking it in may have ended the link. */
		for (l = d->links; l != NULL && l->id != id;)
			l = l->next;
		if (l == NULL || (size_t)n < want ||
		    clock_now() - began >= DRIVE_TURN_MS)
			return;
	}
}

/* Bytes out. */

static void
finish(struct drive_link *l)
{
	if (l->state != DRIVE_CLOSE || l->finned)
		return;
	if (l->ws != NULL && !l->ws->closed) {
		websocket_close(l->ws, NULL, &l->out);
		drive_link_write(l); /* and comes back here */
		return;
	}
	l->finned = true;
	shutdown(l->fd, SHUT_WR);
	drive_link_timer(l, DRIVE_CLOSE_MS);
}

static void
say_room(struct drive_link *l)
{
	struct node_event ev = {.type = NODE_LINK_ROOM};

	if (l->state != DRIVE_OPEN)
		return;
	ev.link_room.link = l->id;
	ev.link_room.queued = l->out.n - l->sent;
	drive_post(l->d, &ev, bytes_of("", 0));
}

bool
drive_link_write(struct drive_link *l)
{
	struct drive *d = l->d;
	bool any = false;

	while (l->out.n > l->sent) {
		size_t want =
		    rate_allow(&d->up, clock_now(), l->out.n - l->sent);
		ssize_t n;

		if (want == 0) {
			event_del(l->writable);
			evtimer_add(d->upload, &later);
			break;
		}
		/* The end of it goes along with what says that it is over. */
		n = send(l->fd, l->out.p + l->sent, want,
		    MSG_NOSIGNAL | (l->last ? MSG_MORE : 0));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			/* A broken one is found by reading. */
			if (errno == EAGAIN)
				event_add(l->writable, NULL);
			else
				l->sent = l->out.n;
			break;
		}
		any = true;
		d->out += (uint64_t)n;
		rate_spend(&d->up, (size_t)n);
		l->sent += (size_t)n;
	}
	if (l->sent == l->out.n) {
		buf_clear(&l->out);
		if (l->out.cap > 4 * DRIVE_SENT) {
			buf_done(&l->out);
			buf_init(&l->out, 0);
		}
		l->sent = 0;
		event_del(l->writable);
		finish(l);
	}
	if (any)
		say_room(l);
	return any;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct drive_link *l = arg;
	struct drive *d = l->d;

	(void)fd;
	(void)what;
	if (l->state < DRIVE_OPEN)
		drive_dial_writable(l);
	else
		drive_link_write(l);
	drive_pump(d);
}

void
drive_link_put(struct drive_link *l, struct bytes data)
{
	bool idle = l->out.n == l->sent;

	if (l->sent > DRIVE_SENT) {
		buf_drop(&l->out, l->sent);
		l->sent = 0;
	}
	buf_put(&l->out, data.p, data.n);
	if (buf_err(&l->out) != 0)
		l->d->fatal = buf_err(&l->out);
	if (idle)
		drive_link_write(l);
}

void
drive_link_send(struct drive_link *l, struct bytes data)
{
	struct buf message;

	if (l->ws == NULL) {
		drive_link_put(l, data);
		return;
	}
	/* What is said at once goes as one message. */
	buf_init(&message, 0);
	websocket_put(l->ws, NULL, &message, data);
	drive_link_put(l, buf_bytes(&message));
	buf_done(&message);
}

/* Its life. */

int
drive_link_open(struct drive_link *l, int fd)
{
	int one = 1;

	l->fd = fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	l->readable =
	    event_new(l->d->cfg.base, fd, EV_READ | EV_PERSIST, on_readable, l);
	l->writable = event_new(l->d->cfg.base, fd, EV_WRITE | EV_PERSIST,
	    on_writable, l);
	if (l->readable == NULL || l->writable == NULL) {
		l->d->fatal = QERR_NOMEM;
		return QERR_NOMEM;
	}
	return 0;
}

void
drive_link_up(struct drive_link *l, bool dialled)
{
	struct node_event ev = {.type = NODE_LINK_UP};
	int zero = 0;

	/* Whatever comes is answered at once: what says that it came goes along with that. */
	setsockopt(l->fd, IPPROTO_TCP, TCP_QUICKACK, &zero, sizeof(zero));
	l->id = ++l->d->ids;
	l->state = DRIVE_OPEN;
	if (l->timer != NULL)
		evtimer_del(l->timer);
	event_del(l->writable);
	event_add(l->readable, NULL);
	ev.link_up.link = l->id;
	ev.link_up.we_dialled = dialled;
	ev.link_up.dial = l->dial;
	ev.link_up.group = l->group;
	drive_post(l->d, &ev, bytes_of("", 0));
}

void
drive_link_drop(struct drive_link *l, bool drain)
{
	l->state = drain ? DRIVE_DRAIN : DRIVE_CLOSE;
	if (!drain && !l->finned)
		drive_link_timer(l, DRIVE_FLUSH_MS);
	if (l->out.n == l->sent)
		finish(l);
	/* Draining ones make room for others if need be. */
	if (drain && l->d->deaf)
		drive_listen_on(l->d, true);
}

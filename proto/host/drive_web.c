#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/wire/upgrade.h"

/* Dialled: a child does all of it, and we see but the bytes. */

static bool
ask(struct drive_link *l, const char *proxy)
{
	struct web_request rq = {.port = l->to.port};
	int fd = transports_web(l->d->cfg.transports);

	if (fd < 0 || drive_link_open(l, fd) != 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return false;
	memcpy(rq.host, l->to.host, sizeof(rq.host));
	memcpy(rq.path, l->to.path, sizeof(rq.path));
	if (proxy != NULL)
		snprintf(rq.proxy, sizeof(rq.proxy), "%s", proxy);
	return web_ask(fd, &rq) == 0;
}

void
drive_web_dial(struct drive_link *l, const char *proxy)
{
	l->state = DRIVE_WEB;
	if (l->d->cfg.transports == NULL || !ask(l, proxy)) {
		drive_link_lost(l);
		return;
	}
	l->group = drive_host_group(l->to.host);
	event_add(l->readable, NULL);
}

void
drive_web_answer(struct drive_link *l)
{
	uint8_t answer = WEB_AWAY;
	ssize_t n = recv(l->fd, &answer, 1, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	switch ((enum web)answer) {
	case WEB_UP:
		drive_link_up(l, true);
		return;
	case WEB_CERTIFICATE:
		drive_dial_trouble(l, DRIVE_CERTIFICATE, "");
		return;
	case WEB_REFUSED:
		drive_dial_trouble(l, DRIVE_REFUSED, "");
		return;
	case WEB_LIBRARY:
		drive_dial_trouble(l, DRIVE_NO_LIBRARY, "");
		return;
	case WEB_AWAY:
		break;
	}
	drive_link_lost(l);
}

/* Accepted: the web server in front passes a request on, and then its bytes. */

void
drive_web_request(struct drive_link *l)
{
	struct drive *d = l->d;
	ssize_t n = recv(l->fd, d->chunk, UPGRADE_MAX, 0);
	struct buf answer;
	int err;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	buf_init(&answer, 0);
	buf_put(&l->in, d->chunk, n > 0 ? (size_t)n : 0);
	err = n <= 0 ? QERR_ABSENT
		     : upgrade_answer(&answer, buf_bytes(&l->in),
			   d->listener[l->listener].path);
	if (err == 0) {
		buf_clear(&l->in);
		l->ws = malloc(sizeof(*l->ws));
		if (l->ws != NULL) {
			websocket_init(l->ws, false);
			drive_link_up(l, false);
			drive_link_put(l, buf_bytes(&answer));
		}
	}
	buf_done(&answer);
	/* Not a word: the server in front says what it says of any other path. */
	if (err != QERR_AGAIN && l->ws == NULL)
		drive_link_lost(l);
}

/* It is over for them, or for us: the rest is flushed. */
static void
end(struct drive_link *l)
{
	struct node_event ev = {.type = NODE_LINK_DOWN};

	ev.link_down.link = l->id;
	if (l->state == DRIVE_OPEN)
		drive_post(l->d, &ev, bytes_of("", 0));
	drive_link_drop(l, false);
	drive_pump(l->d);
}

bool
drive_web_take(struct drive_link *l, struct bytes *in)
{
	struct buf owed;
	int err;

	buf_clear(&l->in);
	err = websocket_take(l->ws, *in, &l->in);
	if (l->out.n - l->sent < DRIVE_OWED) {
		buf_init(&owed, 0);
		websocket_answer(l->ws, NULL, &owed);
		if (owed.n > 0)
			drive_link_put(l, buf_bytes(&owed));
		buf_done(&owed);
	}
	if (err != 0 && l->state != DRIVE_CLOSE)
		end(l);
	*in = buf_bytes(&l->in);
	return err == 0 && in->n > 0;
}

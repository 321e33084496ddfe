#include <errno.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"

void
drive_listen_on(struct drive *d, bool on)
{
	d->deaf = !on;
	for (size_t i = 0; i < d->n_listener; i++)
		if (on)
			event_add(d->listener[i].ev, NULL);
		else
			event_del(d->listener[i].ev);
}

/* Of those that only drain, the oldest goes when there are too many links. */
static bool
make_room(struct drive *d)
{
	struct drive_link *oldest = NULL;

	for (struct drive_link *l = d->links; l != NULL; l = l->next)
		if (l->state == DRIVE_DRAIN)
			oldest = l; /* the newest stand first */
	if (oldest == NULL)
		return false;
	drive_link_free(oldest);
	return true;
}

static void
on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct drive *d = arg;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct drive_link *l;
	int got;

	(void)what;
	if (d->n_link >= d->cfg.fd_max && !make_room(d)) {
		drive_listen_on(d, false);
		return;
	}
	got = accept4(fd, (struct sockaddr *)&ss, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (got < 0) {
		/* Out of descriptors: until some link ends. */
		if ((errno == EMFILE || errno == ENFILE) && !make_room(d) &&
		    d->n_link > 0)
			drive_listen_on(d, false);
		return;
	}
	if ((l = drive_link_new(d)) == NULL || drive_link_open(l, got) != 0) {
		if (l == NULL)
			close(got);
		else
			drive_link_free(l);
		return;
	}
	l->group = drive_group((struct sockaddr *)&ss);
	while (d->listener[l->listener].fd != fd)
		l->listener++;
	if (d->listener[l->listener].path == NULL) {
		drive_link_up(l, false);
	} else {
		l->state = DRIVE_UPGRADE;
		event_add(l->readable, NULL);
		drive_link_timer(l, DRIVE_UPGRADE_MS);
	}
	drive_pump(d);
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
		return 0;
	return ntohs(ss.ss_family == AF_INET
			 ? ((struct sockaddr_in *)&ss)->sin_port
			 : ((struct sockaddr_in6 *)&ss)->sin6_port);
}

int
drive_listen(struct drive *d, const char *where, const char *path,
    uint16_t *ret_port)
{
	struct sockaddr_storage ss;
	socklen_t len;
	struct event *ev;
	int fd, one = 1;

	if (d->n_listener == DRIVE_LISTEN_MAX)
		return QERR_FULL;
	if (drive_address(&ss, &len, where) != 0)
		return QERR_ENCODING;
	fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return QERR_IO;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ss.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&ss, len) != 0 ||
	    listen(fd, SOMAXCONN) != 0 ||
	    (ev = event_new(d->cfg.base, fd, EV_READ | EV_PERSIST, on_accept,
		 d)) == NULL) {
		int why = errno;

		close(fd);
		errno = why;
		return QERR_IO;
	}
	event_add(ev, NULL);
	d->listener[d->n_listener].fd = fd;
	d->listener[d->n_listener].path = path;
	d->listener[d->n_listener++].ev = ev;
	*ret_port = port_of(fd);
	return 0;
}

size_t
drive_listened(const struct drive *d, size_t i)
{
	size_t n = 0;

	for (const struct drive_link *l = d->links; l != NULL; l = l->next)
		n += l->state == DRIVE_OPEN && l->dial == 0 && l->listener == i;
	return n;
}

size_t
drive_listeners(const struct drive *d)
{
	return d->n_listener;
}

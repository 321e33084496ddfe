#include "proto/host/plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/host/curl.h"
#include "proto/host/entropy.h"
#include "proto/host/file.h"
#include "proto/host/keeper.h"

#define FIRST_WAIT 1000
#define ENV_MAX    12
#define VALUE_MAX  512

/* --- the child --- */

struct environment {
	char text[ENV_MAX][VALUE_MAX];
	char *at[ENV_MAX + 1];
	size_t n;
};

static void set(struct environment *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
set(struct environment *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text[e->n], VALUE_MAX, fmt, ap);
	va_end(ap);
	e->at[e->n] = e->text[e->n];
	e->n++;
}

/* No more than it needs: it is not told who we are, or where we came from. */
static void
make_environment(struct environment *e, const struct plugin_program *p,
    const char *state, const char *proxy, uint16_t port)
{
	e->n = 0;
	set(e, "PATH=/usr/local/bin:/usr/bin:/bin");
	set(e, "HOME=%s", state);
	if (curl_certificates() != NULL)
		set(e, "SSL_CERT_FILE=%s", curl_certificates());
	set(e, "TOR_PT_MANAGED_TRANSPORT_VER=1");
	set(e, "TOR_PT_STATE_LOCATION=%s", state);
	set(e, "TOR_PT_EXIT_ON_STDIN_CLOSE=1");
	if (p->bind[0] != '\0') {
		set(e, "TOR_PT_SERVER_TRANSPORTS=%s", p->name);
		set(e, "TOR_PT_SERVER_BINDADDR=%s-%s", p->name, p->bind);
		set(e, "TOR_PT_ORPORT=127.0.0.1:%u", (unsigned)port);
		set(e, "TOR_PT_EXTENDED_SERVER_PORT=");
	} else {
		set(e, "TOR_PT_CLIENT_TRANSPORTS=%s", p->name);
		if (proxy[0] != '\0')
			set(e, "TOR_PT_PROXY=socks5://%s", proxy);
	}
	e->at[e->n] = NULL;
}

void
plugin_become(const struct plugin_program *p, const char *state,
    const char *proxy, int fd, int (*confine)(void *arg, int fd), void *arg)
{
	static struct environment e;
	char path[PLUGIN_PATH_MAX + 1], *argv[] = {path, NULL};
	/* What it has to say to people may hold addresses. */
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	uint16_t port = 0;

	memcpy(path, p->path, sizeof(path));
	if (p->bind[0] != '\0' &&
	    recv(fd, &port, sizeof(port), MSG_WAITALL) != sizeof(port))
		return;
	make_environment(&e, p, state, proxy, port);
	if (file_mkdirs(AT_FDCWD, state, 0700) != 0 || null < 0)
		return;
	if (confine != NULL && confine(arg, fd) != 0)
		return;
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0)
		return;
	execve(path, argv, e.at);
}

/* --- who started it --- */

static void
drop(struct plugin *p)
{
	if (p->readable != NULL)
		event_free(p->readable);
	p->readable = NULL;
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static void
wait_for(struct plugin *p, when_ms ms)
{
	struct timeval tv = {.tv_sec = (time_t)(ms / 1000),
	    .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	evtimer_add(p->timer, &tv);
}

static void
failed(struct plugin *p, const char *why)
{
	unsigned k = p->failures < 6 ? p->failures++ : 6;
	when_ms wait = (when_ms)FIRST_WAIT << k;

	if (wait > PLUGIN_BACK_OFF)
		wait = PLUGIN_BACK_OFF;
	pt_fail(&p->pt, why);
	drop(p);
	p->again = when_add(clock_now(), wait);
	if (p->program->bind[0] != '\0')
		wait_for(p, wait);
	else
		evtimer_del(p->timer);
	p->changed(p->arg, p);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;
	enum pt_state before = p->pt.state;
	uint8_t said[1024];
	ssize_t n = recv(fd, said, sizeof(said), MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		/* After a good while, the next failure is the first. */
		if (before == PT_READY && clock_now() >= p->again)
			p->failures = 0;
		failed(p, "its program ended, or cannot be run");
		return;
	}
	pt_take(&p->pt, bytes_of(said, (size_t)n));
	if (p->pt.state == before)
		return;
	if (p->pt.state == PT_FAILED) {
		failed(p, "");
		return;
	}
	evtimer_del(p->timer);
	p->again = when_add(clock_now(), PLUGIN_BACK_OFF);
	p->changed(p->arg, p);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct plugin *p = arg;

	(void)fd;
	(void)what;
	if (p->fd >= 0) {
		failed(p, "its program does not say that it is ready");
		return;
	}
	p->again = 0; /* the loop's clock is coarser than ours */
	plugin_start(p);
}

static bool
run(struct plugin *p)
{
	p->fd = keeper_child(p->keeper, p->kind);
	if (p->fd < 0)
		return false;
	p->readable =
	    event_new(p->base, p->fd, EV_READ | EV_PERSIST, on_readable, p);
	if (p->timer == NULL)
		p->timer = evtimer_new(p->base, on_timer, p);
	if (p->readable == NULL || p->timer == NULL ||
	    event_add(p->readable, NULL) != 0)
		return false;
	return p->program->bind[0] == '\0' ||
	       send(p->fd, &p->port, sizeof(p->port), MSG_NOSIGNAL) ==
		   sizeof(p->port);
}

enum pt_state
plugin_start(struct plugin *p)
{
	bool serves = p->program->bind[0] != '\0';

	if (p->fd >= 0 || (p->pt.state == PT_FAILED && clock_now() < p->again))
		return p->pt.state;
	pt_init(&p->pt, p->program->name, serves, p->proxy && !serves);
	if (run(p)) {
		wait_for(p, PLUGIN_TIME);
	} else {
		pt_fail(&p->pt, "its program cannot be run");
		drop(p);
	}
	return p->pt.state;
}

void
plugin_stop(struct plugin *p)
{
	drop(p);
	if (p->timer != NULL)
		event_free(p->timer);
	p->timer = NULL;
}

#include "daemon/control.h"

#include <event2/listener.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/file.h"
#include "proto/host/log.h"

struct control_client {
	struct control *control;
	struct ctl_pipe pipe;
	struct event *readable, *writable;
	when_ms last; /* when it last asked */
	void *draft;
	struct ctl_request rq; /* the one being done */
	struct job job;        /* that does it */
	bool later;            /* it does, or will */
	bool closing;          /* after what waits has gone out */
	bool broken;           /* an answer did not fit */
};

struct control {
	struct control_config cfg;
	char *path;
	struct evconnlistener *listener;
	struct control_client *client[CONTROL_MAX];
	size_t n;
};

/* --- answers */

static void
answer(struct control_client *c, const struct ctl_answer *a)
{
	struct buf b;

	buf_init(&b, CTL_MESSAGE_MAX);
	if (c->pipe.out.n > CONTROL_OUT_MAX || ctl_answer_encode(&b, a) != 0 ||
	    ctl_pipe_put(&c->pipe, buf_bytes(&b)) != 0)
		c->broken = true;
	buf_wipe(&b);
}

void
control_item(struct control_client *c, const struct ctl_item *it)
{
	struct ctl_answer a = {.is_item = true, .item = *it};

	answer(c, &a);
}

void
control_done(struct control_client *c)
{
	answer(c, &(struct ctl_answer){.end = CTL_DONE});
}

void
control_next(struct control_client *c)
{
	answer(c, &(struct ctl_answer){.end = CTL_NEXT});
}

void
control_fail(struct control_client *c, int code, const char *hint,
    const char *fmt, ...)
{
	struct ctl_answer a = {.end = CTL_ERROR, .error = {.exit = code}};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(a.error.message, sizeof(a.error.message), fmt, ap);
	va_end(ap);
	snprintf(a.error.hint, sizeof(a.error.hint), "%s", hint);
	answer(c, &a);
}

void
control_set_draft(struct control_client *c, void *draft)
{
	c->draft = draft;
}

void *
control_draft(const struct control_client *c)
{
	return c->draft;
}

/* --- clients */

static void
close_files(struct control_client *c)
{
	for (size_t i = 0; i < c->rq.n_fd; i++)
		close(c->rq.fd[i]);
	c->rq.n_fd = 0;
}

static void
client_free(struct control_client *c)
{
	struct control *k = c->control;

	for (size_t i = 0; i < k->n; i++)
		if (k->client[i] == c)
			k->client[i--] = k->client[--k->n];
	if (c->draft != NULL)
		k->cfg.closed(k->cfg.arg, c->draft);
	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
	close_files(c);
	ctl_pipe_done(&c->pipe);
	free(c);
}

static void
do_request(struct control_client *c)
{
	struct control *k = c->control;

	k->cfg.request(k->cfg.arg, c, &c->rq);
	if (!c->later)
		close_files(c);
}

/* The loop goes on with the client. */
static void
on_job(void *arg)
{
	struct control_client *c = arg;

	do_request(c);
	c->later = false;
	close_files(c);
	event_active(c->writable, EV_WRITE, 0);
}

void
control_wait(struct control_client *c)
{
	c->later = true;
}

void
control_later(struct control_client *c, struct jobs *j)
{
	c->job = (struct job){.fn = on_job, .arg = c};
	c->later = true;
	jobs_add(j, &c->job);
}

bool
control_is_later(const struct control_client *c)
{
	return c->later;
}

/* Take one request if a whole one is there.  QERR_AGAIN if not. */
static int
take_request(struct control_client *c)
{
	struct ctl_request *rq = &c->rq;
	struct bytes msg;
	int e;

	e = ctl_pipe_next(&c->pipe, &msg);
	if (e == 0)
		e = ctl_request_decode(rq, msg);
	if (e == 0)
		e = ctl_pipe_take(&c->pipe, rq->fd, rq->n_fd);
	if (e == 0) {
		c->last = clock_now();
		do_request(c);
	} else if (e != QERR_AGAIN) {
		control_fail(c, 2, "Are quire and quired of the same version?",
		    "The request %s.", qerr_str(e));
		c->closing = true;
	}
	return e;
}

/*
 * Answer what has come, one request after the other, and wait for the right
 * thing: room to write while an answer waits, else the next request.
 */
static void
client_go_on(struct control_client *c)
{
	int e;

	for (;;) {
		e = ctl_pipe_write(&c->pipe, NULL, 0);
		if (e == QERR_AGAIN && !c->broken) {
			event_add(c->writable, NULL);
			return;
		}
		if (e != 0 || c->broken || c->closing) {
			client_free(c);
			return;
		}
		if (take_request(c) == QERR_AGAIN) {
			event_add(c->readable, NULL);
			return;
		}
		if (c->later)
			return;
	}
}

static void
on_readable(evutil_socket_t s, short what, void *arg)
{
	struct control_client *c = arg;
	int e = ctl_pipe_read(&c->pipe);

	(void)s;
	(void)what;
	if (e != 0 && e != QERR_AGAIN)
		client_free(c);
	else
		client_go_on(c);
}

static void
on_writable(evutil_socket_t s, short what, void *arg)
{
	(void)s;
	(void)what;
	client_go_on(arg);
}

/* End the client that has been silent for longest; false if all wait for us. */
static bool
evict(struct control *k)
{
	struct control_client *oldest = NULL;

	for (size_t i = 0; i < k->n; i++)
		if (!k->client[i]->later &&
		    (oldest == NULL || k->client[i]->last < oldest->last))
			oldest = k->client[i];
	if (oldest != NULL)
		client_free(oldest);
	return oldest != NULL;
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t s, struct sockaddr *sa,
    int n, void *arg)
{
	struct control *k = arg;
	struct control_client *c;

	(void)l;
	(void)sa;
	(void)n;
	c = k->n < CONTROL_MAX || evict(k) ? calloc(1, sizeof(*c)) : NULL;
	if (c == NULL) {
		close(s);
		return;
	}
	ctl_pipe_init(&c->pipe, s);
	c->control = k;
	c->last = clock_now();
	c->readable = event_new(k->cfg.base, s, EV_READ, on_readable, c);
	c->writable = event_new(k->cfg.base, s, EV_WRITE, on_writable, c);
	k->client[k->n++] = c;
	if (c->readable == NULL || c->writable == NULL)
		client_free(c);
	else
		event_add(c->readable, NULL);
}

/* --- the socket */

/* True if somebody answers at |sa|; else what lies there is left over. */
static bool
somebody_answers(const struct sockaddr_un *sa)
{
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	yes =
	    s >= 0 && connect(s, (const struct sockaddr *)sa, sizeof(*sa)) == 0;
	if (s >= 0)
		close(s);
	return yes;
}

static void
make_folder(const char *path)
{
	char *copy = strdup(path);

	if (copy != NULL)
		(void)file_mkdirs(AT_FDCWD, dirname(copy), 0755);
	free(copy);
}

/* The group may connect; where we may not say so, it stays the owner's. */
static void
give_to_group(const char *path, const char *group)
{
	struct group *g = group[0] != '\0' ? getgrnam(group) : NULL;

	if (group[0] != '\0' && g == NULL)
		log_info("there is no group %s: only quired's own user and "
			 "group may use the control socket",
		    group);
	else if (g != NULL && chown(path, (uid_t)-1, g->gr_gid) != 0)
		log_info("the control socket cannot be given to the group %s: "
			 "only quired's own user and group may use it",
		    group);
}

/* What an earlier quired left there goes; anything else is not ours to delete. */
static int
make_way(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		log_error("what \"control\" names is there and is no socket: "
			  "name another path");
		return QERR_DUPLICATE;
	}
	make_folder(path);
	(void)unlink(path);
	return 0;
}

static int
bind_socket(const struct control_config *cfg)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	mode_t mask;
	int s, e;

	if (strlen(cfg->path) >= sizeof(sa.sun_path)) {
		log_error("the control socket's path has more than 107 bytes");
		return QERR_TOOBIG;
	}
	strcpy(sa.sun_path, cfg->path);
	if (somebody_answers(&sa)) {
		log_error("another quired runs already: it answers at the "
			  "control socket");
		return QERR_DUPLICATE;
	}
	if ((e = make_way(cfg->path)) != 0)
		return e;
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0117);
	e = s < 0 ? -1 : bind(s, (struct sockaddr *)&sa, sizeof(sa));
	umask(mask);
	if (e != 0) {
		log_errno("the control socket cannot be made at %s", cfg->path);
		if (s >= 0)
			close(s);
		return QERR_IO;
	}
	give_to_group(cfg->path, cfg->group);
	return s;
}

int
control_new(struct control **ret, const struct control_config *cfg)
{
	struct control *k;
	int s;

	*ret = NULL;
	s = bind_socket(cfg);
	if (s < 0)
		return s;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		goto close_socket;
	k->cfg = *cfg;
	k->path = strdup(cfg->path);
	if (k->path == NULL)
		goto free_control;
	k->listener = evconnlistener_new(cfg->base, on_accept, k,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, CONTROL_MAX, s);
	if (k->listener == NULL)
		goto free_path;
	*ret = k;
	return 0;
free_path:
	free(k->path);
free_control:
	free(k);
close_socket:
	close(s);
	return QERR_NOMEM;
}

void
control_free(struct control *k)
{
	if (k == NULL)
		return;
	while (k->n > 0)
		client_free(k->client[0]);
	evconnlistener_free(k->listener);
	(void)unlink(k->path);
	free(k->path);
	free(k);
}

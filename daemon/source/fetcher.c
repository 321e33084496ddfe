#include "daemon/source/fetcher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/ingest/charset.h"
#include "daemon/source/browse.h"
#include "daemon/source/walls.h"
#include "daemon/work/message.h"
#include "proto/base/qerr.h"
#include "proto/host/curl.h"
#include "proto/host/keeper.h"
#include "proto/host/log.h"

#define ASKED_MAX \
	200 /* requests to one child, whose CPU time is limited in all */
#define MARGIN      15 /* seconds more than a child should take */
#define REQUEST_MAX (FETCH_ADDRESS_MAX + 2 * FETCH_TAG_MAX + 64)

struct fetcher {
	struct keeper *keeper;
	int child; /* -1: none */
	size_t asked;
	struct event *ready;
	struct buf request; /* framed */
	size_t sent;
	struct buf got;
	bool busy, again;
	time_t seconds; /* that the request may take */
	fetcher_fn fn;
	void *arg;
};

/* --- the child --- */

/* |w| is NULL without libcurl. */
static int
serve_one(int fd, struct browse *w)
{
	struct fetch_request rq;
	struct fetch_answer a;
	struct buf b;
	int r;

	buf_init(&b, FETCH_WIRE_MAX);
	r = message_recv(fd, &b, REQUEST_MAX, 0);
	if (r == 0)
		r = fetch_get_request(&rq, buf_bytes(&b));
	if (r == 0) {
		a = (struct fetch_answer){.error = FETCH_LIBRARY};
		if (w != NULL)
			browse_fetch(w, &a, &rq);
		buf_clear(&b);
		fetch_put_answer(&b, &a);
		r = message_send(fd, &b, 0);
	}
	buf_done(&b);
	return r;
}

static void
be_child(void *arg, unsigned kind, int fd)
{
	const struct fetcher_config *cfg = arg;
	/* No file of it can be opened behind the walls; and it is not needed before
	 * something is to be fetched. */
	bool there = curl_load() != NULL;
	struct browse *w = NULL;

	(void)kind;
	charset_ready();
	if (walls_enter(fd, cfg->local, cfg->n_local) != 0)
		return;
	if (there && (w = browse_new(cfg->proxy, cfg->mirror)) == NULL)
		return;
	while (serve_one(fd, w) == 0)
		;
	browse_free(w);
}

static int
get_ready(void *arg)
{
	const struct fetcher_config *cfg = arg;

	if (cfg->forget != NULL)
		cfg->forget(cfg->arg);
	return 0;
}

/* --- quired --- */

int
fetcher_new(struct fetcher **ret, const struct fetcher_config *cfg)
{
	struct fetcher_config copy = *cfg;
	struct keeper_job job = {.name = cfg->name,
	    .ready = get_ready,
	    .child = be_child,
	    .arg = &copy};
	struct fetcher *f = calloc(1, sizeof(*f));
	int r;

	if (f == NULL)
		return QERR_NOMEM;
	f->child = -1;
	buf_init(&f->request, REQUEST_MAX + MESSAGE_HEAD_LEN);
	buf_init(&f->got, FETCH_WIRE_MAX + MESSAGE_HEAD_LEN);
	r = keeper_new(&f->keeper, &job);
	if (r == 0)
		*ret = f;
	else
		free(f);
	return r;
}

static void
drop_child(struct fetcher *f)
{
	if (f->ready != NULL)
		event_free(f->ready);
	f->ready = NULL;
	if (f->child >= 0)
		close(f->child);
	f->child = -1;
	f->asked = 0;
}

void
fetcher_free(struct fetcher *f)
{
	if (f == NULL)
		return;
	drop_child(f);
	keeper_free(f->keeper);
	buf_done(&f->request);
	buf_done(&f->got);
	free(f);
}

void
fetcher_rest(struct fetcher *f)
{
	if (!f->busy)
		drop_child(f);
}

static void
answer(struct fetcher *f, const struct fetch_answer *a)
{
	struct buf got = f->got;

	/* |fn| may ask again, and what |a| borrows is to last. */
	buf_init(&f->got, FETCH_WIRE_MAX + MESSAGE_HEAD_LEN);
	f->busy = false;
	f->fn(f->arg, a);
	buf_done(&got);
}

static void wait_for(struct fetcher *f, short what);
static void on_child(evutil_socket_t fd, short what, void *arg);

/* Begin the request with a child that is there or fresh. */
static bool
begin(struct fetcher *f, struct event_base *base)
{
	if (f->asked >= ASKED_MAX)
		drop_child(f);
	if (f->child < 0) {
		f->child = keeper_child(f->keeper, 0);
		if (f->child < 0)
			return false;
		f->ready = event_new(base, f->child, EV_READ, on_child, f);
		if (f->ready == NULL)
			return false;
		evutil_make_socket_nonblocking(f->child);
	}
	f->asked++;
	f->sent = 0;
	buf_clear(&f->got);
	wait_for(f, EV_WRITE);
	return true;
}

/* It died, hangs or lies: another one does it, once. */
static void
broken(struct fetcher *f, struct event_base *base)
{
	static const struct fetch_answer lost = {.error = FETCH_CHILD};
	bool again = f->again;

	drop_child(f);
	f->again = true;
	if (again || !begin(f, base)) {
		log_warn("the child that fetches died");
		drop_child(f);
		answer(f, &lost);
	}
}

static void
wait_for(struct fetcher *f, short what)
{
	struct timeval tv = {.tv_sec = f->seconds + MARGIN};
	struct event_base *base = event_get_base(f->ready);

	event_del(f->ready);
	event_assign(f->ready, base, f->child, what, on_child, f);
	event_add(f->ready, &tv);
}

/* 0 when all of it is sent, QERR_AGAIN for more, or an error. */
static int
send_some(struct fetcher *f)
{
	ssize_t n = send(f->child, f->request.p + f->sent,
	    f->request.n - f->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? QERR_AGAIN
							 : QERR_ABSENT;
	f->sent += (size_t)n;
	return f->sent == f->request.n ? 0 : QERR_AGAIN;
}

/* The same for a whole message in f->got. */
static int
recv_some(struct fetcher *f)
{
	uint8_t chunk[65536];
	size_t len;
	ssize_t n = recv(f->child, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return QERR_AGAIN;
	if (n <= 0)
		return QERR_ABSENT;
	buf_put(&f->got, chunk, (size_t)n);
	if (buf_err(&f->got) != 0)
		return buf_err(&f->got);
	if (f->got.n < MESSAGE_HEAD_LEN)
		return QERR_AGAIN;
	len = load_le32(f->got.p);
	if (len > FETCH_WIRE_MAX || f->got.n - MESSAGE_HEAD_LEN > len)
		return QERR_PROTOCOL;
	return f->got.n - MESSAGE_HEAD_LEN == len ? 0 : QERR_AGAIN;
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct fetcher *f = arg;
	struct event_base *base = event_get_base(f->ready);
	struct fetch_answer a;
	int r = QERR_ABSENT;

	(void)fd;
	if ((what & EV_WRITE) != 0 && (r = send_some(f)) == 0) {
		wait_for(f, EV_READ);
		return;
	}
	if ((what & EV_READ) != 0)
		r = recv_some(f);
	if (r == QERR_AGAIN) {
		wait_for(f, what & (EV_READ | EV_WRITE));
		return;
	}
	if (r == 0)
		r = fetch_get_answer(&a, bytes_of(f->got.p + MESSAGE_HEAD_LEN,
					     f->got.n - MESSAGE_HEAD_LEN));
	if (r == 0)
		answer(f, &a);
	else
		broken(f, base);
}

int
fetcher_ask(struct fetcher *f, struct event_base *base,
    const struct fetch_request *rq, fetcher_fn fn, void *arg)
{
	if (f->busy)
		return QERR_AGAIN;
	buf_clear(&f->request);
	buf_put_le32(&f->request, 0);
	fetch_put_request(&f->request, rq);
	if (buf_err(&f->request) != 0)
		return buf_err(&f->request);
	store_le32(f->request.p, (uint32_t)(f->request.n - MESSAGE_HEAD_LEN));
	f->busy = true;
	f->again = false;
	f->seconds = (time_t)rq->seconds;
	f->fn = fn;
	f->arg = arg;
	if (begin(f, base))
		return 0;
	drop_child(f);
	f->busy = false;
	return QERR_IO;
}

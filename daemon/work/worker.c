#include "daemon/work/worker_inner.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/work/confine.h"
#include "daemon/work/ingest_wire.h"
#include "daemon/work/jobs.h"
#include "daemon/work/message.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/keeper.h"

/* A child is replaced after so many documents: its CPU time is limited in all. */
#define DOCUMENTS_MAX 500

struct worker {
	struct keeper *documents, *pictures;
	int child;   /* for documents; -1: none */
	int picture; /* the child for one; -1: none */
	size_t done; /* documents that this child has done */
	bool ended;
};

int
worker_new(struct worker **ret, void (*forget)(void *arg), void *arg)
{
	struct worker *w = calloc(1, sizeof(*w));
	int r;

	if (w == NULL)
		return QERR_NOMEM;
	w->child = w->picture = -1;
	r = worker_keepers(&w->documents, &w->pictures, forget, arg);
	if (r == 0)
		*ret = w;
	else
		worker_free(w);
	return r;
}

static void
drop_child(struct worker *w)
{
	if (w->child >= 0)
		close(w->child);
	w->child = -1;
	w->done = 0;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	drop_child(w);
	keeper_free(w->documents);
	keeper_free(w->pictures);
	free(w);
}

/* Waiting for a child, the job is away: the loop goes on. */
static int
get_child(const struct worker *w, struct keeper *k)
{
	int fd = -1;

	if (!w->ended) {
		jobs_away();
		fd = keeper_child(k, 0);
		jobs_back();
	}
	return fd;
}

static int
send_to(int fd, const struct buf *b, time_t until)
{
	int r;

	jobs_away();
	r = message_send(fd, b, until);
	jobs_back();
	return r;
}

static int
recv_from(int fd, struct buf *b, time_t until)
{
	int r;

	jobs_away();
	r = message_recv(fd, b, INGEST_WIRE_MAX, until);
	jobs_back();
	return r;
}

void
worker_end(struct worker *w)
{
	w->ended = true;
	if (w->child >= 0)
		shutdown(w->child, SHUT_RDWR);
	if (w->picture >= 0)
		shutdown(w->picture, SHUT_RDWR);
}

static int
have_child(struct worker *w)
{
	if (w->done >= DOCUMENTS_MAX)
		drop_child(w);
	if (w->child >= 0 && !w->ended)
		return 0;
	drop_child(w);
	w->child = get_child(w, w->documents);
	return w->child >= 0 ? 0 : QERR_IO;
}

static time_t
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/*
 * Answer a child's question; pictures it may name are below *n.  The time that it
 * waits for them is not its own.
 */
static int
answer(int fd, struct bytes src, const struct ingest_source *source,
    uint32_t *n, time_t *until)
{
	time_t began = seconds();
	int number = source->find != NULL ? source->find(source->arg, src) : -1;
	struct buf b;
	int r;

	*until += seconds() - began;
	if (number >= 0 && (uint32_t)number >= *n)
		*n = (uint32_t)number + 1;
	buf_init(&b, 0);
	cbor_put_int(&b, number);
	r = send_to(fd, &b, *until);
	buf_done(&b);
	return r;
}

/* The errors that a document can be guilty of. */
static int
get_error(struct reader *r, struct buf *why)
{
	int64_t e = cbor_int(r);
	struct bytes text = cbor_text_in(r, 0, 4096);

	if (reader_end(r) != 0 || text_check(text, false) != 0 ||
	    e < QERR_NOMEM || e > QERR_TRUNCATED)
		return QERR_PROTOCOL;
	buf_put(why, text.p, text.n);
	return (int)e;
}

enum turn {
	TURN_ON,     /* it asked something */
	TURN_END,    /* it answered; *ret_r holds what */
	TURN_BROKEN, /* it died, stalled or lies */
};

/* What is asked for: one of these. */
struct result {
	struct ingest_doc *doc;
	struct ingest_list *list;
};

static void
clear(const struct result *ret)
{
	if (ret->list != NULL)
		ingest_list_done(ret->list);
	if (ret->doc == NULL)
		return;
	ingest_done(ret->doc);
	ingest_init(ret->doc);
}

static enum turn
one_turn(struct worker *w, struct buf *b, const struct result *ret,
    const struct ingest_source *src, struct buf *why, uint32_t *n,
    time_t *until, int *ret_r)
{
	struct bytes what = {NULL, 0};
	struct reader r;
	size_t items;
	uint64_t say;

	if (recv_from(w->child, b, *until) != 0)
		return TURN_BROKEN;
	reader_init(&r, b->p, b->n);
	items = cbor_array(&r, 64);
	say = cbor_uint(&r);
	if (say == INGEST_SAY_FIND && items == 2) {
		what = cbor_bytes_in(&r, 0, 4096);
		if (reader_end(&r) != 0 ||
		    answer(w->child, what, src, n, until) != 0)
			return TURN_BROKEN;
		return TURN_ON;
	}
	if (say == INGEST_SAY_ERROR && items == 3)
		*ret_r = get_error(&r, why);
	else if (say == INGEST_SAY_DOC && ret->doc != NULL)
		*ret_r = ingest_get_doc(ret->doc, buf_bytes(b), *n);
	else if (say == INGEST_SAY_LIST && ret->list != NULL)
		*ret_r = ingest_get_list(ret->list, buf_bytes(b)) == 0
			     ? 0
			     : QERR_PROTOCOL;
	else
		return TURN_BROKEN;
	return *ret_r == QERR_PROTOCOL ? TURN_BROKEN : TURN_END;
}

/* One try: true if the child answered, and *ret_r is its answer. */
static bool
try(struct worker *w, const struct result *ret, const struct ingest_source *src,
    struct buf *why, int *ret_r)
{
	time_t until = seconds() + WORKER_SECONDS_MAX;
	enum turn t = TURN_BROKEN;
	uint32_t n = 0;
	struct buf b;

	buf_init(&b, INGEST_WIRE_MAX);
	ingest_put_source(&b, src, ret->list != NULL);
	if (send_to(w->child, &b, until) == 0)
		do
			t = one_turn(w, &b, ret, src, why, &n, &until, ret_r);
		while (t == TURN_ON);
	buf_done(&b);
	return t == TURN_END;
}

static int
ask(struct worker *w, const struct result *ret, const struct ingest_source *src,
    struct buf *why)
{
	int r = 0;

	if (src->data.n > INGEST_DOCUMENT_MAX) {
		buf_printf(why, "It is larger than %d MiB.",
		    INGEST_DOCUMENT_MAX >> 20);
		return QERR_TOOBIG;
	}
	for (bool fresh = false; !fresh;) {
		if (have_child(w) != 0) {
			buf_put_str(why, "The child that reads documents "
					 "cannot be started.");
			return QERR_IO;
		}
		fresh = w->done++ == 0;
		if (try(w, ret, src, why, &r))
			return r;
		drop_child(w);
		clear(ret);
		buf_clear(why);
	}
	buf_printf(why,
	    "It takes more than %d seconds or %ld MiB to read. Make "
	    "it simpler.",
	    CONFINE_CPU_SECONDS, CONFINE_MEMORY >> 20);
	return QERR_TOOBIG;
}

int
worker_ingest(struct worker *w, struct ingest_doc *ret,
    const struct ingest_source *src, struct buf *why)
{
	struct result result = {.doc = ret};

	return ask(w, &result, src, why);
}

int
worker_list(struct worker *w, struct ingest_list *ret,
    const struct ingest_source *src, struct buf *why)
{
	struct result result = {.list = ret};

	*ret = (struct ingest_list){0};
	return ask(w, &result, src, why);
}

/* What the child made of it; QERR_PROTOCOL if it died, stalled or lies. */
static int
get_pictures(struct picture_set *ret, struct bytes msg, struct buf *why)
{
	struct reader r;
	size_t items;
	uint64_t say;

	reader_init(&r, msg.p, msg.n);
	items = cbor_array(&r, 3);
	say = cbor_uint(&r);
	if (say == INGEST_SAY_ERROR && items == 3)
		return get_error(&r, why);
	return ingest_get_pictures(ret, msg) == 0 ? 0 : QERR_PROTOCOL;
}

static int
try_picture(int fd, struct picture_set *ret, struct bytes picture,
    struct buf *why)
{
	time_t until = seconds() + WORKER_SECONDS_MAX;
	int r = QERR_PROTOCOL;
	struct buf b;

	buf_init(&b, INGEST_WIRE_MAX);
	buf_put(&b, picture.p, picture.n);
	if (send_to(fd, &b, until) == 0 && recv_from(fd, &b, until) == 0)
		r = get_pictures(ret, buf_bytes(&b), why);
	buf_done(&b);
	return r;
}

int
worker_picture(struct worker *w, struct picture_set *ret, struct bytes picture,
    struct buf *why)
{
	int r;

	if (picture.n > WORKER_PICTURE_MAX) {
		buf_printf(why, "It is larger than %d MiB.",
		    WORKER_PICTURE_MAX >> 20);
		return QERR_TOOBIG;
	}
	if (picture.n == 0) {
		buf_put_str(why, "It is empty.");
		return QERR_TRUNCATED;
	}
	w->picture = get_child(w, w->pictures);
	if (w->picture < 0) {
		buf_put_str(why, "The child that reads pictures cannot be "
				 "started.");
		return QERR_IO;
	}
	r = try_picture(w->picture, ret, picture, why);
	close(w->picture);
	w->picture = -1;
	if (r != QERR_PROTOCOL)
		return r;
	buf_clear(why);
	buf_printf(why,
	    "It takes more than %d seconds or %ld MiB to read. Make "
	    "it smaller.",
	    CONFINE_CPU_SECONDS, CONFINE_MEMORY >> 20);
	return QERR_TOOBIG;
}

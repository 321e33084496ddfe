#include "daemon/work/worker_inner.h"

#include <unistd.h>

#include "daemon/ingest/charset.h"
#include "daemon/ingest/html_ld.h"
#include "daemon/ingest/webfeed.h"
#include "daemon/picture/decode.h"
#include "daemon/picture/render.h"
#include "daemon/work/confine.h"
#include "daemon/work/ingest_wire.h"
#include "daemon/work/message.h"
#include "proto/base/cbor.h"

/* --- documents --- */

struct asking {
	int fd;
	size_t asked;
};

/* Ask the publisher for a picture; whatever goes wrong, there is none. */
static int
ask_picture(void *arg, struct bytes src)
{
	struct asking *a = arg;
	int64_t number = -1;
	struct reader r;
	struct buf b;

	if (a->asked++ >= WORKER_PICTURES_MAX || src.n > 4096)
		return -1;
	buf_init(&b, INGEST_WIRE_MAX);
	cbor_put_array(&b, 2);
	cbor_put_uint(&b, INGEST_SAY_FIND);
	cbor_put_bytes(&b, src.p, src.n);
	if (message_send(a->fd, &b, 0) != 0 ||
	    message_recv(a->fd, &b, INGEST_WIRE_MAX, 0) != 0)
		_exit(1);
	reader_init(&r, b.p, b.n);
	number = cbor_int(&r);
	if (reader_end(&r) != 0)
		number = -1;
	buf_done(&b);
	return (int)number;
}

static void
put_error(struct buf *b, int error, const struct buf *why)
{
	cbor_put_array(b, 3);
	cbor_put_uint(b, INGEST_SAY_ERROR);
	cbor_put_int(b, error);
	cbor_put_text(b, why->p, why->n);
}

static int
serve_one(int fd, struct buf *msg)
{
	struct asking a = {fd, 0};
	struct ingest_source src;
	struct ingest_list l = {0};
	struct ingest_doc d;
	struct buf why, answer;
	bool list;
	int r;

	r = message_recv(fd, msg, INGEST_WIRE_MAX, 0);
	if (r != 0)
		return r;
	buf_init(&why, 4096);
	buf_init(&answer, INGEST_WIRE_MAX);
	ingest_init(&d);
	r = ingest_get_source(&src, &list, buf_bytes(msg));
	src.find = ask_picture;
	src.arg = &a;
	if (r == 0)
		r = list ? ingest_list(&l, &src, &why) : ingest(&d, &src, &why);
	if (r == 0 && list)
		ingest_put_list(&answer, &l);
	else if (r == 0)
		ingest_put_doc(&answer, &d);
	else
		put_error(&answer, r, &why);
	r = message_send(fd, &answer, 0);
	ingest_done(&d);
	ingest_list_done(&l);
	buf_done(&answer);
	buf_done(&why);
	return r;
}

/* --- pictures --- */

static void
serve_picture(int fd, const struct buf *msg)
{
	struct picture_set set;
	struct buf why, answer;
	int r;

	buf_init(&why, 4096);
	buf_init(&answer, INGEST_WIRE_MAX);
	picture_set_init(&set);
	r = picture_render(&set, buf_bytes(msg), &why);
	if (r == 0)
		ingest_put_pictures(&answer, &set);
	else
		put_error(&answer, r, &why);
	(void)message_send(fd, &answer, 0);
	picture_set_done(&set);
	buf_done(&answer);
	buf_done(&why);
}

static void
be_documents(void *arg, unsigned kind, int fd)
{
	struct buf msg;

	(void)arg;
	(void)kind;
	buf_init(&msg, INGEST_WIRE_MAX);
	if (confine_calls(fd) != 0)
		_exit(1);
	while (serve_one(fd, &msg) == 0)
		;
}

static void
be_picture(void *arg, unsigned kind, int fd)
{
	struct buf msg;

	(void)arg;
	(void)kind;
	buf_init(&msg, INGEST_WIRE_MAX);
	if (confine_calls(fd) == 0 &&
	    message_recv(fd, &msg, INGEST_WIRE_MAX, 0) == 0)
		serve_picture(fd, &msg);
}

/* --- their keepers --- */

/* In the keepers, for all children to come: what they need not know is gone. */
struct forgetting {
	void (*forget)(void *arg);
	void *arg;
};

static int
be_alone(const struct forgetting *f)
{
	if (f->forget != NULL)
		f->forget(f->arg);
	return confine_files();
}

static int
ready_documents(void *arg)
{
	charset_ready();
	html_ld_ready();
	webfeed_ready();
	return be_alone(arg);
}

static int
ready_pictures(void *arg)
{
	(void)decode_avif_load(); /* without it the others are read */
	return be_alone(arg);
}

int
worker_keepers(struct keeper **ret_documents, struct keeper **ret_pictures,
    void (*forget)(void *arg), void *arg)
{
	struct forgetting f = {forget, arg};
	const struct keeper_job documents = {.name = "quired-ingest",
	    .ready = ready_documents,
	    .child = be_documents,
	    .arg = &f};
	const struct keeper_job pictures = {.name = "quired-picture",
	    .ready = ready_pictures,
	    .child = be_picture,
	    .arg = &f};
	int r = keeper_new(ret_documents, &documents);

	return r != 0 ? r : keeper_new(ret_pictures, &pictures);
}

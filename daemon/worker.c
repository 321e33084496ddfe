#include "daemon/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/charset.h"
#include "daemon/confine.h"
#include "daemon/webfeed.h"
#include "daemon/html_ld.h"
#include "daemon/ingest_wire.h"
#include "daemon/picture/render.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/log.h"

#define HEAD_LEN 4
/* A child is replaced after so many documents: its CPU time is limited in all. */
#define DOCUMENTS_MAX 500

/* What is asked of the keeper: a child of this kind. */
enum kind {
	KIND_DOCUMENTS,
	KIND_PICTURE,
	KINDS
};

struct worker {
	int keeper;  /* to ask for a child */
	int child;   /* for documents; -1: none */
	size_t done; /* documents that this child has done */
	pid_t pid;   /* of the keeper */
};

/* --- messages: u32le length || CBOR, on a stream socket --- */

/* Wait for |fd| up to |until| (seconds of CLOCK_MONOTONIC; 0: for ever). */
static bool
wait_for(int fd, short what, time_t until)
{
	struct pollfd p = {fd, what, 0};
	struct timespec now;
	int ms = -1, r;

	do {
		if (until != 0) {
			clock_gettime(CLOCK_MONOTONIC, &now);
			if (now.tv_sec >= until)
				return false;
			ms = (int)(until - now.tv_sec) * 1000;
		}
		r = poll(&p, 1, ms);
	} while (r < 0 && errno == EINTR);
	return r > 0;
}

static int
send_all(int fd, struct bytes b, time_t until)
{
	while (b.n > 0) {
		ssize_t n;

		if (!wait_for(fd, POLLOUT, until))
			return QERR_AGAIN;
		n = send(fd, b.p, b.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return QERR_ABSENT;
		b = bytes_of(b.p + n, b.n - (size_t)n);
	}
	return 0;
}

static int
recv_all(int fd, uint8_t *p, size_t n, time_t until)
{
	while (n > 0) {
		ssize_t k;

		if (!wait_for(fd, POLLIN, until))
			return QERR_AGAIN;
		k = recv(fd, p, n, MSG_DONTWAIT);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return QERR_ABSENT;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static int
send_message(int fd, const struct buf *b, time_t until)
{
	uint8_t head[HEAD_LEN];
	int r = buf_err(b);

	store_le32(head, (uint32_t)b->n);
	if (r == 0)
		r = send_all(fd, bytes_of(head, HEAD_LEN), until);
	return r != 0 ? r : send_all(fd, buf_bytes(b), until);
}

static int
recv_message(int fd, struct buf *b, time_t until)
{
	uint8_t head[HEAD_LEN], *p;
	uint32_t n;
	int r = recv_all(fd, head, HEAD_LEN, until);

	buf_clear(b);
	if (r != 0)
		return r;
	n = load_le32(head);
	if (n == 0 || n > INGEST_WIRE_MAX)
		return QERR_TOOBIG;
	p = buf_grow(b, n);
	return p != NULL ? recv_all(fd, p, n, until) : QERR_NOMEM;
}

/* --- the child --- */

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
	if (send_message(a->fd, &b, 0) != 0 || recv_message(a->fd, &b, 0) != 0)
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
	struct ingest_doc d;
	struct buf why, answer;
	int r;

	r = recv_message(fd, msg, 0);
	if (r != 0)
		return r;
	buf_init(&why, 4096);
	buf_init(&answer, INGEST_WIRE_MAX);
	ingest_init(&d);
	r = ingest_get_source(&src, buf_bytes(msg));
	src.find = ask_picture;
	src.arg = &a;
	if (r == 0)
		r = ingest(&d, &src, &why);
	if (r == 0)
		ingest_put_doc(&answer, &d);
	else
		put_error(&answer, r, &why);
	r = send_message(fd, &answer, 0);
	ingest_done(&d);
	buf_done(&answer);
	buf_done(&why);
	return r;
}

static int
serve_picture(int fd, struct buf *msg)
{
	struct picture_set set;
	struct buf why, answer;
	int r = recv_message(fd, msg, 0);

	if (r != 0)
		return r;
	buf_init(&why, 4096);
	buf_init(&answer, INGEST_WIRE_MAX);
	picture_set_init(&set);
	r = picture_render(&set, buf_bytes(msg), &why);
	if (r == 0)
		ingest_put_pictures(&answer, &set);
	else
		put_error(&answer, r, &why);
	r = send_message(fd, &answer, 0);
	picture_set_done(&set);
	buf_done(&answer);
	buf_done(&why);
	return r;
}

static _Noreturn void
be_child(int fd, enum kind kind)
{
	struct buf msg;

	buf_init(&msg, INGEST_WIRE_MAX);
	if (confine_calls(fd) != 0)
		_exit(1);
	while ((kind == KIND_PICTURE ? serve_picture(fd, &msg)
				     : serve_one(fd, &msg)) == 0)
		;
	_exit(0);
}

/* --- the keeper --- */

static int
pass_fd(int to, int fd)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u = {{0}};
	struct iovec iov = {&(char){'c'}, 1};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = u.space,
	    .msg_controllen = sizeof(u.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(to, &m, MSG_NOSIGNAL) == 1 ? 0 : QERR_IO;
}

static int
take_fd(int from)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	char byte;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = u.space,
	    .msg_controllen = sizeof(u.space)};
	struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n == 1 ? CMSG_FIRSTHDR(&m) : NULL;
	if (c == NULL || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

static void
end_child(pid_t *child)
{
	if (*child > 0) {
		kill(*child, SIGKILL);
		waitpid(*child, NULL, 0);
	}
	*child = 0;
}

static int
fork_child(pid_t *child, enum kind kind, int control)
{
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return QERR_IO;
	*child = fork();
	if (*child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_child(pair[1], kind);
	}
	close(pair[1]);
	r = *child > 0 ? pass_fd(control, pair[0]) : QERR_IO;
	close(pair[0]);
	return r;
}

static _Noreturn void
be_keeper(int control)
{
	pid_t child[KINDS] = {0};
	uint8_t kind;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "quired-ingest");
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	/* A terminal's interrupt is for the publisher to act on. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (control > 3)
		syscall(SYS_close_range, 3U, (unsigned)control - 1, 0);
	syscall(SYS_close_range, (unsigned)control + 1, ~0U, 0);
	charset_ready();
	html_ld_ready();
	webfeed_ready();
	if (confine_files() != 0)
		_exit(1);
	while (read(control, &kind, 1) == 1 && kind < KINDS) {
		end_child(&child[kind]);
		if (fork_child(&child[kind], kind, control) != 0)
			break;
	}
	end_child(&child[KIND_DOCUMENTS]);
	end_child(&child[KIND_PICTURE]);
	_exit(0);
}

/* --- the publisher --- */

int
worker_new(struct worker **ret)
{
	struct worker *w = calloc(1, sizeof(*w));
	int pair[2];

	if (w == NULL)
		return QERR_NOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		log_errno("no socket for the ingesting child");
		goto free_worker;
	}
	w->pid = fork();
	if (w->pid == 0)
		be_keeper(pair[1]);
	close(pair[1]);
	w->keeper = pair[0];
	w->child = -1;
	if (w->pid < 0) {
		log_errno("no child to ingest documents");
		goto close_pair;
	}
	*ret = w;
	return 0;

close_pair:
	close(pair[0]);
free_worker:
	free(w);
	return QERR_IO;
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
	close(w->keeper);
	waitpid(w->pid, NULL, 0);
	free(w);
}

/* A fresh child, or -1. */
static int
new_child(struct worker *w, enum kind kind)
{
	uint8_t byte = (uint8_t)kind;

	return send(w->keeper, &byte, 1, MSG_NOSIGNAL) == 1 ? take_fd(w->keeper)
							    : -1;
}

static int
have_child(struct worker *w)
{
	if (w->done >= DOCUMENTS_MAX)
		drop_child(w);
	if (w->child >= 0)
		return 0;
	w->child = new_child(w, KIND_DOCUMENTS);
	w->done = 0;
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
	r = send_message(fd, &b, *until);
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

static enum turn
one_turn(struct worker *w, struct buf *b, struct ingest_doc *ret,
    const struct ingest_source *src, struct buf *why, uint32_t *n,
    time_t *until, int *ret_r)
{
	struct bytes what = {NULL, 0};
	struct reader r;
	size_t items;
	uint64_t say;

	if (recv_message(w->child, b, *until) != 0)
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
	else if (say == INGEST_SAY_DOC)
		*ret_r = ingest_get_doc(ret, buf_bytes(b), *n);
	else
		return TURN_BROKEN;
	return *ret_r == QERR_PROTOCOL ? TURN_BROKEN : TURN_END;
}

/* One try: true if the child answered, and *ret_r is its answer. */
static bool
try(struct worker *w, struct ingest_doc *ret, const struct ingest_source *src,
    struct buf *why, int *ret_r)
{
	time_t until = seconds() + WORKER_SECONDS_MAX;
	enum turn t = TURN_BROKEN;
	uint32_t n = 0;
	struct buf b;

	buf_init(&b, INGEST_WIRE_MAX);
	ingest_put_source(&b, src);
	if (send_message(w->child, &b, until) == 0)
		do
			t = one_turn(w, &b, ret, src, why, &n, &until, ret_r);
		while (t == TURN_ON);
	buf_done(&b);
	return t == TURN_END;
}

int
worker_ingest(struct worker *w, struct ingest_doc *ret,
    const struct ingest_source *src, struct buf *why)
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
		ingest_done(ret);
		ingest_init(ret);
		buf_clear(why);
	}
	buf_printf(why, "It takes more than %d seconds or %ld MiB to read. Make "
			"it simpler.", CONFINE_CPU_SECONDS,
	    CONFINE_MEMORY >> 20);
	return QERR_TOOBIG;
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
	if (send_message(fd, &b, until) == 0 &&
	    recv_message(fd, &b, until) == 0)
		r = get_pictures(ret, buf_bytes(&b), why);
	buf_done(&b);
	return r;
}

int
worker_picture(struct worker *w, struct picture_set *ret, struct bytes picture,
    struct buf *why)
{
	int fd, r;

	if (picture.n > PICTURE_MAX) {
		buf_printf(why, "It is larger than %d MiB.", PICTURE_MAX >> 20);
		return QERR_TOOBIG;
	}
	if (picture.n == 0) {
		buf_put_str(why, "It is empty.");
		return QERR_TRUNCATED;
	}
	fd = new_child(w, KIND_PICTURE);
	if (fd < 0) {
		buf_put_str(why, "The child that reads pictures cannot be "
				 "started.");
		return QERR_IO;
	}
	r = try_picture(fd, ret, picture, why);
	close(fd);
	if (r != QERR_PROTOCOL)
		return r;
	buf_clear(why);
	buf_printf(why, "It takes more than %d seconds or %ld MiB to read. Make "
			"it smaller.", CONFINE_CPU_SECONDS,
	    CONFINE_MEMORY >> 20);
	return QERR_TOOBIG;
}

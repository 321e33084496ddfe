#include <errno.h>
#include <fcntl.h>
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
#include "proto/base/text.h"
#include "proto/host/beside.h"
#include "proto/host/ctl.h"

#define SCAN_MAX (8 * 1024 * 1024) /* of a document, for names of pictures */

struct ctl {
	struct ctl_pipe pipe;
	struct ctl_answer answer;
};

static int fail(struct ctl_error *err, int result, int code, const char *hint,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static int
fail(struct ctl_error *err, int result, int code, const char *hint,
    const char *fmt, ...)
{
	va_list ap;

	err->exit = code;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	snprintf(err->hint, sizeof(err->hint), "%s", hint);
	return result;
}

static int
fail_connect(struct ctl_error *err, const char *path)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return fail(err, QERR_ABSENT, 3,
		    "Start it with \"systemctl start quired\" or \"quired -c "
		    "FILE\", or name its control socket in QUIRE_CONTROL.",
		    "quired is not running: nobody answers at %s.", path);
	case EACCES:
	case EPERM:
		return fail(err, QERR_IO, 1,
		    "Its group may: \"sudo adduser YOU quire\", then log in "
		    "again.",
		    "You may not talk to quired at %s.", path);
	default:
		return fail(err, QERR_IO, 1, "",
		    "quired cannot be reached at %s: %s.", path,
		    strerror(errno));
	}
}

int
ctl_open(struct ctl **ret, const char *path, struct ctl_error *err)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct ctl *c;
	int s, e;

	*ret = NULL;
	if (path == NULL)
		path = getenv("QUIRE_CONTROL");
	if (path == NULL)
		path = CTL_PATH;
	if (strlen(path) >= sizeof(sa.sun_path))
		return fail(err, QERR_TOOBIG, 2,
		    "A control socket's path has at most 107 bytes.",
		    "The path %.64s... is too long.", path);
	strcpy(sa.sun_path, path);

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return fail(err, QERR_NOMEM, 1, "", "Out of memory.");
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ctl_pipe_init(&c->pipe, s);
	if (s < 0 || connect(s, (struct sockaddr *)&sa, sizeof(sa)) != 0) {
		e = fail_connect(err, path);
		ctl_close(c);
		return e;
	}
	*ret = c;
	return 0;
}

void
ctl_close(struct ctl *c)
{
	if (c == NULL)
		return;
	ctl_pipe_done(&c->pipe);
	free(c);
}

static int
gone(struct ctl_error *err)
{
	return fail(err, QERR_IO, 1, "Its log says why.",
	    "quired closed the connection before it had answered.");
}

static int
receive(struct ctl *c, struct ctl_error *err)
{
	struct bytes msg;
	int e;

	while ((e = ctl_pipe_next(&c->pipe, &msg)) == QERR_AGAIN)
		if (ctl_pipe_read(&c->pipe) != 0)
			return gone(err);
	if (e == 0)
		e = ctl_answer_decode(&c->answer, msg);
	if (e != 0)
		return fail(err, QERR_PROTOCOL, 1,
		    "Are quire and quired of the same version?",
		    "quired gave an answer which %s.", qerr_str(e));
	return 0;
}

int
ctl_ask(struct ctl *c, const struct ctl_request *rq, ctl_item_fn fn, void *arg,
    struct ctl_error *err)
{
	struct buf b;
	int e;

	buf_init(&b, CTL_MESSAGE_MAX);
	e = ctl_request_encode(&b, rq);
	if (e == 0)
		e = ctl_pipe_put(&c->pipe, buf_bytes(&b));
	buf_wipe(&b);
	if (e != 0)
		return fail(err, QERR_PROTOCOL, 2, "",
		    "What you gave for quired %s.", qerr_str(e));
	if (ctl_pipe_write(&c->pipe, rq->fd, rq->n_fd) != 0)
		return gone(err);

	while ((e = receive(c, err)) == 0 && c->answer.is_item)
		if (fn != NULL && (e = fn(arg, &c->answer.item)) != 0)
			return e;
	if (e == 0 && c->answer.end == CTL_ERROR) {
		*err = c->answer.error;
		e = QERR_PROTOCOL;
	}
	return e;
}

int
ctl_call(const char *path, const struct ctl_request *rq, ctl_item_fn fn,
    void *arg, struct ctl_error *err)
{
	struct ctl *c;
	int e;

	e = ctl_open(&c, path, err);
	if (e == 0)
		e = ctl_ask(c, rq, fn, arg, err);
	ctl_close(c);
	return e;
}

/* --- publishing a file */

/* The document's text, as much of it as is looked at for pictures. */
static int
read_text(struct buf *b, int fd)
{
	uint8_t *p;
	ssize_t n;

	do {
		p = b->n < SCAN_MAX ? buf_grow(b, 65536) : NULL;
		if (p == NULL)
			break;
		n = pread(fd, p, 65536, (off_t)(b->n - 65536));
		b->n -= 65536 - (n > 0 ? (size_t)n : 0);
	} while (n > 0);
	return buf_err(b);
}

static bool
known(const struct ctl_request *rq, struct bytes name)
{
	for (size_t i = 0; i < rq->n_picture; i++)
		if (bytes_eq(rq->picture[i], name))
			return true;
	return false;
}

/* Open what |text| mentions beside it and put it behind the document. */
static void
add_pictures(struct ctl_request *rq, struct bytes text, int folder)
{
	struct bytes name;
	size_t at = 0;

	while (rq->n_picture < CTL_PICTURES_MAX &&
	       beside_next(text, &at, &name)) {
		int fd;

		if (known(rq, name) || !utf8_valid(name))
			continue;
		fd = beside_open(folder, name);
		if (fd < 0)
			continue;
		rq->picture[rq->n_picture++] = name;
		rq->fd[rq->n_fd++] = fd;
	}
}

static int
folder_of(const char *path)
{
	char *copy = strdup(path);
	int fd = -1;

	if (copy != NULL)
		fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	return fd;
}

/* Open |path|, a plain file, and put it behind the others. */
static int
add_file(struct ctl_request *rq, const char *path, struct ctl_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		fail(err, QERR_ABSENT, 1, "", "It cannot be opened: %s.",
		    strerror(errno));
		if (fd >= 0)
			close(fd);
		return QERR_ABSENT;
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return fail(err, QERR_ABSENT, 1, "", "It is not a file.");
	}
	rq->fd[rq->n_fd++] = fd;
	return 0;
}

static int
add_rules(struct ctl_request *rq, const char *path, struct ctl_error *err)
{
	if (path == NULL)
		return 0;
	rq->flags |= CTL_RULES;
	if (add_file(rq, path, err) == 0)
		return 0;
	return fail(err, QERR_ABSENT, 1, "Name a file with --rules.",
	    "The rules in %.200s cannot be read.", path);
}

static void
close_files(struct ctl_request *rq)
{
	for (size_t i = 0; i < rq->n_fd; i++)
		close(rq->fd[i]);
}

int
ctl_document(struct ctl *c, const struct ctl_request *asked, const char *path,
    const char *rules, ctl_item_fn fn, void *arg, struct ctl_error *err)
{
	struct ctl_request rq = *asked;
	struct buf text;
	int folder = -1;
	int e = add_file(&rq, path, err);

	buf_init(&text, SCAN_MAX + 65536);
	if (e == 0 && read_text(&text, rq.fd[0]) != 0)
		e = fail(err, QERR_NOMEM, 1, "", "Out of memory.");
	if (e == 0) {
		folder = folder_of(path);
		add_pictures(&rq, buf_bytes(&text), folder);
		e = add_rules(&rq, rules, err);
	}
	if (e == 0)
		e = ctl_ask(c, &rq, fn, arg, err);
	close_files(&rq);
	if (folder >= 0)
		close(folder);
	buf_done(&text);
	return e;
}

int
ctl_address(struct ctl *c, const struct ctl_request *asked, const char *rules,
    ctl_item_fn fn, void *arg, struct ctl_error *err)
{
	struct ctl_request rq = *asked;
	int e = add_rules(&rq, rules, err);

	if (e == 0)
		e = ctl_ask(c, &rq, fn, arg, err);
	close_files(&rq);
	return e;
}

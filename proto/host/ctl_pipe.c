#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/ctl.h"

#define IN_MAX (4 + CTL_MESSAGE_MAX)

void
ctl_pipe_init(struct ctl_pipe *p, int sock)
{
	memset(p, 0, sizeof(*p));
	p->sock = sock;
	buf_init(&p->in, IN_MAX);
	buf_init(&p->out, 0);
}

void
ctl_pipe_done(struct ctl_pipe *p)
{
	for (size_t i = 0; i < p->n_fd; i++)
		close(p->fd[i]);
	p->n_fd = 0;
	/* Invites go through here. */
	buf_wipe(&p->in);
	buf_wipe(&p->out);
	if (p->sock >= 0)
		close(p->sock);
	p->sock = -1;
}

/* Keep the files of one control message; all of them are ours to close. */
static int
keep_files(struct ctl_pipe *p, const struct cmsghdr *c)
{
	size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	int e = 0;

	for (size_t i = 0; i < n; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (p->n_fd < CTL_FDS_MAX) {
			p->fd[p->n_fd++] = fd;
		} else {
			close(fd);
			e = QERR_FULL;
		}
	}
	return e;
}

static int
keep_all(struct ctl_pipe *p, struct msghdr *m)
{
	int e = (m->msg_flags & MSG_CTRUNC) != 0 ? QERR_FULL : 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    keep_files(p, c) != 0)
			e = QERR_FULL;
	return e;
}

int
ctl_pipe_read(struct ctl_pipe *p)
{
	union {
		struct cmsghdr align;
		char b[CMSG_SPACE(CTL_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr m = {0};
	struct iovec iov;
	ssize_t n;
	int e;

	buf_drop(&p->in, p->taken);
	p->taken = 0;
	if (p->in.n == IN_MAX)
		return QERR_FULL;
	if (buf_reserve(&p->in, IN_MAX - p->in.n) != 0)
		return QERR_NOMEM;
	iov.iov_base = p->in.p + p->in.n;
	iov.iov_len = IN_MAX - p->in.n;
	m.msg_iov = &iov;
	m.msg_iovlen = 1;
	m.msg_control = &control;
	m.msg_controllen = sizeof(control);

	do
		n = recvmsg(p->sock, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? QERR_AGAIN : QERR_IO;
	e = keep_all(p, &m);
	if (e != 0)
		return e;
	if (n == 0)
		return QERR_ABSENT;
	p->in.n += (size_t)n;
	return 0;
}

int
ctl_pipe_next(struct ctl_pipe *p, struct bytes *ret_msg)
{
	const uint8_t *at = p->in.p + p->taken;
	size_t left = p->in.n - p->taken;
	size_t n;

	if (left < 4)
		return QERR_AGAIN;
	n = load_le32(at);
	if (n > CTL_MESSAGE_MAX)
		return QERR_TOOBIG;
	if (left - 4 < n)
		return QERR_AGAIN;
	*ret_msg = bytes_of(at + 4, n);
	p->taken += 4 + n;
	return 0;
}

int
ctl_pipe_take(struct ctl_pipe *p, int *fd, size_t n)
{
	if (n > p->n_fd)
		return QERR_MISSING;
	memcpy(fd, p->fd, n * sizeof(int));
	p->n_fd -= n;
	memmove(p->fd, p->fd + n, p->n_fd * sizeof(int));
	return 0;
}

int
ctl_pipe_put(struct ctl_pipe *p, struct bytes msg)
{
	if (msg.n > CTL_MESSAGE_MAX)
		return QERR_TOOBIG;
	buf_put_le32(&p->out, (uint32_t)msg.n);
	buf_put(&p->out, msg.p, msg.n);
	return buf_err(&p->out);
}

static ssize_t
send_some(struct ctl_pipe *p, const int *fd, size_t n_fd)
{
	union {
		struct cmsghdr c;
		char b[CMSG_SPACE(CTL_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov = {p->out.p, p->out.n};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

	if (n_fd > 0) {
		memset(&control, 0, sizeof(control));
		control.c.cmsg_level = SOL_SOCKET;
		control.c.cmsg_type = SCM_RIGHTS;
		control.c.cmsg_len = CMSG_LEN(n_fd * sizeof(int));
		memcpy(CMSG_DATA(&control.c), fd, n_fd * sizeof(int));
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n_fd * sizeof(int));
	}
	return sendmsg(p->sock, &m, MSG_NOSIGNAL);
}

int
ctl_pipe_write(struct ctl_pipe *p, const int *fd, size_t n_fd)
{
	if (n_fd > CTL_FDS_MAX)
		return QERR_TOOBIG;
	while (p->out.n > 0) {
		ssize_t n = send_some(p, fd, n_fd);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? QERR_AGAIN : QERR_IO;
		buf_drop(&p->out, (size_t)n);
		n_fd = 0; /* they went with the first byte */
	}
	return 0;
}

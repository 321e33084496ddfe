#include "proto/host/keeper.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

struct keeper {
	int control; /* to ask for a child */
	pid_t pid;
};

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

/* The keeper: its children, 0 where there is none. */
struct brood {
	const struct keeper_job *job;
	int control;
	pid_t child[KEEPER_CHILDREN_MAX];
};

static void
forget(struct brood *b, pid_t pid)
{
	for (size_t i = 0; i < KEEPER_CHILDREN_MAX; i++)
		if (b->child[i] == pid)
			b->child[i] = 0;
}

/* Who has ended; a number is not kept once another process may have it. */
static void
reap(struct brood *b)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		forget(b, pid);
}

static void
end_child(struct brood *b, unsigned kind)
{
	if (b->child[kind] > 0) {
		kill(b->child[kind], SIGKILL);
		waitpid(b->child[kind], NULL, 0);
	}
	b->child[kind] = 0;
}

static bool
is_empty(const struct brood *b)
{
	for (size_t i = 0; i < KEEPER_CHILDREN_MAX; i++)
		if (b->child[i] > 0)
			return false;
	return true;
}

/* Their sockets are closed by now. */
static void
end_all(struct brood *b)
{
	static const struct timespec pause = {.tv_nsec = 10000000};

	for (unsigned ms = 0; ms < b->job->grace && !is_empty(b); ms += 10) {
		reap(b);
		nanosleep(&pause, NULL);
	}
	for (unsigned i = 0; i < KEEPER_CHILDREN_MAX; i++)
		end_child(b, i);
}

static int
fork_child(struct brood *b, unsigned kind)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return QERR_IO;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(b->control);
		close(pair[0]);
		b->job->child(b->job->arg, kind, pair[1]);
		_exit(0);
	}
	if (pid > 0 && kind < KEEPER_CHILDREN_MAX)
		b->child[kind] = pid;
	close(pair[1]);
	r = pid > 0 ? pass_fd(b->control, pair[0]) : QERR_IO;
	close(pair[0]);
	return r;
}

static _Noreturn void
be_keeper(int control, const struct keeper_job *job)
{
	struct brood b = {.job = job, .control = control};
	uint8_t kind;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, job->name);
	for (int s = 1; s < 32; s++)
		signal(s, SIG_DFL);
	/* A terminal's interrupt is for quired to act on. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (control > 3)
		syscall(SYS_close_range, 3U, (unsigned)control - 1, 0);
	syscall(SYS_close_range, (unsigned)control + 1, ~0U, 0);
	if (job->ready(job->arg) != 0)
		_exit(1);
	while (read(control, &kind, 1) == 1) {
		reap(&b);
		if (kind < KEEPER_CHILDREN_MAX)
			end_child(&b, kind);
		if (fork_child(&b, kind) != 0)
			break;
	}
	end_all(&b);
	_exit(0);
}

int
keeper_new(struct keeper **ret, const struct keeper_job *job)
{
	struct keeper *k = calloc(1, sizeof(*k));
	int pair[2];

	if (k == NULL)
		return QERR_NOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		log_errno("no socket for %s", job->name);
		goto free_keeper;
	}
	k->pid = fork();
	if (k->pid == 0)
		be_keeper(pair[1], job);
	close(pair[1]);
	k->control = pair[0];
	if (k->pid < 0) {
		log_errno("no process for %s", job->name);
		goto close_pair;
	}
	*ret = k;
	return 0;

close_pair:
	close(pair[0]);
free_keeper:
	free(k);
	return QERR_IO;
}

void
keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	/* Other children of quired may hold this socket, too. */
	shutdown(k->control, SHUT_RDWR);
	close(k->control);
	waitpid(k->pid, NULL, 0);
	free(k);
}

int
keeper_child(struct keeper *k, unsigned kind)
{
	uint8_t c = (uint8_t)kind;

	if (send(k->control, &c, 1, MSG_NOSIGNAL) != 1)
		return -1;
	return take_fd(k->control);
}

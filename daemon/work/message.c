#include "daemon/work/message.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "proto/base/qerr.h"

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

int
message_send(int fd, const struct buf *b, time_t until)
{
	uint8_t head[MESSAGE_HEAD_LEN];
	int r = buf_err(b);

	store_le32(head, (uint32_t)b->n);
	if (r == 0)
		r = send_all(fd, bytes_of(head, MESSAGE_HEAD_LEN), until);
	return r != 0 ? r : send_all(fd, buf_bytes(b), until);
}

int
message_recv(int fd, struct buf *b, size_t max, time_t until)
{
	uint8_t head[MESSAGE_HEAD_LEN], *p;
	uint32_t n;
	int r = recv_all(fd, head, MESSAGE_HEAD_LEN, until);

	buf_clear(b);
	if (r != 0)
		return r;
	n = load_le32(head);
	if (n == 0 || n > max)
		return QERR_TOOBIG;
	p = buf_grow(b, n);
	return p != NULL ? recv_all(fd, p, n, until) : QERR_NOMEM;
}

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/ctl.h"

#include "tests/lib/check.h"

static struct buf b;

static struct bytes
encoded(const struct ctl_request *rq)
{
	buf_clear(&b);
	check(ctl_request_encode(&b, rq) == 0);
	return buf_bytes(&b);
}

static void
requests_come_back(void)
{
	struct ctl_request rq = {.kind = CTL_DOCUMENT,
	    .text = bytes_str("a b.html"),
	    .feed = bytes_str("f"),
	    .reason = bytes_str(""),
	    .flags = CTL_DRY_RUN | CTL_SLOW,
	    .tiers = 3,
	    .quota = UINT64_MAX,
	    .newest = 1,
	    .time = 1700000000,
	    .picture = {bytes_str("x.jpg"), bytes_str("y z.png")},
	    .n_picture = 2,
	    .n_fd = 3,
	    .transport = bytes_str("obfs4")};
	struct ctl_request got;

	check(ctl_request_decode(&got, encoded(&rq)) == 0);
	check(bytes_eq(got.transport, rq.transport));
	check(got.kind == CTL_DOCUMENT && bytes_eq(got.text, rq.text));
	check(bytes_eq(got.feed, rq.feed));
	check(got.reason.p != NULL && got.reason.n == 0);
	check(got.address.p == NULL);
	check(got.flags == rq.flags && got.tiers == 3 && got.newest == 1);
	check(got.quota == UINT64_MAX && got.n_fd == 3);
	check(got.time == 1700000000);
	check(got.n_picture == 2 &&
	      bytes_eq(got.picture[1], bytes_str("y z.png")));

	rq = (struct ctl_request){.kind = CTL_STATUS};
	check(encoded(&rq).n == 3);
	check(ctl_request_decode(&got, buf_bytes(&b)) == 0);
	check(got.kind == CTL_STATUS && got.text.p == NULL && got.n_fd == 0);
}

static void
every_truncation_and_trailing_byte_is_refused(void)
{
	struct ctl_request rq = {.kind = CTL_FOLLOW,
	    .text = bytes_str("quire:x"),
	    .tiers = 1,
	    .newest = 300};
	struct ctl_request got;
	struct bytes msg = encoded(&rq);

	for (size_t n = 0; n < msg.n; n++)
		check(ctl_request_decode(&got, bytes_of(msg.p, n)) != 0);
	buf_put_u8(&b, 0);
	check(ctl_request_decode(&got, buf_bytes(&b)) == QERR_TRAILING);
}

static int
decode(const char *hex_free, size_t n)
{
	struct ctl_request got;

	return ctl_request_decode(&got, bytes_of(hex_free, n));
}
#define DECODE(s) decode(s, sizeof(s) - 1)

static void
rules_are_kept(void)
{
	struct ctl_request rq = {.kind = CTL_STATUS, .n_fd = 1};
	struct ctl_request got;

	check(DECODE("\xa1\x00\x01") == 0);
	check(DECODE("\xa1\x00\x00") == QERR_RANGE);
	check(DECODE("\xa1\x00\x18\x63") == QERR_RANGE);
	check(DECODE("\xa2\x00\x01\x09\x80") == QERR_RANGE);
	check(DECODE("\xa0") == QERR_MISSING);
	check(DECODE("\xa1\x01\x61"
		     "a") == QERR_MISSING);
	check(DECODE("\xa2\x00\x01\x0d\x01") == QERR_UNKNOWN);
	check(DECODE("\xa2\x00\x01\x00\x01") == QERR_DUPLICATE);
	check(DECODE("\xa1\x00\x18\x01") == QERR_ENCODING);
	check(DECODE("\xa2\x00\x01\x01\x61\xff") != 0);

	/* Files belong to documents, and as many as it has pictures and one. */
	check(ctl_request_decode(&got, encoded(&rq)) == QERR_PROTOCOL);
	rq.kind = CTL_DOCUMENT;
	check(ctl_request_decode(&got, encoded(&rq)) == 0);
	rq.n_fd = 2;
	check(ctl_request_decode(&got, encoded(&rq)) == QERR_PROTOCOL);
	rq.n_fd = 0;
	check(ctl_request_decode(&got, encoded(&rq)) == QERR_PROTOCOL);

	/* What is given up is taken back, and nothing else is. */
	rq = (struct ctl_request){.kind = CTL_RETRACT, .flags = CTL_LOST};
	check(ctl_request_decode(&got, encoded(&rq)) == 0);
	rq.kind = CTL_RELOAD;
	check(ctl_request_decode(&got, encoded(&rq)) == QERR_PROTOCOL);
	rq = (struct ctl_request){.kind = CTL_DOCUMENT};

	buf_clear(&b);
	rq.text = bytes_str("\xc3");
	check(ctl_request_encode(&b, &rq) == QERR_TEXT);
}

static void
answers_come_back(void)
{
	struct ctl_answer a = {.is_item = true};
	static struct ctl_answer got;

	ctl_item_init(&a.item, "feed");
	ctl_add_text(&a.item, "name", bytes_str("Вести"));
	ctl_add_number(&a.item, "head", 1000000);
	ctl_add_flag(&a.item, "forked", true);
	ctl_add_flag(&a.item, "overdue", false);
	buf_clear(&b);
	check(ctl_answer_encode(&b, &a) == 0);
	check(ctl_answer_decode(&got, buf_bytes(&b)) == 0);
	check(got.is_item && ctl_is(&got.item, "feed") && got.item.n == 4);
	check(bytes_eq(ctl_text(&got.item, "name"), bytes_str("Вести")));
	check(ctl_number(&got.item, "head") == 1000000);
	check(ctl_flag(&got.item, "forked"));
	check(!ctl_flag(&got.item, "overdue"));
	check(ctl_text(&got.item, "head").p == NULL);
	check(ctl_number(&got.item, "nothing") == 0);

	a = (struct ctl_answer){.end = CTL_ERROR, .error = {.exit = 2}};
	memset(a.error.message, 'm', sizeof(a.error.message) - 1);
	strcpy(a.error.hint, "do so");
	buf_clear(&b);
	check(ctl_answer_encode(&b, &a) == 0);
	check(ctl_answer_decode(&got, buf_bytes(&b)) == 0);
	check(!got.is_item && got.end == CTL_ERROR && got.error.exit == 2);
	check(strcmp(got.error.message, a.error.message) == 0);
	check(strcmp(got.error.hint, "do so") == 0);

	for (int end = CTL_DONE; end <= CTL_NEXT; end++) {
		a = (struct ctl_answer){.end = (enum ctl_end)end};
		buf_clear(&b);
		check(ctl_answer_encode(&b, &a) == 0);
		check(ctl_answer_decode(&got, buf_bytes(&b)) == 0);
		check(!got.is_item && got.end == (enum ctl_end)end);
	}
	check(ctl_answer_decode(&got, bytes_of("\x82\x01\x00", 3)) != 0);
	check(ctl_answer_decode(&got, bytes_of("\x83\x00\x61x\x61y", 6)) != 0);
	check(ctl_answer_decode(&got, bytes_of("\x81\x00", 2)) != 0);
}

static void
pair(struct ctl_pipe *x, struct ctl_pipe *y)
{
	int s[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
	ctl_pipe_init(x, s[0]);
	ctl_pipe_init(y, s[1]);
	check(fcntl(s[1], F_SETFL, O_NONBLOCK) == 0);
}

static void
messages_and_files_arrive_together(void)
{
	struct ctl_pipe x, y;
	struct bytes msg;
	int fd[2], got[2];

	pair(&x, &y);
	check(pipe(fd) == 0);
	check(ctl_pipe_next(&y, &msg) == QERR_AGAIN);
	check(ctl_pipe_read(&y) == QERR_AGAIN);
	check(ctl_pipe_put(&x, bytes_str("one")) == 0);
	check(ctl_pipe_write(&x, fd, 2) == 0);
	check(ctl_pipe_put(&x, bytes_str("")) == 0);
	check(ctl_pipe_write(&x, NULL, 0) == 0);

	while (ctl_pipe_next(&y, &msg) == QERR_AGAIN)
		check(ctl_pipe_read(&y) == 0);
	check(bytes_eq(msg, bytes_str("one")));
	check(ctl_pipe_take(&y, got, 2) == 0);
	check(ctl_pipe_take(&y, got + 1, 1) == QERR_MISSING);
	check(write(got[1], "z", 1) == 1);
	check((fcntl(got[1], F_GETFD) & FD_CLOEXEC) != 0);
	while (ctl_pipe_next(&y, &msg) == QERR_AGAIN)
		check(ctl_pipe_read(&y) == 0);
	check(msg.n == 0);

	for (int i = 0; i < 2; i++) {
		close(fd[i]);
		close(got[i]);
	}
	ctl_pipe_done(&x);
	check(ctl_pipe_read(&y) == QERR_ABSENT);
	ctl_pipe_done(&y);
}

static void
too_long_a_message_is_refused(void)
{
	static uint8_t big[CTL_MESSAGE_MAX + 1];
	struct ctl_pipe x, y;
	struct bytes msg;

	pair(&x, &y);
	check(ctl_pipe_put(&x, bytes_of(big, sizeof(big))) == QERR_TOOBIG);
	store_le32(big, CTL_MESSAGE_MAX + 1);
	check(write(x.sock, big, 4) == 4);
	check(ctl_pipe_read(&y) == 0);
	check(ctl_pipe_next(&y, &msg) == QERR_TOOBIG);
	ctl_pipe_done(&x);
	ctl_pipe_done(&y);
}

static size_t
open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
	return n;
}

/* Nobody can make us hold more files than a message may have. */
static void
too_many_files_are_closed(void)
{
	struct ctl_pipe x, y;
	int fd[CTL_FDS_MAX];
	size_t before;
	int e;

	pair(&x, &y);
	before = open_files();
	for (size_t i = 0; i < CTL_FDS_MAX; i++)
		fd[i] = x.sock;
	check(ctl_pipe_put(&x, bytes_str("m")) == 0);
	check(ctl_pipe_write(&x, fd, CTL_FDS_MAX) == 0);
	check(ctl_pipe_put(&x, bytes_str("m")) == 0);
	check(ctl_pipe_write(&x, fd, 3) == 0);
	while ((e = ctl_pipe_read(&y)) == 0)
		;
	check(e == QERR_FULL && y.n_fd == CTL_FDS_MAX);
	check(open_files() == before + CTL_FDS_MAX);
	ctl_pipe_done(&x);
	ctl_pipe_done(&y);
	check(open_files() == before - 2);
}

static void
nobody_there_is_said(void)
{
	struct ctl_request rq = {.kind = CTL_STATUS};
	struct ctl_error err;
	char path[200];

	check(ctl_call("/nonexistent/control", &rq, NULL, NULL, &err) ==
	      QERR_ABSENT);
	check(err.exit == 3 && err.hint[0] != '\0');
	check(strstr(err.message, "/nonexistent/control") != NULL);
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	check(ctl_call(path, &rq, NULL, NULL, &err) == QERR_TOOBIG);
	check(err.exit == 2);
}

int
main(void)
{
	buf_init(&b, 0);
	requests_come_back();
	every_truncation_and_trailing_byte_is_refused();
	rules_are_kept();
	answers_come_back();
	messages_and_files_arrive_together();
	too_long_a_message_is_refused();
	too_many_files_are_closed();
	nobody_there_is_said();
	buf_done(&b);
	return 0;
}

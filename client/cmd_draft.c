#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "client/daemon_call.h"
#include "client/date.h"
#include "client/documents.h"
#include "proto/base/qerr.h"

/* Of no documents. */
enum draft_of {
	DRAFT_FILES,
	DRAFT_VOLUME,
	DRAFT_PROMISE
};

/* |rq| begins the documents; or, of none, is all. */
static int
ask(struct documents *d, struct app *a, const struct ctl_request *rq, int fd,
    enum draft_of of)
{
	struct ctl_request end = {.kind = CTL_DRAFT, .n_fd = 1, .fd = {fd}};
	struct ctl_error err;

	d->a = a;
	if (of != DRAFT_FILES) {
		end.feed = rq->feed;
		end.time = rq->time;
		end.flags = of == DRAFT_PROMISE ? CTL_PROMISE : 0;
		return daemon_call(a, &end, documents_item, d);
	}
	return documents_send(d, a, rq, &end, &err) == 0
		   ? APP_DONE
		   : daemon_complain(&err);
}

static int
draft(struct app *a, struct ctl_request *rq, const char *path, enum draft_of of)
{
	struct documents d = {.fresh = 0};
	char name[DOCUMENTS_NAME_MAX], time[DATE_MAX];
	int exit, fd = documents_memory();

	if (fd < 0)
		return APP_FAILED;
	exit = ask(&d, a, rq, fd, of);
	if (exit == APP_DONE)
		exit = documents_keep(&d, fd, path, name);
	close(fd);
	if (exit == APP_DONE && !a->json) {
		date_machine(time, (int64_t)d.time);
		if (of != DRAFT_FILES)
			say(a, "%s: issue %llu of %s, %s.", name,
			    (unsigned long long)d.number, time,
			    of == DRAFT_VOLUME
				? "a volume"
				: "which only keeps the promise");
		else
			say(a,
			    "%s: issue %llu of %s, %zu new, %zu corrected, "
			    "%zu refused.",
			    name, (unsigned long long)d.number, time, d.fresh,
			    d.corrected, d.refused);
		if (d.lacks)
			note(a,
			    "quired has not got all issues yet: where all are, "
			    "the same documents may make another draft, which "
			    "is smaller.");
		printf("%s\n", d.hash);
	}
	return exit == APP_DONE && d.refused > 0 ? APP_FAILED : exit;
}

static const struct cmd_option draft_options[] = {
    {'f', "feed", "FEED", "which, if quired publishes several"},
    {'o', "output", "DRAFT", "the file to write; else issue-NUMBER.draft"},
    {256, "slow", NULL, "compress for size, not for speed"},
    {257, "time", "TIME",
	"as 2026-11-20T10:02:00Z: to draft what another\n"
	"editor drafted"},
    {258, "volume", NULL, "of no FILE: many issues bound for newcomers"},
    {259, "promise", NULL, "of no FILE: empty, so that no issue is overdue"},
    {0},
};

static int
run_draft(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_PUBLISH, .flags = CTL_DRAFTING};
	const char *arg, *path = NULL;
	enum draft_of of = DRAFT_FILES;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'f')
			rq.feed = bytes_str(arg);
		else if (letter == 'o')
			path = arg;
		else if (letter == 258)
			of = DRAFT_VOLUME;
		else if (letter == 259)
			of = DRAFT_PROMISE;
		else if (letter == 256)
			rq.flags |= CTL_SLOW;
		else if (!date_read(&rq.time, arg))
			return complain_usage(a,
			    "--time takes a time in UTC, as "
			    "2026-11-20T10:02:00Z.");
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, of == DRAFT_FILES ? 1 : 0,
		of == DRAFT_FILES ? -1 : 0))
		return APP_USAGE;
	return draft(a, &rq, path, of);
}

const struct cmd cmd_draft = {
    .name = "draft",
    .args = "FILE...",
    .what = "make an issue that is signed on another machine",
    .option = draft_options,
    .about =
	"As publish, but nothing is published: the issue is written to a file, to be\n"
	"signed where the key is (quire sign) and then released (quire release). The\n"
	"last line is the draft's hash: the same documents and the same --time make the\n"
	"same draft on every machine whose quired has all issues so far, so editors can\n"
	"compare it. The file holds the reading key, and what is not published yet: keep\n"
	"it in the newsroom.\n"
	"--volume binds the issues of a thousand articles, so that newcomers fetch\n"
	"less. Where quired signs by itself it makes volumes by itself.\n"
	"--promise makes an issue without articles: each issue promises another within a\n"
	"week, and without one readers take the news for held up. quired says in time\n"
	"(quire status) when one has to be signed.",
    .run = run_draft,
};

static int
run_release(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_RELEASE, .n_fd = 1};
	struct documents d = {.a = a};
	const char *arg;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	rq.fd[0] = open(a->argv[a->at], O_RDONLY | O_CLOEXEC);
	if (rq.fd[0] < 0)
		return complain_of(a->argv[a->at], "read", QERR_ABSENT);
	exit = daemon_call(a, &rq, documents_item, &d);
	close(rq.fd[0]);
	return exit;
}

const struct cmd cmd_release = {
    .name = "release",
    .args = "ISSUE",
    .what = "publish an issue that was signed elsewhere",
    .about =
	"ISSUE is what quire sign made of a draft. It is checked whole, and published\n"
	"as it is if it is the feed's next issue; else draft it anew.",
    .run = run_release,
};

#include <stdio.h>
#include <unistd.h>

#include "client/daemon_call.h"
#include "client/date.h"
#include "client/documents.h"
#include "client/renewal.h"

/* It is not out yet: several keys sign it, or one elsewhere. */
static int
keep_draft(struct app *a, const struct documents *d, int fd, const char *path)
{
	char name[DOCUMENTS_NAME_MAX], time[DATE_MAX];
	int exit = documents_keep(d, fd, path, name);

	if (exit != APP_DONE || a->json)
		return exit;
	date_machine(time, (int64_t)d->time);
	say(a,
	    "%s: issue %llu of %s. It takes effect when it is signed and "
	    "released.",
	    name, (unsigned long long)d->number, time);
	if (d->more)
		note(a,
		    "Not all of it fits into one issue: after its release do "
		    "the same once more.");
	printf("%s\n", d->hash);
	return exit;
}

struct retraction {
	struct documents d;
	char
	    feed[ID_TEXT_LEN + 1]; /* of which volumes are made anew; else "" */
};

static int
on_item(void *arg, const struct ctl_item *it)
{
	struct retraction *t = arg;
	struct bytes feed = ctl_text(it, "feed");

	if (!ctl_is(it, "renewal"))
		return documents_item(&t->d, it);
	snprintf(t->feed, sizeof(t->feed), "%.*s", (int)feed.n,
	    (const char *)feed.p);
	if (t->d.a->json)
		return daemon_json(NULL, it);
	if (t->d.a->quiet)
		return 0;
	renewal_say(it);
	puts("; quired goes on with that if you do not wait");
	fflush(stdout);
	return 0;
}

/* It is out already. */
static int
wait_for_rest(struct app *a, const struct retraction *t)
{
	int exit = renewal_wait(a, bytes_str(t->feed));

	struct ctl_item none;

	ctl_item_init(&none, "renewal");
	ctl_add_text(&none, "feed", bytes_str(t->feed));
	ctl_add_number(&none, "renewing", 0);
	if (exit == APP_DONE && a->json)
		(void)daemon_json(NULL, &none);
	else if (exit == APP_DONE)
		say(a, "they are anew: nothing here holds the text");
	return exit;
}

static int
retract(struct app *a, struct ctl_request *rq, const char *path)
{
	struct retraction t = {.d = {.a = a}};
	int exit;

	rq->n_fd = 1;
	if ((rq->fd[0] = documents_memory()) < 0)
		return APP_FAILED;
	exit = daemon_call(a, rq, on_item, &t);
	if (exit == APP_DONE && t.d.number > 0)
		exit = keep_draft(a, &t.d, rq->fd[0], path);
	else if (exit == APP_DONE && t.feed[0] != '\0')
		exit = wait_for_rest(a, &t);
	close(rq->fd[0]);
	return exit;
}

static const struct cmd_option options[] = {
    {'d', "draft", NULL, "make a draft, to be signed and released"},
    {'f', "feed", "FEED", "which, if quired publishes several"},
    {'l', "lost", NULL, "all that nobody has; ARTICLE is how many"},
    {'o', "output", "DRAFT", "the file for a draft; else issue-NUMBER.draft"},
    {'r', "reason", "TEXT", "shown in its place"},
    {256, "time", "TIME", "of a draft, as 2026-11-20T10:02:00Z"},
    {0},
};

static int
run(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_RETRACT};
	const char *arg, *path = NULL;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'd')
			rq.flags |= CTL_DRAFTING;
		else if (letter == 'f')
			rq.feed = bytes_str(arg);
		else if (letter == 'l')
			rq.flags |= CTL_LOST;
		else if (letter == 'o')
			path = arg;
		else if (letter == 'r')
			rq.reason = bytes_str(arg);
		else if (!date_read(&rq.time, arg))
			return complain_usage(a,
			    "--time takes a time in UTC, as "
			    "2026-11-20T10:02:00Z.");
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	rq.text = bytes_str(a->argv[a->at]);
	return retract(a, &rq, path);
}

const struct cmd cmd_retract = {
    .name = "retract",
    .args = "ARTICLE",
    .what = "take an article back",
    .option = options,
    .about =
	"ARTICLE is its name (as published: the file's), its address, or its id.\n"
	"Its title stays, with the reason; its text is deleted by every honest mirror\n"
	"and reader. What has been printed or copied cannot be called back.\n"
	"It is out when the issue's number is shown.  A volume that holds the text is\n"
	"made anew after that, in half a minute at most: this waits, but need not.\n"
	"--lost goes on without what quire status says is not here: who has it yet\n"
	"deletes it, and ARTICLE is how many articles these are, as it says.\n"
	"Where several keys sign, or the key is elsewhere, this makes a draft (quire\n"
	"sign, quire release); the same --time makes the same draft on every machine.",
    .run = run,
};

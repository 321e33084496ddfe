#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/term.h"
#include "proto/base/qerr.h"

struct count {
	const struct app *a;
	size_t fresh, corrected, same, refused;
};

static bool
is(struct bytes b, const char *s)
{
	return bytes_eq(b, bytes_str(s));
}

/* Text that a stranger may have written, safe on a terminal. */
static void
put(FILE *to, struct bytes text)
{
	struct buf b;

	buf_init(&b, 0);
	term_cut(&b, text, TERM_WIDTH_MAX);
	fwrite(b.p, 1, b.n, to);
	buf_done(&b);
}

static int
on_document(struct count *c, const struct ctl_item *it)
{
	struct bytes outcome = ctl_text(it, "outcome");
	struct bytes message = ctl_text(it, "message");
	bool refused = is(outcome, "refused");
	FILE *to = refused || message.n > 0 ? stderr : stdout;

	c->fresh += is(outcome, "new");
	c->corrected += is(outcome, "corrected");
	c->same += is(outcome, "unchanged");
	c->refused += refused || is(outcome, "retracted");
	if (c->a->json)
		return daemon_json(NULL, it);
	if (to == stdout && (c->a->quiet || is(outcome, "unchanged")))
		return 0;
	fflush(stdout);
	put(to, ctl_text(it, "file"));
	fprintf(to, ": %.*s", (int)outcome.n, (const char *)outcome.p);
	if (message.n > 0) {
		fputs(". ", to);
		put(to, message);
	}
	fputc('\n', to);
	return 0;
}

/* What cannot even be opened costs no more than what quired refuses. */
static int
refused(struct count *c, const char *path, const struct ctl_error *err)
{
	struct ctl_item it;

	ctl_item_init(&it, "document");
	ctl_add_text(&it, "file", bytes_str(path));
	ctl_add_text(&it, "outcome", bytes_str("refused"));
	ctl_add_text(&it, "message", bytes_str(err->message));
	return on_document(c, &it);
}

static int
on_item(void *arg, const struct ctl_item *it)
{
	struct count *c = arg;
	char size[SIZE_TEXT_MAX];

	if (ctl_is(it, "document"))
		return on_document(c, it);
	if (c->a->json)
		return daemon_json(NULL, it);
	size_text(size, ctl_number(it, "bytes"));
	say(c->a, "issue %llu: %llu articles, %s",
	    (unsigned long long)ctl_number(it, "number"),
	    (unsigned long long)ctl_number(it, "articles"), size);
	return 0;
}

static int
publish_all(struct app *a, struct ctl *ctl, struct count *c,
    struct ctl_error *err)
{
	struct ctl_request commit = {.kind = CTL_COMMIT};

	for (int i = a->at; i < a->argc; i++) {
		const char *path = a->argv[i];
		const char *slash = strrchr(path, '/');
		int r = ctl_document(ctl, CTL_DOCUMENT, path,
		    bytes_str(slash != NULL ? slash + 1 : path), on_item, c,
		    err);

		if (r == QERR_ABSENT)
			r = refused(c, path, err);
		if (r != 0)
			return r;
	}
	return ctl_ask(ctl, &commit, on_item, c, err);
}

static const struct cmd_option publish_options[] = {
    {'f', "feed", "FEED", "which, if quired publishes several"},
    {'n', "dry-run", NULL, "say what would be published, and publish nothing"},
    {256, "slow", NULL, "compress for size, not for speed"},
    {0},
};

static int
run_publish(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_PUBLISH};
	struct count c = {.a = a};
	struct ctl_error err;
	struct ctl *ctl;
	const char *arg;
	int letter, exit, r;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'f')
			rq.feed = bytes_str(arg);
		else
			rq.flags |= letter == 'n' ? CTL_DRY_RUN : CTL_SLOW;
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, -1))
		return APP_USAGE;
	if ((r = ctl_open(&ctl, a->control, &err)) != 0)
		return daemon_complain(&err);
	r = ctl_ask(ctl, &rq, NULL, NULL, &err);
	if (r == 0)
		r = publish_all(a, ctl, &c, &err);
	ctl_close(ctl);
	if (r != 0)
		return daemon_complain(&err);
	if (!a->json)
		say(a, "%s%zu new, %zu corrected, %zu unchanged, %zu refused.",
		    (rq.flags & CTL_DRY_RUN) != 0 ? "Not published: " : "",
		    c.fresh, c.corrected, c.same, c.refused);
	return c.refused > 0 ? APP_FAILED : APP_DONE;
}

const struct cmd cmd_publish = {
    .name = "publish",
    .args = "FILE...",
    .what = "publish documents: HTML, Markdown, text or feeds",
    .option = publish_options,
    .about =
	"Each FILE becomes an article, with the pictures beside it that it shows; of a\n"
	"feed (.xml, .rss, .atom) or a WordPress export each entry that has its text. A\n"
	"file whose article is published already and that has changed becomes a\n"
	"correction. All of it appears at once, or nothing does. A document that is\n"
	"refused is named with the reason, and the others are published all the same;\n"
	"then the exit status is 1.",
    .run = run_publish,
};

static const struct cmd_option retract_options[] = {
    {'f', "feed", "FEED", "which, if quired publishes several"},
    {'r', "reason", "TEXT", "shown in its place"},
    {0},
};

static int
run_retract(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_RETRACT};
	struct count c = {.a = a};
	const char *arg;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'f')
			rq.feed = bytes_str(arg);
		else
			rq.reason = bytes_str(arg);
	}
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, 1))
		return APP_USAGE;
	rq.text = bytes_str(a->argv[a->at]);
	return daemon_call(a, &rq, on_item, &c);
}

const struct cmd cmd_retract = {
    .name = "retract",
    .args = "ARTICLE",
    .what = "take an article back",
    .option = retract_options,
    .about =
	"ARTICLE is its name (as published: the file's), its address, or its id.\n"
	"Its title stays, with the reason; its text is deleted by every honest mirror\n"
	"and reader. What has been printed or copied cannot be called back.",
    .run = run_retract,
};

#include "client/daemon_call.h"
#include "client/documents.h"

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
	const struct ctl_request commit = {.kind = CTL_COMMIT};
	struct documents c = {.fresh = 0};
	struct ctl_error err;
	const char *arg;
	int letter, exit;

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
	if (documents_send(&c, a, &rq, &commit, &err) != 0)
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
	"feed (.xml, .rss, .atom, .json) or a WordPress export each entry that has its\n"
	"text. A file whose article is published already and that has changed becomes a\n"
	"correction. All of it appears at once, or nothing does. A document that is\n"
	"refused is named with the reason, and the others are published all the same;\n"
	"then the exit status is 1.",
    .run = run_publish,
};

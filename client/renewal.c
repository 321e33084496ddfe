#include "client/renewal.h"

#include <stdio.h>
#include <time.h>

#include "client/progress.h"
#include "proto/base/qerr.h"

#define EVERY_NS 200000000

struct waiting {
	struct bytes feed;
	struct progress line;
	uint64_t left,
	    first; /* volumes, and where the one in the making begins */
	bool failed;
	const struct app *a;
};

void
renewal_say(const struct ctl_item *it)
{
	unsigned long long n = ctl_number(it, "renewing");

	if (n == 0) {
		fputs("volumes that hold what was taken back are looked for",
		    stdout);
		return;
	}
	printf("issues %llu to %llu",
	    (unsigned long long)ctl_number(it, "renewing_first"),
	    (unsigned long long)ctl_number(it, "renewing_last"));
	if (n > 1)
		printf(", and %llu more volume%s,", n - 1, n > 2 ? "s" : "");
	fputs(" are made anew without what was taken back", stdout);
}

/* How far it is; each volume is begun, and so timed, by itself. */
static void
show(struct waiting *w, const struct ctl_item *it)
{
	uint64_t first = ctl_number(it, "renewing_first");
	uint64_t all = ctl_number(it, "renewing_bytes");

	w->left = ctl_number(it, "renewing") + ctl_flag(it, "renewing_search");
	w->failed = ctl_flag(it, "renewing_failed");
	if (w->left == 0 || all == 0)
		return;
	if (first != w->first)
		progress_begin(&w->line, w->a);
	w->first = first;
	progress_bytes(&w->line, ctl_number(it, "renewed_bytes"), all);
}

static int
on_feed(void *arg, const struct ctl_item *it)
{
	struct waiting *w = arg;

	if (ctl_flag(it, "published") &&
	    bytes_eq(ctl_text(it, "feed"), w->feed))
		show(w, it);
	return 0;
}

int
renewal_wait(const struct app *a, struct bytes feed)
{
	const struct timespec while_ = {.tv_nsec = EVERY_NS};
	struct ctl_request rq = {.kind = CTL_FEEDS};
	struct waiting w = {.feed = feed, .left = 1, .a = a};
	struct ctl_error err;
	int r = 0;

	progress_begin(&w.line, a);
	while (r == 0 && w.left > 0 && !w.failed) {
		nanosleep(&while_, NULL);
		w.left = 0;
		r = ctl_call(a->control, &rq, on_feed, &w, &err);
	}
	progress_end(&w.line);
	if (r != 0) {
		(void)complain("quired does not answer any more. What was "
			       "taken back is out; when quired runs, it makes "
			       "the rest anew.");
		return r == QERR_ABSENT ? APP_NO_DAEMON : APP_FAILED;
	}
	if (w.failed)
		return complain("what was taken back is out, but a volume that "
				"holds the text cannot be made anew; quired "
				"tries each minute. See: quire status");
	return APP_DONE;
}

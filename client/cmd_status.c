#include <stdio.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/renewal.h"
#include "client/status_source.h"
#include "client/term.h"

static void
show_transport(const struct ctl_item *it)
{
	fputs("serves: ", stdout);
	say_bytes(ctl_text(it, "name"));
	if (ctl_flag(it, "ready"))
		printf(", %llu link%s\n",
		    (unsigned long long)ctl_number(it, "links"),
		    ctl_number(it, "links") == 1 ? "" : "s");
	else if (ctl_text(it, "message").n == 0)
		puts(", starting");
	else {
		fputs(", not ready: ", stdout);
		term_write(stdout, ctl_text(it, "message"));
		putchar('\n');
	}
}

static void
show_problem(const struct app *a, const struct ctl_item *it)
{
	printf("%sproblem%s: ", style(a, STYLE_BAD), style(a, STYLE_PLAIN));
	term_write(stdout, ctl_text(it, "message"));
	if (ctl_text(it, "file").n > 0) {
		fputs(" (", stdout);
		term_write(stdout, ctl_text(it, "file"));
		putchar(')');
	}
	putchar(' ');
	term_write(stdout, ctl_text(it, "hint"));
	putchar('\n');
}

static void
show_node(const struct ctl_item *it)
{
	char size[SIZE_TEXT_MAX], in[SIZE_TEXT_MAX], out[SIZE_TEXT_MAX];

	size_text(size, ctl_number(it, "stored"));
	size_text(in, ctl_number(it, "bytes_in"));
	size_text(out, ctl_number(it, "bytes_out"));
	printf("quired %.*s, up %llu h %llu min, in ",
	    (int)ctl_text(it, "version").n,
	    (const char *)ctl_text(it, "version").p,
	    (unsigned long long)ctl_number(it, "uptime") / 3600,
	    (unsigned long long)ctl_number(it, "uptime") / 60 % 60);
	say_bytes(ctl_text(it, "state"));
	printf("\nlinks: %llu out, %llu in, %llu readers; %s in, %s out\n"
	       "packs: %llu held (%s), %llu wanted%s\n",
	    (unsigned long long)ctl_number(it, "links_out"),
	    (unsigned long long)ctl_number(it, "links_in"),
	    (unsigned long long)ctl_number(it, "readers"), in, out,
	    (unsigned long long)ctl_number(it, "packs_held"), size,
	    (unsigned long long)ctl_number(it, "packs_wanted"),
	    ctl_flag(it, "full") ? "; no room: the disk is full" : "");
}

static int
on_status(void *arg, const struct ctl_item *it)
{
	if (ctl_is(it, "source"))
		status_source(it);
	else if (ctl_is(it, "transport"))
		show_transport(it);
	else if (ctl_is(it, "problem"))
		show_problem(arg, it);
	else
		show_node(it);
	return 0;
}

/* Who has the newest issue, so that this machine may go away. */
static void
show_receipts(const struct ctl_item *it)
{
	unsigned long long n = ctl_number(it, "receipts");
	unsigned long long due = ctl_number(it, "receipts_due");

	if (ctl_flag(it, "settled"))
		printf(", held whole by %llu peer%s, which is enough", n,
		    n == 1 ? "" : "s");
	else if (due > n)
		printf(", held whole by %llu of %llu peers", n, due);
	else
		printf(", held whole by %llu peer%s", n, n == 1 ? "" : "s");
}

static void
show_renewal(const struct ctl_item *it)
{
	unsigned long long all = ctl_number(it, "renewing_bytes");

	fputs("  its ", stdout);
	renewal_say(it);
	if (all > 0)
		printf(" (%llu %%)",
		    (unsigned long long)ctl_number(it, "renewed_bytes") * 100 /
			all);
	else if (ctl_flag(it, "renewing_failed"))
		fputs(", which failed; it is tried each minute", stdout);
	putchar('\n');
}

static int
on_feed(void *arg, const struct ctl_item *it)
{
	char size[SIZE_TEXT_MAX];
	struct bytes name = ctl_text(it, "name");
	unsigned long long head = ctl_number(it, "head");
	unsigned long long shown = ctl_number(it, "shown");
	unsigned long long wanted = ctl_number(it, "packs_wanted");
	unsigned long long offered = ctl_number(it, "packs_offered");

	(void)arg;
	size_text(size, ctl_number(it, "bytes_held"));
	printf("%s: ", ctl_flag(it, "published") ? "publishes" : "mirrors");
	if (name.n == 0)
		name = ctl_text(it, "feed");
	term_write(stdout, name);
	printf(", issue %llu", head);
	if (shown > head)
		printf(" of %llu", shown);
	printf(", %llu packs (%s)",
	    (unsigned long long)ctl_number(it, "packs_held"), size);
	if (wanted > 0)
		printf(", %llu still to come", wanted);
	if (offered < wanted && !ctl_flag(it, "full"))
		printf(" (no peer has %llu)", wanted - offered);
	if (ctl_number(it, "packs_over") > 0)
		printf(", %llu beyond its quota",
		    (unsigned long long)ctl_number(it, "packs_over"));
	if (ctl_flag(it, "full") && (wanted > 0 || shown > head))
		fputs(", NO ROOM FOR THE REST", stdout);
	if (ctl_flag(it, "published"))
		show_receipts(it);
	if (ctl_flag(it, "forked"))
		fputs(", CONTRADICTS ITSELF", stdout);
	if (ctl_number(it, "forked_charter") > 0)
		printf(", ITS CHARTERS CONTRADICT EACH OTHER at version %llu",
		    (unsigned long long)ctl_number(it, "forked_charter"));
	if (ctl_flag(it, "overdue"))
		fputs(", overdue", stdout);
	putchar('\n');
	if (ctl_number(it, "renewing") > 0 || ctl_flag(it, "renewing_search"))
		show_renewal(it);
	return 0;
}

static int
run_status(struct app *a)
{
	struct ctl_request status = {.kind = CTL_STATUS};
	struct ctl_request feeds = {.kind = CTL_FEEDS};
	const char *arg;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (!app_operands(a, 0, 0))
		return APP_USAGE;
	exit = daemon_show(a, &status, on_status);
	return exit != 0 ? exit : daemon_show(a, &feeds, on_feed);
}

const struct cmd cmd_status = {
    .name = "status",
    .what = "how quired does",
    .about = "What it carries, to how many it is linked, and what is wrong.",
    .run = run_status,
};

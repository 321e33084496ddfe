#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/date.h"

static int
on_new_invite(void *arg, const struct ctl_item *it)
{
	const struct app *a = arg;

	say_bytes(ctl_text(it, "invite"));
	putchar('\n');
	note(a,
	    "\nThis is a secret for one person or peer. It is revoked with: "
	    "quire invite revoke %.*s",
	    (int)ctl_text(it, "name").n, (const char *)ctl_text(it, "name").p);
	return 0;
}

static int
on_invite(void *arg, const struct ctl_item *it)
{
	char day[DATE_MAX];

	(void)arg;
	date_day(day, (int64_t)ctl_number(it, "made"));
	printf("%s  ", day);
	say_bytes(ctl_text(it, "name"));
	putchar('\n');
	return 0;
}

static const struct cmd_option invite_options[] = {
    {'a', "address", "HOST:PORT", "where others reach this node"},
    {'t', "transport", "NAME",
	"raw (plain TCP), web (through the web server), or\n"
	"a pluggable transport that the node serves"},
    {0},
};

static int
run_invite(struct app *a)
{
	struct ctl_request rq = {0};
	const char *arg, *verb;
	int letter, exit;

	while ((letter = app_option(a, &arg, &exit)) > 0)
		if (letter == 't')
			rq.transport = bytes_str(arg);
		else
			rq.address = bytes_str(arg);
	if (letter == APP_STOP)
		return exit;
	if (!app_operands(a, 1, 2))
		return APP_USAGE;
	verb = a->argv[a->at];
	if (a->argc - a->at == 2)
		rq.text = bytes_str(a->argv[a->at + 1]);
	if (strcmp(verb, "new") == 0) {
		rq.kind = CTL_INVITE_NEW;
		return daemon_show(a, &rq, on_new_invite);
	}
	if (strcmp(verb, "list") == 0 && rq.text.p == NULL) {
		rq.kind = CTL_INVITE_LIST;
		return daemon_show(a, &rq, on_invite);
	}
	if (strcmp(verb, "revoke") == 0 && rq.text.p != NULL) {
		rq.kind = CTL_INVITE_REVOKE;
		return daemon_show(a, &rq, NULL);
	}
	return complain_usage(a,
	    "it is \"invite new [NAME]\", \"invite list\" or \"invite revoke "
	    "NAME\".");
}

const struct cmd cmd_invite = {
    .name = "invite",
    .args = "new|list|revoke [NAME]",
    .what = "let people and peers reach this node",
    .option = invite_options,
    .about =
	"\"invite new\" prints a secret address for one person or peer; NAME is for\n"
	"you, to revoke it by. Who is revoked cannot connect again; links that are\n"
	"open stay until they end. Invites are for plain TCP where the node listens,\n"
	"unless another transport is asked for: \"quire status\" names those it serves.",
    .run = run_invite,
};

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/date.h"
#include "client/status_source.h"
#include "client/term.h"

/* What operators ask their quired: invites, peers, status. */

static int
show(const struct app *a, const struct ctl_request *rq, ctl_item_fn fn)
{
	struct app copy = *a;

	return daemon_call(a, rq, a->json ? daemon_json : fn, &copy);
}

static void
text(const struct ctl_item *it, const char *name)
{
	struct bytes t = ctl_text(it, name);

	fwrite(t.p != NULL ? (const char *)t.p : "", 1, t.n, stdout);
}

/* Invites. */

static int
on_new_invite(void *arg, const struct ctl_item *it)
{
	const struct app *a = arg;

	text(it, "invite");
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
	text(it, "name");
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
		return show(a, &rq, on_new_invite);
	}
	if (strcmp(verb, "list") == 0 && rq.text.p == NULL) {
		rq.kind = CTL_INVITE_LIST;
		return show(a, &rq, on_invite);
	}
	if (strcmp(verb, "revoke") == 0 && rq.text.p != NULL) {
		rq.kind = CTL_INVITE_REVOKE;
		return show(a, &rq, NULL);
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

/* Peers. */

/* What those that were named so far are called, by their ids. */
#define LABELS_MAX 64
struct labels {
	struct {
		char id[17], name[300];
	} at[LABELS_MAX];
	size_t n;
};

static const char *
label_of(const struct labels *l, struct bytes id)
{
	for (size_t i = 0; i < l->n; i++)
		if (bytes_eq(id, bytes_str(l->at[i].id)))
			return l->at[i].name;
	return NULL;
}

/* How an operator calls it: as he named it, else by its id. */
static void
peer_name(const struct ctl_item *it, char dst[300])
{
	struct bytes address = ctl_text(it, "address");
	struct bytes invite = ctl_text(it, "invite"), id = ctl_text(it, "id");

	if (address.n > 0)
		snprintf(dst, 300, "%.*s", (int)address.n,
		    (const char *)address.p);
	else if (invite.n > 0)
		snprintf(dst, 300, "invite %.*s", (int)invite.n,
		    (const char *)invite.p);
	else
		snprintf(dst, 300, "%.*s", (int)id.n, (const char *)id.p);
}

static void
show_link(const struct ctl_item *it)
{
	if (ctl_number(it, "link") > 0)
		printf(", link %llu%s",
		    (unsigned long long)ctl_number(it, "link"),
		    ctl_flag(it, "dialled") ? "" : " (it came in)");
	else
		printf(", no link");
	if (ctl_number(it, "linked") >= 24 * 3600)
		printf(", linked for %llu days",
		    (unsigned long long)ctl_number(it, "linked") / (24 * 3600));
	if (ctl_number(it, "introduced") > 0)
		printf(", told us of %llu",
		    (unsigned long long)ctl_number(it, "introduced"));
	if (ctl_number(it, "passed_on") > 0)
		printf(", %llu came through it",
		    (unsigned long long)ctl_number(it, "passed_on"));
	putchar('\n');
}

static int
on_peer(void *arg, const struct ctl_item *it)
{
	struct labels *l = arg;
	struct bytes via = ctl_text(it, "via"), id = ctl_text(it, "id");
	char name[300];

	peer_name(it, name);
	fputs(name, stdout);
	if (l->n < LABELS_MAX) {
		snprintf(l->at[l->n].id, sizeof(l->at[0].id), "%.*s", (int)id.n,
		    (const char *)id.p);
		memcpy(l->at[l->n++].name, name, sizeof(name));
	}
	if (ctl_text(it, "address").n > 0) {
		fputs("  ", stdout);
		text(it, "transport");
		fputs(bytes_eq(ctl_text(it, "from"), bytes_str("request"))
			  ? "  (added by quire peers add)"
			  : "  (of quired.conf)",
		    stdout);
	}
	if (via.n > 0) {
		const char *by = label_of(l, via);

		printf("  introduced by %s", by != NULL ? by : "a guest");
	}
	if (bytes_eq(ctl_text(it, "class"), bytes_str("new")))
		printf(", not reached yet");
	show_link(it);
	return 0;
}

static int
list_peers(struct app *a)
{
	struct ctl_request rq = {.kind = CTL_PEERS};
	struct labels labels = {.n = 0};
	struct app copy = *a;

	return a->json ? daemon_call(a, &rq, daemon_json, &copy)
		       : daemon_call(a, &rq, on_peer, &labels);
}

static int
run_peers(struct app *a)
{
	struct ctl_request rq = {0};
	const char *arg;
	int exit;

	if (app_option(a, &arg, &exit) != 0)
		return exit;
	if (a->at == a->argc)
		return list_peers(a);
	if (!app_operands(a, 2, 2))
		return APP_USAGE;
	rq.text = bytes_str(a->argv[a->at + 1]);
	if (strcmp(a->argv[a->at], "add") == 0)
		rq.kind = CTL_PEER_ADD;
	else if (strcmp(a->argv[a->at], "remove") == 0)
		rq.kind = CTL_PEER_REMOVE;
	else if (strcmp(a->argv[a->at], "revoke") == 0)
		rq.kind = CTL_PEER_REVOKE;
	else
		return complain_usage(a,
		    "it is \"peers add INVITE\", \"peers remove INVITE\" or "
		    "\"peers revoke WHO\".");
	return show(a, &rq, NULL);
}

const struct cmd cmd_peers = {
    .name = "peers",
    .args = "[add|remove INVITE | revoke WHO]",
    .what = "the nodes that this one stays in touch with",
    .about =
	"Alone, it lists them: those of the operator's choice, those they introduced,\n"
	"and who came in by an invite. What is added here is kept over restarts, as a\n"
	"line \"peer INVITE\" in quired.conf would be. \"remove\" also takes HOST:PORT.\n"
	"\"revoke\" ends all invites to this node that WHO passed on to others, and the\n"
	"links of those who came by them; WHO is a line's HOST:PORT, the name of its\n"
	"invite, or its number.",
    .run = run_peers,
};

/* Status. */

static void
show_transport(const struct ctl_item *it)
{
	fputs("serves: ", stdout);
	text(it, "name");
	if (ctl_flag(it, "ready"))
		printf(", %llu link%s\n",
		    (unsigned long long)ctl_number(it, "links"),
		    ctl_number(it, "links") == 1 ? "" : "s");
	else if (ctl_text(it, "message").n == 0)
		puts(", starting");
	else {
		fputs(", not ready: ", stdout);
		text(it, "message");
		putchar('\n');
	}
}

static int
on_status(void *arg, const struct ctl_item *it)
{
	char size[SIZE_TEXT_MAX], in[SIZE_TEXT_MAX], out[SIZE_TEXT_MAX];
	const struct app *a = arg;

	if (ctl_is(it, "source")) {
		status_source(it);
		return 0;
	}
	if (ctl_is(it, "transport")) {
		show_transport(it);
		return 0;
	}
	if (ctl_is(it, "problem")) {
		printf("%sproblem%s: ", style(a, STYLE_BAD),
		    style(a, STYLE_PLAIN));
		text(it, "message");
		if (ctl_text(it, "file").n > 0) {
			fputs(" (", stdout);
			text(it, "file");
			putchar(')');
		}
		putchar(' ');
		text(it, "hint");
		putchar('\n');
		return 0;
	}
	size_text(size, ctl_number(it, "stored"));
	size_text(in, ctl_number(it, "bytes_in"));
	size_text(out, ctl_number(it, "bytes_out"));
	printf("quired %.*s, up %llu h %llu min, in ",
	    (int)ctl_text(it, "version").n,
	    (const char *)ctl_text(it, "version").p,
	    (unsigned long long)ctl_number(it, "uptime") / 3600,
	    (unsigned long long)ctl_number(it, "uptime") / 60 % 60);
	text(it, "state");
	printf("\nlinks: %llu out, %llu in, %llu readers; %s in, %s out\n"
	       "packs: %llu held (%s), %llu wanted%s\n",
	    (unsigned long long)ctl_number(it, "links_out"),
	    (unsigned long long)ctl_number(it, "links_in"),
	    (unsigned long long)ctl_number(it, "readers"), in, out,
	    (unsigned long long)ctl_number(it, "packs_held"), size,
	    (unsigned long long)ctl_number(it, "packs_wanted"),
	    ctl_flag(it, "full") ? "; no room: the disk is full" : "");
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

static int
on_feed(void *arg, const struct ctl_item *it)
{
	char size[SIZE_TEXT_MAX];
	struct bytes name = ctl_text(it, "name");
	unsigned long long head = ctl_number(it, "head");
	unsigned long long shown = ctl_number(it, "shown");
	unsigned long long wanted = ctl_number(it, "packs_wanted");

	(void)arg;
	size_text(size, ctl_number(it, "bytes_held"));
	printf("%s: ", ctl_flag(it, "published") ? "publishes" : "mirrors");
	if (name.n == 0)
		name = ctl_text(it, "feed");
	fwrite(name.p, 1, name.n, stdout);
	printf(", issue %llu", head);
	if (shown > head)
		printf(" of %llu", shown);
	printf(", %llu packs (%s)",
	    (unsigned long long)ctl_number(it, "packs_held"), size);
	if (wanted > 0)
		printf(", %llu still to come", wanted);
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
	exit = show(a, &status, on_status);
	return exit != 0 ? exit : show(a, &feeds, on_feed);
}

const struct cmd cmd_status = {
    .name = "status",
    .what = "how quired does",
    .about = "What it carries, to how many it is linked, and what is wrong.",
    .run = run_status,
};

#include <stdio.h>
#include <string.h>

#include "client/app.h"
#include "client/daemon_call.h"
#include "client/sources.h"

/* How many were named, and what those are called, by their ids. */
#define LABELS_MAX 64
struct labels {
	struct {
		char id[17], name[300];
	} at[LABELS_MAX];
	size_t n, told;
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
show_faults(const struct ctl_item *it)
{
	unsigned long long damaged = ctl_number(it, "damaged");
	unsigned long long other = ctl_number(it, "faults") - damaged;

	if (damaged > 0)
		printf(", gave %llu damaged piece%s", damaged,
		    damaged == 1 ? "" : "s");
	if (other > 0)
		printf(", broke the rules %llu time%s", other,
		    other == 1 ? "" : "s");
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
	show_faults(it);
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
	l->told++;
	if (l->n < LABELS_MAX) {
		snprintf(l->at[l->n].id, sizeof(l->at[0].id), "%.*s", (int)id.n,
		    (const char *)id.p);
		memcpy(l->at[l->n++].name, name, sizeof(name));
	}
	if (ctl_text(it, "address").n > 0) {
		fputs("  ", stdout);
		say_bytes(ctl_text(it, "transport"));
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
list_peers(const struct app *a)
{
	struct ctl_request rq = {.kind = CTL_PEERS};
	struct labels labels = {.n = 0};
	int exit;

	if (a->json)
		return daemon_show(a, &rq, NULL);
	exit = daemon_call(a, &rq, on_peer, &labels);
	if (exit == APP_DONE && labels.told == 0)
		note(a, "None yet. Ask another operator for an invite, and "
			"give it to: quire peers add INVITE");
	return exit;
}

/* |rq| about |what|: an invite may be as it was pasted, or "-". */
static int
ask(const struct app *a, struct ctl_request *rq, const char *what)
{
	struct buf b;
	int exit;

	buf_init(&b, 0);
	exit = sources_read(&b, what);
	if (exit == 0) {
		rq->text = bytes_of(b.p, b.n - 1);
		exit = daemon_show(a, rq, NULL);
	}
	buf_wipe(&b);
	return exit;
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
	return ask(a, &rq, a->argv[a->at + 1]);
}

const struct cmd cmd_peers = {
    .name = "peers",
    .args = "[add|remove INVITE | revoke WHO]",
    .what = "the nodes that this one stays in touch with",
    .about =
	"Alone, it lists them: those of the operator's choice, those they introduced,\n"
	"and who came in by an invite. What is added here is kept over restarts, as a\n"
	"line \"peer INVITE\" in quired.conf would be; \"-\" reads it from standard input.\n"
	"\"remove\" also takes HOST:PORT. \"revoke\" ends all invites to this node that WHO\n"
	"passed on to others, and the links of those who came by them; WHO is a line's\n"
	"HOST:PORT, the name of its invite, or its number.",
    .run = run_peers,
};

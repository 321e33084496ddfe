#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/charter_show.h"
#include "client/charter_verb.h"
#include "proto/base/qerr.h"

/* --- accept --- */

/* Why a charter does not count, in the newsroom's words. */
static int
refuse(const struct charter_verb *v, int err)
{
	if (err == QERR_BADSIG)
		return complain("%s does not count yet: too few roots have "
				"signed it, or a signature is wrong.",
		    v->new.path);
	if (err == QERR_CHAIN)
		return complain("%s does not follow %s: it is version %llu.",
		    v->new.path, v->old.path,
		    (unsigned long long)v->new.charter.version);
	if (err == QERR_KEY)
		return complain("%s does not count: it is signed by a key that "
				"is no root, or has a root that the charter "
				"before did not announce.",
		    v->new.path);
	return complain("%s does not count: it %s.", v->new.path,
	    qerr_str(err));
}

static int
do_accept(struct charter_verb *v, const char *folder, const char *draft)
{
	char path[PATH_MAX + 24];
	struct charter c;
	int err, exit = charter_held_read(&v->old, folder, "charter", NULL);

	snprintf(path, sizeof(path), "%s/charter.new", folder);
	if (exit == APP_DONE && draft == folder && access(path, F_OK) != 0)
		return complain("%s is not there: name the charter, or make it "
				"with \"quire charter change\".",
		    path);
	if (exit == APP_DONE)
		exit = charter_held_read(&v->new, draft, "charter.new",
		    &v->old.charter);
	if (exit != APP_DONE)
		return exit;
	err = charter_open(&c, charter_held_file(&v->new), &v->old.charter);
	if (err != 0)
		return refuse(v, err);
	/* The chain stays, for a machine that has lost its store. */
	snprintf(path, sizeof(path), "%s.%llu", v->old.path,
	    (unsigned long long)v->old.charter.version);
	exit = charter_write(path, charter_held_file(&v->old));
	if (exit == APP_DONE)
		exit = charter_write(v->old.path, charter_held_file(&v->new));
	if (exit == APP_DONE)
		note(v->a,
		    "Version %llu is in force here. quired takes it up "
		    "when it starts anew: systemctl restart quired",
		    (unsigned long long)c.version);
	return exit;
}

/* --- the command --- */

static const struct cmd_option options[] = {
    {O_ADD, "add", "KEY:ISSUE", "KEY may sign from this issue on"},
    {O_RETIRE, "retire", "KEY:ISSUE", "KEY signs this issue as its last"},
    {O_REVOKE, "revoke", "KEY:ISSUE",
	"KEY was stolen: what it signed from this issue on dies"},
    {O_ADD_ROOT, "add-root", "KEY", "one more root"},
    {O_REMOVE_ROOT, "remove-root", "KEY", "one root less"},
    {O_THRESHOLD, "threshold", "NUMBER", "how many roots sign a charter"},
    {O_NEXT_ROOT, "next-root", "KEY",
	"from now on only these may become roots; repeat"},
    {O_QUORUM, "quorum", "M:ISSUE",
	"M keys sign each issue from this one on; see sign"},
    {O_NAME, "name", "NAME", "what the newsroom is called"},
    {O_HOME, "home", "ADDRESS", "its website"},
    {O_MIRROR, "mirror", "SOURCE", "where the feed lies; repeat"},
    {O_PIN, "pin", "TREE",
	"fix the past as TREE has it: no ended key can date back"},
    {'k', "key", "KEY", "the root that signs first; else FOLDER/secret.key"},
    {'o', "output", "FILE", "the file to write; else FOLDER/charter.new"},
    {O_PREVIOUS, "previous", "CHARTER", "with sign: the one in force"},
    {'y', "yes", NULL, "with sign: do not ask"},
    {0},
};

/* True if all are taken; else |*ret_exit| is the exit status. */
static bool
take_options(struct charter_verb *v, int *ret_exit)
{
	const char *arg;
	int letter;

	while ((letter = app_option(v->a, &arg, ret_exit)) > 0) {
		if (letter == 'k')
			v->key = arg;
		else if (letter == 'o')
			v->output = arg;
		else if (letter == 'y')
			v->yes = true;
		else if (letter == O_PREVIOUS)
			v->previous = arg;
		else if (v->n_edit < CHARTER_EDITS_MAX)
			v->edit[v->n_edit++] =
			    (struct charter_edit){letter, arg};
		else {
			*ret_exit = complain("that are more than %d changes at "
					     "once.",
			    CHARTER_EDITS_MAX);
			return false;
		}
	}
	return letter != APP_STOP;
}

static int
run_verb(struct charter_verb *v)
{
	struct app *a = v->a;
	const char *verb = a->argv[a->at];
	char **arg = a->argv + a->at + 1;
	int n = a->argc - a->at - 1;

	if (strcmp(verb, "show") == 0 && n == 1) {
		int exit = charter_held_read(&v->new, arg[0], "charter", NULL);

		return exit != APP_DONE
			   ? exit
			   : charter_show(a, &v->new.charter, NULL);
	}
	if (strcmp(verb, "change") == 0 && n == 1)
		return charter_change(v, arg[0]);
	if (strcmp(verb, "revoke") == 0 && n >= 2)
		return charter_revoke(v, arg[0], arg + 1, n - 1);
	if (strcmp(verb, "sign") == 0 && n == 2)
		return charter_add_signature(v, arg[0], arg[1]);
	if (strcmp(verb, "accept") == 0 && (n == 1 || n == 2))
		return do_accept(v, arg[0], arg[n - 1]);
	return complain_usage(a,
	    "it is \"charter show\", \"change\", \"revoke\", "
	    "\"sign\" or \"accept\", with its files.");
}

static int
run(struct app *a)
{
	struct charter_verb *v = calloc(1, sizeof(*v));
	int exit;

	if (v == NULL)
		return complain("out of memory.");
	v->a = a;
	charter_held_init(&v->old);
	charter_held_init(&v->new);
	if (take_options(v, &exit))
		exit = app_operands(a, 2, 2 + CHARTER_KEYS_MAX) ? run_verb(v)
								: APP_USAGE;
	charter_held_done(&v->old);
	charter_held_done(&v->new);
	free(v);
	return exit;
}

const struct cmd cmd_charter = {
    .name = "charter",
    .args =
	"show FOLDER | change FOLDER | revoke FOLDER KEY:ISSUE... | sign CHARTER KEY | "
	"accept FOLDER [CHARTER]",
    .what = "change who may sign, and revoke stolen keys",
    .option = options,
    .about =
	"A feed's charter names its roots, which sign charters, and the keys that sign\n"
	"issues. \"change\" writes the next version and signs it with one root; \"sign\"\n"
	"shows what it changes and adds another root's signature, on a machine that is\n"
	"never online if you like; \"accept\" puts it in force once enough roots have\n"
	"signed. KEY is RW…, or a file or folder that holds it.\n"
	"When a key was stolen, \"revoke\" ends it from an issue on, and says no more: a\n"
	"charter in 123 bytes, or 251 where three roots sign, which it prints for a chat\n"
	"as well (quire sync FILE takes it in). Then the next charter brings in the key\n"
	"that goes on:\n"
	"  quire charter revoke FOLDER KEY:ISSUE --pin TREE --key ROOT\n"
	"  quire charter change FOLDER --add NEWKEY:ISSUE --key ROOT\n"
	"When a key ends that signed issues which stand, pin these from a tree you trust:\n"
	"a key that signed them could else sign others of the same numbers.\n"
	"Two charters of one version end a feed, if both are signed: let one at a time be\n"
	"signed. Only a root that was announced before (--next-root) can then go on.",
    .run = run,
};

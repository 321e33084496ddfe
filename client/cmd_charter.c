#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/app.h"
#include "client/charter_edit.h"
#include "client/charter_show.h"
#include "client/keys.h"
#include "client/pin.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"

#define EDITS_MAX 64

/* A charter file, whose text |charter| borrows. */
struct held_charter {
	char path[PATH_MAX];
	struct buf file;
	struct charter charter;
};

/* A change as it was asked for. */
struct edit {
	int letter;
	const char *arg;
};

struct verb {
	struct app *a;
	struct edit edit[EDITS_MAX];
	size_t n_edit;
	struct held_charter old, new;
	const char *key, *output, *previous;
	bool yes;
};

/* --- files --- */

/* |arg|, or the file called |name| if it is a feed's folder. */
static int
read_charter(struct held_charter *h, const char *arg, const char *name)
{
	struct signed_file f;
	struct stat st;
	int err;

	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(h->path, PATH_MAX, "%s/%s", arg, name);
	else
		snprintf(h->path, PATH_MAX, "%s", arg);
	buf_clear(&h->file);
	err = file_read(&h->file, AT_FDCWD, h->path, CHARTER_FILE_MAX);
	if (err != 0)
		return complain_of(h->path, "read", err);
	err = signed_decode(&f, buf_bytes(&h->file), SIGNED_SIGS_MAX);
	if (err == 0)
		err = charter_decode_body(&h->charter, f.body);
	if (err != 0)
		return complain("%s is no charter: it %s. Name a charter, or "
				"the folder that \"quire key new\" made.",
		    h->path, qerr_str(err));
	return APP_DONE;
}

static int
write_file(const char *path, struct bytes data)
{
	int err = file_write(AT_FDCWD, path, data, 0644);

	return err == 0 ? APP_DONE : complain_of(path, "written", err);
}

/* --- change --- */

/* "KEY:NUMBER", where KEY may hold colons. */
static int
key_and_number(const char *option, const char *arg, struct key *ret,
    uint64_t *ret_number)
{
	const char *colon = strrchr(arg, ':');
	unsigned long long n;
	char path[PATH_MAX];

	if (colon == NULL || colon == arg)
		return complain("%s takes a key and the number of an issue, as "
				"in RW…:12.",
		    option);
	snprintf(path, sizeof(path), "%.*s", (int)(colon - arg), arg);
	if (!app_number(option, colon + 1, 1, UINT32_MAX, &n))
		return APP_FAILED;
	*ret_number = n;
	return keys_public(path, ret);
}

static int
not_so(const char *arg, int err)
{
	if (err == QERR_ABSENT)
		return complain("the charter does not name %s. See: quire "
				"charter show",
		    arg);
	if (err == QERR_DUPLICATE)
		return complain("%s is in the charter already.", arg);
	if (err == QERR_RANGE)
		return complain("%s ends before that already.", arg);
	return complain("%s: the charter has no room for more of these.", arg);
}

enum option_letter {
	O_ADD = 256,
	O_RETIRE,
	O_REVOKE,
	O_ADD_ROOT,
	O_REMOVE_ROOT,
	O_THRESHOLD,
	O_NEXT_ROOT,
	O_QUORUM,
	O_NAME,
	O_HOME,
	O_MIRROR,
	O_PIN,
	O_PREVIOUS,
};

static int
end_key(struct charter *c, int letter, const char *arg)
{
	struct key k;
	uint64_t n;
	int err, exit = key_and_number(letter == O_RETIRE ? "--retire"
				       : letter == O_ADD  ? "--add"
							  : "--revoke",
		     arg, &k, &n);

	if (exit != APP_DONE)
		return exit;
	if (letter == O_ADD)
		err = charter_add_key(c, &k, n);
	else
		err = charter_end_key(c, &k, letter == O_RETIRE ? n : n - 1);
	return err == 0 ? APP_DONE : not_so(arg, err);
}

static int
change_root(struct charter *c, int letter, const char *arg)
{
	struct key k;
	int err, exit = keys_public(arg, &k);

	if (exit != APP_DONE)
		return exit;
	err = letter == O_ADD_ROOT      ? charter_add_root(c, &k)
	      : letter == O_REMOVE_ROOT ? charter_remove_root(c, &k)
					: charter_add_next_root(c, &k);
	return err == 0 ? APP_DONE : not_so(arg, err);
}

/* "M:ISSUE" */
static int
set_quorum(struct charter *c, const char *arg)
{
	const char *colon = strchr(arg, ':');
	unsigned long long m, from;
	char number[16];
	int err;

	if (colon == NULL || colon - arg >= (int)sizeof(number))
		return complain("--quorum takes how many keys sign and the "
				"number of an issue, as in 2:12.");
	snprintf(number, sizeof(number), "%.*s", (int)(colon - arg), arg);
	if (!app_number("--quorum", number, 1, CHARTER_QUORUM_MAX, &m) ||
	    !app_number("--quorum", colon + 1, 1, UINT32_MAX, &from))
		return APP_FAILED;
	err = charter_set_quorum(c, (unsigned)m, from);
	if (err == QERR_QUORUM)
		return complain("fewer than %llu keys may sign issue %llu: "
				"nobody could publish. Add keys first: --add",
		    m, from);
	return err == 0 ? APP_DONE : not_so(arg, err);
}

/* One change to the next charter; |first| of the options that replace a list. */
static int
change(struct charter *c, int letter, const char *arg, bool first)
{
	unsigned long long n;

	switch (letter) {
	case O_ADD:
	case O_RETIRE:
	case O_REVOKE:
		return end_key(c, letter, arg);
	case O_NEXT_ROOT:
		if (first)
			c->n_next_root = 0;
		return change_root(c, letter, arg);
	case O_ADD_ROOT:
	case O_REMOVE_ROOT:
		return change_root(c, letter, arg);
	case O_THRESHOLD:
		if (!app_number("--threshold", arg, 1, CHARTER_ROOTS_MAX, &n))
			return APP_FAILED;
		c->threshold = (unsigned)n;
		return APP_DONE;
	case O_QUORUM:
		return set_quorum(c, arg);
	case O_NAME:
		c->name = bytes_str(arg);
		return APP_DONE;
	case O_HOME:
		c->home = bytes_str(arg);
		return APP_DONE;
	default:
		if (first)
			c->n_mirror = 0;
		if (c->n_mirror == CHARTER_MIRRORS_MAX)
			return not_so(arg, QERR_FULL);
		c->mirror[c->n_mirror++] = bytes_str(arg);
		return APP_DONE;
	}
}

static bool
is_root(const struct charter *c, const struct key *k)
{
	for (size_t i = 0; i < c->n_root; i++)
		if (key_eq(&c->root[i], k))
			return true;
	return false;
}

/* Say if the charter in |file| counts, and what to do next. */
static void
say_next(const struct verb *v, const struct charter *old, struct bytes file,
    const char *path)
{
	struct charter c;

	if (charter_open(&c, file, old) == 0)
		note(v->a,
		    "It counts. Put it in force: quire charter accept "
		    "FOLDER %s",
		    path);
	else
		note(v->a,
		    "More roots are to sign it: quire charter sign %s "
		    "KEY --previous CHARTER",
		    path);
}

static int
sign_first(struct verb *v, const struct charter *c)
{
	struct key_secret k;
	struct buf body, file;
	int err, exit = keys_secret(v->key, &k);

	if (exit != APP_DONE)
		return exit;
	buf_init(&body, 0);
	buf_init(&file, 0);
	err = charter_encode(&body, c);
	if (err == 0)
		err = charter_sign(&file, buf_bytes(&body), bytes_of(NULL, 0),
		    &k);
	if (err != 0)
		exit = complain("there cannot be such a charter: it %s.",
		    qerr_str(err));
	else if (!is_root(c, &k.pub) && !is_root(&v->old.charter, &k.pub))
		exit = complain("%s is no root, neither before nor after. Name "
				"one that is: --key KEY",
		    v->key);
	else if ((exit = write_file(v->output, buf_bytes(&file))) == APP_DONE)
		say_next(v, &v->old.charter, buf_bytes(&file), v->output);
	key_secret_done(&k);
	buf_done(&body);
	buf_done(&file);
	return exit;
}

/* A key that ends and that signed issues which stand may sign others beside them. */
static void
say_unpinned(const struct verb *v, const struct charter *c)
{
	bool ends = false;

	for (size_t i = 0; i < v->n_edit; i++)
		ends |= v->edit[i].letter == O_RETIRE ||
			v->edit[i].letter == O_REVOKE;
	for (size_t i = 0; i < c->n_key && ends; i++) {
		const struct charter_key *k = &c->key[i];

		if (k->to == UINT64_MAX || k->to < k->from || k->to <= c->pin)
			continue;
		note(v->a,
		    "Issues up to %llu are not pinned: who has the ended key "
		    "can sign others in their place. Fix them with --pin TREE.",
		    (unsigned long long)k->to);
		return;
	}
}

static int
do_change(struct verb *v, const struct charter *c)
{
	char path[PATH_MAX];

	if (v->output == NULL) {
		snprintf(path, sizeof(path), "%.*s.new", PATH_MAX - 8,
		    v->old.path);
		v->output = path;
	}
	if (!v->a->quiet)
		(void)charter_show(v->a, c, &v->old.charter);
	say_unpinned(v, c);
	return sign_first(v, c);
}

/* --- sign --- */

static int
confirm(const struct verb *v)
{
	char answer[16];

	if (v->yes)
		return APP_DONE;
	if (!isatty(STDIN_FILENO))
		return complain("there is no terminal to ask at. Look at what "
				"is signed, then say --yes.");
	fflush(stdout);
	fprintf(stderr, "Sign this charter? Type yes: ");
	if (fgets(answer, sizeof(answer), stdin) == NULL ||
	    strcmp(answer, "yes\n") != 0)
		return complain("not signed.");
	return APP_DONE;
}

static int
add_signature(struct verb *v, const struct charter *old,
    const struct key_secret *k)
{
	struct buf file;
	int err, exit;

	if (!is_root(&v->new.charter, &k->pub) &&
	    (old == NULL || !is_root(old, &k->pub)))
		return complain("this key is no root of the charter%s.",
		    old == NULL ? "; of the one before it? Name that with "
				  "--previous"
				: ", nor of the one before");
	if ((exit = confirm(v)) != APP_DONE)
		return exit;
	buf_init(&file, 0);
	err =
	    charter_sign(&file, bytes_of(NULL, 0), buf_bytes(&v->new.file), k);
	if (err == QERR_DUPLICATE)
		exit = complain("this key has signed it already.");
	else if (err != 0)
		exit = complain("it cannot be signed: it %s.", qerr_str(err));
	else if ((exit = write_file(v->new.path, buf_bytes(&file))) == APP_DONE)
		say_next(v, old, buf_bytes(&file), v->new.path);
	buf_done(&file);
	return exit;
}

static int
do_sign(struct verb *v, const char *draft, const char *key)
{
	const struct charter *old = NULL;
	struct key_secret k;
	int exit = read_charter(&v->new, draft, "charter.new");

	if (exit == APP_DONE && v->previous != NULL) {
		exit = read_charter(&v->old, v->previous, "charter");
		old = &v->old.charter;
	}
	if (exit == APP_DONE && old != NULL &&
	    !id_eq(&v->new.charter.previous, &old->hash))
		exit = complain("%s does not come before %s.", v->old.path,
		    v->new.path);
	if (exit == APP_DONE && !v->a->quiet)
		exit = charter_show(v->a, &v->new.charter, old);
	if (exit == APP_DONE)
		exit = keys_secret(key, &k);
	if (exit != APP_DONE)
		return exit;
	exit = add_signature(v, old, &k);
	key_secret_done(&k);
	return exit;
}

/* --- accept --- */

/* Why a charter does not count, in the newsroom's words. */
static int
refuse(const struct verb *v, int err)
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
do_accept(struct verb *v, const char *folder, const char *draft)
{
	char path[PATH_MAX + 24];
	struct charter c;
	int err, exit = read_charter(&v->old, folder, "charter");

	if (exit == APP_DONE)
		exit = read_charter(&v->new, draft, "charter.new");
	if (exit != APP_DONE)
		return exit;
	err = charter_open(&c, buf_bytes(&v->new.file), &v->old.charter);
	if (err != 0)
		return refuse(v, err);
	/* The chain stays, for a machine that has lost its store. */
	snprintf(path, sizeof(path), "%s.%llu", v->old.path,
	    (unsigned long long)v->old.charter.version);
	exit = write_file(path, buf_bytes(&v->old.file));
	if (exit == APP_DONE)
		exit = write_file(v->old.path, buf_bytes(&v->new.file));
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
take_options(struct verb *v, int *ret_exit)
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
		else if (v->n_edit < EDITS_MAX)
			v->edit[v->n_edit++] = (struct edit){letter, arg};
		else {
			*ret_exit = complain("that are more than %d changes at "
					     "once.",
			    EDITS_MAX);
			return false;
		}
	}
	return letter != APP_STOP;
}

static int
edit_all(struct verb *v, struct charter *next)
{
	bool seen[O_PREVIOUS + 1] = {false};
	const char *tree = NULL;
	int exit = APP_DONE;

	for (size_t i = 0; i < v->n_edit && exit == APP_DONE; i++) {
		int letter = v->edit[i].letter;

		if (letter == O_PIN)
			tree = v->edit[i].arg;
		else
			exit =
			    change(next, letter, v->edit[i].arg, !seen[letter]);
		seen[letter] = true;
	}
	/* What is revoked is not pinned, whatever was named first. */
	if (exit == APP_DONE && tree != NULL)
		exit = pin_history(next, &v->old.charter, tree);
	return exit;
}

static int
run_change(struct verb *v, const char *folder)
{
	struct charter *c = calloc(1, sizeof(*c));
	int exit;

	if (c == NULL)
		return complain("out of memory.");
	if (v->n_edit == 0)
		exit = complain_usage(v->a, "nothing is to be changed.");
	else
		exit = read_charter(&v->old, folder, "charter");
	if (exit == APP_DONE) {
		*c = v->old.charter;
		c->version++;
		c->previous = v->old.charter.hash;
		if (v->key == NULL)
			v->key = folder;
		exit = edit_all(v, c);
	}
	if (exit == APP_DONE)
		exit = do_change(v, c);
	free(c);
	return exit;
}

static int
run_verb(struct verb *v)
{
	struct app *a = v->a;
	const char *verb = a->argv[a->at];
	char **arg = a->argv + a->at + 1;
	int n = a->argc - a->at - 1;

	if (strcmp(verb, "show") == 0 && n == 1) {
		int exit = read_charter(&v->new, arg[0], "charter");

		return exit != APP_DONE
			   ? exit
			   : charter_show(a, &v->new.charter, NULL);
	}
	if (strcmp(verb, "change") == 0 && n == 1)
		return run_change(v, arg[0]);
	if (strcmp(verb, "sign") == 0 && n == 2)
		return do_sign(v, arg[0], arg[1]);
	if (strcmp(verb, "accept") == 0 && (n == 1 || n == 2))
		return do_accept(v, arg[0], arg[n - 1]);
	return complain_usage(a, "it is \"charter show\", \"change\", \"sign\" "
				 "or \"accept\", with its files.");
}

static int
run(struct app *a)
{
	struct verb *v = calloc(1, sizeof(*v));
	int exit;

	if (v == NULL)
		return complain("out of memory.");
	v->a = a;
	buf_init(&v->old.file, 0);
	buf_init(&v->new.file, 0);
	if (take_options(v, &exit))
		exit = app_operands(a, 2, 3) ? run_verb(v) : APP_USAGE;
	buf_done(&v->old.file);
	buf_done(&v->new.file);
	free(v);
	return exit;
}

const struct cmd cmd_charter = {
    .name = "charter",
    .args =
	"show FOLDER | change FOLDER | sign CHARTER KEY | accept FOLDER [CHARTER]",
    .what = "change who may sign, and revoke stolen keys",
    .option = options,
    .about =
	"A feed's charter names its roots, which sign charters, and the keys that sign\n"
	"issues. \"change\" writes the next version and signs it with one root; \"sign\"\n"
	"shows what it changes and adds another root's signature, on a machine that is\n"
	"never online if you like; \"accept\" puts it in force once enough roots have\n"
	"signed. KEY is RW…, or a file or folder that holds it. When a key was stolen:\n"
	"  quire charter change FOLDER --revoke KEY:ISSUE --add NEWKEY:ISSUE --key ROOT\n"
	"When a key ends that signed issues which stand, pin these from a tree you trust:\n"
	"a key that signed them could else sign others of the same numbers.",
    .run = run,
};

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/app.h"
#include "client/approval.h"
#include "client/edition_show.h"
#include "client/keys.h"
#include "client/signed_once.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/object/edition.h"
#include "proto/object/follow.h"

struct sign {
	struct app *a;
	const char *draft, *key, *output;
	char **approval;
	size_t n_approval;
	bool yes, again;
	struct buf file;
	struct edition edition; /* borrows from |file| */
	struct edition_verdict v;
	struct key_sig sig[HEADER_SIGNERS_MAX]; /* so far, of as many keys */
	size_t n_sig;
	size_t mine; /* in it */
};

/* Reading. */

/* The signature by the key |id| among those so far; |n_sig| if there is none. */
static size_t
find_signature(const struct sign *s, const uint8_t id[KEY_ID_LEN])
{
	size_t i = 0;

	while (i < s->n_sig && memcmp(s->sig[i].id, id, KEY_ID_LEN) != 0)
		i++;
	return i;
}

/* The approvals of this draft that are given, each key's once. */
static int
load_approvals(struct sign *s)
{
	for (size_t i = 0; i < s->n_approval; i++) {
		struct key_sig sig;
		int exit = approval_read(&sig, &s->v.header, &s->v.charter,
		    s->approval[i]);

		if (exit != APP_DONE)
			return exit;
		if (find_signature(s, sig.id) == s->n_sig)
			s->sig[s->n_sig++] = sig;
	}
	return APP_DONE;
}

static int
load(struct sign *s)
{
	int err = file_read(&s->file, AT_FDCWD, s->draft, EDITION_MAX);

	if (err != 0)
		return complain_of(s->draft, "read", err);
	err = edition_decode(&s->edition, buf_bytes(&s->file));
	if (err == 0)
		err = edition_open(&s->v, &s->edition);
	if (err != 0)
		return complain("%s is no draft that can be signed: it %s. "
				"Make it anew with: quire draft",
		    s->draft, qerr_str(err));
	if (s->edition.is_signed && s->n_approval > 0)
		return complain("%s is signed already; approvals go with a "
				"draft.",
		    s->draft);
	return load_approvals(s);
}

/* The feed's follow link, if one lies beside the key. */
static bool
load_link(const struct sign *s, struct follow *ret)
{
	char path[PATH_MAX];
	struct buf b;
	char *slash;
	bool there;

	keys_place(path, s->key);
	slash = strrchr(path, '/');
	slash = slash == NULL ? path : slash + 1;
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "link");
	buf_init(&b, 0);
	there = file_read(&b, AT_FDCWD, path, FOLLOW_TEXT_MAX) == 0 &&
		follow_parse(ret, buf_bytes(&b)) == 0 &&
		id_eq(&ret->feed, &s->v.feed);
	buf_done(&b);
	return there;
}

/* What is released compares as well, but then it is signed. */
static int
check_reading_key(const struct sign *s)
{
	struct follow *f = calloc(1, sizeof(*f));
	int exit = APP_DONE;

	if (f == NULL)
		return complain("out of memory.");
	if (load_link(s, f) &&
	    memcmp(f->key.b, s->edition.key.b, sizeof(f->key.b)) != 0)
		exit = complain("%s was drafted with another reading key than "
				"that of the follow link beside this key: no "
				"reader could open it. Mend the file "
				"reading.key where it was drafted, and draft "
				"it anew.",
		    s->draft);
	free(f);
	return exit;
}

static int
confirm(const struct sign *s)
{
	char answer[16];

	if (s->yes)
		return APP_DONE;
	if (!isatty(STDIN_FILENO))
		return complain("there is no terminal to ask at. Look at what "
				"is signed, then say --yes.");
	fflush(stdout);
	fprintf(stderr, "Sign this issue? Type yes: ");
	if (fgets(answer, sizeof(answer), stdin) == NULL ||
	    strcmp(answer, "yes\n") != 0)
		return complain("not signed.");
	return APP_DONE;
}

/* DRAFT with |suffix| for .draft behind it. */
static void
output_of(const struct sign *s, const char *suffix, char dst[PATH_MAX])
{
	size_t n = strlen(s->draft);

	if (s->output != NULL) {
		snprintf(dst, PATH_MAX, "%s", s->output);
		return;
	}
	if (n > 6 && strcmp(s->draft + n - 6, ".draft") == 0)
		n -= 6;
	snprintf(dst, PATH_MAX, "%.*s%s", (int)n, s->draft, suffix);
}

/* One signature of several that are wanted, to be carried to who signs next. */
static int
write_approval(const struct sign *s)
{
	const struct key_sig *mine = &s->sig[s->mine];
	char hex[KEY_ID_TEXT + 1], suffix[sizeof(hex) + 16];
	char path[PATH_MAX];
	int exit;

	key_id_text(hex, mine->id);
	snprintf(suffix, sizeof(suffix), ".%s.minisig", hex);
	output_of(s, suffix, path);
	exit = approval_write(path, &s->v.header, mine);
	if (exit == APP_DONE)
		note(s->a,
		    "Approved: %s, %zu of %u signatures. Bring it with the "
		    "draft to who signs next: quire sign %s KEY%s %s",
		    path, s->n_sig, s->v.header.m, s->draft,
		    s->n_sig > 1 ? " APPROVAL…" : "", path);
	return exit;
}

static int
write_signed(const struct sign *s)
{
	char path[PATH_MAX];
	struct buf b;
	int err, exit = APP_DONE;

	output_of(s, ".issue", path);
	buf_init(&b, 0);
	err = edition_sign(&b, &s->edition, &s->v, s->sig, s->n_sig);
	if (err != 0)
		exit = complain("%s cannot be signed: it %s.", s->draft,
		    qerr_str(err));
	else if ((err = file_write(AT_FDCWD, path, buf_bytes(&b), 0600)) != 0)
		exit = complain_of(path, "written", err);
	else
		note(s->a, "Signed: %s. Bring it to quired: quire release %s",
		    path, path);
	buf_wipe(&b);
	return exit;
}

/* Make the signature by |k|, one of those that the draft wants, unless it is among the
 * approvals. */
static int
add_signature(struct sign *s, const struct key_secret *k)
{
	const struct header *h = &s->v.header;
	struct key_sig mine;
	int err = header_sig(&mine, h, k);

	if (err == 0)
		err = header_check_sig(h, &mine, &s->v.charter);
	if (err != 0)
		return complain("this key may not sign issue %llu: the feed's "
				"charter %s.",
		    (unsigned long long)h->number,
		    err == QERR_REVOKED ? "has revoked it"
					: "does not name it");
	s->mine = find_signature(s, mine.id);
	if (s->n_sig + (s->mine == s->n_sig) > h->m)
		return complain("%u key%s this draft: with yours these are too "
				"many approvals.",
		    h->m, h->m == 1 ? " signs" : "s sign");
	if (s->mine == s->n_sig)
		s->sig[s->n_sig++] = mine;
	return signed_once(s->a, s->key, h, s->again);
}

static int
sign(struct sign *s)
{
	struct key_secret k;
	int exit = load(s);

	if (exit != APP_DONE)
		return exit;
	edition_show(s->a, &s->edition, &s->v, s->sig, s->n_sig);
	if (s->key == NULL)
		return APP_DONE;
	if (s->edition.is_signed)
		return complain("%s is signed already. Bring it to quired: "
				"quire release %s",
		    s->draft, s->draft);
	if ((exit = check_reading_key(s)) != APP_DONE ||
	    (exit = keys_secret(s->key, &k)) != APP_DONE)
		return exit;
	exit = confirm(s);
	if (exit == APP_DONE)
		exit = add_signature(s, &k);
	key_secret_done(&k);
	if (exit != APP_DONE)
		return exit;
	return s->n_sig < s->v.header.m ? write_approval(s) : write_signed(s);
}

static const struct cmd_option options[] = {
    {'o', "output", "ISSUE",
	"the file to write; else DRAFT's name with .issue,\n"
	"or .KEY.minisig"},
    {'y', "yes", NULL, "do not ask"},
    {256, "again", NULL,
	"sign though this key has signed another draft of\n"
	"the number"},
    {0},
};

static int
run(struct app *a)
{
	struct sign *s = calloc(1, sizeof(*s));
	const char *arg;
	int letter, exit = APP_USAGE;

	if (s == NULL)
		return complain("out of memory.");
	s->a = a;
	while ((letter = app_option(a, &arg, &exit)) > 0) {
		if (letter == 'o')
			s->output = arg;
		else if (letter == 'y')
			s->yes = true;
		else
			s->again = true;
	}
	if (letter != APP_STOP && !app_operands(a, 1, 2 + HEADER_SIGNERS_MAX)) {
		exit = APP_USAGE;
	} else if (letter != APP_STOP) {
		s->draft = a->argv[a->at];
		s->key = a->at + 1 < a->argc ? a->argv[a->at + 1] : NULL;
		if (a->at + 2 < a->argc) {
			s->approval = a->argv + a->at + 2;
			s->n_approval = (size_t)(a->argc - a->at - 2);
		}
		buf_init(&s->file, 0);
		exit = sign(s);
		edition_verdict_done(&s->v);
		buf_wipe(&s->file);
	}
	free(s);
	return exit;
}

const struct cmd cmd_sign = {
    .name = "sign",
    .args = "DRAFT [KEY [APPROVAL...]]",
    .what = "look at a draft, and sign it",
    .option = options,
    .about =
	"Checks the whole draft and shows what would be signed: the feed, the issue's\n"
	"number, its time, the draft's hash, every title and what was corrected. With KEY\n"
	"(the secret key, or the folder that holds it) it asks, and signs; where the\n"
	"feed's follow link lies beside it, as \"link\", only what its readers can open.\n"
	"Needs no network, no quired and nothing but these two files: use it on a machine\n"
	"that is never online. The hash is the one that quire draft printed; compare it.\n"
	"Where the charter wants several signatures, all but the last one leave an\n"
	"approval, DRAFT's name with .KEY.minisig; the last one is given these and makes\n"
	"the issue. An approval holds for this draft and nothing else: its time is fixed,\n"
	"too. What a key signed stands beside it in KEY.signed, so that it signs no\n"
	"second draft of a number.",
    .run = run,
};

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/charter_edit.h"
#include "client/charter_show.h"
#include "client/charter_verb.h"
#include "client/keys.h"
#include "client/pin.h"
#include "proto/base/qerr.h"

/* The next charter, from the one in force and what is to change; or what ends alone. */

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

static int
edit_all(struct charter_verb *v, struct charter *next)
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
	if (exit == APP_DONE && next->threshold > next->n_root)
		exit = complain("%u roots are to sign a charter, and there "
				"are %zu. Add some (--add-root), or let fewer "
				"sign (--threshold).",
		    next->threshold, next->n_root);
	/* What is revoked is not pinned, whatever was named first. */
	if (exit == APP_DONE && tree != NULL)
		exit = pin_history(next, &v->old.charter, tree);
	return exit;
}

/* A key that ends and that signed issues which stand may sign others beside them. */
static void
say_unpinned(const struct charter_verb *v, const struct charter *c)
{
	bool ends = c->is_revocation;

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
write_signed(struct charter_verb *v, const struct charter *c,
    const struct key_secret *k)
{
	struct buf body, file;
	int err, exit;

	buf_init(&body, 0);
	buf_init(&file, 0);
	err = charter_encode(&body, c);
	if (err == 0)
		err = charter_sign(&file, buf_bytes(&body), bytes_of(NULL, 0),
		    &v->old.charter, k);
	if (err != 0)
		exit = complain("there cannot be such a charter: it %s.",
		    qerr_str(err));
	else if ((exit = charter_write(v->output, buf_bytes(&file))) ==
		 APP_DONE)
		charter_say_next(v, &v->old.charter, buf_bytes(&file),
		    v->output);
	buf_done(&body);
	buf_done(&file);
	return exit;
}

static int
sign_first(struct charter_verb *v, const struct charter *c)
{
	struct key_secret k;
	int exit = keys_secret(v->key, &k);

	if (exit != APP_DONE)
		return exit;
	exit = charter_is_root(c, &k.pub) ||
		       charter_is_root(&v->old.charter, &k.pub)
		   ? write_signed(v, c, &k)
		   : complain("%s is no root, neither before nor after. Name "
			      "one that is: --key KEY",
			 v->key);
	key_secret_done(&k);
	return exit;
}

/* What roots sign one after another must be able to count once all have; and of one
 * version there should be no two. */
static int
check_next(const struct charter_verb *v, const struct charter *whole)
{
	struct charter there;
	int err = charter_follows(whole, &v->old.charter);

	if (err == QERR_KEY)
		return complain("a root joins that the charter in force did "
				"not announce (--next-root): this one would "
				"never count.");
	if (err != 0)
		return complain("there cannot be such a charter: it %s.",
		    qerr_str(err));
	if (!charter_held_is(v->output, &there) ||
	    there.version != whole->version)
		return APP_DONE;
	return complain("%s is version %llu already. Where two of one version "
			"are signed, neither counts: have it signed and put "
			"in force, or remove it if nobody else has it.",
	    v->output, (unsigned long long)there.version);
}

/* |c| as it will count: in short form a pin that stays is not written. */
static struct charter
whole_of(const struct charter_verb *v, const struct charter *c)
{
	struct charter whole = *c;

	if (whole.pin == 0) {
		whole.pin = v->old.charter.pin;
		whole.pin_root = v->old.charter.pin_root;
	}
	return whole;
}

static int
write_change(struct charter_verb *v, const struct charter *c)
{
	struct charter whole = whole_of(v, c);
	char path[PATH_MAX];
	int exit;

	if (v->output == NULL) {
		snprintf(path, sizeof(path), "%.*s.new", PATH_MAX - 8,
		    v->old.path);
		v->output = path;
	}
	if ((exit = check_next(v, &whole)) != APP_DONE)
		return exit;
	if (!v->a->quiet)
		(void)charter_show(v->a, &whole, &v->old.charter);
	say_unpinned(v, &whole);
	return sign_first(v, c);
}

/* |c|, which edits change, becomes the next version. */
static int
begin(struct charter_verb *v, const char *folder, struct charter *c)
{
	int exit = charter_held_read(&v->old, folder, "charter", NULL);

	*c = v->old.charter;
	c->is_revocation = false;
	c->n_end = 0;
	c->version++;
	c->previous = v->old.charter.hash;
	if (v->key == NULL)
		v->key = folder;
	return exit;
}

int
charter_change(struct charter_verb *v, const char *folder)
{
	struct charter *c = calloc(1, sizeof(*c));
	int exit;

	if (c == NULL)
		return complain("out of memory.");
	exit = v->n_edit == 0
		   ? complain_usage(v->a, "nothing is to be changed.")
		   : begin(v, folder, c);
	if (exit == APP_DONE)
		exit = edit_all(v, c);
	if (exit == APP_DONE)
		exit = write_change(v, c);
	free(c);
	return exit;
}

/* --- revoke --- */

/* What ends, as a revocation has it: in the order of the keys' ids. */
static int
add_end(struct charter *c, const struct key *k, uint64_t from)
{
	size_t i = 0;

	while (i < c->n_end && memcmp(c->end[i].id, k->id, KEY_ID_LEN) < 0)
		i++;
	if (i < c->n_end && memcmp(c->end[i].id, k->id, KEY_ID_LEN) == 0)
		return QERR_DUPLICATE;
	if (c->n_end == CHARTER_KEYS_MAX)
		return QERR_FULL;
	memmove(&c->end[i + 1], &c->end[i], (c->n_end - i) * sizeof(c->end[0]));
	memcpy(c->end[i].id, k->id, KEY_ID_LEN);
	c->end[i].from = from;
	c->n_end++;
	return 0;
}

/* |arg| is "KEY:ISSUE". */
static int
revoke_one(struct charter *c, const char *arg)
{
	struct key k;
	uint64_t from;
	int err, exit = key_and_number("revoke", arg, &k, &from);

	if (exit != APP_DONE)
		return exit;
	err = charter_end_key(c, &k, from - 1);
	if (err == 0)
		err = add_end(c, &k, from);
	return err == 0 ? APP_DONE : not_so(arg, err);
}

int
charter_revoke(struct charter_verb *v, const char *folder, char **key, int n)
{
	struct charter *c = calloc(1, sizeof(*c));
	int exit;

	if (c == NULL)
		return complain("out of memory.");
	exit = begin(v, folder, c);
	for (int i = 0; i < n && exit == APP_DONE; i++)
		exit = revoke_one(c, key[i]);
	for (size_t i = 0; i < v->n_edit && exit == APP_DONE; i++)
		exit = v->edit[i].letter != O_PIN
			   ? complain_usage(v->a,
				 "a revocation only ends keys, and pins.")
			   : pin_history(c, &v->old.charter, v->edit[i].arg);
	/* In short form the pin stands only where it is another. */
	c->is_revocation = true;
	if (c->pin == v->old.charter.pin)
		c->pin = 0;
	if (exit == APP_DONE)
		exit = write_change(v, c);
	free(c);
	return exit;
}

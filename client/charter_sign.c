#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/charter_show.h"
#include "client/charter_verb.h"
#include "client/keys.h"
#include "proto/base/qerr.h"

/* One more root's signature, on a machine that is never online if you like. */

static int
confirm(const struct charter_verb *v)
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
add_signature(struct charter_verb *v, const struct charter *old,
    const struct key_secret *k)
{
	struct buf file;
	int err, exit;

	if (!charter_is_root(&v->new.charter, &k->pub) &&
	    (old == NULL || !charter_is_root(old, &k->pub)))
		return complain("this key is no root of the charter%s.",
		    old == NULL ? "; of the one before it? Name that with "
				  "--previous"
				: ", nor of the one before");
	if ((exit = confirm(v)) != APP_DONE)
		return exit;
	buf_init(&file, 0);
	err = charter_sign(&file, bytes_of(NULL, 0), charter_held_file(&v->new),
	    old, k);
	if (err == QERR_DUPLICATE)
		exit = complain("this key has signed it already.");
	else if (err != 0)
		exit = complain("it cannot be signed: it %s.", qerr_str(err));
	else if ((exit = charter_write(v->new.path, buf_bytes(&file))) ==
		 APP_DONE)
		charter_say_next(v, old, buf_bytes(&file), v->new.path);
	buf_done(&file);
	return exit;
}

int
charter_add_signature(struct charter_verb *v, const char *draft,
    const char *key)
{
	const struct charter *old = NULL;
	struct key_secret k;
	int exit = APP_DONE;

	if (v->previous != NULL) {
		exit = charter_held_read(&v->old, v->previous, "charter", NULL);
		old = &v->old.charter;
	}
	if (exit == APP_DONE)
		exit = charter_held_read(&v->new, draft, "charter.new", old);
	if (exit == APP_DONE && old != NULL && !v->new.has_before)
		exit = complain("%s does not come before %s.", v->old.path,
		    v->new.path);
	if (exit == APP_DONE && v->new.has_before)
		old = &v->new.before;
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

#ifndef QUIRE_CHARTER_VERB_H
#define QUIRE_CHARTER_VERB_H

#include "client/app.h"
#include "client/charter_held.h"

/*
 * The inside of "quire charter", shared by its parts: cmd_charter.c (show, accept),
 * charter_change.c (change, revoke) and charter_sign.c, charter_write.c (what they make).
 */
#define CHARTER_EDITS_MAX 64

enum charter_letter {
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

/* A change as it was asked for. */
struct charter_edit {
	int letter;
	const char *arg;
};

struct charter_verb {
	struct app *a;
	struct charter_edit edit[CHARTER_EDITS_MAX];
	size_t n_edit;
	struct charter_held old, new;
	const char *key, *output, *previous;
	bool yes;
};

/* The verbs, each with its operands; an exit status. */
int charter_change(struct charter_verb *v, const char *folder);
int charter_revoke(struct charter_verb *v, const char *folder, char **key,
    int n);
int charter_add_signature(struct charter_verb *v, const char *draft,
    const char *key);

/* True if |k| is one of the roots of |c|. */
bool charter_is_root(const struct charter *c, const struct key *k);
int charter_write(const char *path, struct bytes data);
/* Say if the charter in |file|, behind |old|, counts, and what to do next; one that
 * revokes and counts is printed, to be handed on. */
void charter_say_next(const struct charter_verb *v, const struct charter *old,
    struct bytes file, const char *path);

#endif

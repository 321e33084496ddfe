#ifndef QUIRE_PROBLEMS_H
#define QUIRE_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What the operator should mend, as `quire status` shows it: the log must not
 * hold names of files, which may be titles, but an answer on the control socket may.
 * Each has a key, under which it is replaced and cleared.
 */
#define PROBLEMS_MAX 64

struct problem {
	char key[160];
	char message[1024];
	char file[256]; /* "" if none */
	char hint[256];
};
struct problems {
	struct problem at[PROBLEMS_MAX];
	size_t n;
	size_t more; /* that found no room since the last was cleared */
};

/* |file| and |hint| may be NULL. */
void problems_set(struct problems *p, const char *key, const char *message,
    const char *file, const char *hint);
void problems_clear(struct problems *p, const char *key);
bool problems_has(struct problems *p, const char *key);
/* Clear all whose key begins with |prefix|. */
void problems_clear_all(struct problems *p, const char *prefix);

#endif

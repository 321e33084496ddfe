#ifndef QUIRE_PROGRESS_H
#define QUIRE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/app.h"

/*
 * One line on a terminal's standard error while something takes long: how much of
 * how much, at what rate, and how long still.  Nothing when it is no terminal,
 * with --quiet or --json.
 */
struct progress {
	bool shown, enabled;
	uint64_t began, last; /* milliseconds */
};

void progress_begin(struct progress *p, const struct app *a);
/* |got| of |all| bytes; |all| 0: not known yet. */
void progress_bytes(struct progress *p, uint64_t got, uint64_t all);
/* A line of its own words. */
void progress_say(struct progress *p, const char *words);
void progress_end(struct progress *p);

#endif

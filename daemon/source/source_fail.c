#include "daemon/source/source_inner.h"

#include <stdio.h>

/* It may be better next time, and has nothing to do with this one page. */
bool
source_is_passing(const struct fetch_answer *a)
{
	if (a->error == FETCH_OK)
		return a->status >= 500 || a->status == 429 || a->status == 408;
	return a->error == FETCH_NAME || a->error == FETCH_CONNECT ||
	       a->error == FETCH_TIME || a->error == FETCH_BROKEN ||
	       a->error == FETCH_PROXY || a->error == FETCH_TLS;
}

bool
source_may_come(const struct fetch_answer *a)
{
	return source_is_passing(a) ||
	       (a->error == FETCH_OK && a->status == 404);
}

void
source_note_failure(struct source *s, const struct source_event *ev,
    enum source_trouble trouble)
{
	s->trouble = ev->forbidden && trouble == SOURCE_UNREACHED
			 ? SOURCE_ROBOTS
			 : trouble;
	s->error = ev->answer->error;
	s->status = ev->answer->status;
}

void
source_note_page_failure(struct source *s, const struct source_event *ev,
    const char *address)
{
	s->failed++;
	snprintf(s->last, sizeof(s->last), "%s", address);
	source_note_failure(s, ev, SOURCE_PAGES);
}

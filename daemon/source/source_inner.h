#ifndef QUIRE_SOURCE_INNER_H
#define QUIRE_SOURCE_INNER_H

#include "daemon/source/source.h"

/*
 * The inside of a source:
 *
 *	source.c        its steps, and when the next turn is
 *	source_list.c   its list, or lists: which, whether they are new, what they lead to
 *	source_entry.c  the entries of a list, one after the other, and their pages
 *	source_fail.c   what was not fetched
 *	source_keep.c   its life, what is kept of it
 *	source_tell.c   what its operator is told
 */

/* source.c: the end of a turn, which is well, is not well, or is to be published. */
void source_rest(struct source *s, const struct source_event *ev,
    struct source_ask *ret);
void source_back_off(struct source *s, const struct source_event *ev,
    uint64_t retry, struct source_ask *ret);
void source_end(struct source *s, struct source_ask *ret);

/* source_list.c */
void source_fetch_list(struct source *s, struct source_ask *ret);
/* Go on with the next list of an index; false if there is none. */
bool source_next_list(struct source *s, struct source_ask *ret);
void source_list_came(struct source *s, const struct source_event *ev,
    struct source_ask *ret);
void source_listed(struct source *s, const struct source_event *ev,
    struct source_ask *ret);

/* source_entry.c */
void source_go_on(struct source *s, struct source_ask *ret);
void source_page_came(struct source *s, const struct source_event *ev,
    struct source_ask *ret);
void source_taken(struct source *s, const struct source_event *ev,
    struct source_ask *ret);
/* It is new, or says something else than when it was taken. */
bool source_is_news(struct source *s, const struct ingest_entry *e);
/* Note that it said what it says now. */
void source_done_with(struct source *s, const struct id *name,
    const struct id *text);
/* Something has to wait for the next turn: its lists are wanted even if they are the
 * same. */
void source_put_off(struct source *s);
/* Files lead to files and the web to the web. */
bool source_may_lead_to(const struct source *s, const char *link);

/* source_fail.c */
/* It may be better next time, and has nothing to do with this one page. */
bool source_is_passing(const struct fetch_answer *a);
void source_note_failure(struct source *s, const struct source_event *ev,
    enum source_trouble trouble);
void source_note_page_failure(struct source *s, const struct source_event *ev,
    const char *address);

/* source_keep.c */
void source_tag(char dst[FETCH_TAG_MAX + 1], struct bytes tag);
void source_forget_turn(struct source *s);

#endif

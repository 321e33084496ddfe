#ifndef QUIRE_CONTENTS_H
#define QUIRE_CONTENTS_H

#include "proto/base/buf.h"
#include "proto/object/article.h"

/*
 * The table of contents of unpacked pages, newest first, day by day: index.html and, where
 * one page would be too long, index-2.html, index-3.html, …; of several languages each
 * its own as well: index-fa.html, index-fa-2.html, …
 */
#define CONTENTS_PAGE 200 /* entries */
#define CONTENTS_LANGS \
	32 /* the most used ones; others stand in index.html alone */
#define CONTENTS_SUMMARY 300 /* bytes of a summary that are shown */

struct contents_entry {
	const char *name, *title, *lang,
	    *summary;         /* name: of its page, in a/ */
	const char *newsroom; /* NULL: there is just one */
	int64_t date;
	uint64_t
	    number; /* of the issue: later ones first, within one as they are added */
	enum article_status status;
};

struct contents {
	const char *title;
	struct contents_line {
		struct contents_entry e;
		size_t order;
		char *text; /* what |e| points to */
	} * line;
	size_t n, cap;
};

void contents_init(struct contents *c, const char *title);
void contents_done(struct contents *c);
/* Copies |e| but for the newsroom's name; 0 or QERR_NOMEM. */
int contents_add(struct contents *c, const struct contents_entry *e);
/* Calls |write| with each file; 0, QERR_NOMEM, or the first that |write| returned. */
int contents_write(struct contents *c,
    int (*write)(void *arg, const char *file, struct bytes page), void *arg);

#endif

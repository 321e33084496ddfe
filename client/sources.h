#ifndef QUIRE_SOURCES_H
#define QUIRE_SOURCES_H

#include "client/home.h"

/*
 * The sources that a reader told quire to use at each sync: the lines of DIR/sources.
 */
#define SOURCES_MAX      64
#define SOURCES_TEXT_MAX 2048 /* of one: invites have 1,024 at most */

struct sources {
	char *text[SOURCES_MAX];
	size_t n;
};

/* 0, or an exit status after complaining.  sources_done() in any case. */
int sources_load(struct sources *s, const struct home *h);
int sources_save(const struct sources *s, const struct home *h);
void sources_done(struct sources *s);
/*
 * Add |text|, unless it is there already: an invite, a web address, or a folder or
 * bundle, whose path is made one from the root.  0, or an exit status after complaining.
 */
int sources_add(struct sources *s, const char *text);
void sources_remove(struct sources *s, size_t i);
/*
 * What |text| is, for people and without what is secret in it: "node at example.org:7117",
 * "https://example.org/tree", "/media/stick".
 */
void sources_describe(struct buf *b, const char *text);

/*
 * |text|, with a zero behind it, or the invite that stands in it as it was pasted
 * (client/pasted.h).
 */
void sources_pasted(struct buf *dst, const char *text);
/* The same of |text|, or if that is "-" of standard input, so that no shell keeps it: 0,
 * or an exit status after complaining. */
int sources_read(struct buf *dst, const char *text);

/* Complain about what is no invite though it begins as one, and about follow links; 0 if
 * it is neither. */
int sources_check(const char *text);

#endif

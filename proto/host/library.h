#ifndef QUIRE_LIBRARY_H
#define QUIRE_LIBRARY_H

#include "proto/host/index.h"
#include "proto/host/store.h"
#include "proto/object/capsule.h"

/*
 * Reading from a store: opens packs through proto/host/shelf.h, which checks
 * everything on the way, and hands out whole articles.  Keeps the packs opened last:
 * one of heads, of text and of pictures, and a base.
 */
struct library;
struct library *library_new(struct store *s, struct index *x);
void library_free(struct library *l);

/* One article as read; owned by the library until the next call. */
struct library_article {
	struct header header; /* that announces its packs */
	struct article article;
	struct bytes head, body; /* the records */
};
/* QERR_ABSENT if its text is not here (yet): library_look() leaves that out. */
int library_look(struct library *l, const struct index_article *a,
    struct library_article *ret);
int library_read(struct library *l, const struct index_article *a,
    struct library_article *ret);
/* A picture's bytes, checked; QERR_ABSENT. */
int library_picture(struct library *l, const struct index_article *a,
    const struct picture *p, struct buf *b);
/* The capsule of an article, without or with pictures. */
int library_capsule(struct library *l, const struct index_article *a,
    bool pictures, struct buf *b);

#endif

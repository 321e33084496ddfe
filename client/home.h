#ifndef QUIRE_HOME_H
#define QUIRE_HOME_H

#include "client/app.h"
#include "proto/host/library.h"

/*
 * What a reader has: the tree of the feeds he follows, its index, and a way to
 * read from them.
 */
struct home {
	struct store *store;
	struct index *index;
	struct library *library;
};

/*
 * Open it: |change| if the tree will be changed, which only one quire can do at a
 * time.  0, or an exit status after complaining.  home_close() in any case.
 */
int home_open(struct home *h, const struct app *a, bool change);
/* The same in two steps, for who may not need the index: index_begin(), index_ready(). */
int home_begin(struct home *h, const struct app *a, bool change);
int home_ready(struct home *h, const struct app *a);
void home_close(struct home *h);

/* Find one article as people name it; |fn| is called once.  0, what |fn|
 * returned, or APP_FAILED after complaining. */
int home_find(struct home *h, const char *ref,
    int (*fn)(void *, const struct index_article *), void *arg);

/* The feed that |ref| names: its id, a follow link, or its name (or the beginning
 * of one of them, if it fits but one).  0, or APP_FAILED after complaining. */
int home_feed(struct home *h, const char *ref, struct id *ret);

/* Complain about |err| at |what|, saying what to do; returns APP_FAILED. */
int home_complain(const char *what, int err);

#endif

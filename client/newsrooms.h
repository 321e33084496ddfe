#ifndef QUIRE_NEWSROOMS_H
#define QUIRE_NEWSROOMS_H

#include "client/home.h"

/*
 * The names of the newsrooms that are followed, to tell their articles apart.
 */
struct newsrooms {
	struct newsroom {
		struct id feed;
		char *name;
	} * list;
	size_t n,
	    width; /* columns of the longest name, NEWSROOM_WIDTH at most */
};
#define NEWSROOM_WIDTH 20

/* 0, or an exit status after complaining.  newsrooms_done() in any case. */
int newsrooms_load(struct newsrooms *n, struct home *h);
void newsrooms_done(struct newsrooms *n);
/* Never NULL. */
const char *newsrooms_name(const struct newsrooms *n, const struct id *feed);

#endif

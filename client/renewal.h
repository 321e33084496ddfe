#ifndef QUIRE_RENEWAL_H
#define QUIRE_RENEWAL_H

#include "client/app.h"
#include "proto/host/ctl.h"

/*
 * Waiting for volumes that quired makes anew without what was taken back: it does so
 * whether anybody waits or not.
 */

/* |it|, a "renewal" or a published "feed", in words for a terminal: "issues 1 to 14 are
 * made anew without it" */
void renewal_say(const struct ctl_item *it);
/* Until there is none left of the feed (id), with how far it is on a terminal.  An exit
 * status. */
int renewal_wait(const struct app *a, struct bytes feed);

#endif

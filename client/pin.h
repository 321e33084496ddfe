#ifndef QUIRE_CLIENT_PIN_H
#define QUIRE_CLIENT_PIN_H

#include "proto/object/charter.h"

/*
 * Pin in |next| the issues that the tree |where| (a folder or tar) holds of the feed
 * whose charter is |old|, as far as |next| lets them live: each is verified first.
 * Says what is wrong and returns an exit status.
 */
int pin_history(struct charter *next, const struct charter *old,
    const char *where);

#endif

#ifndef QUIRE_CLIENT_CHARTER_SHOW_H
#define QUIRE_CLIENT_CHARTER_SHOW_H

#include "client/app.h"
#include "proto/object/charter.h"

/*
 * Print what |c| says, line by line; against |old|, if that is not NULL, "-" is gone
 * and "+" is new.  As JSON |c| alone.  Returns an exit status.
 */
int charter_show(const struct app *a, const struct charter *c,
    const struct charter *old);

#endif

#ifndef QUIRE_SIGNED_ONCE_H
#define QUIRE_SIGNED_ONCE_H

#include "proto/object/header.h"

/*
 * What a key signed stands beside it, in KEY.signed: a line for each draft, "FEED NUMBER
 * DRAFT".  Two drafts of one number are a fork, and where several keys sign, an approval
 * of a draft that was given up is half of one.
 */

/*
 * 0 if the key in |key| (a file, or the folder that holds it) has signed no other draft
 * of this number, and it is written down; else an exit status after complaining.
 */
int signed_once(const struct app *a, const char *key, const struct header *h,
    bool again);

#endif

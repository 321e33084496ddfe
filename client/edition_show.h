#ifndef QUIRE_EDITION_SHOW_H
#define QUIRE_EDITION_SHOW_H

#include "client/app.h"
#include "proto/object/edition.h"

/*
 * What is signed, for a person to read before it is (nothing with --quiet), or as JSON
 * lines: the feed, number, time, hash, |n| approvals, titles, and what is made anew.
 */
void edition_show(const struct app *app, const struct edition *e,
    const struct edition_verdict *v, const struct key_sig *approval, size_t n);

#endif

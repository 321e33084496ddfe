#ifndef QUIRE_SCRIPT_H
#define QUIRE_SCRIPT_H

#include "proto/base/bytes.h"

/*
 * The direction that |lang| (BCP 47; empty: not known) is written in, "ltr" or "rtl" as HTML
 * has it: by its script subtag if it has one, else by its language.
 */
const char *script_dir(struct bytes lang);

#endif

#ifndef QUIRE_SCRIPT_H
#define QUIRE_SCRIPT_H

#include <stdbool.h>

#include "proto/base/bytes.h"

/*
 * How a language is written.
 */

/* True if |lang| (BCP 47) is written from right to left: by its script subtag if
 * it has one, else by its language. */
bool script_rtl(struct bytes lang);

/* The language's own name for people ("Русский"), or NULL if it is not known. */
const char *script_language(struct bytes lang);

#endif

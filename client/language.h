#ifndef QUIRE_LANGUAGE_H
#define QUIRE_LANGUAGE_H

#include "proto/base/bytes.h"

/* The own name of a language (BCP 47) for people ("Русский"), or NULL if it is not known. */
const char *language_own_name(struct bytes lang);

#endif

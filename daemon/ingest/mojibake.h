#ifndef QUIRE_MOJIBAKE_H
#define QUIRE_MOJIBAKE_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * UTF-8 that somebody took for Windows-1252 and encoded once more: "Ã©" for "é".  Where
 * nearly all that is more than ASCII is so, append |text| as it was meant, and true;
 * what is not so stays.  Else nothing, and false.
 */
bool mojibake_mend(struct buf *dst, struct bytes text);

#endif

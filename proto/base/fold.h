#ifndef QUIRE_FOLD_H
#define QUIRE_FOLD_H

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * Characters as people search for them, each for one: simple case folding (Unicode UCD,
 * CaseFolding.txt, status C and S) of the scripts that have case and that people read
 * news in: Latin, Greek, Cyrillic, Armenian, Georgian; quotation marks and apostrophes
 * as keyboards have them, and a blank for each that does not break.  What is not known
 * stays as it is.
 */
uint32_t fold_char(uint32_t c);
/* Append |text|, valid UTF-8, folded. */
void fold_text(struct buf *dst, struct bytes text);

#endif

#ifndef QUIRE_HTML_LD_MEND_H
#define QUIRE_HTML_LD_MEND_H

#include "proto/base/buf.h"

/*
 * Append the data |text| as JSON, as far as it can be told what was meant where people
 * put it together by hand: quotation marks in strings, those of another kind around them,
 * remarks, and commas with nothing behind them.  What is JSON stays.
 */
void html_ld_mend(struct buf *dst, struct bytes text);

#endif

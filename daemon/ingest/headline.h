#ifndef QUIRE_HEADLINE_H
#define QUIRE_HEADLINE_H

#include "daemon/ingest/imprint.h"

/*
 * Of |title| leave the headline, as far as it is sure: cut the paper's name with what is
 * behind it, its name in front of a sentence, and at the end |section| (may be NULL), what
 * begins with the paper's name, and a company; what Chinese pages put behind "_", and marks
 * with nothing behind them.
 */
void headline_cut(char *title, const struct imprint *m, const char *section);

#endif

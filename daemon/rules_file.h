#ifndef QUIRE_RULES_FILE_H
#define QUIRE_RULES_FILE_H

#include "daemon/config.h"

/*
 * Append the rules (daemon/extract/rules.h) that |f| names, if it does, to |dst|.  0, or
 * QERR_* and |why| has a sentence: the file, the line, what is wrong.
 */
int rules_file_read(struct buf *dst, const struct config_publish *f,
    struct buf *why);

#endif

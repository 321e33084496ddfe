#ifndef QUIRE_HREF_H
#define QUIRE_HREF_H

#include <stdbool.h>

#include "proto/base/buf.h"

#define HREF_MAX 2048

/*
 * Append |href| as it may stand in an article, and tell if it may: http, https and
 * mailto only, without the parameters by which readers are followed from page to
 * page (utm_source, fbclid and the like).
 */
bool href_clean(struct buf *dst, const char *href);

#endif

#ifndef QUIRE_STATUS_SOURCE_H
#define QUIRE_STATUS_SOURCE_H

#include "proto/host/ctl.h"

/* What "quire status" says of one source: when it was looked at and will be, what came
 * of what it listed, and what went wrong last. */
void status_source(const struct ctl_item *it);

#endif

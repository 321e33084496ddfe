#ifndef QUIRE_ROBOTS_H
#define QUIRE_ROBOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * What a site's robots.txt asks of us, RFC 9309: the group for "quire" if there is
 * one, else that for "*".  Of its rules the longest that matches an address
 * decides, Allow before Disallow; "*" stands for anything, "$" for the end.
 * Nothing is parsed before it is asked for, so only the text is kept.
 */
#define ROBOTS_MAX       (64 * 1024) /* bytes that are looked at */
#define ROBOTS_DELAY_MAX 60          /* seconds */

/* May |path| (from its slash on, with its query) be fetched? */
bool robots_allow(struct bytes text, struct bytes path);
/* The Crawl-delay in seconds, at most ROBOTS_DELAY_MAX; 0 if none is asked for. */
uint64_t robots_delay(struct bytes text);

#endif

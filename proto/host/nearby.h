#ifndef QUIRE_NEARBY_H
#define QUIRE_NEARBY_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * True if |a| is in this machine or a private network, where a page of strangers
 * has nothing to ask for: what answers there (routers, clouds, databases) trusts
 * whoever can reach it, and its answer would be published.  RFC 6890.
 */
bool nearby(const struct sockaddr *a);

#endif

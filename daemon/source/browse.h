#ifndef QUIRE_BROWSE_H
#define QUIRE_BROWSE_H

#include "daemon/source/fetch.h"

/*
 * What the fetching child does: HTTP, HTTPS and files, by libcurl.  Never from
 * https to http, never from the web to a file or another scheme; compressed
 * answers count inflated.  A text becomes UTF-8 if the server names its charset: call
 * charset_ready() while there are files.  Nothing that is asked tells one quire from another.
 * Of a |mirror|, nothing tells that it is quire that asks, and it may send on only to
 * other places of the same host.
 */
struct browse;

/* |proxy| is HOST:PORT of a SOCKS5 proxy that also looks names up, or "".  NULL:
 * no libcurl, or no memory. */
struct browse *browse_new(const char *proxy, bool mirror);
void browse_free(struct browse *w);

/* Do |rq|.  What |ret| borrows lasts until the next. */
void browse_fetch(struct browse *w, struct fetch_answer *ret,
    const struct fetch_request *rq);

#endif

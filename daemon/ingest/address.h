#ifndef QUIRE_ADDRESS_H
#define QUIRE_ADDRESS_H

#include <stdbool.h>

#include "proto/base/buf.h"

/*
 * Append what |address|, as it stands at |base| (may be empty), means: RFC 3986
 * §5.2.  Nothing is judged but the split into parts, so addresses in other
 * letters than ASCII pass, as they do on the web.
 */
void address_resolve(struct buf *dst, struct bytes base, struct bytes address);

/* The scheme and host that |address| begins with ("https://example.org"), or none. */
struct bytes address_origin(struct bytes address);
/* Its host, without user and port; none if it names none. */
struct bytes address_host(struct bytes address);
/* True if it is known to be at |origin|, letter by letter. */
bool address_at(struct bytes address, struct bytes origin);

/* Append |address| as it is asked for: behind the host, blanks and what is no ASCII as
 * %XX, and without its fragment. */
void address_escape(struct buf *dst, struct bytes address);

/* True if it begins with http:// or https://, and with file:///, and goes on. */
bool address_is_web(struct bytes address);
bool address_is_file(struct bytes address);

#endif

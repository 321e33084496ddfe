#ifndef QUIRE_JSON_H
#define QUIRE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"

/*
 * Writes JSON (RFC 8259) into a buffer.  |name| is a member's name, NULL in an
 * array or at the top.  Commas come by themselves.
 */
struct json {
	struct buf *b;
	bool comma; /* the next value needs one before it */
};

void json_init(struct json *j, struct buf *b);
void json_open(struct json *j, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);                  /* '}' or ']' */
/* Text in UTF-8; control characters are escaped. */
void json_text(struct json *j, const char *name, struct bytes text);
void json_str(struct json *j, const char *name, const char *s);
void json_uint(struct json *j, const char *name, uint64_t v);
void json_int(struct json *j, const char *name, int64_t v);
void json_bool(struct json *j, const char *name, bool v);

/* End a line, write it to standard output and forget it. */
void json_flush(struct json *j);

#endif

#include "client/json.h"

#include <inttypes.h>
#include <stdio.h>

void
json_init(struct json *j, struct buf *b)
{
	*j = (struct json){.b = b};
}

static void
put_string(struct buf *b, struct bytes s)
{
	size_t from = 0;

	buf_put_u8(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_put(b, s.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c == '\n')
			buf_put_str(b, "\\n");
		else
			buf_printf(b, "\\u%04x", c);
	}
	if (s.n > from)
		buf_put(b, s.p + from, s.n - from);
	buf_put_u8(b, '"');
}

static void
begin(struct json *j, const char *name)
{
	if (j->comma)
		buf_put_u8(j->b, ',');
	j->comma = true;
	if (name != NULL) {
		put_string(j->b, bytes_str(name));
		buf_put_u8(j->b, ':');
	}
}

void
json_open(struct json *j, const char *name, char bracket)
{
	begin(j, name);
	buf_put_u8(j->b, (uint8_t)bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	buf_put_u8(j->b, (uint8_t)bracket);
	j->comma = true;
}

void
json_text(struct json *j, const char *name, struct bytes text)
{
	begin(j, name);
	put_string(j->b, text);
}

void
json_str(struct json *j, const char *name, const char *s)
{
	json_text(j, name, bytes_str(s));
}

void
json_uint(struct json *j, const char *name, uint64_t v)
{
	begin(j, name);
	buf_printf(j->b, "%" PRIu64, v);
}

void
json_int(struct json *j, const char *name, int64_t v)
{
	begin(j, name);
	buf_printf(j->b, "%" PRId64, v);
}

void
json_bool(struct json *j, const char *name, bool v)
{
	begin(j, name);
	buf_put_str(j->b, v ? "true" : "false");
}

void
json_flush(struct json *j)
{
	buf_put_u8(j->b, '\n');
	if (buf_err(j->b) == 0)
		fwrite(j->b->p, 1, j->b->n, stdout);
	buf_clear(j->b);
	j->comma = false;
}

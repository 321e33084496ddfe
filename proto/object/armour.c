#include "proto/object/armour.h"

#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* The base64 of MIME, in lines of 64. */
#define LINE_BYTES 48

static const struct {
	const char *begin, *end;
} frames[] = {
    [ARMOUR_CAPSULE] = {"-----BEGIN QUIRE CAPSULE-----",
	"-----END QUIRE CAPSULE-----"},
    [ARMOUR_CHARTER] = {"-----BEGIN QUIRE CHARTER-----",
	"-----END QUIRE CHARTER-----"},
};

void
armour_put(struct buf *dst, enum armour what, struct bytes file)
{
	char line[(LINE_BYTES + 2) / 3 * 4 + 1];

	buf_put_str(dst, frames[what].begin);
	buf_put_u8(dst, '\n');
	for (size_t i = 0; i < file.n; i += LINE_BYTES) {
		size_t n = file.n - i < LINE_BYTES ? file.n - i : LINE_BYTES;

		base64_encode(line, file.p + i, n);
		buf_put_str(dst, line);
		buf_put_u8(dst, '\n');
	}
	buf_put_str(dst, frames[what].end);
	buf_put_u8(dst, '\n');
}

/* Where |word| begins in |text|; text.n if nowhere. */
static size_t
find(struct bytes text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (memcmp(text.p + i, word, n) == 0)
			return i;
	return text.n;
}

/* How often |text|, which begins at |from|, is quoted: marks before it on its line. */
static size_t
depth_at(struct bytes text, size_t from)
{
	size_t n = 0;

	for (; from > 0 && text.p[from - 1] != '\n'; from--) {
		if (memchr("> \t", text.p[from - 1], 3) == NULL)
			return 0;
		n += text.p[from - 1] == '>';
	}
	return n;
}

/* Behind the |depth| marks of the line that begins at |from|; not more than |to|. */
static size_t
skip_marks(struct bytes text, size_t from, size_t to, size_t depth)
{
	while (from < to && depth > 0 &&
	       memchr("> \t", text.p[from], 3) != NULL)
		depth -= text.p[from++] == '>';
	return depth == 0 ? from : to + 1;
}

/* What is no white space between |from| and |to| goes to |clean|: how much, or
 * QERR_ENCODING, if a line is not quoted as the first is. */
static int
unfold(char *clean, struct bytes text, size_t from, size_t to, size_t depth)
{
	int n = 0;

	while (from < to) {
		uint8_t c = text.p[from++];

		if (memchr(" \t\r\n", c, 4) == NULL)
			clean[n++] = (char)c;
		if (c == '\n')
			from = skip_marks(text, from, to, depth);
	}
	return from == to ? n : QERR_ENCODING;
}

/* A file of its own begins with an array or a map, as which no UTF-8 begins: what it
 * quotes in a title is not it. */
bool
armour_is(enum armour what, struct bytes text)
{
	if (text.n > 0 && text.p[0] >= 0x80 && text.p[0] < 0xc0)
		return false;
	return find(text, frames[what].begin) < text.n;
}

int
armour_get(struct buf *dst, enum armour what, struct bytes text, size_t max)
{
	size_t from = find(text, frames[what].begin);
	size_t depth = depth_at(text, from), to, n;
	uint8_t *out;
	char *clean;
	int r;

	if (from == text.n)
		return QERR_TYPE;
	from += strlen(frames[what].begin);
	to = from +
	     find(bytes_of(text.p + from, text.n - from), frames[what].end);
	if (to == text.n)
		return QERR_TRUNCATED;
	if (to - from > 2 * max)
		return QERR_TOOBIG;
	clean = malloc(to - from + 1);
	if (clean == NULL)
		return QERR_NOMEM;
	r = unfold(clean, text, from, to, depth);
	n = r < 0 ? 0 : (size_t)r;
	out = r < 0 ? NULL : buf_grow(dst, n / 4 * 3 + 3);
	if (r >= 0)
		r = out == NULL ? buf_err(dst)
				: base64_decode(out, n / 4 * 3 + 3, clean, n);
	if (out != NULL)
		dst->n -= n / 4 * 3 + 3 - (r > 0 ? (size_t)r : 0);
	free(clean);
	return r < 0 ? r : 0;
}

int
armour_strip(struct buf *b, enum armour what, size_t max)
{
	struct buf plain;
	int err;

	if (!armour_is(what, buf_bytes(b)))
		return 0;
	buf_init(&plain, 0);
	err = armour_get(&plain, what, buf_bytes(b), max);
	buf_done(b);
	*b = plain;
	return err;
}

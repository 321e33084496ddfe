#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/capsule.h"

/* PROTOCOL.md §10, and the base64 of MIME in lines of 64. */
#define BEGIN      "-----BEGIN QUIRE CAPSULE-----"
#define END        "-----END QUIRE CAPSULE-----"
#define LINE_BYTES 48

void
capsule_armour(struct buf *dst, struct bytes file)
{
	char line[(LINE_BYTES + 2) / 3 * 4 + 1];

	buf_put_str(dst, BEGIN "\n");
	for (size_t i = 0; i < file.n; i += LINE_BYTES) {
		size_t n = file.n - i < LINE_BYTES ? file.n - i : LINE_BYTES;

		base64_encode(line, file.p + i, n);
		buf_put_str(dst, line);
		buf_put_u8(dst, '\n');
	}
	buf_put_str(dst, END "\n");
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

bool
capsule_is_armoured(struct bytes text)
{
	return find(text, BEGIN) < text.n;
}

int
capsule_unarmour(struct buf *dst, struct bytes text)
{
	size_t from = find(text, BEGIN), to = find(text, END), n = 0;
	uint8_t *out;
	char *clean;
	int r;

	if (from == text.n)
		return QERR_TYPE;
	from += strlen(BEGIN);
	if (to == text.n || to < from)
		return QERR_TRUNCATED;
	if (to - from > (size_t)2 * CAPSULE_MAX)
		return QERR_TOOBIG;
	clean = malloc(to - from + 1);
	if (clean == NULL)
		return QERR_NOMEM;
	for (; from < to; from++)
		if (memchr(" \t\r\n", text.p[from], 4) == NULL)
			clean[n++] = (char)text.p[from];
	out = buf_grow(dst, n / 4 * 3 + 3);
	r = out == NULL ? buf_err(dst)
			: base64_decode(out, n / 4 * 3 + 3, clean, n);
	if (out != NULL)
		dst->n -= n / 4 * 3 + 3 - (r > 0 ? (size_t)r : 0);
	free(clean);
	return r < 0 ? r : 0;
}

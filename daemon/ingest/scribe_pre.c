#include "daemon/ingest/scribe_inner.h"

#include "proto/base/text.h"

#define TAB_STOP 8

/* Lines of |text| into |dst|: no control characters, tabs as spaces, no empty
 * lines at either end. */
static void
pre_text(struct buf *dst, struct bytes text)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *at;
	size_t column = 0;

	while (p < end) {
		uint32_t c = (at = p, utf8_next(&p));

		if (c == '\n') {
			while (dst->n > 0 && dst->p[dst->n - 1] == ' ')
				dst->n--;
			column = 0;
			if (dst->n > 0)
				buf_put_u8(dst, '\n');
		} else if (c == '\t') {
			do
				buf_put_u8(dst, ' ');
			while (++column % TAB_STOP != 0);
		} else if (scribe_sort(c) == WORD || c == ' ') {
			buf_put(dst, at, (size_t)(p - at));
			column++;
		}
	}
	while (dst->n > 0 &&
	       (dst->p[dst->n - 1] == ' ' || dst->p[dst->n - 1] == '\n'))
		dst->n--;
}

/* Where no block can stand, lines are lines. */
static void
pre_as_words(struct scribe *s, struct bytes text, bool code)
{
	for (size_t i = 0, n; i < text.n; i += n + 1) {
		const uint8_t *nl = memchr(text.p + i, '\n', text.n - i);

		n = nl != NULL ? (size_t)(nl - text.p) - i : text.n - i;
		if (code)
			scribe_push(s, MARKUP_CODE, bytes_of(NULL, 0), NULL);
		scribe_text(s, bytes_of(text.p + i, n));
		if (code)
			scribe_pop(s);
		if (nl != NULL)
			scribe_break(s);
	}
}

void
scribe_pre(struct scribe *s, struct bytes text, bool code)
{
	struct buf b;

	buf_init(&b, MARKUP_MAX);
	pre_text(&b, text);
	buf_fail(&s->out, buf_err(&b));
	if (b.n > 0 && scribe_begin_block(s)) {
		scribe_enter(s, MARKUP_PRE)->filled = true;
		if (code)
			buf_put_str(&s->out, "<code>");
		markup_escape(&s->out, buf_bytes(&b), false);
		if (code)
			buf_put_str(&s->out, "</code>");
		scribe_leave(s);
	} else if (b.n > 0) {
		pre_as_words(s, buf_bytes(&b), code);
		scribe_boundary(s);
	}
	buf_done(&b);
}

#include "proto/base/buf.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/qerr.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){.max = b->max};
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		sodium_memzero(b->p, b->cap);
	buf_done(b);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
	b->err = 0;
}

void
buf_shrink(struct buf *b, size_t keep)
{
	if (b->cap > keep)
		buf_done(b);
	buf_clear(b);
}

void
buf_fail(struct buf *b, int err)
{
	if (b->err == 0)
		b->err = err;
}

int
buf_reserve(struct buf *b, size_t n)
{
	size_t max = b->max == 0 ? SIZE_MAX : b->max, cap;
	uint8_t *p;

	if (b->err != 0)
		return b->err;
	if (n <= b->cap - b->n && n <= max - b->n)
		return 0;
	if (n > max - b->n)
		return b->err = QERR_TOOBIG;

	/* Grow by half at least, so that appending stays linear. */
	cap = b->cap < max - b->cap / 2 ? b->cap + b->cap / 2 : max;
	if (cap < b->n + n)
		cap = b->n + n;
	if (cap < 64 && max >= 64)
		cap = 64;
	p = realloc(b->p, cap);
	if (p == NULL)
		return b->err = QERR_NOMEM;
	b->p = p;
	b->cap = cap;
	return 0;
}

uint8_t *
buf_grow(struct buf *b, size_t n)
{
	uint8_t *at;

	/* Mostly there is room, and no more than |max| is ever allocated. */
	if ((n > b->cap - b->n || b->err != 0) && buf_reserve(b, n) != 0)
		return NULL;

	at = b->p + b->n;
	b->n += n;
	return at;
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	uint8_t *at;

	if (n == 0 || (at = buf_grow(b, n)) == NULL)
		return;
	memcpy(at, p, n);
}

void
buf_put_u8(struct buf *b, uint8_t v)
{
	uint8_t *at = buf_grow(b, 1);

	if (at != NULL)
		*at = v;
}

void
buf_put_le32(struct buf *b, uint32_t v)
{
	uint8_t le[4];

	store_le32(le, v);
	buf_put(b, le, sizeof(le));
}

void
buf_put_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	/* The terminating zero is written too, but not counted. */
	if (n < 0 || buf_reserve(b, (size_t)n + 1) != 0) {
		buf_fail(b, QERR_TOOBIG);
		return;
	}
	va_start(ap, fmt);
	vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

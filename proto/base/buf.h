#ifndef QUIRE_BUF_H
#define QUIRE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/bytes.h"

/*
 * A buffer that grows while somebody writes into it, up to |max| bytes.  The
 * first failure sticks: later writes do nothing, and the writer asks once, with
 * buf_err().  It owns its memory; buf_done() on zeroes is fine.
 */
struct buf {
	uint8_t *p;
	size_t n;   /* bytes written */
	size_t cap; /* bytes allocated */
	size_t max; /* QERR_TOOBIG beyond; 0 stands for SIZE_MAX */
	int err;    /* 0, or the first QERR_* */
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
/* Like buf_done(), wiping what was written. */
void buf_wipe(struct buf *b);

/* Forget what was written and any failure; keep the memory. */
void buf_clear(struct buf *b);
/* The same, but keep at most |keep| bytes of memory. */
void buf_shrink(struct buf *b, size_t keep);

/* Append. */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_le32(struct buf *b, uint32_t v);
void buf_put_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Append |n| bytes that the caller fills in; NULL after a failure. */
uint8_t *buf_grow(struct buf *b, size_t n);

/* Make sure that |n| more bytes fit without moving; QERR_NOMEM or _TOOBIG. */
int buf_reserve(struct buf *b, size_t n);

/* Remove |n| bytes from the front. */
void buf_drop(struct buf *b, size_t n);

void buf_fail(struct buf *b, int err);
static inline int
buf_err(const struct buf *b)
{
	return b->err;
}

/* What was written; valid until the next change. */
static inline struct bytes
buf_bytes(const struct buf *b)
{
	return (struct bytes){b->p, b->n};
}

#endif

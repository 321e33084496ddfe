#ifndef QUIRE_CBOR_H
#define QUIRE_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/base/reader.h"

/*
 * Canonical CBOR, the subset of PROTOCOL.md §1 (RFC 8949 §4.2.1): every value
 * has one encoding, and the decoder accepts no other.  It reads through a
 * struct reader, whose first failure sticks, so a decoder asks for its fields
 * in a row and checks once.  Nothing here allocates or recurses.
 */
#define CBOR_DEPTH_MAX 16

enum cbor_type {
	CBOR_UINT,
	CBOR_NINT,
	CBOR_BYTES,
	CBOR_TEXT,
	CBOR_ARRAY,
	CBOR_MAP,
	CBOR_BOOL,
	CBOR_NONE, /* after a failure, or at the end */
};

/* Look at the next value's type without moving. */
enum cbor_type cbor_peek(const struct reader *r);

/*
 * Read one value.  A wrong type fails with QERR_TYPE, another encoding than
 * the canonical with QERR_ENCODING, and the result is 0 or empty.
 */
uint64_t cbor_uint(struct reader *r);
int64_t cbor_int(struct reader *r);
bool cbor_bool(struct reader *r);
struct bytes cbor_bytes(struct reader *r);
struct bytes cbor_text(struct reader *r); /* checked to be UTF-8 */

/* Like cbor_uint(), failing with QERR_RANGE outside |lo|..|hi|. */
uint64_t cbor_uint_in(struct reader *r, uint64_t lo, uint64_t hi);
/* Exactly |n| bytes, copied to |dst|; zeroes after a failure. */
void cbor_bytes_exact(struct reader *r, void *dst, size_t n);
/* Bytes or text of |lo|..|hi| bytes. */
struct bytes cbor_bytes_in(struct reader *r, size_t lo, size_t hi);
struct bytes cbor_text_in(struct reader *r, size_t lo, size_t hi);

/*
 * Begin an array or map; returns how many items (pairs) follow, at most |max|
 * and never more than bytes are left.  The caller then reads exactly these.
 */
size_t cbor_array(struct reader *r, size_t max);
size_t cbor_map(struct reader *r, size_t max);

/*
 * A map whose keys are numbers, field by field:
 *
 *	struct cbor_fields f = cbor_fields(r, max);
 *
 *	while (cbor_next(&f, r))
 *		read_field(r, ret, f.key);
 *
 * cbor_next() is false after the last field and after a failure: QERR_ORDER or
 * QERR_DUPLICATE if a key does not ascend.
 */
struct cbor_fields {
	size_t n, at;
	uint64_t key;
	uint64_t seen; /* bit k: there was a key k */
};
struct cbor_fields cbor_fields(struct reader *r, size_t max);
bool cbor_next(struct cbor_fields *f, struct reader *r);
/* Fail with QERR_MISSING if one of |needed|, bits as in |seen|, was not there. */
void cbor_need(const struct cbor_fields *f, struct reader *r, uint64_t needed);

/* Pass over one whole value, checking it; returns the bytes it stands in. */
struct bytes cbor_skip(struct reader *r);

/* 0 if |v| is one canonical value and nothing else, else a QERR_*. */
int cbor_check(struct bytes v);

/* Write one value.  Text must be UTF-8: the caller checked it. */
void cbor_put_uint(struct buf *b, uint64_t v);
void cbor_put_int(struct buf *b, int64_t v);
void cbor_put_bool(struct buf *b, bool v);
void cbor_put_bytes(struct buf *b, const void *p, size_t n);
void cbor_put_text(struct buf *b, const void *p, size_t n);
void cbor_put_array(struct buf *b, size_t n);
void cbor_put_map(struct buf *b, size_t n);

#endif

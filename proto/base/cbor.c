#include "proto/base/cbor.h"

#include "proto/base/qerr.h"
#include "proto/base/text.h"

/* RFC 8949 §3: the major types, in the top three bits. */
enum {
	MAJOR_UINT,
	MAJOR_NINT,
	MAJOR_BYTES,
	MAJOR_TEXT,
	MAJOR_ARRAY,
	MAJOR_MAP,
	MAJOR_TAG,
	MAJOR_SIMPLE,
};
#define CBOR_FALSE 0xf4
#define CBOR_TRUE  0xf5

enum cbor_type
cbor_peek(const struct reader *r)
{
	static const enum cbor_type type[] = {CBOR_UINT, CBOR_NINT, CBOR_BYTES,
	    CBOR_TEXT, CBOR_ARRAY, CBOR_MAP, CBOR_NONE, CBOR_BOOL};

	if (r->err != 0 || r->p == r->end)
		return CBOR_NONE;
	if (*r->p >> 5 == MAJOR_SIMPLE && *r->p != CBOR_FALSE &&
	    *r->p != CBOR_TRUE)
		return CBOR_NONE;
	return type[*r->p >> 5];
}

/* The argument that |ai|, the lower five bits of a head, announces. */
static uint64_t
argument(struct reader *r, unsigned ai)
{
	static const uint64_t least[] = {24, 0x100, 0x10000, 0x100000000};
	const uint8_t *b;
	uint64_t v = 0;

	if (ai < 24)
		return ai;
	if (ai > 27) {
		reader_fail(r, QERR_ENCODING);
		return 0;
	}
	b = reader_bytes(r, (size_t)1 << (ai - 24));
	if (b == NULL)
		return 0;
	for (size_t i = 0; i < (size_t)1 << (ai - 24); i++)
		v = v << 8 | b[i];
	/* Shortest heads only: what fits a smaller one must use it. */
	if (v < least[ai - 24]) {
		reader_fail(r, QERR_ENCODING);
		return 0;
	}
	return v;
}

/* Read a head that must be of |major|; returns its argument. */
static uint64_t
head(struct reader *r, unsigned major)
{
	const uint8_t *b = reader_bytes(r, 1);

	if (b == NULL)
		return 0;
	if (*b >> 5 != (int)major) {
		/* A tag or a float is no canonical value at all. */
		reader_fail(r, *b >> 5 == MAJOR_TAG ||
				       (*b >> 5 == MAJOR_SIMPLE &&
					   *b != CBOR_FALSE && *b != CBOR_TRUE)
				   ? QERR_ENCODING
				   : QERR_TYPE);
		return 0;
	}
	return argument(r, *b & 31);
}

uint64_t
cbor_uint(struct reader *r)
{
	return head(r, MAJOR_UINT);
}

int64_t
cbor_int(struct reader *r)
{
	bool negative = cbor_peek(r) == CBOR_NINT;
	uint64_t v = head(r, negative ? MAJOR_NINT : MAJOR_UINT);

	if (v > INT64_MAX) {
		reader_fail(r, QERR_RANGE);
		return 0;
	}
	return negative ? -1 - (int64_t)v : (int64_t)v;
}

bool
cbor_bool(struct reader *r)
{
	const uint8_t *b = reader_bytes(r, 1);

	if (b == NULL)
		return false;
	if (*b != CBOR_FALSE && *b != CBOR_TRUE)
		reader_fail(r, *b >> 5 == MAJOR_SIMPLE || *b >> 5 == MAJOR_TAG
				   ? QERR_ENCODING
				   : QERR_TYPE);
	return *b == CBOR_TRUE;
}

/* A string's bytes: |n| may be far beyond what is there. */
static struct bytes
string(struct reader *r, unsigned major)
{
	uint64_t n = head(r, major);
	const uint8_t *p;

	if (r->err != 0)
		return (struct bytes){NULL, 0};
	if (n > (uint64_t)(r->end - r->p)) {
		reader_fail(r, QERR_TRUNCATED);
		return (struct bytes){NULL, 0};
	}
	p = reader_bytes(r, (size_t)n);
	return (struct bytes){p, (size_t)n};
}

struct bytes
cbor_bytes(struct reader *r)
{
	return string(r, MAJOR_BYTES);
}

struct bytes
cbor_text(struct reader *r)
{
	struct bytes s = string(r, MAJOR_TEXT);

	if (r->err == 0 && !utf8_valid(s)) {
		reader_fail(r, QERR_TEXT);
		return (struct bytes){NULL, 0};
	}
	return s;
}

uint64_t
cbor_uint_in(struct reader *r, uint64_t lo, uint64_t hi)
{
	uint64_t v = cbor_uint(r);

	if (r->err == 0 && (v < lo || v > hi)) {
		reader_fail(r, QERR_RANGE);
		return 0;
	}
	return v;
}

void
cbor_bytes_exact(struct reader *r, void *dst, size_t n)
{
	struct bytes s = cbor_bytes_in(r, n, n);

	memset(dst, 0, n);
	if (r->err == 0)
		memcpy(dst, s.p, n);
}

static struct bytes
within(struct reader *r, struct bytes s, size_t lo, size_t hi)
{
	if (r->err == 0 && (s.n < lo || s.n > hi)) {
		reader_fail(r, QERR_RANGE);
		return (struct bytes){NULL, 0};
	}
	return s;
}

struct bytes
cbor_bytes_in(struct reader *r, size_t lo, size_t hi)
{
	return within(r, cbor_bytes(r), lo, hi);
}

struct bytes
cbor_text_in(struct reader *r, size_t lo, size_t hi)
{
	return within(r, cbor_text(r), lo, hi);
}

/* A count of items; each of them takes |each| bytes at least. */
static size_t
count(struct reader *r, unsigned major, size_t max, size_t each)
{
	uint64_t n = head(r, major);

	if (r->err != 0)
		return 0;
	if (n > max) {
		reader_fail(r, QERR_RANGE);
		return 0;
	}
	if (n > (uint64_t)(r->end - r->p) / each) {
		reader_fail(r, QERR_TRUNCATED);
		return 0;
	}
	return (size_t)n;
}

size_t
cbor_array(struct reader *r, size_t max)
{
	return count(r, MAJOR_ARRAY, max, 1);
}

size_t
cbor_map(struct reader *r, size_t max)
{
	return count(r, MAJOR_MAP, max, 2);
}

struct cbor_fields
cbor_fields(struct reader *r, size_t max)
{
	return (struct cbor_fields){.n = cbor_map(r, max)};
}

bool
cbor_next(struct cbor_fields *f, struct reader *r)
{
	uint64_t key;

	if (f->at == f->n || r->err != 0)
		return false;
	key = cbor_uint(r);
	if (f->at++ > 0 && key <= f->key)
		reader_fail(r, key == f->key ? QERR_DUPLICATE : QERR_ORDER);
	f->key = key;
	f->seen |= key < 64 ? UINT64_C(1) << key : 0;
	return r->err == 0;
}

void
cbor_need(const struct cbor_fields *f, struct reader *r, uint64_t needed)
{
	if ((f->seen & needed) != needed)
		reader_fail(r, QERR_MISSING);
}

/* One open container of cbor_skip(); of an array it counts only its items. */
struct level {
	struct cbor_fields f;
	bool map;
};

/* Pass over one value's own head and string; true if it opened |*in|. */
static bool
skip_one(struct reader *r, struct level *in)
{
	switch (cbor_peek(r)) {
	case CBOR_UINT:
		cbor_uint(r);
		return false;
	case CBOR_NINT:
		head(r, MAJOR_NINT);
		return false;
	case CBOR_BYTES:
		cbor_bytes(r);
		return false;
	case CBOR_TEXT:
		cbor_text(r);
		return false;
	case CBOR_BOOL:
		cbor_bool(r);
		return false;
	case CBOR_ARRAY:
		*in = (struct level){.f.n = cbor_array(r, SIZE_MAX)};
		return true;
	case CBOR_MAP:
		*in = (struct level){cbor_fields(r, SIZE_MAX), .map = true};
		return true;
	case CBOR_NONE:
	default:
		reader_fail(r, r->p == r->end ? QERR_TRUNCATED : QERR_ENCODING);
		return false;
	}
}

struct bytes
cbor_skip(struct reader *r)
{
	struct level stack[CBOR_DEPTH_MAX], in;
	const uint8_t *start = r->p;
	size_t depth = 0;

	do {
		if (depth > 0) {
			struct level *top = &stack[depth - 1];

			if (top->map)
				cbor_next(&top->f, r);
			else
				top->f.at++;
		}
		if (skip_one(r, &in)) {
			if (depth == CBOR_DEPTH_MAX)
				reader_fail(r, QERR_RANGE);
			else
				stack[depth++] = in;
		}
		while (depth > 0 &&
		       stack[depth - 1].f.at == stack[depth - 1].f.n)
			depth--;
	} while (r->err == 0 && depth > 0);

	if (r->err != 0)
		return (struct bytes){NULL, 0};
	return (struct bytes){start, (size_t)(r->p - start)};
}

int
cbor_check(struct bytes v)
{
	struct reader r;

	reader_init(&r, v.p == NULL ? (const uint8_t *)"" : v.p, v.n);
	cbor_skip(&r);
	return reader_end(&r);
}

static void
put_head(struct buf *b, unsigned major, uint64_t v)
{
	uint8_t h[9];
	size_t n, i;

	if (v < 24) {
		buf_put_u8(b, (uint8_t)(major << 5 | v));
		return;
	}
	n = v < 0x100 ? 1 : v < 0x10000 ? 2 : v < 0x100000000 ? 4 : 8;
	h[0] = (uint8_t)(major << 5 | (n == 1      ? 24u
					  : n == 2 ? 25u
					  : n == 4 ? 26u
						   : 27u));
	for (i = 0; i < n; i++)
		h[n - i] = (uint8_t)(v >> 8 * i);
	buf_put(b, h, n + 1);
}

void
cbor_put_uint(struct buf *b, uint64_t v)
{
	put_head(b, MAJOR_UINT, v);
}

void
cbor_put_int(struct buf *b, int64_t v)
{
	if (v < 0)
		put_head(b, MAJOR_NINT, (uint64_t)(-1 - v));
	else
		put_head(b, MAJOR_UINT, (uint64_t)v);
}

void
cbor_put_bool(struct buf *b, bool v)
{
	buf_put_u8(b, v ? CBOR_TRUE : CBOR_FALSE);
}

void
cbor_put_bytes(struct buf *b, const void *p, size_t n)
{
	put_head(b, MAJOR_BYTES, n);
	buf_put(b, p, n);
}

void
cbor_put_text(struct buf *b, const void *p, size_t n)
{
	put_head(b, MAJOR_TEXT, n);
	buf_put(b, p, n);
}

void
cbor_put_array(struct buf *b, size_t n)
{
	put_head(b, MAJOR_ARRAY, n);
}

void
cbor_put_map(struct buf *b, size_t n)
{
	put_head(b, MAJOR_MAP, n);
}

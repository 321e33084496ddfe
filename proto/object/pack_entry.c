#include "proto/object/pack_entry.h"

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

/* PROTOCOL.md §5: keys of a pack's map. */
enum {
	PACK_TIER,
	PACK_ROOT,
	PACK_SIZE,
	PACK_RAW,
	PACK_CONTENTS,
	PACK_COUNT,
	PACK_FIRST,
	PACK_LAST,
	PACK_BASE,
	PACK_ONLY,
	PACK_FIELDS
};
#define NEED 0x3fu /* tier .. count */

static void
read_field(struct reader *r, struct pack_entry *p, uint64_t field,
    uint64_t number)
{
	uint64_t tier;

	switch (field) {
	case PACK_TIER:
		tier = cbor_uint_in(r, 0, TIERS - 1);
		p->tier = (enum tier)tier;
		break;
	case PACK_ROOT:
		cbor_bytes_exact(r, p->root.b, 32);
		break;
	case PACK_SIZE:
		p->size = (uint32_t)cbor_uint_in(r, 1, PACK_SIZE_MAX);
		break;
	case PACK_RAW:
		p->raw = (uint32_t)cbor_uint_in(r, 1, PACK_SIZE_MAX);
		break;
	case PACK_CONTENTS:
		cbor_bytes_exact(r, p->contents.b, 32);
		break;
	case PACK_COUNT:
		p->count = (uint32_t)cbor_uint_in(r, 1, PACK_COUNT_MAX);
		break;
	case PACK_FIRST: /* a default is left out, never written */
		p->first = cbor_uint_in(r, 1, number - 1);
		break;
	case PACK_LAST:
		p->last = cbor_uint_in(r, 1, number - 1);
		break;
	case PACK_BASE:
		p->base = (uint32_t)cbor_uint_in(r, 1, UINT32_MAX);
		break;
	case PACK_ONLY:
		p->only = cbor_bool(r);
		if (r->err == 0 && !p->only)
			reader_fail(r, QERR_ENCODING);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

void
pack_entry_read(struct reader *r, struct pack_entry *p, uint64_t number)
{
	struct cbor_fields f = cbor_fields(r, PACK_FIELDS);

	*p = (struct pack_entry){.first = number, .last = number};
	while (cbor_next(&f, r))
		read_field(r, p, f.key, number);
	cbor_need(&f, r, NEED);
	if (r->err == 0 && p->first > p->last)
		reader_fail(r, QERR_RANGE);
	/* Only heads and text of an issue itself lean on those before it. */
	if (r->err == 0 && p->base != 0 &&
	    (p->tier > TIER_TEXT || p->first != number ||
		(number <= PACK_BASE_BITS && p->base >> (number - 1) != 0)))
		reader_fail(r, QERR_RANGE);
}

int
pack_entry_cmp(const struct pack_entry *a, const struct pack_entry *b)
{
	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->last > b->last) - (a->last < b->last);
}

void
pack_entry_put(struct buf *b, const struct pack_entry *p, uint64_t number)
{
	cbor_put_map(b, 6u + (p->first != number) + (p->last != number) +
			    (p->base != 0) + p->only);
	cbor_put_uint(b, PACK_TIER);
	cbor_put_uint(b, p->tier);
	cbor_put_uint(b, PACK_ROOT);
	cbor_put_bytes(b, p->root.b, 32);
	cbor_put_uint(b, PACK_SIZE);
	cbor_put_uint(b, p->size);
	cbor_put_uint(b, PACK_RAW);
	cbor_put_uint(b, p->raw);
	cbor_put_uint(b, PACK_CONTENTS);
	cbor_put_bytes(b, p->contents.b, 32);
	cbor_put_uint(b, PACK_COUNT);
	cbor_put_uint(b, p->count);
	if (p->first != number) {
		cbor_put_uint(b, PACK_FIRST);
		cbor_put_uint(b, p->first);
	}
	if (p->last != number) {
		cbor_put_uint(b, PACK_LAST);
		cbor_put_uint(b, p->last);
	}
	if (p->base != 0) {
		cbor_put_uint(b, PACK_BASE);
		cbor_put_uint(b, p->base);
	}
	if (p->only) {
		cbor_put_uint(b, PACK_ONLY);
		cbor_put_bool(b, true);
	}
}

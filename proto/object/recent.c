#include "proto/object/recent.h"

#include "proto/base/qerr.h"

void
recent_init(struct recent *r)
{
	*r = (struct recent){.bytes = 0};
	buf_init(&r->joined, PACK_PREFIX_MAX);
}

void
recent_done(struct recent *r)
{
	for (size_t i = 0; i < PACK_BASE_BITS; i++)
		buf_done(&r->issue[i].raw);
	buf_done(&r->joined);
	recent_init(r);
}

bool
recent_has(const struct recent *r, uint64_t number)
{
	return number != 0 &&
	       r->issue[number % PACK_BASE_BITS].number == number;
}

static void
drop(struct recent *r, size_t i)
{
	r->bytes -= r->issue[i].raw.n;
	buf_done(&r->issue[i].raw);
	r->issue[i].number = 0;
}

int
recent_put(struct recent *r, uint64_t number, struct bytes raw, uint64_t next,
    uint32_t base)
{
	size_t at = number % PACK_BASE_BITS;
	struct buf *b = &r->issue[at].raw;

	if (raw.n > PACK_PREFIX_MAX)
		return QERR_TOOBIG;
	drop(r, at);
	/* Read in order, the slots behind have the oldest. */
	for (size_t i = 1;
	     i < PACK_BASE_BITS && r->bytes + raw.n > RECENT_BYTES; i++) {
		size_t old = (at + i) % PACK_BASE_BITS;

		if (!pack_base_has(base, next, r->issue[old].number))
			drop(r, old);
	}
	if (r->bytes + raw.n > RECENT_BYTES)
		return QERR_TOOBIG;
	buf_init(b, 0);
	buf_put(b, raw.p, raw.n);
	if (buf_err(b) != 0)
		return buf_err(b);
	r->issue[at].number = number;
	r->bytes += raw.n;
	return 0;
}

int
recent_join(struct recent *r, uint64_t next, uint32_t base, struct bytes *ret)
{
	buf_clear(&r->joined);
	for (uint64_t k = next - PACK_BASE_BITS; k != next; k++) {
		const struct buf *b = &r->issue[k % PACK_BASE_BITS].raw;

		if (!pack_base_has(base, next, k))
			continue;
		if (!recent_has(r, k))
			return QERR_BASE;
		buf_put(&r->joined, b->p, b->n);
	}
	*ret = buf_bytes(&r->joined);
	return buf_err(&r->joined);
}

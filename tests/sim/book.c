#include "tests/sim/book.h"

#include <string.h>

#include "proto/base/cbor.h"

#define AGE (60 * 24 * 3600) /* seconds of uptime */

void
book_begin(struct book *b, struct host *h)
{
	*b = (struct book){.h = h};
	buf_init(&b->entries, 0);
}

void
book_add(struct book *b, struct host *to, uint8_t via, bool anchor)
{
	struct buf *e = &b->entries, text = {0};
	uint8_t id[8] = {1}, by[8] = {2, via};
	struct invite v;

	store_le32(id + 1, (uint32_t)to->index);
	host_expect(to, b->h);
	host_invite(to, b->h, &v);
	invite_text(&text, &v);
	cbor_put_array(e, 14);
	cbor_put_uint(e, CONTACT_TESTED);
	cbor_put_bytes(e, id, sizeof(id));
	cbor_put_bytes(e, by, sizeof(by));
	cbor_put_bytes(e, id, 0); /* its key is not known */
	cbor_put_text(e, text.p, text.n);
	cbor_put_uint(e, 1);       /* reached first, .. */
	cbor_put_uint(e, AGE - 1); /* .. and last */
	cbor_put_uint(e, 0);       /* linked */
	cbor_put_uint(e, 0);       /* rests until */
	cbor_put_int(e, 0);        /* merit */
	cbor_put_uint(e, 0);       /* failures */
	cbor_put_bool(e, anchor);
	cbor_put_array(e, 0); /* feeds in common */
	cbor_put_array(e, 0); /* introductions */
	buf_done(&text);
	b->n++;
}

struct host *
book_host(const struct world *w, const uint8_t id[8])
{
	return w->host[load_le32(id + 1)];
}

void
book_end(struct book *b)
{
	static const struct id none;
	struct buf all = {0};

	cbor_put_array(&all, 4);
	cbor_put_uint(&all, 1);
	cbor_put_uint(&all, AGE);
	cbor_put_array(&all, b->n);
	buf_put(&all, b->entries.p, b->entries.n);
	cbor_put_array(&all, 0); /* waits */
	disk_keep(b->h, OBJECT_MEMORY, &none, 0, buf_bytes(&all));
	buf_done(&all);
	buf_done(&b->entries);
}

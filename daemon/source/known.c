#include "daemon/source/known.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

#define FIELDS 9

int
known_init(struct known *k)
{
	*k = (struct known){.entry = calloc(KNOWN_MAX, sizeof(*k->entry)),
	    .by_name = map_new(0)};
	if (k->entry != NULL && k->by_name != NULL)
		return 0;
	known_done(k);
	return QERR_NOMEM;
}

void
known_done(struct known *k)
{
	free(k->entry);
	map_free(k->by_name);
	*k = (struct known){0};
}

struct known_entry *
known_find(const struct known *k, const struct id *name)
{
	void *place = map_get(k->by_name, name); /* from 1 */

	return place != NULL ? &k->entry[(uintptr_t)place - 1] : NULL;
}

/* The place of the entry that is missed the least. */
static size_t
oldest(const struct known *k)
{
	size_t best = 0;

	for (size_t i = 1; i < k->n; i++)
		if (k->entry[i].turn < k->entry[best].turn)
			best = i;
	return best;
}

struct known_entry *
known_add(struct known *k, const struct id *name, uint64_t turn)
{
	struct known_entry *e = known_find(k, name);
	size_t at;

	if (e != NULL) {
		e->turn = turn;
		return e;
	}
	at = k->n < KNOWN_MAX ? k->n : oldest(k);
	if (map_put(k->by_name, name, (void *)(uintptr_t)(at + 1)) != 0)
		return NULL;
	if (at < k->n)
		map_del(k->by_name, &k->entry[at].name);
	else
		k->n++;
	k->entry[at] = (struct known_entry){.name = *name, .turn = turn};
	return &k->entry[at];
}

uint64_t
known_list(const struct id *name)
{
	uint64_t n;

	memcpy(&n, name->b, sizeof(n));
	return n | 1; /* never 0 */
}

static bool
is_etag(struct bytes tag)
{
	return tag.n > 0 && tag.p[tag.n - 1] == '"';
}

void
known_tag(struct known_entry *e, struct bytes etag, struct bytes modified)
{
	struct bytes tag = is_etag(etag) && etag.n <= KNOWN_TAG_MAX ? etag
			   : !is_etag(modified)                     ? modified
						: bytes_str("");

	if (tag.n > KNOWN_TAG_MAX)
		tag.n = 0;
	snprintf(e->tag, sizeof(e->tag), "%.*s", (int)tag.n,
	    (const char *)tag.p);
}

void
known_ask(const struct known_entry *e, struct bytes *ret_etag,
    struct bytes *ret_modified)
{
	struct bytes tag = bytes_str(e->tag), none = bytes_str("");

	*ret_etag = is_etag(tag) ? tag : none;
	*ret_modified = is_etag(tag) ? none : tag;
}

void
known_encode(struct buf *b, const struct known *k)
{
	cbor_put_array(b, k->n);
	for (size_t i = 0; i < k->n; i++) {
		const struct known_entry *e = &k->entry[i];

		cbor_put_array(b, FIELDS);
		cbor_put_bytes(b, e->name.b, sizeof(e->name.b));
		cbor_put_bytes(b, e->text.b, sizeof(e->text.b));
		cbor_put_uint(b, e->turn);
		cbor_put_uint(b, e->tries);
		cbor_put_bytes(b, e->page.b, sizeof(e->page.b));
		cbor_put_uint(b, e->seen);
		cbor_put_uint(b, e->looks);
		cbor_put_uint(b, e->list);
		cbor_put_text(b, e->tag, strlen(e->tag));
	}
}

void
known_decode(struct known *k, struct reader *r)
{
	size_t n = cbor_array(r, KNOWN_MAX);

	for (size_t i = 0; i < n && r->err == 0; i++) {
		struct known_entry e, *to;
		struct bytes tag;

		if (cbor_array(r, FIELDS) != FIELDS)
			reader_fail(r, QERR_MISSING);
		cbor_bytes_exact(r, e.name.b, sizeof(e.name.b));
		cbor_bytes_exact(r, e.text.b, sizeof(e.text.b));
		e.turn = cbor_uint(r);
		e.tries = cbor_uint(r);
		cbor_bytes_exact(r, e.page.b, sizeof(e.page.b));
		e.seen = cbor_uint(r);
		e.looks = cbor_uint_in(r, 0, KNOWN_LOOKS_MAX);
		e.list = cbor_uint(r);
		tag = cbor_text_in(r, 0, KNOWN_TAG_MAX);
		if (r->err != 0)
			return;
		snprintf(e.tag, sizeof(e.tag), "%.*s", (int)tag.n,
		    (const char *)tag.p);
		to = known_add(k, &e.name, e.turn);
		if (to == NULL)
			reader_fail(r, QERR_NOMEM);
		else
			*to = e;
	}
}

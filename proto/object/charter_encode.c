#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/object/charter_inner.h"

static void
put_key(struct buf *b, const struct key *k)
{
	uint8_t k40[KEY_LEN];

	memcpy(k40, k->id, KEY_ID_LEN);
	memcpy(k40 + KEY_ID_LEN, k->pk, sizeof(k->pk));
	cbor_put_bytes(b, k40, sizeof(k40));
}

static void
put_texts(struct buf *b, unsigned field, const struct bytes *t, size_t n)
{
	if (n == 0)
		return;
	cbor_put_uint(b, field);
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_text(b, t[i].p, t[i].n);
}

static void
put_keys(struct buf *b, const struct charter *c)
{
	cbor_put_uint(b, FIELD_KEYS);
	cbor_put_array(b, c->n_key);
	for (size_t i = 0; i < c->n_key; i++) {
		cbor_put_array(b, c->key[i].to == OPEN_END ? 2 : 3);
		put_key(b, &c->key[i].key);
		cbor_put_uint(b, c->key[i].from);
		if (c->key[i].to != OPEN_END)
			cbor_put_uint(b, c->key[i].to);
	}
}

static void
put_roots(struct buf *b, const struct charter *c)
{
	cbor_put_uint(b, FIELD_ROOTS);
	cbor_put_array(b, c->n_root);
	for (size_t i = 0; i < c->n_root; i++)
		put_key(b, &c->root[i]);
	cbor_put_uint(b, FIELD_THRESHOLD);
	cbor_put_uint(b, c->threshold);
	if (c->n_next_root == 0)
		return;
	cbor_put_uint(b, FIELD_NEXT_ROOTS);
	cbor_put_array(b, c->n_next_root);
	for (size_t i = 0; i < c->n_next_root; i++)
		cbor_put_bytes(b, c->next_root[i].b, 32);
}

static void
put_previous(struct buf *b, const struct charter *c)
{
	if (c->version <= 1)
		return;
	cbor_put_uint(b, FIELD_PREVIOUS);
	cbor_put_bytes(b, c->previous.b, 32);
}

static void
put_pin(struct buf *b, const struct charter *c)
{
	if (c->pin == 0)
		return;
	cbor_put_uint(b, FIELD_PIN);
	cbor_put_array(b, 2);
	cbor_put_uint(b, c->pin);
	cbor_put_bytes(b, c->pin_root.b, 32);
}

static void
put_quorums(struct buf *b, const struct charter *c)
{
	if (c->n_quorum == 0)
		return;
	cbor_put_uint(b, FIELD_QUORUM);
	cbor_put_array(b, c->n_quorum);
	for (size_t i = 0; i < c->n_quorum; i++) {
		cbor_put_array(b, 2);
		cbor_put_uint(b, c->quorum[i].from);
		cbor_put_uint(b, c->quorum[i].m);
	}
}

static void
put_kind(struct buf *b, const struct charter *c, unsigned kind)
{
	cbor_put_uint(b, FIELD_KIND);
	cbor_put_uint(b, kind);
	cbor_put_uint(b, FIELD_VERSION);
	cbor_put_uint(b, c->version);
}

static void
put_charter(struct buf *b, const struct charter *c)
{
	cbor_put_map(b, 6u + (c->n_lang > 0) + (c->home.n > 0) +
			    (c->n_next_root > 0) + (c->n_mirror > 0) +
			    (c->version > 1) + (c->pin > 0) +
			    (c->n_quorum > 0));
	put_kind(b, c, KIND_CHARTER);
	cbor_put_uint(b, FIELD_NAME);
	cbor_put_text(b, c->name.p, c->name.n);
	put_texts(b, FIELD_LANGS, c->lang, c->n_lang);
	if (c->home.n > 0) {
		cbor_put_uint(b, FIELD_HOME);
		cbor_put_text(b, c->home.p, c->home.n);
	}
	put_roots(b, c);
	put_keys(b, c);
	put_texts(b, FIELD_MIRRORS, c->mirror, c->n_mirror);
	put_previous(b, c);
	put_pin(b, c);
	put_quorums(b, c);
}

static void
put_revocation(struct buf *b, const struct charter *c)
{
	cbor_put_map(b, 3u + (c->version > 1) + (c->pin > 0));
	put_kind(b, c, KIND_REVOCATION);
	cbor_put_uint(b, FIELD_KEYS);
	cbor_put_array(b, c->n_end);
	for (size_t i = 0; i < c->n_end; i++) {
		cbor_put_array(b, 2);
		cbor_put_bytes(b, c->end[i].id, KEY_ID_LEN);
		cbor_put_uint(b, c->end[i].from);
	}
	put_previous(b, c);
	put_pin(b, c);
}

int
charter_encode(struct buf *b, const struct charter *c)
{
	size_t start = b->n;
	struct charter check;
	int err;

	if (c->is_revocation)
		put_revocation(b, c);
	else
		put_charter(b, c);
	if (buf_err(b) != 0)
		return buf_err(b);

	/* What we would not accept, we do not write. */
	err = charter_decode_body(&check, bytes_of(b->p + start, b->n - start));
	if (err != 0)
		b->n = start;
	return err;
}

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/charter_inner.h"
#include "proto/object/hash.h"

static struct bytes
read_text(struct reader *r, size_t lo, size_t hi)
{
	struct bytes s = cbor_text_in(r, lo, hi);

	if (r->err == 0 && text_check(s, false) != 0)
		reader_fail(r, QERR_TEXT);
	return s;
}

static void
read_key(struct reader *r, struct key *ret)
{
	uint8_t b[KEY_LEN];

	cbor_bytes_exact(r, b, sizeof(b));
	memcpy(ret->id, b, KEY_ID_LEN);
	memcpy(ret->pk, b + KEY_ID_LEN, sizeof(ret->pk));
}

static int
key_cmp(const struct key *a, const struct key *b)
{
	int c = memcmp(a->id, b->id, sizeof(a->id));

	return c != 0 ? c : memcmp(a->pk, b->pk, sizeof(a->pk));
}

/* An array that may be absent must not be empty. */
static size_t
read_count(struct reader *r, size_t max)
{
	size_t n = cbor_array(r, max);

	if (r->err == 0 && n == 0)
		reader_fail(r, QERR_MISSING);
	return n;
}

static void
read_roots(struct reader *r, struct charter *c)
{
	c->n_root = read_count(r, CHARTER_ROOTS_MAX);
	for (size_t i = 0; i < c->n_root && r->err == 0; i++) {
		read_key(r, &c->root[i]);
		if (i > 0 && key_cmp(&c->root[i - 1], &c->root[i]) >= 0)
			reader_fail(r, QERR_ORDER);
		/* Signatures name a key by its id alone. */
		if (i > 0 &&
		    memcmp(c->root[i - 1].id, c->root[i].id, KEY_ID_LEN) == 0)
			reader_fail(r, QERR_DUPLICATE);
	}
}

static void
read_next_roots(struct reader *r, struct charter *c)
{
	c->n_next_root = read_count(r, CHARTER_ROOTS_MAX);
	for (size_t i = 0; i < c->n_next_root && r->err == 0; i++) {
		cbor_bytes_exact(r, c->next_root[i].b, 32);
		if (i > 0 &&
		    id_cmp(&c->next_root[i - 1], &c->next_root[i]) >= 0)
			reader_fail(r, QERR_ORDER);
	}
}

static void
check_key_order(struct reader *r, const struct charter_key *a,
    const struct charter_key *b)
{
	int order = key_cmp(&a->key, &b->key);

	if (order > 0 || (order == 0 && a->from >= b->from))
		reader_fail(r, QERR_ORDER);
	if (order != 0 && memcmp(a->key.id, b->key.id, KEY_ID_LEN) == 0)
		reader_fail(r, QERR_DUPLICATE);
}

static void
read_keys(struct reader *r, struct charter *c)
{
	c->n_key = read_count(r, CHARTER_KEYS_MAX);
	for (size_t i = 0; i < c->n_key && r->err == 0; i++) {
		struct charter_key *k = &c->key[i];
		size_t n = cbor_array(r, 3);

		if (n < 2)
			reader_fail(r, QERR_MISSING);
		read_key(r, &k->key);
		k->from = cbor_uint_in(r, 1, OPEN_END - 1);
		k->to = n == 3 ? cbor_uint_in(r, 0, OPEN_END - 1) : OPEN_END;
		if (r->err == 0 && k->to < k->from - 1)
			reader_fail(r, QERR_RANGE);
		if (i > 0 && r->err == 0)
			check_key_order(r, &c->key[i - 1], k);
	}
}

static size_t
read_texts(struct reader *r, struct bytes *dst, size_t max, size_t lo,
    size_t hi)
{
	size_t n = read_count(r, max);

	for (size_t i = 0; i < n && r->err == 0; i++)
		dst[i] = read_text(r, lo, hi);
	return n;
}

static void
read_langs(struct reader *r, struct charter *c)
{
	c->n_lang = read_texts(r, c->lang, CHARTER_LANGS_MAX, 2, 35);
	for (size_t i = 0; i < c->n_lang && r->err == 0; i++)
		if (lang_check(c->lang[i]) != 0)
			reader_fail(r, QERR_TEXT);
}

static void
read_pin(struct reader *r, struct charter *c)
{
	if (cbor_array(r, 2) != 2)
		reader_fail(r, QERR_MISSING);
	c->pin = cbor_uint_in(r, 1, OPEN_END - 1);
	cbor_bytes_exact(r, c->pin_root.b, 32);
}

/* Each entry changes how many there are; before the first it is one. */
static void
read_quorums(struct reader *r, struct charter *c)
{
	struct charter_quorum before = {.from = 0, .m = 1};

	c->n_quorum = read_count(r, CHARTER_QUORUMS_MAX);
	for (size_t i = 0; i < c->n_quorum && r->err == 0; i++) {
		struct charter_quorum *q = &c->quorum[i];

		if (cbor_array(r, 2) != 2)
			reader_fail(r, QERR_MISSING);
		q->from = cbor_uint_in(r, 1, OPEN_END - 1);
		q->m = (unsigned)cbor_uint_in(r, 1, CHARTER_QUORUM_MAX);
		if (r->err == 0 && q->from <= before.from)
			reader_fail(r, QERR_ORDER);
		if (r->err == 0 && q->m == before.m)
			reader_fail(r, QERR_ENCODING);
		before = *q;
	}
}

/* Of a revocation: what it ends. */
static void
read_ends(struct reader *r, struct charter *c)
{
	c->n_end = read_count(r, CHARTER_KEYS_MAX);
	for (size_t i = 0; i < c->n_end && r->err == 0; i++) {
		struct charter_end *e = &c->end[i];

		if (cbor_array(r, 2) != 2)
			reader_fail(r, QERR_MISSING);
		cbor_bytes_exact(r, e->id, sizeof(e->id));
		e->from = cbor_uint_in(r, 1, OPEN_END - 1);
		if (i > 0 && memcmp(e[-1].id, e->id, KEY_ID_LEN) >= 0)
			reader_fail(r, QERR_ORDER);
	}
}

static void
read_kind(struct reader *r, struct charter *c)
{
	uint64_t kind = cbor_uint(r);

	c->is_revocation = kind == KIND_REVOCATION;
	if (r->err == 0 && kind != KIND_CHARTER && kind != KIND_REVOCATION)
		reader_fail(r, QERR_VERSION);
}

static void
read_field(struct reader *r, struct charter *c, uint64_t field)
{
	switch (field) {
	case FIELD_KIND:
		read_kind(r, c);
		break;
	case FIELD_VERSION:
		c->version = cbor_uint_in(r, 1, UINT32_MAX);
		break;
	case FIELD_NAME:
		c->name = read_text(r, 1, 128);
		break;
	case FIELD_LANGS:
		read_langs(r, c);
		break;
	case FIELD_HOME:
		c->home = read_text(r, 1, 256);
		break;
	case FIELD_ROOTS:
		read_roots(r, c);
		break;
	case FIELD_THRESHOLD:
		c->threshold = (unsigned)cbor_uint_in(r, 1, CHARTER_ROOTS_MAX);
		break;
	case FIELD_NEXT_ROOTS:
		read_next_roots(r, c);
		break;
	case FIELD_KEYS:
		if (c->is_revocation)
			read_ends(r, c);
		else
			read_keys(r, c);
		break;
	case FIELD_MIRRORS:
		c->n_mirror = read_texts(r, c->mirror, CHARTER_MIRRORS_MAX, 1,
		    CHARTER_MIRROR_MAX);
		break;
	case FIELD_PREVIOUS:
		cbor_bytes_exact(r, c->previous.b, 32);
		break;
	case FIELD_PIN:
		read_pin(r, c);
		break;
	case FIELD_QUORUM:
		read_quorums(r, c);
		break;
	default:
		reader_fail(r, QERR_UNKNOWN);
	}
}

#define BIT(field) (UINT64_C(1) << (field))
#define NEED                                                      \
	(BIT(FIELD_KIND) | BIT(FIELD_VERSION) | BIT(FIELD_NAME) | \
	    BIT(FIELD_ROOTS) | BIT(FIELD_THRESHOLD) | BIT(FIELD_KEYS))
/* A revocation has these, and perhaps a pin. */
#define NEED_REVOCATION                                           \
	(BIT(FIELD_KIND) | BIT(FIELD_VERSION) | BIT(FIELD_KEYS) | \
	    BIT(FIELD_PREVIOUS))

/* The fields that are there, a bit each, fit together. */
static int
check_fields(const struct charter *c, uint64_t seen)
{
	if (c->is_revocation) {
		if ((seen & NEED_REVOCATION) != NEED_REVOCATION)
			return QERR_MISSING;
		if ((seen & ~(NEED_REVOCATION | BIT(FIELD_PIN))) != 0)
			return QERR_UNKNOWN;
		return c->version > 1 ? 0 : QERR_RANGE;
	}
	if ((seen & NEED) != NEED ||
	    ((seen & BIT(FIELD_PREVIOUS)) != 0) != (c->version > 1))
		return QERR_MISSING;
	return c->threshold <= c->n_root ? 0 : QERR_RANGE;
}

int
charter_decode_body(struct charter *ret, struct bytes body)
{
	struct cbor_fields f;
	struct reader r;
	int err;

	*ret = (struct charter){0};
	if (body.n == 0)
		return QERR_TRUNCATED;
	if (body.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	reader_init(&r, body.p, body.n);
	f = cbor_fields(&r, FIELDS);
	while (cbor_next(&f, &r))
		read_field(&r, ret, f.key);
	err = reader_end(&r);
	if (err == 0)
		err = check_fields(ret, f.seen);
	if (err == 0)
		hash(&ret->hash, HASH_CHARTER, body);
	return err;
}

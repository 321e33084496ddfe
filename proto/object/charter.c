#include "proto/object/charter.h"

#include <stdio.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/hash.h"

/* PROTOCOL.md §4: keys of the body map. */
enum {
	FIELD_KIND,
	FIELD_VERSION,
	FIELD_NAME,
	FIELD_LANGS,
	FIELD_HOME,
	FIELD_ROOTS,
	FIELD_THRESHOLD,
	FIELD_NEXT_ROOTS,
	FIELD_KEYS,
	FIELD_MIRRORS,
	FIELD_PREVIOUS,
	FIELD_PIN,
	FIELD_QUORUM,
	FIELDS
};
#define KIND_CHARTER 1
#define OPEN_END     UINT64_MAX

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

static void
put_key(struct buf *b, const struct key *k)
{
	uint8_t k40[KEY_LEN];

	memcpy(k40, k->id, KEY_ID_LEN);
	memcpy(k40 + KEY_ID_LEN, k->pk, sizeof(k->pk));
	cbor_put_bytes(b, k40, sizeof(k40));
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

static void
read_field(struct reader *r, struct charter *c, uint64_t field)
{
	switch (field) {
	case FIELD_KIND:
		if (cbor_uint(r) != KIND_CHARTER)
			reader_fail(r, QERR_VERSION);
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
		read_keys(r, c);
		break;
	case FIELD_MIRRORS:
		c->n_mirror =
		    read_texts(r, c->mirror, CHARTER_MIRRORS_MAX, 1, 512);
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

#define NEED                                                         \
	(1u << FIELD_KIND | 1u << FIELD_VERSION | 1u << FIELD_NAME | \
	    1u << FIELD_ROOTS | 1u << FIELD_THRESHOLD | 1u << FIELD_KEYS)

int
charter_decode_body(struct charter *ret, struct bytes body)
{
	uint64_t at = CBOR_KEY_START;
	unsigned seen = 0;
	struct reader r;
	size_t n;

	*ret = (struct charter){0};
	if (body.n == 0)
		return QERR_TRUNCATED;
	if (body.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	reader_init(&r, body.p, body.n);
	n = cbor_map(&r, FIELDS);
	for (size_t i = 0; i < n && r.err == 0; i++) {
		uint64_t field = cbor_key(&r, &at);

		read_field(&r, ret, field);
		if (r.err == 0)
			seen |= 1u << field;
	}
	if (reader_end(&r) != 0)
		return reader_end(&r);
	if ((seen & NEED) != NEED ||
	    (seen >> FIELD_PREVIOUS & 1) != (ret->version > 1))
		return QERR_MISSING;
	if (ret->threshold > ret->n_root)
		return QERR_RANGE;
	hash(&ret->hash, HASH_CHARTER, body);
	return 0;
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

int
charter_encode(struct buf *b, const struct charter *c)
{
	size_t start = b->n;
	struct charter check;
	int err;

	cbor_put_map(b, 6u + (c->n_lang > 0) + (c->home.n > 0) +
			    (c->n_next_root > 0) + (c->n_mirror > 0) +
			    (c->version > 1) + (c->pin > 0) +
			    (c->n_quorum > 0));
	cbor_put_uint(b, FIELD_KIND);
	cbor_put_uint(b, KIND_CHARTER);
	cbor_put_uint(b, FIELD_VERSION);
	cbor_put_uint(b, c->version);
	cbor_put_uint(b, FIELD_NAME);
	cbor_put_text(b, c->name.p, c->name.n);
	put_texts(b, FIELD_LANGS, c->lang, c->n_lang);
	if (c->home.n > 0) {
		cbor_put_uint(b, FIELD_HOME);
		cbor_put_text(b, c->home.p, c->home.n);
	}
	cbor_put_uint(b, FIELD_ROOTS);
	cbor_put_array(b, c->n_root);
	for (size_t i = 0; i < c->n_root; i++)
		put_key(b, &c->root[i]);
	cbor_put_uint(b, FIELD_THRESHOLD);
	cbor_put_uint(b, c->threshold);
	if (c->n_next_root > 0) {
		cbor_put_uint(b, FIELD_NEXT_ROOTS);
		cbor_put_array(b, c->n_next_root);
		for (size_t i = 0; i < c->n_next_root; i++)
			cbor_put_bytes(b, c->next_root[i].b, 32);
	}
	put_keys(b, c);
	put_texts(b, FIELD_MIRRORS, c->mirror, c->n_mirror);
	if (c->version > 1) {
		cbor_put_uint(b, FIELD_PREVIOUS);
		cbor_put_bytes(b, c->previous.b, 32);
	}
	if (c->pin > 0) {
		cbor_put_uint(b, FIELD_PIN);
		cbor_put_array(b, 2);
		cbor_put_uint(b, c->pin);
		cbor_put_bytes(b, c->pin_root.b, 32);
	}
	if (c->n_quorum > 0) {
		cbor_put_uint(b, FIELD_QUORUM);
		cbor_put_array(b, c->n_quorum);
		for (size_t i = 0; i < c->n_quorum; i++) {
			cbor_put_array(b, 2);
			cbor_put_uint(b, c->quorum[i].from);
			cbor_put_uint(b, c->quorum[i].m);
		}
	}
	if (buf_err(b) != 0)
		return buf_err(b);

	/* What we would not accept, we do not write. */
	err = charter_decode_body(&check, bytes_of(b->p + start, b->n - start));
	if (err != 0)
		b->n = start;
	return err;
}

void
charter_comment(char dst[CHARTER_COMMENT_MAX], uint64_t version)
{
	snprintf(dst, CHARTER_COMMENT_MAX, "quire charter %llu",
	    (unsigned long long)version);
}

int
charter_sign(struct buf *b, struct bytes body, struct bytes file,
    const struct key_secret *k)
{
	char comment[CHARTER_COMMENT_MAX];
	struct signed_file f = {.body = body};
	struct charter c;
	size_t i = 0;
	int err;

	if (file.p != NULL &&
	    (err = signed_decode(&f, file, SIGNED_SIGS_MAX)) != 0)
		return err;
	if ((err = charter_decode_body(&c, f.body)) != 0)
		return err;
	while (i < f.n_sig && memcmp(f.sig[i].id, k->pub.id, KEY_ID_LEN) < 0)
		i++;
	if (i < f.n_sig && memcmp(f.sig[i].id, k->pub.id, KEY_ID_LEN) == 0)
		return QERR_DUPLICATE;
	if (f.n_sig == SIGNED_SIGS_MAX)
		return QERR_FULL;
	memmove(&f.sig[i + 1], &f.sig[i], (f.n_sig - i) * sizeof(f.sig[0]));
	f.n_sig++;
	charter_comment(comment, c.version);
	key_sign(&f.sig[i], k, f.body, comment);
	signed_encode(b, &f);
	return buf_err(b);
}

static const struct key *
root_of(const struct charter *c, const uint8_t id[KEY_ID_LEN])
{
	for (size_t i = 0; i < c->n_root; i++)
		if (memcmp(c->root[i].id, id, KEY_ID_LEN) == 0)
			return &c->root[i];
	return NULL;
}

/*
 * Check one signature against whichever of the two charters' roots has its id,
 * and count for both.
 */
static int
count_signature(const struct key_sig *s, struct bytes body, const char *comment,
    const struct charter *c, const struct charter *prev, unsigned *own,
    unsigned *old)
{
	const struct key *now = root_of(c, s->id);
	const struct key *before = prev == NULL ? NULL : root_of(prev, s->id);
	const struct key *k = now != NULL ? now : before;
	int err;

	if (k == NULL)
		return QERR_KEY;
	/* One id for two keys would let one signature stand for both. */
	if (now != NULL && before != NULL && !key_eq(now, before))
		return QERR_KEY;
	if ((err = key_verify(k, s, body, comment)) != 0)
		return err;
	*own += now != NULL;
	*old += before != NULL;
	return 0;
}

/* A root that joins must have been announced, if anything was. */
static int
check_new_roots(const struct charter *c, const struct charter *prev)
{
	for (size_t i = 0; i < c->n_root && prev->n_next_root > 0; i++) {
		const struct key *old = root_of(prev, c->root[i].id);
		uint8_t k40[KEY_LEN];
		bool announced = false;
		struct id h;

		if (old != NULL && key_eq(old, &c->root[i]))
			continue;
		memcpy(k40, c->root[i].id, KEY_ID_LEN);
		memcpy(k40 + KEY_ID_LEN, c->root[i].pk, 32);
		hash(&h, HASH_ROOT, bytes_of(k40, sizeof(k40)));
		for (size_t j = 0; j < prev->n_next_root; j++)
			announced |= id_eq(&h, &prev->next_root[j]);
		if (!announced)
			return QERR_KEY;
	}
	return 0;
}

/* What is pinned stays so: a later pin reaches further, or is the same. */
static int
check_pin(const struct charter *c, const struct charter *prev)
{
	if (c->pin < prev->pin ||
	    (c->pin == prev->pin && !id_eq(&c->pin_root, &prev->pin_root)))
		return QERR_CHAIN;
	return 0;
}

int
charter_open(struct charter *ret, struct bytes file, const struct charter *prev)
{
	char comment[CHARTER_COMMENT_MAX];
	unsigned own = 0, old = 0;
	struct signed_file f;
	int err;

	if (file.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	if ((err = signed_decode(&f, file, SIGNED_SIGS_MAX)) != 0 ||
	    (err = charter_decode_body(ret, f.body)) != 0)
		return err;
	if (ret->version != (prev == NULL ? 1 : prev->version + 1) ||
	    (prev != NULL && !id_eq(&ret->previous, &prev->hash)))
		return QERR_CHAIN;
	charter_comment(comment, ret->version);
	for (size_t i = 0; i < f.n_sig; i++) {
		err = count_signature(&f.sig[i], f.body, comment, ret, prev,
		    &own, &old);
		if (err != 0)
			return err;
	}
	if (own < ret->threshold || (prev != NULL && old < prev->threshold))
		return QERR_BADSIG;
	if (prev == NULL)
		return 0;
	err = check_new_roots(ret, prev);
	return err != 0 ? err : check_pin(ret, prev);
}

int
charter_signer(const struct charter *c, const uint8_t id[KEY_ID_LEN],
    uint64_t number, const struct key **ret_key)
{
	int err = QERR_KEY;

	for (size_t i = 0; i < c->n_key; i++) {
		const struct charter_key *k = &c->key[i];

		if (memcmp(k->key.id, id, KEY_ID_LEN) != 0)
			continue;
		err = QERR_REVOKED;
		if (number >= k->from && number <= k->to) {
			*ret_key = &k->key;
			return 0;
		}
	}
	return err;
}

unsigned
charter_quorum(const struct charter *c, uint64_t number)
{
	unsigned m = 1;

	for (size_t i = 0; i < c->n_quorum && c->quorum[i].from <= number; i++)
		m = c->quorum[i].m;
	return m;
}

int
charter_signers(const struct charter *c, const uint8_t *id, size_t n,
    uint64_t number)
{
	const struct key *k;
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = charter_signer(c, id + i * KEY_ID_LEN, number, &k);
	if (err == 0 && n < charter_quorum(c, number))
		err = QERR_QUORUM;
	return err;
}

int
charter_check_history(const struct charter *c, uint64_t number,
    const struct id *history)
{
	return c->pin > 0 && number == c->pin + 1 &&
		       !id_eq(history, &c->pin_root)
		   ? QERR_PINNED
		   : 0;
}

#include "proto/object/pack.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/base/padme.h"
#include "proto/base/qerr.h"
#include "proto/object/frame.h"
#include "proto/object/merkle.h"

/*
 *	nonce | seal( length of z | z | zeros ) | tag
 *	 24           4                           16
 */
#define NONCE_LEN  crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_LEN    crypto_aead_xchacha20poly1305_ietf_ABYTES
#define OUTER_LEN  (NONCE_LEN + TAG_LEN)
#define LENGTH_LEN 4
#define SEALED_MIN 256
#define AD_LEN     (32 + 1 + 8 + 8)

static uint64_t
sealed_len(size_t z)
{
	uint64_t n = padme(OUTER_LEN + LENGTH_LEN + (uint64_t)z);

	return n < SEALED_MIN ? SEALED_MIN : n;
}

/* What the seal is bound to, so that no pack passes for another. */
static void
make_ad(uint8_t ad[AD_LEN], const struct pack_entry *e, const struct id *feed)
{
	memcpy(ad, feed->b, sizeof(feed->b));
	ad[32] = (uint8_t)e->tier;
	store_le64(ad + 33, e->first);
	store_le64(ad + 41, e->last);
}

static void
derive(uint8_t dst[32], const struct reading_key *k, const char *what)
{
	crypto_generichash_blake2b(dst, 32, (const uint8_t *)what, strlen(what),
	    k->b, sizeof(k->b));
}

/* A nonce from all that is sealed: it repeats only where everything does. */
static void
make_nonce(uint8_t nonce[NONCE_LEN], const struct reading_key *k,
    const uint8_t ad[AD_LEN], struct bytes inner)
{
	crypto_generichash_blake2b_state s;
	uint8_t key[32];

	derive(key, k, "quire pack nonce");
	crypto_generichash_blake2b_init(&s, key, sizeof(key), NONCE_LEN);
	crypto_generichash_blake2b_update(&s, ad, AD_LEN);
	crypto_generichash_blake2b_update(&s, inner.p, inner.n);
	crypto_generichash_blake2b_final(&s, nonce, NONCE_LEN);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&s, sizeof(s));
}

/* Build the padded plaintext of a pack in |inner|. */
static int
make_inner(struct buf *inner, struct bytes raw, struct bytes base, int level,
    _Atomic size_t *done)
{
	size_t z, pad;
	int r;

	buf_put_le32(inner, 0);
	r = frame_deflate(inner, raw, base, level, done);
	if (r == 0)
		r = buf_err(inner);
	if (r != 0)
		return r;

	z = inner->n - LENGTH_LEN;
	if (sealed_len(z) > PACK_SIZE_MAX)
		return QERR_TOOBIG;
	store_le32(inner->p, (uint32_t)z);
	pad = (size_t)sealed_len(z) - OUTER_LEN - inner->n;
	if (pad > 0 && buf_grow(inner, pad) != NULL)
		memset(inner->p + inner->n - pad, 0, pad);
	return buf_err(inner);
}

static int
seal_into(struct buf *b, const struct pack_entry *e, const struct id *feed,
    const struct reading_key *k, struct bytes inner)
{
	uint8_t ad[AD_LEN], key[32], *dst;

	dst = buf_grow(b, inner.n + OUTER_LEN);
	if (dst == NULL)
		return buf_err(b);
	make_ad(ad, e, feed);
	make_nonce(dst, k, ad, inner);
	derive(key, k, "quire pack key");
	crypto_aead_xchacha20poly1305_ietf_encrypt(dst + NONCE_LEN, NULL,
	    inner.p, inner.n, ad, sizeof(ad), NULL, dst, key);
	sodium_memzero(key, sizeof(key));
	return 0;
}

int
pack_seal(struct buf *b, struct pack_entry *e, const struct id *feed,
    const struct reading_key *k, struct bytes raw, struct bytes base, int level,
    _Atomic size_t *done)
{
	size_t from = b->n;
	struct buf inner;
	int r;

	if (raw.n == 0)
		return QERR_RANGE;
	if (raw.n > PACK_SIZE_MAX || base.n > PACK_PREFIX_MAX)
		return QERR_TOOBIG;
	buf_init(&inner, 0);
	r = make_inner(&inner, raw, e->base != 0 ? base : bytes_of(NULL, 0),
	    level, done);
	if (r == 0)
		r = seal_into(b, e, feed, k, buf_bytes(&inner));
	buf_wipe(&inner);
	if (r != 0)
		return r;

	e->raw = (uint32_t)raw.n;
	e->size = (uint32_t)(b->n - from);
	return merkle_pack_root(&e->root, bytes_of(b->p + from, e->size));
}

static bool
all_zero(struct bytes s)
{
	return s.n == 0 || sodium_is_zero(s.p, s.n) == 1;
}

/* The frame in |inner|, and nothing but zeros up to the one right length. */
static int
find_frame(struct bytes *ret, struct bytes inner)
{
	size_t z;

	if (inner.n < LENGTH_LEN)
		return QERR_TRUNCATED;
	z = load_le32(inner.p);
	if (z > inner.n - LENGTH_LEN)
		return QERR_TRUNCATED;
	if (sealed_len(z) != inner.n + OUTER_LEN)
		return QERR_ENCODING;
	*ret = bytes_of(inner.p + LENGTH_LEN, z);

	return all_zero(bytes_of(ret->p + z, inner.n - LENGTH_LEN - z))
		   ? 0
		   : QERR_ENCODING;
}

static int
unseal(uint8_t *inner, const struct pack_entry *e, const struct id *feed,
    const struct reading_key *k, struct bytes sealed)
{
	uint8_t ad[AD_LEN], key[32];
	int r;

	make_ad(ad, e, feed);
	derive(key, k, "quire pack key");
	r = crypto_aead_xchacha20poly1305_ietf_decrypt(inner, NULL, NULL,
	    sealed.p + NONCE_LEN, sealed.n - NONCE_LEN, ad, sizeof(ad),
	    sealed.p, key);
	sodium_memzero(key, sizeof(key));
	return r == 0 ? 0 : QERR_AEAD;
}

int
pack_open(struct buf *raw, const struct pack_entry *e, const struct id *feed,
    const struct reading_key *k, struct bytes sealed, struct bytes base)
{
	struct bytes z = {NULL, 0};
	uint8_t *inner;
	size_t n;
	int r;

	buf_clear(raw);
	if (e->base != 0 && base.n == 0)
		return QERR_BASE;
	if (sealed.n < SEALED_MIN)
		return QERR_TRUNCATED;
	if (sealed.n > PACK_SIZE_MAX)
		return QERR_TOOBIG;
	n = sealed.n - OUTER_LEN;
	inner = malloc(n);
	if (inner == NULL)
		return QERR_NOMEM;

	r = unseal(inner, e, feed, k, sealed);
	if (r == 0)
		r = find_frame(&z, bytes_of(inner, n));
	if (r == 0)
		r = frame_inflate(raw, z, e->raw,
		    e->base != 0 ? base : bytes_of(NULL, 0));
	sodium_memzero(inner, n);
	free(inner);
	if (r != 0)
		buf_clear(raw);
	return r;
}

int
pack_check(const struct pack_entry *e, struct bytes sealed)
{
	struct id root;
	int r;

	if (sealed.n != e->size)
		return sealed.n < e->size ? QERR_TRUNCATED : QERR_TRAILING;
	r = merkle_pack_root(&root, sealed);
	if (r != 0)
		return r;

	return id_eq(&root, &e->root) ? 0 : QERR_BADHASH;
}

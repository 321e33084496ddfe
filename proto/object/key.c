#include "proto/object/key.h"

#include <sodium.h>

#include "proto/base/cbor.h"
#include "proto/base/qerr.h"

bool
key_eq(const struct key *a, const struct key *b)
{
	return memcmp(a->id, b->id, sizeof(a->id)) == 0 &&
	       memcmp(a->pk, b->pk, sizeof(a->pk)) == 0;
}

void
key_secret_new(struct key_secret *ret, const uint8_t seed[32],
    const uint8_t id[KEY_ID_LEN])
{
	memcpy(ret->pub.id, id, KEY_ID_LEN);
	crypto_sign_seed_keypair(ret->pub.pk, ret->sk, seed);
}

void
key_secret_done(struct key_secret *k)
{
	sodium_memzero(k, sizeof(*k));
}

/* minisign signs BLAKE2b-512 of the message in its prehashed form. */
#define PREHASH_LEN 64

static void
prehash(uint8_t dst[PREHASH_LEN], struct bytes body)
{
	crypto_generichash(dst, PREHASH_LEN, body.p, body.n, NULL, 0);
}

/* What the global signature covers: sig || trusted comment. */
static size_t
global_bytes(uint8_t dst[64 + KEY_COMMENT_MAX], const uint8_t sig[64],
    const char *trusted)
{
	size_t n = strnlen(trusted, KEY_COMMENT_MAX);

	memcpy(dst, sig, 64);
	memcpy(dst + 64, trusted, n);
	return 64 + n;
}

void
key_sign_body(uint8_t ret[64], const struct key_secret *k, struct bytes body)
{
	uint8_t h[PREHASH_LEN];

	prehash(h, body);
	crypto_sign_detached(ret, NULL, h, sizeof(h), k->sk);
}

int
key_verify_body(const struct key *k, const uint8_t sig[64], struct bytes body)
{
	uint8_t h[PREHASH_LEN];

	prehash(h, body);
	return crypto_sign_verify_detached(sig, h, sizeof(h), k->pk) == 0
		   ? 0
		   : QERR_BADSIG;
}

void
key_sign(struct key_sig *ret, const struct key_secret *k, struct bytes body,
    const char *trusted)
{
	uint8_t g[64 + KEY_COMMENT_MAX];

	memcpy(ret->id, k->pub.id, KEY_ID_LEN);
	key_sign_body(ret->sig, k, body);
	crypto_sign_detached(ret->global, NULL, g,
	    global_bytes(g, ret->sig, trusted), k->sk);
}

int
key_verify(const struct key *k, const struct key_sig *sig, struct bytes body,
    const char *trusted)
{
	uint8_t g[64 + KEY_COMMENT_MAX];
	int err;

	if (memcmp(k->id, sig->id, KEY_ID_LEN) != 0)
		return QERR_KEY;
	if ((err = key_verify_body(k, sig->sig, body)) != 0)
		return err;
	if (crypto_sign_verify_detached(sig->global, g,
		global_bytes(g, sig->sig, trusted), k->pk) != 0)
		return QERR_BADSIG;
	return 0;
}

void
key_sig_encode(struct buf *b, const struct key_sig *sig)
{
	cbor_put_array(b, 3);
	cbor_put_bytes(b, sig->id, sizeof(sig->id));
	cbor_put_bytes(b, sig->sig, sizeof(sig->sig));
	cbor_put_bytes(b, sig->global, sizeof(sig->global));
}

void
key_sig_decode(struct key_sig *ret, struct reader *r)
{
	if (cbor_array(r, 3) != 3)
		reader_fail(r, QERR_TYPE);
	cbor_bytes_exact(r, ret->id, sizeof(ret->id));
	cbor_bytes_exact(r, ret->sig, sizeof(ret->sig));
	cbor_bytes_exact(r, ret->global, sizeof(ret->global));
}

#include <sodium.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"
#include "proto/wire/noise_inner.h"

#define HMAC_BLOCK 128 /* BLAKE2b's */

/* HMAC (RFC 2104) over BLAKE2b, which is not keyed BLAKE2b. */
static void
hmac(uint8_t ret[NOISE_HASH_LEN], const uint8_t key[NOISE_HASH_LEN],
    const uint8_t *in, size_t n)
{
	crypto_generichash_state st;
	uint8_t pad[HMAC_BLOCK];

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		pad[i] = (i < NOISE_HASH_LEN ? key[i] : 0) ^ 0x36;
	crypto_generichash_init(&st, NULL, 0, NOISE_HASH_LEN);
	crypto_generichash_update(&st, pad, HMAC_BLOCK);
	crypto_generichash_update(&st, in, n);
	crypto_generichash_final(&st, ret, NOISE_HASH_LEN);

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	crypto_generichash_init(&st, NULL, 0, NOISE_HASH_LEN);
	crypto_generichash_update(&st, pad, HMAC_BLOCK);
	crypto_generichash_update(&st, ret, NOISE_HASH_LEN);
	crypto_generichash_final(&st, ret, NOISE_HASH_LEN);

	sodium_memzero(pad, sizeof(pad));
	sodium_memzero(&st, sizeof(st));
}

void
noise_hkdf(uint8_t (*ret)[NOISE_HASH_LEN], size_t n,
    const uint8_t ck[NOISE_HASH_LEN], const uint8_t *in, size_t n_in)
{
	uint8_t temp[NOISE_HASH_LEN], chain[NOISE_HASH_LEN + 1];
	size_t len = 0;

	hmac(temp, ck, in, n_in);
	for (size_t i = 0; i < n; i++) {
		chain[len] = (uint8_t)(i + 1);
		hmac(ret[i], temp, chain, len + 1);
		memcpy(chain, ret[i], NOISE_HASH_LEN);
		len = NOISE_HASH_LEN;
	}

	sodium_memzero(temp, sizeof(temp));
	sodium_memzero(chain, sizeof(chain));
}

static void
nonce(uint8_t ret[12], uint64_t n)
{
	memset(ret, 0, 4);
	store_le64(ret + 4, n);
}

void
noise_set_key(struct noise_cipher *c, const uint8_t k[32])
{
	memcpy(c->k, k, sizeof(c->k));
	c->n = 0;
	c->has_key = true;
}

int
noise_seal_with(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n, const uint8_t *ad, size_t n_ad)
{
	uint8_t at[12];

	if (c->n == UINT64_MAX) /* REKEY's own, §5.1 */
		return QERR_AEAD;
	nonce(at, c->n++);
	crypto_aead_chacha20poly1305_ietf_encrypt(dst, NULL, src, n, ad, n_ad,
	    NULL, at, c->k);
	return 0;
}

int
noise_open_with(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n, const uint8_t *ad, size_t n_ad)
{
	uint8_t at[12];

	if (n < NOISE_TAG_LEN || c->n == UINT64_MAX)
		return QERR_AEAD;
	nonce(at, c->n);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(dst, NULL, NULL, src, n,
		ad, n_ad, at, c->k) != 0)
		return QERR_AEAD;
	c->n++;
	return 0;
}

int
noise_seal(struct noise_cipher *c, uint8_t *dst, const uint8_t *src, size_t n)
{
	return noise_seal_with(c, dst, src, n, NULL, 0);
}

int
noise_open(struct noise_cipher *c, uint8_t *dst, const uint8_t *src, size_t n)
{
	return noise_open_with(c, dst, src, n, NULL, 0);
}

/* REKEY, §4.2: the key enciphers zeros under the nonce never used otherwise. */
void
noise_rekey(struct noise_cipher *c)
{
	static const uint8_t zeros[32];
	uint8_t at[12], out[32 + NOISE_TAG_LEN];

	nonce(at, UINT64_MAX);
	crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, zeros,
	    sizeof(zeros), NULL, 0, NULL, at, c->k);
	memcpy(c->k, out, sizeof(c->k));
	sodium_memzero(out, sizeof(out));
}

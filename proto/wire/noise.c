#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"
#include "proto/wire/noise_inner.h"

/* The symmetric state, §5.2. */

static void
mix_hash(struct noise *h, const uint8_t *p, size_t n)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, NULL, 0, NOISE_HASH_LEN);
	crypto_generichash_update(&st, h->h, NOISE_HASH_LEN);
	crypto_generichash_update(&st, p, n);
	crypto_generichash_final(&st, h->h, NOISE_HASH_LEN);
}

static void
mix_key(struct noise *h, const uint8_t ikm[NOISE_DH_LEN])
{
	uint8_t out[2][NOISE_HASH_LEN];

	noise_hkdf(out, 2, h->ck, ikm, NOISE_DH_LEN);
	memcpy(h->ck, out[0], NOISE_HASH_LEN);
	noise_set_key(&h->cipher, out[1]);
	sodium_memzero(out, sizeof(out));
}

static void
mix_key_and_hash(struct noise *h, const uint8_t psk[32])
{
	uint8_t out[3][NOISE_HASH_LEN];

	noise_hkdf(out, 3, h->ck, psk, 32);
	memcpy(h->ck, out[0], NOISE_HASH_LEN);
	mix_hash(h, out[1], NOISE_HASH_LEN);
	noise_set_key(&h->cipher, out[2]);
	sodium_memzero(out, sizeof(out));
}

static size_t
tag_len(const struct noise_cipher *c)
{
	return c->has_key ? NOISE_TAG_LEN : 0;
}

/* EncryptAndHash; returns the bytes written, n or n + 16. */
static size_t
encrypt_and_hash(struct noise *h, uint8_t *dst, const uint8_t *src, size_t n)
{
	size_t len = n + tag_len(&h->cipher);

	if (h->cipher.has_key)
		noise_seal_with(&h->cipher, dst, src, n, h->h, NOISE_HASH_LEN);
	else if (n > 0)
		memmove(dst, src, n);
	mix_hash(h, dst, len);
	return len;
}

static int
decrypt_and_hash(struct noise *h, uint8_t *dst, const uint8_t *src, size_t n)
{
	uint8_t before[NOISE_HASH_LEN];

	memcpy(before, h->h, sizeof(before));
	mix_hash(h, src, n);
	if (h->cipher.has_key)
		return noise_open_with(&h->cipher, dst, src, n, before,
		    NOISE_HASH_LEN);
	if (n > 0)
		memmove(dst, src, n);
	return 0;
}

/* The handshake state, §5.3. */

static int
mix_dh(struct noise *h, enum noise_word w)
{
	/* The first letter is the initiator's key, the second theirs. */
	bool first_s = w == NOISE_SE || w == NOISE_SS;
	bool second_s = w == NOISE_ES || w == NOISE_SS;
	bool mine_s = h->initiator ? first_s : second_s;
	bool theirs_s = h->initiator ? second_s : first_s;
	uint8_t dh[NOISE_DH_LEN];
	int err = 0;

	/* -1: a point of low order, §9.1: refused like any other bad input. */
	if (crypto_scalarmult(dh, mine_s ? h->s : h->e,
		theirs_s ? h->rs : h->re) != 0)
		err = QERR_AEAD;
	else
		mix_key(h, dh);
	sodium_memzero(dh, sizeof(dh));
	return err;
}

static int
mix_psk(struct noise *h)
{
	mix_key_and_hash(h, h->psk[h->psk_at++]);
	return 0;
}

/* An ephemeral key, either's: hashed, and mixed in where a psk is used, §9.2. */
static void
mix_e(struct noise *h, const uint8_t pub[NOISE_DH_LEN])
{
	mix_hash(h, pub, NOISE_DH_LEN);
	if (h->has_psk)
		mix_key(h, pub);
}

static int
write_word(struct noise *h, enum noise_word w, uint8_t **dst)
{
	switch (w) {
	case NOISE_E:
		memcpy(*dst, h->e_pub, NOISE_DH_LEN);
		mix_e(h, h->e_pub);
		*dst += NOISE_DH_LEN;
		return 0;
	case NOISE_S:
		*dst += encrypt_and_hash(h, *dst, h->s_pub, NOISE_DH_LEN);
		return 0;
	case NOISE_PSK:
		return mix_psk(h);
	case NOISE_EE:
	case NOISE_ES:
	case NOISE_SE:
	case NOISE_SS:
	default:
		return mix_dh(h, w);
	}
}

static int
read_word(struct noise *h, enum noise_word w, const uint8_t **msg, size_t *n)
{
	size_t len = NOISE_DH_LEN + (w == NOISE_S ? tag_len(&h->cipher) : 0);
	const uint8_t *at = *msg;

	if (w == NOISE_PSK)
		return mix_psk(h);
	if (w != NOISE_E && w != NOISE_S)
		return mix_dh(h, w);
	if (*n < len)
		return QERR_AEAD;

	*msg += len;
	*n -= len;
	if (w == NOISE_S)
		return decrypt_and_hash(h, h->rs, at, len);
	memcpy(h->re, at, NOISE_DH_LEN);
	mix_e(h, h->re);
	return 0;
}

size_t
noise_overhead(const struct noise *h)
{
	bool key = h->cipher.has_key;
	size_t len = 0;

	for (size_t i = 0; i < h->msg[h->at].n; i++) {
		enum noise_word w = h->msg[h->at].word[i];

		if (w == NOISE_E || w == NOISE_S)
			len += NOISE_DH_LEN;
		if (w == NOISE_S && key)
			len += NOISE_TAG_LEN;
		if (w != NOISE_S && (w != NOISE_E || h->has_psk))
			key = true;
	}
	return len + (key ? NOISE_TAG_LEN : 0);
}

int
noise_write(struct noise *h, uint8_t *dst, const uint8_t *payload,
    size_t n_payload)
{
	struct noise next = *h;
	int err = 0;

	for (size_t i = 0; err == 0 && i < h->msg[h->at].n; i++)
		err = write_word(&next, h->msg[h->at].word[i], &dst);
	if (err == 0) {
		encrypt_and_hash(&next, dst, payload, n_payload);
		next.at++;
		*h = next;
	}
	sodium_memzero(&next, sizeof(next));
	return err;
}

int
noise_read(struct noise *h, uint8_t *payload, const uint8_t *msg, size_t n)
{
	struct noise next = *h;
	int err = 0;

	for (size_t i = 0; err == 0 && i < h->msg[h->at].n; i++)
		err = read_word(&next, h->msg[h->at].word[i], &msg, &n);
	if (err == 0)
		err = decrypt_and_hash(&next, payload, msg, n);
	if (err == 0) {
		next.at++;
		*h = next;
	}
	sodium_memzero(&next, sizeof(next));
	return err;
}

bool
noise_finished(const struct noise *h)
{
	return h->at == h->n_msg;
}

void
noise_split(struct noise *h, struct noise_cipher *ret_c1,
    struct noise_cipher *ret_c2, uint8_t ret_hash[NOISE_HASH_LEN])
{
	uint8_t out[2][NOISE_HASH_LEN];

	noise_hkdf(out, 2, h->ck, NULL, 0);
	noise_set_key(ret_c1, out[0]);
	noise_set_key(ret_c2, out[1]);
	memcpy(ret_hash, h->h, NOISE_HASH_LEN);
	sodium_memzero(out, sizeof(out));
}

/* Setting up: the name, and the keys known before. */

/* h and ck begin as the protocol's whole name, zero-padded or hashed, §5.2. */
static int
begin(struct noise *h, const struct noise_config *cfg)
{
	char name[128] = "Noise_";
	size_t n = strlen(cfg->pattern);

	if (n > 64)
		return QERR_UNKNOWN;
	memcpy(name + 6, cfg->pattern, n);
	memcpy(name + 6 + n, "_25519_ChaChaPoly_BLAKE2b", 26);
	n = strlen(name);
	if (n <= NOISE_HASH_LEN)
		memcpy(h->h, name, n);
	else
		crypto_generichash(h->h, NOISE_HASH_LEN, (const uint8_t *)name,
		    n, NULL, 0);
	memcpy(h->ck, h->h, NOISE_HASH_LEN);
	mix_hash(h, cfg->prologue, cfg->n_prologue);
	return 0;
}

static int
take_keys(struct noise *h, const struct noise_config *cfg)
{
	if (cfg->s != NULL) {
		memcpy(h->s, cfg->s, NOISE_DH_LEN);
		crypto_scalarmult_base(h->s_pub, h->s);
	}
	if (cfg->e != NULL) {
		memcpy(h->e, cfg->e, NOISE_DH_LEN);
		crypto_scalarmult_base(h->e_pub, h->e);
	}
	if (cfg->rs != NULL)
		memcpy(h->rs, cfg->rs, NOISE_DH_LEN);
	if (cfg->n_psk > NOISE_PSKS_MAX)
		return QERR_RANGE;
	for (size_t i = 0; i < cfg->n_psk; i++)
		memcpy(h->psk[i], cfg->psk[i], 32);
	h->n_psk = cfg->n_psk;
	return 0;
}

/* The keys that both sides know before, the initiator's first, §5.3. */
static int
premessages(struct noise *h, const bool know[2], const struct noise_config *cfg)
{
	for (int i = 0; i < 2; i++) {
		bool mine = h->initiator == (i == 0);

		if (!know[i])
			continue;
		if ((mine ? cfg->s : cfg->rs) == NULL)
			return QERR_MISSING;
		mix_hash(h, mine ? h->s_pub : h->rs, NOISE_DH_LEN);
	}
	return 0;
}

struct noise *
noise_new(const struct noise_config *cfg)
{
	struct noise *h = calloc(1, sizeof(*h));
	bool know[2];

	if (h == NULL)
		return NULL;
	h->initiator = cfg->initiator;
	if (take_keys(h, cfg) != 0 ||
	    noise_pattern(h, cfg->pattern, know) != 0 || begin(h, cfg) != 0 ||
	    premessages(h, know, cfg) != 0) {
		noise_free(h);
		return NULL;
	}
	return h;
}

void
noise_free(struct noise *h)
{
	if (h == NULL)
		return;
	sodium_memzero(h, sizeof(*h));
	free(h);
}

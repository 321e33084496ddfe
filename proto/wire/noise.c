#include "proto/wire/noise.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"

#define DH_LEN     32
#define HMAC_BLOCK 128 /* BLAKE2b's */
#define WORDS_MAX  12
#define MSGS_MAX   4
#define PSKS_MAX   4

enum word {
	WORD_E,
	WORD_S,
	WORD_EE,
	WORD_ES,
	WORD_SE,
	WORD_SS,
	WORD_PSK,
};

/*
 * The fundamental patterns, §7.4 and §7.5, as the specification writes them:
 * what is known before of the initiator's and the responder's static key, then
 * the messages, the initiator's first.
 */
static const struct pattern {
	const char *name;
	bool know_i, know_r;
	const char *messages;
} patterns[] = {
    {"N", false, true, "e es"},
    {"K", true, true, "e es ss"},
    {"X", false, true, "e es s ss"},
    {"NN", false, false, "e|e ee"},
    {"NK", false, true, "e es|e ee"},
    {"NX", false, false, "e|e ee s es"},
    {"KN", true, false, "e|e ee se"},
    {"KK", true, true, "e es ss|e ee se"},
    {"KX", true, false, "e|e ee se s es"},
    {"XN", false, false, "e|e ee|s se"},
    {"XK", false, true, "e es|e ee|s se"},
    {"XX", false, false, "e|e ee s es|s se"},
    {"IN", false, false, "e s|e ee se"},
    {"IK", false, true, "e es s ss|e ee se"},
    {"IX", false, false, "e s|e ee se s es"},
};

static const char *const words[] = {
    [WORD_E] = "e",
    [WORD_S] = "s",
    [WORD_EE] = "ee",
    [WORD_ES] = "es",
    [WORD_SE] = "se",
    [WORD_SS] = "ss",
};

struct message {
	enum word word[WORDS_MAX];
	size_t n;
};

struct noise {
	bool initiator, has_psk;
	struct message msg[MSGS_MAX];
	size_t n_msg, at;
	uint8_t ck[NOISE_HASH_LEN], h[NOISE_HASH_LEN];
	struct noise_cipher cipher;
	uint8_t s[DH_LEN], s_pub[DH_LEN];
	uint8_t e[DH_LEN], e_pub[DH_LEN];
	uint8_t rs[DH_LEN], re[DH_LEN];
	uint8_t psk[PSKS_MAX][32];
	size_t n_psk, psk_at;
};

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

/* HKDF, §4.3, into |n| <= 3 outputs; the first may be |ck| itself. */
static void
hkdf(uint8_t (*ret)[NOISE_HASH_LEN], size_t n, const uint8_t ck[NOISE_HASH_LEN],
    const uint8_t *in, size_t n_in)
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

static int
seal(struct noise_cipher *c, uint8_t *dst, const uint8_t *src, size_t n,
    const uint8_t *ad, size_t n_ad)
{
	uint8_t at[12];

	if (c->n == UINT64_MAX) /* REKEY's own, §5.1 */
		return QERR_AEAD;
	nonce(at, c->n++);
	crypto_aead_chacha20poly1305_ietf_encrypt(dst, NULL, src, n, ad, n_ad,
	    NULL, at, c->k);
	return 0;
}

static int
open(struct noise_cipher *c, uint8_t *dst, const uint8_t *src, size_t n,
    const uint8_t *ad, size_t n_ad)
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
	return seal(c, dst, src, n, NULL, 0);
}

int
noise_open(struct noise_cipher *c, uint8_t *dst, const uint8_t *src, size_t n)
{
	return open(c, dst, src, n, NULL, 0);
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
set_key(struct noise_cipher *c, const uint8_t k[32])
{
	memcpy(c->k, k, sizeof(c->k));
	c->n = 0;
	c->has_key = true;
}

static void
mix_key(struct noise *h, const uint8_t ikm[DH_LEN])
{
	uint8_t out[2][NOISE_HASH_LEN];

	hkdf(out, 2, h->ck, ikm, DH_LEN);
	memcpy(h->ck, out[0], NOISE_HASH_LEN);
	set_key(&h->cipher, out[1]);
	sodium_memzero(out, sizeof(out));
}

static void
mix_key_and_hash(struct noise *h, const uint8_t psk[32])
{
	uint8_t out[3][NOISE_HASH_LEN];

	hkdf(out, 3, h->ck, psk, 32);
	memcpy(h->ck, out[0], NOISE_HASH_LEN);
	mix_hash(h, out[1], NOISE_HASH_LEN);
	set_key(&h->cipher, out[2]);
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
		seal(&h->cipher, dst, src, n, h->h, NOISE_HASH_LEN);
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
		return open(&h->cipher, dst, src, n, before, NOISE_HASH_LEN);
	if (n > 0)
		memmove(dst, src, n);
	return 0;
}

/* The handshake state, §5.3. */

static int
mix_dh(struct noise *h, enum word w)
{
	/* The first letter is the initiator's key, the second theirs. */
	bool first_s = w == WORD_SE || w == WORD_SS;
	bool second_s = w == WORD_ES || w == WORD_SS;
	bool mine_s = h->initiator ? first_s : second_s;
	bool theirs_s = h->initiator ? second_s : first_s;
	uint8_t dh[DH_LEN];
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
mix_e(struct noise *h, const uint8_t pub[DH_LEN])
{
	mix_hash(h, pub, DH_LEN);
	if (h->has_psk)
		mix_key(h, pub);
}

static int
write_word(struct noise *h, enum word w, uint8_t **dst)
{
	switch (w) {
	case WORD_E:
		memcpy(*dst, h->e_pub, DH_LEN);
		mix_e(h, h->e_pub);
		*dst += DH_LEN;
		return 0;
	case WORD_S:
		*dst += encrypt_and_hash(h, *dst, h->s_pub, DH_LEN);
		return 0;
	case WORD_PSK:
		return mix_psk(h);
	case WORD_EE:
	case WORD_ES:
	case WORD_SE:
	case WORD_SS:
	default:
		return mix_dh(h, w);
	}
}

static int
read_word(struct noise *h, enum word w, const uint8_t **msg, size_t *n)
{
	size_t len = DH_LEN + (w == WORD_S ? tag_len(&h->cipher) : 0);
	const uint8_t *at = *msg;

	if (w == WORD_PSK)
		return mix_psk(h);
	if (w != WORD_E && w != WORD_S)
		return mix_dh(h, w);
	if (*n < len)
		return QERR_AEAD;

	*msg += len;
	*n -= len;
	if (w == WORD_S)
		return decrypt_and_hash(h, h->rs, at, len);
	memcpy(h->re, at, DH_LEN);
	mix_e(h, h->re);
	return 0;
}

size_t
noise_overhead(const struct noise *h)
{
	bool key = h->cipher.has_key;
	size_t len = 0;

	for (size_t i = 0; i < h->msg[h->at].n; i++) {
		enum word w = h->msg[h->at].word[i];

		if (w == WORD_E || w == WORD_S)
			len += DH_LEN;
		if (w == WORD_S && key)
			len += NOISE_TAG_LEN;
		if (w != WORD_S && (w != WORD_E || h->has_psk))
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

	hkdf(out, 2, h->ck, NULL, 0);
	set_key(ret_c1, out[0]);
	set_key(ret_c2, out[1]);
	memcpy(ret_hash, h->h, NOISE_HASH_LEN);
	sodium_memzero(out, sizeof(out));
}

/* Setting up: the pattern's name, its words, the keys known before. */

static int
add_word(struct message *m, enum word w, size_t at)
{
	if (m->n == WORDS_MAX)
		return QERR_FULL;
	memmove(&m->word[at + 1], &m->word[at],
	    (m->n - at) * sizeof(m->word[0]));
	m->word[at] = w;
	m->n++;
	return 0;
}

static int
parse_word(enum word *ret, const char *s, size_t n)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
			*ret = (enum word)i;
			return 0;
		}
	return QERR_UNKNOWN;
}

static int
parse_messages(struct noise *h, const char *s)
{
	while (*s != '\0') {
		struct message *m = &h->msg[h->n_msg];
		size_t n = strcspn(s, " |");
		enum word w;

		if (parse_word(&w, s, n) != 0 || add_word(m, w, m->n) != 0)
			return QERR_UNKNOWN;
		s += n;
		if (*s == '|' || *s == '\0')
			h->n_msg++;
		if (*s != '\0')
			s++;
	}
	return 0;
}

/* "psk0+psk2": psk0 begins message 1, pskN ends message N, §9.3. */
static int
parse_modifiers(struct noise *h, const char *s)
{
	while (*s != '\0') {
		size_t at = (size_t)(s[0] == 'p' && s[1] == 's' && s[2] == 'k'
					 ? s[3] - '0'
					 : MSGS_MAX);

		if (at > h->n_msg ||
		    add_word(&h->msg[at == 0 ? 0 : at - 1], WORD_PSK,
			at == 0 ? 0 : h->msg[at - 1].n) != 0)
			return QERR_UNKNOWN;
		h->has_psk = true;
		h->psk_at++;
		s += 4;
		if (*s == '+')
			s++;
	}
	if (h->psk_at != h->n_psk)
		return QERR_MISSING;
	h->psk_at = 0;
	return 0;
}

static const struct pattern *
find_pattern(const char *name)
{
	size_t n = strspn(name, "NKXI");

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (strlen(patterns[i].name) == n &&
		    memcmp(patterns[i].name, name, n) == 0)
			return &patterns[i];
	return NULL;
}

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
		memcpy(h->s, cfg->s, DH_LEN);
		crypto_scalarmult_base(h->s_pub, h->s);
	}
	if (cfg->e != NULL) {
		memcpy(h->e, cfg->e, DH_LEN);
		crypto_scalarmult_base(h->e_pub, h->e);
	}
	if (cfg->rs != NULL)
		memcpy(h->rs, cfg->rs, DH_LEN);
	if (cfg->n_psk > PSKS_MAX)
		return QERR_RANGE;
	for (size_t i = 0; i < cfg->n_psk; i++)
		memcpy(h->psk[i], cfg->psk[i], 32);
	h->n_psk = cfg->n_psk;
	return 0;
}

/* The keys that both sides know before, the initiator's first, §5.3. */
static int
premessages(struct noise *h, const struct pattern *p,
    const struct noise_config *cfg)
{
	bool know[2] = {p->know_i, p->know_r};

	for (int i = 0; i < 2; i++) {
		bool mine = h->initiator == (i == 0);

		if (!know[i])
			continue;
		if ((mine ? cfg->s : cfg->rs) == NULL)
			return QERR_MISSING;
		mix_hash(h, mine ? h->s_pub : h->rs, DH_LEN);
	}
	return 0;
}

struct noise *
noise_new(const struct noise_config *cfg)
{
	const struct pattern *p = find_pattern(cfg->pattern);
	struct noise *h;

	if (p == NULL || (h = calloc(1, sizeof(*h))) == NULL)
		return NULL;

	h->initiator = cfg->initiator;
	if (take_keys(h, cfg) != 0 || parse_messages(h, p->messages) != 0 ||
	    parse_modifiers(h, cfg->pattern + strlen(p->name)) != 0 ||
	    begin(h, cfg) != 0 || premessages(h, p, cfg) != 0) {
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

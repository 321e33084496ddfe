#ifndef QUIRE_NOISE_INNER_H
#define QUIRE_NOISE_INNER_H

#include "proto/wire/noise.h"

/*
 * The inside of Noise:
 *
 *   noise.c          the symmetric state and the handshake, §5.2 and §5.3
 *   noise_pattern.c  from a pattern's name to what each message says, §7 and §9
 *   noise_cipher.c   HKDF and the cipher state, §4 and §5.1
 */
#define NOISE_DH_LEN    32
#define NOISE_WORDS_MAX 12
#define NOISE_MSGS_MAX  4
#define NOISE_PSKS_MAX  4

enum noise_word {
	NOISE_E,
	NOISE_S,
	NOISE_EE,
	NOISE_ES,
	NOISE_SE,
	NOISE_SS,
	NOISE_PSK,
};

struct noise_message {
	enum noise_word word[NOISE_WORDS_MAX];
	size_t n;
};

struct noise {
	bool initiator, has_psk;
	struct noise_message msg[NOISE_MSGS_MAX];
	size_t n_msg, at;
	uint8_t ck[NOISE_HASH_LEN], h[NOISE_HASH_LEN];
	struct noise_cipher cipher;
	uint8_t s[NOISE_DH_LEN], s_pub[NOISE_DH_LEN];
	uint8_t e[NOISE_DH_LEN], e_pub[NOISE_DH_LEN];
	uint8_t rs[NOISE_DH_LEN], re[NOISE_DH_LEN];
	uint8_t psk[NOISE_PSKS_MAX][32];
	size_t n_psk, psk_at;
};

/*
 * Set the messages of |h| to those of the pattern |name|, with its modifiers, and whose
 * static key is known before: the initiator's, the responder's.  0, QERR_UNKNOWN, or
 * QERR_MISSING if h->n_psk keys are not what it needs.
 */
int noise_pattern(struct noise *h, const char *name, bool ret_know[2]);

/* HKDF, §4.3, into |n| <= 3 outputs; the first may be |ck| itself. */
void noise_hkdf(uint8_t (*ret)[NOISE_HASH_LEN], size_t n,
    const uint8_t ck[NOISE_HASH_LEN], const uint8_t *in, size_t n_in);
void noise_set_key(struct noise_cipher *c, const uint8_t k[32]);
/* As noise_seal() and noise_open(), with associated data. */
int noise_seal_with(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n, const uint8_t *ad, size_t n_ad);
int noise_open_with(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n, const uint8_t *ad, size_t n_ad);

#endif

#ifndef QUIRE_NOISE_H
#define QUIRE_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Noise_*_25519_ChaChaPoly_BLAKE2b (the Noise Protocol Framework, revision 34)
 * on libsodium.  quire speaks NKpsk0; the others are here for the public test
 * vectors, which exercise the same token interpreter.
 */
#define NOISE_HASH_LEN 64
#define NOISE_TAG_LEN  16

struct noise_cipher {
	uint8_t k[32];
	uint64_t n;
	bool has_key;
};

struct noise; /* a handshake in progress */

struct noise_config {
	const char *pattern; /* "NKpsk0" */
	bool initiator;
	const uint8_t *prologue;
	size_t n_prologue;
	const uint8_t *s;  /* own static private key [32], or NULL */
	const uint8_t *e;  /* own ephemeral private key [32] */
	const uint8_t *rs; /* their static public key, if known before */
	const uint8_t *psk[4];
	size_t n_psk;
};

/*
 * NULL if the pattern is unknown, lacks a key in |cfg| or memory is short.  Keys
 * are copied.
 */
struct noise *noise_new(const struct noise_config *cfg);
void noise_free(struct noise *h); /* wipes */

/* Lengths added to the payload by the next message. */
size_t noise_overhead(const struct noise *h);
/* Write the next message into |dst| (payload + overhead bytes).  QERR_AEAD if a key of the
 * other side is none; then nothing has happened. */
int noise_write(struct noise *h, uint8_t *dst, const uint8_t *payload,
    size_t n_payload);
/*
 * Read one; |payload| gets n - overhead bytes.  QERR_AEAD and nothing else, and
 * then the handshake stands where it stood before.
 */
int noise_read(struct noise *h, uint8_t *payload, const uint8_t *msg, size_t n);
bool noise_finished(const struct noise *h);
/* After the last message: the two ciphers (initiator's sending first), and h. */
void noise_split(struct noise *h, struct noise_cipher *ret_c1,
    struct noise_cipher *ret_c2, uint8_t ret_hash[NOISE_HASH_LEN]);

/*
 * Transport: |dst| gets n + 16, or n - 16, bytes; may be the same place.  0, or
 * QERR_AEAD if the bytes are not theirs (|c| stays) or the nonces are used up.
 */
int noise_seal(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n);
int noise_open(struct noise_cipher *c, uint8_t *dst, const uint8_t *src,
    size_t n);
void noise_rekey(struct noise_cipher *c);

#endif

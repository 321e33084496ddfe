#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/noise.h"
#include "tests/lib/check.h"

/*
 * What is no message of the other end's: too short, too long, bent, or past the last
 * nonce.  The handshake, or the cipher, stands where it stood, and goes on.
 */
#define PAYLOAD  5
#define OVERHEAD 48 /* of either message of NKpsk0: a key and a tag */

static const uint8_t key[3][32] = {
    {1}, {2}, {3}}; /* the node's; both ephemeral */
static const uint8_t psk[32] = {4};

static struct noise *
begin(bool initiator)
{
	uint8_t rs[32];
	struct noise_config cfg = {.pattern = "NKpsk0",
	    .initiator = initiator,
	    .s = initiator ? NULL : key[0],
	    .e = key[initiator ? 1 : 2],
	    .rs = initiator ? rs : NULL,
	    .psk = {psk},
	    .n_psk = 1};
	struct noise *h;

	check(crypto_scalarmult_base(rs, key[0]) == 0);
	check((h = noise_new(&cfg)) != NULL);
	check(noise_overhead(h) == OVERHEAD);
	return h;
}

/* |to| takes |msg|, of |n| bytes, and nothing else of any length, before or behind it. */
static void
takes_just(struct noise *to, const uint8_t *msg, size_t n)
{
	uint8_t bent[OVERHEAD + PAYLOAD + 1] = {0}, payload[sizeof(bent)];

	check(n == OVERHEAD + PAYLOAD);
	memcpy(bent, msg, n);
	for (size_t cut = 0; cut <= sizeof(bent); cut++)
		if (cut != n)
			check(noise_read(to, payload, bent, cut) == QERR_AEAD);
	for (size_t i = 0; i < n; i++) {
		bent[i] ^= 0x80;
		check(noise_read(to, payload, bent, n) == QERR_AEAD);
		bent[i] ^= 0x80;
	}
	check(noise_read(to, payload, bent, n) == 0);
	check(memcmp(payload, "hello", PAYLOAD) == 0);
}

static void
test_handshake(void)
{
	struct noise *up = begin(true), *down = begin(false);
	uint8_t msg[OVERHEAD + PAYLOAD], h[2][NOISE_HASH_LEN];
	struct noise_cipher c[4];

	check(noise_write(up, msg, (const uint8_t *)"hello", PAYLOAD) == 0);
	takes_just(down, msg, sizeof(msg));
	check(!noise_finished(down));
	check(noise_write(down, msg, (const uint8_t *)"hello", PAYLOAD) == 0);
	takes_just(up, msg, sizeof(msg));
	check(noise_finished(up) && noise_finished(down));
	noise_split(up, &c[0], &c[1], h[0]);
	noise_split(down, &c[2], &c[3], h[1]);
	check(memcmp(h[0], h[1], sizeof(h[0])) == 0);
	check(memcmp(c[0].k, c[2].k, 32) == 0);
	noise_free(up);
	noise_free(down);
}

/* Keys of low order make a secret that anybody knows. */
static void
test_low_order(void)
{
	struct noise *down = begin(false);
	uint8_t msg[OVERHEAD + PAYLOAD] = {0}, payload[PAYLOAD];

	check(noise_read(down, payload, msg, sizeof(msg)) == QERR_AEAD);
	msg[0] = 1;
	check(noise_read(down, payload, msg, sizeof(msg)) == QERR_AEAD);
	noise_free(down);
}

static void
test_transport(void)
{
	struct noise_cipher up = {.has_key = true}, down = up;
	uint8_t b[32], out[32];

	check(noise_seal(&up, b, (const uint8_t *)"x", 1) == 0);
	for (size_t n = 0; n <= sizeof(b); n++)
		if (n != 1 + NOISE_TAG_LEN)
			check(noise_open(&down, out, b, n) == QERR_AEAD);
	check(down.n == 0);
	check(noise_open(&down, out, b, 1 + NOISE_TAG_LEN) == 0);
	check(out[0] == 'x' && down.n == 1);
	check(noise_open(&down, out, b, 1 + NOISE_TAG_LEN) == QERR_AEAD);
	/* The last nonce but one, which is the last. */
	up.n = down.n = UINT64_MAX - 1;
	check(noise_seal(&up, b, (const uint8_t *)"y", 1) == 0);
	check(noise_open(&down, out, b, 1 + NOISE_TAG_LEN) == 0);
	check(noise_seal(&up, b, (const uint8_t *)"z", 1) == QERR_AEAD);
	up.n = UINT64_MAX;
	check(crypto_aead_chacha20poly1305_ietf_encrypt(b, NULL,
		  (const uint8_t *)"z", 1, NULL, 0, NULL,
		  (const uint8_t *)"\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
		  up.k) == 0);
	check(noise_open(&down, out, b, 1 + NOISE_TAG_LEN) == QERR_AEAD);
	check(up.n == UINT64_MAX && down.n == UINT64_MAX);
}

int
main(void)
{
	check(sodium_init() >= 0);
	test_handshake();
	test_low_order();
	test_transport();
	return 0;
}

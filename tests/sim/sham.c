#include <sodium.h>
#include <string.h>

#include "proto/wire/door.h"
#include "proto/wire/veil.h"
#include "tests/sim/blob.h"
#include "tests/sim/sim.h"

/*
 * Arithmetic that many nodes do over and over, and the time that lines say.  The linker
 * puts these functions in the place of those they are named for (ld's --wrap).
 *
 * In every world: the hash of a piece that is a blob is computed once; whether a
 * signature is good is remembered, for all who look at it.  Both are pure, so
 * nothing but time changes.
 *
 * In large worlds, where |sham| is set: X25519 is no curve, but a hash of the private
 * key, and of the two public ones; Ed25519 a hash of key and text.  Both agree where
 * the real ones agree, nobody in the simulator forges, and no length is another.  What
 * is sealed stays readable, with a tag that is the sum of key, number and what goes with
 * it.  Hashes and Noise stay what they are.
 *
 * Whoever dials says what time it is, and so the handshake's hash depends on it, and
 * the order of a thousand tags, which are made of that: where luck falls.  Here he counts
 * from the world's own beginning, and the door counts back: with another clock all bytes
 * are the same, and every step has to be.
 */
bool sham;
uint64_t sham_clock;

struct veil *__real_veil_dial(const struct invite *to, uint64_t wall,
    uint64_t seen, struct rng *g, struct buf *out);
struct veil *__wrap_veil_dial(const struct invite *to, uint64_t wall,
    uint64_t seen, struct rng *g, struct buf *out);
int __real_door_admit(struct veil_door *d, struct door_entry *e, uint64_t then,
    uint64_t wall, const uint8_t h[16]);
int __wrap_door_admit(struct veil_door *d, struct door_entry *e, uint64_t then,
    uint64_t wall, const uint8_t h[16]);

int __real_crypto_scalarmult(unsigned char *q, const unsigned char *n,
    const unsigned char *p);
int __wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n,
    const unsigned char *p);
int __real_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
int __real_crypto_sign_detached(unsigned char *sig, unsigned long long *n_sig,
    const unsigned char *m, unsigned long long n, const unsigned char *sk);
int __wrap_crypto_sign_detached(unsigned char *sig, unsigned long long *n_sig,
    const unsigned char *m, unsigned long long n, const unsigned char *sk);
int __real_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long n, const unsigned char *pk);
int __wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long n, const unsigned char *pk);
int __real_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *c,
    unsigned long long *n_c, const unsigned char *m, unsigned long long n,
    const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *unused, const unsigned char *nonce,
    const unsigned char *k);
int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *c,
    unsigned long long *n_c, const unsigned char *m, unsigned long long n,
    const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *unused, const unsigned char *nonce,
    const unsigned char *k);
int __real_crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char *m,
    unsigned long long *n_m, unsigned char *unused, const unsigned char *c,
    unsigned long long n, const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *nonce, const unsigned char *k);
int __wrap_crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char *m,
    unsigned long long *n_m, unsigned char *unused, const unsigned char *c,
    unsigned long long n, const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *nonce, const unsigned char *k);
void __real_hash(struct id *ret, enum hash_kind kind, struct bytes x);
void __wrap_hash(struct id *ret, enum hash_kind kind, struct bytes x);

int
__wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n)
{
	if (!sham)
		return __real_crypto_scalarmult_base(q, n);
	return crypto_generichash(q, 32, n, 32, NULL, 0);
}

/* Of both public keys in order, so that both sides have the same. */
int
__wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n,
    const unsigned char *p)
{
	unsigned char both[64], *own = both, *theirs = both + 32;

	if (!sham)
		return __real_crypto_scalarmult(q, n, p);
	crypto_generichash(own, 32, n, 32, NULL, 0);
	if (memcmp(own, p, 32) > 0) {
		memcpy(theirs, own, 32);
		own = theirs;
		theirs = both;
	}
	memcpy(theirs, p, 32);
	return crypto_generichash(q, 32, both, sizeof(both), NULL, 0);
}

int
__wrap_crypto_sign_detached(unsigned char *sig, unsigned long long *n_sig,
    const unsigned char *m, unsigned long long n, const unsigned char *sk)
{
	if (!sham)
		return __real_crypto_sign_detached(sig, n_sig, m, n, sk);
	if (n_sig != NULL)
		*n_sig = 64;
	return crypto_generichash(sig, 64, m, n, sk + 32, 32);
}

static void
sham_tag(unsigned char tag[16], const unsigned char *ad, unsigned long long n,
    const unsigned char *nonce, const unsigned char *k)
{
	for (size_t i = 0; i < 16; i++)
		tag[i] = (unsigned char)(k[i] ^ k[16 + i]);
	for (size_t i = 0; i < 12; i++)
		tag[i] ^= nonce[i];
	for (size_t i = 0; i < n; i++)
		tag[i % 16] ^= ad[i];
}

int
__wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char *c,
    unsigned long long *n_c, const unsigned char *m, unsigned long long n,
    const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *unused, const unsigned char *nonce,
    const unsigned char *k)
{
	if (!sham)
		return __real_crypto_aead_chacha20poly1305_ietf_encrypt(c, n_c,
		    m, n, ad, n_ad, unused, nonce, k);
	if (n > 0)
		memmove(c, m, n);
	sham_tag(c + n, ad, n_ad, nonce, k);
	return 0;
}

int
__wrap_crypto_aead_chacha20poly1305_ietf_decrypt(unsigned char *m,
    unsigned long long *n_m, unsigned char *unused, const unsigned char *c,
    unsigned long long n, const unsigned char *ad, unsigned long long n_ad,
    const unsigned char *nonce, const unsigned char *k)
{
	unsigned char tag[16];

	if (!sham)
		return __real_crypto_aead_chacha20poly1305_ietf_decrypt(m, n_m,
		    unused, c, n, ad, n_ad, nonce, k);
	sham_tag(tag, ad, n_ad, nonce, k);
	if (n < 16 || memcmp(tag, c + n - 16, 16) != 0)
		return -1;
	if (n > 16)
		memmove(m, c, n - 16);
	return 0;
}

/* What was verified last, by a hash of all three. */
#define KNOWN 4096
static struct known {
	struct id name;
	bool any;
	int verdict;
} known[KNOWN];

static struct known *
remember(const unsigned char *sig, const unsigned char *m, unsigned long long n,
    const unsigned char *pk)
{
	crypto_generichash_state st;
	struct known *k;
	struct id name;

	crypto_generichash_init(&st, pk, 32, sizeof(name.b));
	crypto_generichash_update(&st, sig, 64);
	crypto_generichash_update(&st, m, n);
	crypto_generichash_final(&st, name.b, sizeof(name.b));
	k = &known[load_le32(name.b) % KNOWN];
	k->any &= id_eq(&k->name, &name);
	k->name = name;
	return k;
}

int
__wrap_crypto_sign_verify_detached(const unsigned char *sig,
    const unsigned char *m, unsigned long long n, const unsigned char *pk)
{
	unsigned char want[64];
	struct known *k;

	if (sham) {
		crypto_generichash(want, 64, m, n, pk, 32);
		return memcmp(want, sig, 64) == 0 ? 0 : -1;
	}
	k = remember(sig, m, n, pk);
	if (!k->any)
		k->verdict = __real_crypto_sign_verify_detached(sig, m, n, pk);
	k->any = true;
	return k->verdict;
}

void
__wrap_hash(struct id *ret, enum hash_kind kind, struct bytes x)
{
	struct blob *b = x.n < 4096 ? NULL : blob_find(x);

	if (b != NULL && b->hashed && b->kind == kind) {
		*ret = b->hash;
		return;
	}
	__real_hash(ret, kind, x);
	if (b == NULL)
		return;
	b->hashed = true;
	b->kind = kind;
	b->hash = *ret;
}

struct veil *
__wrap_veil_dial(const struct invite *to, uint64_t wall, uint64_t seen,
    struct rng *g, struct buf *out)
{
	return __real_veil_dial(to, wall - sham_clock, seen, g, out);
}

int
__wrap_door_admit(struct veil_door *d, struct door_entry *e, uint64_t then,
    uint64_t wall, const uint8_t h[16])
{
	return __real_door_admit(d, e, then + sham_clock, wall, h);
}

#include "proto/object/hash.h"

#include <sodium.h>

/* Personalisations, PROTOCOL.md §2: ASCII, padded with zeros to 16 bytes. */
static const char kinds[][crypto_generichash_blake2b_PERSONALBYTES] = {
    [HASH_CHARTER] = "quire charter",
    [HASH_HEADER] = "quire header",
    [HASH_PIECE] = "quire piece",
    [HASH_RECORD] = "quire record",
    [HASH_NODE] = "quire node",
    [HASH_PICTURE] = "quire picture",
    [HASH_ARTICLE] = "quire article",
    [HASH_ROOT] = "quire root",
    [HASH_CAPSULE] = "quire capsule",
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == HASH_CAPSULE + 1,
    "every kind has a personalisation");

void
hash(struct id *ret, enum hash_kind kind, struct bytes x)
{
	crypto_generichash_blake2b_salt_personal(ret->b, sizeof(ret->b), x.p,
	    x.n, NULL, 0, NULL, (const uint8_t *)kinds[kind]);
}

void
hash2(struct id *ret, enum hash_kind kind, struct bytes a, struct bytes b)
{
	crypto_generichash_blake2b_state s;

	crypto_generichash_blake2b_init_salt_personal(&s, NULL, 0,
	    sizeof(ret->b), NULL, (const uint8_t *)kinds[kind]);
	crypto_generichash_blake2b_update(&s, a.p, a.n);
	crypto_generichash_blake2b_update(&s, b.p, b.n);
	crypto_generichash_blake2b_final(&s, ret->b, sizeof(ret->b));
}

#include "proto/object/hash.h"

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
hash_init(struct hash_state *s, enum hash_kind kind)
{
	crypto_generichash_blake2b_init_salt_personal(&s->s, NULL, 0, 32, NULL,
	    (const uint8_t *)kinds[kind]);
}

void
hash_add(struct hash_state *s, struct bytes x)
{
	crypto_generichash_blake2b_update(&s->s, x.p, x.n);
}

void
hash_end(struct hash_state *s, struct id *ret)
{
	crypto_generichash_blake2b_final(&s->s, ret->b, sizeof(ret->b));
}

void
hash(struct id *ret, enum hash_kind kind, struct bytes x)
{
	crypto_generichash_blake2b_salt_personal(ret->b, sizeof(ret->b), x.p,
	    x.n, NULL, 0, NULL, (const uint8_t *)kinds[kind]);
}

void
hash2(struct id *ret, enum hash_kind kind, struct bytes a, struct bytes b)
{
	struct hash_state s;

	hash_init(&s, kind);
	hash_add(&s, a);
	hash_add(&s, b);
	hash_end(&s, ret);
}

#ifndef QUIRE_KEY_H
#define QUIRE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "proto/base/buf.h"
#include "proto/base/bytes.h"
#include "proto/base/reader.h"

/*
 * Keys and signatures in minisign's formats (jedisct1/minisign; PROTOCOL.md §3):
 * `minisign -G` makes a publisher's key, `minisign -V` checks what we sign.
 * Only the prehashed form, algorithm "ED", is made; both are verified.
 */
#define KEY_ID_LEN      8
#define KEY_LEN         40 /* key id, Ed25519 public key */
#define KEY_TEXT_MAX    512
#define KEY_COMMENT_MAX 1024

struct key {
	uint8_t id[KEY_ID_LEN];
	uint8_t pk[32];
};

/* A secret key; key_secret_done() wipes it. */
struct key_secret {
	struct key pub;
	uint8_t sk[64]; /* seed, public key */
};

struct key_sig {
	uint8_t id[KEY_ID_LEN];
	uint8_t sig[64];
	uint8_t global[64]; /* over sig || trusted comment */
};

bool key_eq(const struct key *a, const struct key *b);

/* Make a key from 32 + 8 random bytes. */
void key_secret_new(struct key_secret *ret, const uint8_t seed[32],
    const uint8_t id[KEY_ID_LEN]);
void key_secret_done(struct key_secret *k);

/* The one-line form RW…, 56 characters, and minisign's two-line file. */
void key_text(char dst[57], const struct key *k);
/* A key's id as minisign writes it: a little-endian number, in capitals. */
#define KEY_ID_TEXT 16
void key_id_text(char dst[KEY_ID_TEXT + 1], const uint8_t id[KEY_ID_LEN]);
int key_parse(struct key *ret, struct bytes text); /* either form */
void key_file(struct buf *dst, const struct key *k);

/*
 * minisign's secret key file: scrypt (OPSLIMIT/MEMLIMIT sensitive) over
 * |pass|, or unencrypted if |pass| is NULL.  |salt| is 32 random bytes.
 * key_secret_parse() returns QERR_PASS if a passphrase is needed or wrong.
 */
int key_secret_file(struct buf *dst, const struct key_secret *k,
    const char *pass, const uint8_t salt[32]);
int key_secret_parse(struct key_secret *ret, struct bytes file,
    const char *pass);

/* Sign |body|, with |trusted| as the trusted comment, of KEY_COMMENT_MAX - 1 bytes at most. */
void key_sign(struct key_sig *ret, const struct key_secret *k,
    struct bytes body, const char *trusted);
/* 0, QERR_KEY if the key id is another's, or QERR_BADSIG. */
int key_verify(const struct key *k, const struct key_sig *sig,
    struct bytes body, const char *trusted);
/* Of these the |sig| alone, where no trusted comment goes with it: 0 or QERR_BADSIG. */
void key_sign_body(uint8_t ret[64], const struct key_secret *k,
    struct bytes body);
int key_verify_body(const struct key *k, const uint8_t sig[64],
    struct bytes body);

/* A signature as CBOR: [id, sig, global]. */
void key_sig_encode(struct buf *b, const struct key_sig *sig);
void key_sig_decode(struct key_sig *ret, struct reader *r);

/*
 * A .minisig file as text.  Decoding accepts exactly what minisign 0.11 does;
 * |*ret_prehashed| says if it is "ED".  The trusted comment is copied,
 * terminated.
 */
void key_minisig(struct buf *dst, const struct key_sig *sig,
    const char *untrusted, const char *trusted);
int key_minisig_parse(struct key_sig *ret, char ret_trusted[KEY_COMMENT_MAX],
    bool *ret_prehashed, struct bytes text);
/* Check a message file as `minisign -V` would, in either algorithm. */
int key_minisig_verify(const struct key *k, struct bytes minisig,
    struct bytes message);

#endif

/*
 * minisign's files (jedisct1/minisign, "Signature format", "Public key format",
 * "Secret key format"): comment lines around base64.
 */
#include <sodium.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/object/key.h"

#define UNTRUSTED     "untrusted comment: "
#define TRUSTED       "trusted comment: "
#define PUBLIC_LEN    42 /* "Ed" key id, public key */
#define PUBLIC_CHARS  56
#define SECRET_LEN    158 /* "Ed" kdf checksum-alg salt ops mem (id sk checksum) */
#define SECRET_SEALED 104 /* id, sk, checksum: what the passphrase masks */
#define SIG_LEN       74  /* algorithm, key id, signature */
/* More work than this no honest file asks for. */
#define MEM_MAX ((uint64_t)2 * 1024 * 1024 * 1024)
#define OPS_MAX ((uint64_t)1 << 30)

/*
 * Take the next line off |*text|, without its LF or CRLF.  False at the end.
 */
static bool
next_line(struct bytes *text, struct bytes *ret_line)
{
	const uint8_t *lf;
	size_t n;

	if (text->n == 0)
		return false;
	lf = memchr(text->p, '\n', text->n);
	n = lf == NULL ? text->n : (size_t)(lf - text->p);
	*ret_line = bytes_of(text->p, n);
	if (n > 0 && text->p[n - 1] == '\r')
		ret_line->n--;
	n += lf != NULL;
	text->p += n;
	text->n -= n;
	return true;
}

static bool
starts_with(struct bytes s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static int
decode_line(uint8_t *dst, size_t n, struct bytes line)
{
	int k = base64_decode(dst, n, (const char *)line.p, line.n);

	return k == (int)n ? 0 : QERR_ENCODING;
}

void
key_text(char dst[PUBLIC_CHARS + 1], const struct key *k)
{
	uint8_t b[PUBLIC_LEN] = {'E', 'd'};

	memcpy(b + 2, k->id, KEY_ID_LEN);
	memcpy(b + 2 + KEY_ID_LEN, k->pk, sizeof(k->pk));
	base64_encode(dst, b, sizeof(b));
}

void
key_id_text(char dst[KEY_ID_TEXT + 1], const uint8_t id[KEY_ID_LEN])
{
	uint8_t reversed[KEY_ID_LEN];

	for (size_t i = 0; i < KEY_ID_LEN; i++)
		reversed[i] = id[KEY_ID_LEN - 1 - i];
	hex_encode(dst, reversed, sizeof(reversed));
	for (char *c = dst; *c != '\0'; c++)
		*c = (char)(*c >= 'a' ? *c - 32 : *c);
}

void
key_file(struct buf *dst, const struct key *k)
{
	char line[PUBLIC_CHARS + 1], id[KEY_ID_TEXT + 1];

	key_id_text(id, k->id);
	key_text(line, k);
	buf_printf(dst, UNTRUSTED "minisign public key %s\n%s\n", id, line);
}

int
key_parse(struct key *ret, struct bytes text)
{
	uint8_t b[PUBLIC_LEN];
	struct bytes line;
	int err;

	if (!next_line(&text, &line))
		return QERR_TRUNCATED;
	if (starts_with(line, UNTRUSTED) && !next_line(&text, &line))
		return QERR_TRUNCATED;
	if (text.n != 0)
		return QERR_TRAILING;
	if ((err = decode_line(b, sizeof(b), line)) != 0)
		return err;
	if (memcmp(b, "Ed", 2) != 0)
		return QERR_VERSION;
	memcpy(ret->id, b + 2, KEY_ID_LEN);
	memcpy(ret->pk, b + 2 + KEY_ID_LEN, sizeof(ret->pk));
	return 0;
}

/* The checksum inside a secret key file: BLAKE2b-256 of "Ed", id and sk. */
static void
secret_checksum(uint8_t dst[32], const uint8_t id_sk[72])
{
	crypto_generichash_state s;

	crypto_generichash_init(&s, NULL, 0, 32);
	crypto_generichash_update(&s, (const uint8_t *)"Ed", 2);
	crypto_generichash_update(&s, id_sk, 72);
	crypto_generichash_final(&s, dst, 32);
}

/* Mask or unmask |sealed| with scrypt's stream from |pass|. */
static int
secret_mask(uint8_t sealed[SECRET_SEALED], const char *pass,
    const uint8_t salt[32], uint64_t ops, uint64_t mem)
{
	uint8_t stream[SECRET_SEALED];

	if (ops > OPS_MAX || mem > MEM_MAX)
		return QERR_RANGE;
	if (crypto_pwhash_scryptsalsa208sha256(stream, sizeof(stream), pass,
		strlen(pass), salt, ops, (size_t)mem) != 0)
		return QERR_NOMEM;
	for (size_t i = 0; i < sizeof(stream); i++)
		sealed[i] ^= stream[i];
	sodium_memzero(stream, sizeof(stream));
	return 0;
}

int
key_secret_file(struct buf *dst, const struct key_secret *k, const char *pass,
    const uint8_t salt[32])
{
	uint8_t b[SECRET_LEN] = {'E', 'd', 'S', 'c', 'B', '2'};
	uint8_t *sealed = b + SECRET_LEN - SECRET_SEALED;
	char line[(SECRET_LEN + 2) / 3 * 4 + 1];
	int err = 0;

	memcpy(sealed, k->pub.id, KEY_ID_LEN);
	memcpy(sealed + KEY_ID_LEN, k->sk, sizeof(k->sk));
	secret_checksum(sealed + 72, sealed);
	if (pass == NULL) {
		b[2] = b[3] = 0; /* no key derivation */
	} else {
		memcpy(b + 6, salt, 32);
		store_le64(b + 38,
		    crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE);
		store_le64(b + 46,
		    crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE);
		err = secret_mask(sealed, pass, salt, load_le64(b + 38),
		    load_le64(b + 46));
	}
	if (err == 0) {
		base64_encode(line, b, sizeof(b));
		buf_printf(dst, UNTRUSTED "minisign %s secret key\n",
		    pass == NULL ? "unencrypted" : "encrypted");
		buf_put_str(dst, line);
		buf_put_u8(dst, '\n');
	}
	sodium_memzero(b, sizeof(b));
	sodium_memzero(line, sizeof(line));
	return err != 0 ? err : buf_err(dst);
}

/* The decoded second line of a secret key file. */
static int
secret_bytes(uint8_t b[SECRET_LEN], struct bytes file)
{
	struct bytes line;

	if (!next_line(&file, &line) || !starts_with(line, UNTRUSTED) ||
	    !next_line(&file, &line))
		return QERR_TRUNCATED;
	if (file.n != 0)
		return QERR_TRAILING;
	if (decode_line(b, SECRET_LEN, line) != 0)
		return QERR_ENCODING;
	return memcmp(b, "Ed", 2) == 0 && memcmp(b + 4, "B2", 2) == 0
		   ? 0
		   : QERR_VERSION;
}

int
key_secret_parse(struct key_secret *ret, struct bytes file, const char *pass)
{
	uint8_t b[SECRET_LEN], sum[32];
	uint8_t *sealed = b + SECRET_LEN - SECRET_SEALED;
	int err = secret_bytes(b, file);
	bool locked = err == 0 && memcmp(b + 2, "Sc", 2) == 0;

	if (err == 0 && !locked && (b[2] != 0 || b[3] != 0))
		err = QERR_VERSION;
	if (err == 0 && locked)
		err = pass == NULL ? QERR_PASS
				   : secret_mask(sealed, pass, b + 6,
					 load_le64(b + 38), load_le64(b + 46));
	if (err == 0) {
		secret_checksum(sum, sealed);
		/* minisign -W leaves zeros there, and does not look. */
		if (sodium_memcmp(sum, sealed + 72, sizeof(sum)) != 0 &&
		    (locked || !sodium_is_zero(sealed + 72, sizeof(sum))))
			err = locked ? QERR_PASS : QERR_BADHASH;
	}
	if (err == 0) {
		/* The public half is computed, not believed. */
		key_secret_new(ret, sealed + KEY_ID_LEN, sealed);
		if (sodium_memcmp(ret->sk, sealed + KEY_ID_LEN,
			sizeof(ret->sk)) != 0)
			err = QERR_BADHASH;
	}
	sodium_memzero(b, sizeof(b));
	return err;
}

void
key_minisig(struct buf *dst, const struct key_sig *sig, const char *untrusted,
    const char *trusted)
{
	uint8_t b[SIG_LEN] = {'E', 'D'};
	char line[(SIG_LEN + 2) / 3 * 4 + 1], global[89];

	memcpy(b + 2, sig->id, KEY_ID_LEN);
	memcpy(b + 2 + KEY_ID_LEN, sig->sig, sizeof(sig->sig));
	base64_encode(line, b, sizeof(b));
	base64_encode(global, sig->global, sizeof(sig->global));
	buf_printf(dst, UNTRUSTED "%s\n%s\n" TRUSTED "%s\n%s\n", untrusted,
	    line, trusted, global);
}

int
key_minisig_parse(struct key_sig *ret, char ret_trusted[KEY_COMMENT_MAX],
    bool *ret_prehashed, struct bytes text)
{
	struct bytes comment, sig, trusted, global;
	uint8_t b[SIG_LEN];

	if (!next_line(&text, &comment) || !starts_with(comment, UNTRUSTED) ||
	    !next_line(&text, &sig) || !next_line(&text, &trusted) ||
	    !starts_with(trusted, TRUSTED) || !next_line(&text, &global))
		return QERR_TRUNCATED;
	if (decode_line(b, sizeof(b), sig) != 0 ||
	    decode_line(ret->global, sizeof(ret->global), global) != 0)
		return QERR_ENCODING;
	if (memcmp(b, "ED", 2) != 0 && memcmp(b, "Ed", 2) != 0)
		return QERR_VERSION;
	if (trusted.n - strlen(TRUSTED) >= KEY_COMMENT_MAX)
		return QERR_TOOBIG;

	*ret_prehashed = b[1] == 'D';
	memcpy(ret->id, b + 2, KEY_ID_LEN);
	memcpy(ret->sig, b + 2 + KEY_ID_LEN, sizeof(ret->sig));
	memcpy(ret_trusted, trusted.p + strlen(TRUSTED),
	    trusted.n - strlen(TRUSTED));
	ret_trusted[trusted.n - strlen(TRUSTED)] = '\0';
	return 0;
}

int
key_minisig_verify(const struct key *k, struct bytes minisig,
    struct bytes message)
{
	char trusted[KEY_COMMENT_MAX];
	uint8_t g[64 + KEY_COMMENT_MAX];
	struct key_sig sig;
	bool prehashed;
	int err = key_minisig_parse(&sig, trusted, &prehashed, minisig);

	if (err != 0)
		return err;
	if (prehashed)
		return key_verify(k, &sig, message, trusted);

	if (memcmp(k->id, sig.id, KEY_ID_LEN) != 0)
		return QERR_KEY;
	memcpy(g, sig.sig, 64);
	memcpy(g + 64, trusted, strlen(trusted));
	if (crypto_sign_verify_detached(sig.sig, message.p, message.n, k->pk) !=
		0 ||
	    crypto_sign_verify_detached(sig.global, g, 64 + strlen(trusted),
		k->pk) != 0)
		return QERR_BADSIG;
	return 0;
}

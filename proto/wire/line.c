#include "proto/wire/line.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

#define CONTEXT  "quire-v1"
#define PATTERN  "NKpsk0"
#define PROLOGUE "quire wire 1"
#define VERSION  1
#define OVERHEAD 48 /* of both messages: an ephemeral key, an AEAD tag */
#define PREFIX   13 /* of message 1: version, time, seen */

void
line_keys(struct line_keys *ret, const uint8_t secret[32])
{
	uint8_t *k[4] = {ret->mask_in, ret->mask_out, ret->psk, ret->tag};

	for (uint64_t i = 0; i < 4; i++)
		crypto_kdf_derive_from_key(k[i], 32, i + 1, CONTEXT, secret);
}

void
line_luck(struct line_luck *ret, bool dials, struct rng *g)
{
	rng_bytes(g, ret->nonce, sizeof(ret->nonce));
	rng_bytes(g, ret->ephemeral, sizeof(ret->ephemeral));
	ret->pad = (dials ? LINE_DIAL_PAD : LINE_ANSWER_PAD) +
		   (size_t)rng_below(g,
		       (dials ? LINE_DIAL_SPAN : LINE_ANSWER_SPAN) + 1);
}

struct noise *
line_begin(bool dials, const struct line_keys *k, const uint8_t node_key[32],
    const struct line_luck *l)
{
	struct noise_config cfg = {
	    .pattern = PATTERN,
	    .initiator = dials,
	    .prologue = (const uint8_t *)PROLOGUE,
	    .n_prologue = sizeof(PROLOGUE) - 1,
	    .s = dials ? NULL : node_key,
	    .e = l->ephemeral,
	    .rs = dials ? node_key : NULL,
	    .psk = {k->psk},
	    .n_psk = 1,
	};

	return noise_new(&cfg);
}

/* The tag over nonce || masked, both of which lie apart in |b|. */
static void
make_tag(uint8_t ret[LINE_TAG], const uint8_t *b, size_t n,
    const struct line_keys *k)
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, k->tag, sizeof(k->tag), LINE_TAG);
	crypto_generichash_update(&st, b, LINE_NONCE);
	crypto_generichash_update(&st, b + LINE_NONCE + LINE_TAG,
	    n - LINE_NONCE - LINE_TAG);
	crypto_generichash_final(&st, ret, LINE_TAG);
}

static void
put_line(struct buf *out, const uint8_t *b, size_t n)
{
	char text[LINE_ANSWER_MAX + 1];

	base64url_encode(text, b, n);
	buf_put(out, text, BASE64_LEN(n));
	buf_put_u8(out, '\n');
}

int
line_dial(struct buf *out, struct noise *h, const struct line_keys *k,
    const struct line_luck *l, const struct line_said *said)
{
	uint8_t payload[PREFIX + LINE_DIAL_PAD + LINE_DIAL_SPAN] = {VERSION};
	uint8_t b[LINE_BODY_MAX];
	uint8_t *msg = b + LINE_NONCE + LINE_TAG;
	size_t n = OVERHEAD + PREFIX + l->pad;
	int err;

	store_be32(payload + 1, (uint32_t)said->wall);
	store_le64(payload + 5, said->seen);
	if ((err = noise_write(h, msg, payload, PREFIX + l->pad)) != 0)
		return err;
	memcpy(b, l->nonce, LINE_NONCE);
	crypto_stream_xchacha20_xor(msg, msg, n, l->nonce, k->mask_in);
	n += LINE_NONCE + LINE_TAG;
	make_tag(b + LINE_NONCE, b, n, k);
	put_line(out, b, n);
	return buf_err(out);
}

int
line_answer(struct buf *out, struct noise *h, const struct line_keys *k,
    const struct line_luck *l)
{
	static const uint8_t zeros[LINE_ANSWER_PAD + LINE_ANSWER_SPAN];
	uint8_t b[LINE_BODY_MAX];
	uint8_t *msg = b + LINE_NONCE;
	size_t n = OVERHEAD + l->pad;
	int err;

	if ((err = noise_write(h, msg, zeros, l->pad)) != 0)
		return err;
	memcpy(b, l->nonce, LINE_NONCE);
	crypto_stream_xchacha20_xor(msg, msg, n, l->nonce, k->mask_out);
	put_line(out, b, LINE_NONCE + n);
	return buf_err(out);
}

int
line_decode(struct line_body *ret, bool of_dialler, const uint8_t *p, size_t n)
{
	int len;

	if (n < LINE_MIN || n > (of_dialler ? LINE_DIAL_MAX : LINE_ANSWER_MAX))
		return QERR_RANGE;
	len = base64url_decode(ret->b, sizeof(ret->b), (const char *)p, n);
	if (len < 0)
		return len;
	ret->n = (size_t)len;
	return 0;
}

bool
line_tag_ok(const struct line_body *b, const struct line_keys *k)
{
	uint8_t tag[LINE_TAG];

	make_tag(tag, b->b, b->n, k);
	return sodium_memcmp(tag, b->b + LINE_NONCE, LINE_TAG) == 0;
}

/* Unmask and read the message that begins at |at|, over itself. */
static int
read_message(struct line_body *b, size_t at, struct noise *h,
    const uint8_t mask[32], size_t *ret_len)
{
	uint8_t *msg = b->b + at;
	size_t n = b->n - at;
	uint8_t payload[LINE_BODY_MAX];
	int err;

	crypto_stream_xchacha20_xor(msg, msg, n, b->b, mask);
	if ((err = noise_read(h, payload, msg, n)) != 0)
		return err;
	*ret_len = n - OVERHEAD;
	memcpy(msg, payload, *ret_len);
	return 0;
}

static int
zeros_only(const uint8_t *p, size_t n, size_t least, size_t span)
{
	if (n < least || n > least + span)
		return QERR_RANGE;
	return sodium_is_zero(p, n) ? 0 : QERR_ENCODING;
}

int
line_open(struct line_body *b, struct noise *h, const struct line_keys *k,
    struct line_said *ret)
{
	const uint8_t *msg = b->b + LINE_NONCE + LINE_TAG;
	size_t n;
	int err;

	err = read_message(b, LINE_NONCE + LINE_TAG, h, k->mask_in, &n);
	if (err != 0)
		return err;
	if (n < PREFIX || msg[0] != VERSION)
		return QERR_VERSION;
	ret->wall = load_be32(msg + 1);
	ret->seen = load_le64(msg + 5);
	return zeros_only(msg + PREFIX, n - PREFIX, LINE_DIAL_PAD,
	    LINE_DIAL_SPAN);
}

int
line_accept(struct line_body *b, struct noise *h, const struct line_keys *k)
{
	size_t n;
	int err = read_message(b, LINE_NONCE, h, k->mask_out, &n);

	if (err != 0)
		return err;
	return zeros_only(b->b + LINE_NONCE, n, LINE_ANSWER_PAD,
	    LINE_ANSWER_SPAN);
}

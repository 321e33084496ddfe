#include <sodium.h>

#include "proto/wire/line.h"
#include "tests/unit/wire/ends.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A line to a node: as it comes, or (first byte odd) made with the right secret
 * around a body, or (bit 1) around a payload of the fuzzer's.
 */
static void
forge(struct ends *t, int how, const uint8_t *p, size_t n, struct buf *out)
{
	struct line_keys k;
	struct line_luck luck = {.pad = 0};
	uint8_t b[LINE_BODY_MAX] = {0};
	char text[2 * LINE_BODY_MAX];
	uint8_t *msg = b + LINE_NONCE + LINE_TAG;
	crypto_generichash_state st;

	if (n > 260)
		n = 260;
	line_keys(&k, t->to.secret);
	rng_bytes(&t->g, luck.ephemeral, 32);
	if (how & 2) {
		struct noise *h = line_begin(true, &k, t->to.node, &luck);

		check(h != NULL && noise_write(h, msg, p, n) == 0);
		noise_free(h);
		n += 48;
	} else if (n > 0) {
		memcpy(msg, p, n);
	}
	crypto_stream_xchacha20_xor(msg, msg, n, b, k.mask_in);
	crypto_generichash_init(&st, k.tag, 32, LINE_TAG);
	crypto_generichash_update(&st, b, LINE_NONCE);
	crypto_generichash_update(&st, msg, n);
	crypto_generichash_final(&st, b + LINE_NONCE, LINE_TAG);
	sodium_bin2base64(text, sizeof(text), b, LINE_NONCE + LINE_TAG + n,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	buf_put_str(out, text);
	buf_put_u8(out, '\n');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ends t;
	struct veil *v;
	struct buf in = {.n = 0};
	size_t cut;

	if (size < 2 || sodium_init() < 0)
		return 0;
	ends_init(&t, 1);
	if (data[0] & 3)
		forge(&t, data[0], data + 2, size - 2, &in);
	else
		buf_put(&in, data + 2, size - 2);
	cut = in.n * data[1] / 256;
	check((v = veil_accept(t.door)) != NULL);
	check(veil_input(v, in.p, cut, ENDS_WALL, &t.g, &t.up) == 0);
	check(veil_input(v, in.p + cut, in.n - cut, ENDS_WALL, &t.g, &t.down) ==
	      0);
	check((t.up.n + t.down.n > 0) == (veil_state(v) == VEIL_OPEN));
	/* Only who has the secret and the node's key gets in. */
	check(veil_state(v) != VEIL_OPEN || (data[0] & 2));
	veil_free(v);
	buf_done(&in);
	ends_done(&t);
	return 0;
}

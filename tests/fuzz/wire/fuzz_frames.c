#include <sodium.h>

#include "proto/wire/frame.h"
#include "tests/unit/wire/ends.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * What a peer that holds all keys can say: the first byte is a step for cutting
 * the stream, the rest are payloads of frames (or, if the step is odd, bytes as
 * they come).  Messages must come out whole and within their bounds.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[32] = {1};
	struct ends t;
	struct frame_way a = {.n = 0}, b = {.n = 0};
	struct buf wire = {.n = 0};
	uint8_t plain[FRAME_PLAIN], *at;
	struct bytes m;
	size_t step;

	if (size < 3 || sodium_init() < 0)
		return 0;
	memcpy(a.c.k, key, 32);
	memcpy(b.c.k, key, 32);
	for (size_t i = 1; i < size && wire.n < 32 * FRAME_MAX;) {
		size_t n = data[i++] * 3U;

		n = n < size - i ? n : size - i;
		n = n < frame_payload(&a) ? n : frame_payload(&a);
		check((at = buf_grow(&wire, frame_len(&a))) != NULL);
		check(frame_seal(&a, at, data + i, n,
			  (enum frame_size)(data[i - 1] % 3)) == 0);
		check(frame_open(&b, plain, at) == (int)n);
		check(n == 0 || memcmp(plain + FRAME_HEAD, data + i, n) == 0);
		i += n;
	}

	/* The same payloads, sent as they are by one veil to another. */
	ends_init(&t, 1);
	ends_open(&t);
	step = 1 + data[0] * 16U;
	check(veil_send(t.dialler, bytes_of(data, size)) ==
	      (size <= VEIL_MESSAGE_MAX ? 0 : -103));
	check(veil_flush(t.dialler, &t.g, &t.up) == 0);
	if (data[0] & 1)
		t.up.p[size % t.up.n] ^= 1;
	for (size_t i = 0; i < t.up.n; i += step) {
		size_t n = t.up.n - i < step ? t.up.n - i : step;

		check(veil_input(t.node, t.up.p + i, n, ENDS_WALL, &t.g,
			  &t.down) == 0);
		while (veil_next(t.node, &m))
			check(bytes_eq(m, bytes_of(data, size)));
	}
	check(t.down.n == 0);
	ends_done(&t);
	buf_done(&wire);
	return 0;
}

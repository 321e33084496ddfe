#include <sodium.h>

#include "proto/base/qerr.h"
#include "proto/wire/websocket.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * The first byte says which end we are and in what steps bytes come; the rest is what
 * the other end says.  However it is cut, the same comes of it, and what we answer is
 * what the other end would take.
 */
static int
take(struct websocket *w, const uint8_t *p, size_t n, size_t step,
    struct buf *in)
{
	int got = 0;

	for (size_t i = 0; i < n; i += step)
		got = websocket_take(w,
		    bytes_of(p + i, n - i < step ? n - i : step), in);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = {1};
	struct websocket a, b, other;
	struct buf x, y, out;
	struct rng g;
	bool client;
	int got;

	if (size < 2 || sodium_init() < 0)
		return 0;
	client = data[0] & 1;
	rng_init(&g, seed);
	websocket_init(&a, client);
	websocket_init(&b, client);
	websocket_init(&other, !client);
	buf_init(&x, 0);
	buf_init(&y, 0);
	buf_init(&out, 0);
	got = take(&a, data + 1, size - 1, 1 + data[0] / 2, &x);
	check(take(&b, data + 1, size - 1, size, &y) == got);
	check(bytes_eq(buf_bytes(&x), buf_bytes(&y)));
	check(x.n < size && a.n_ping == b.n_ping && a.code == b.code);
	check((got == 0) == (a.code == 0));

	websocket_answer(&a, &g, &out);
	if (x.n > 0)
		websocket_put(&a, &g, &out, buf_bytes(&x));
	check(a.closed == (got != 0));
	buf_clear(&y);
	check(websocket_take(&other, buf_bytes(&out), &y) ==
	      (got == 0 ? 0 : QERR_ABSENT));
	check(got != 0 || bytes_eq(buf_bytes(&x), buf_bytes(&y)));
	buf_done(&x);
	buf_done(&y);
	buf_done(&out);
	return 0;
}

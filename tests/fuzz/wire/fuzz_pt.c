#include "proto/base/qerr.h"
#include "proto/wire/pt.h"
#include "tests/lib/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a transport's program writes, and what its proxy answers: at once and in steps. */
static void
program(bool serves, bool proxy, struct bytes in)
{
	struct pt p, q;

	pt_init(&p, "obfs4", serves, proxy);
	pt_init(&q, "obfs4", serves, proxy);
	pt_take(&p, in);
	for (size_t i = 0; i < in.n; i++)
		pt_take(&q, bytes_of(in.p + i, 1));
	check(p.state == q.state && strcmp(p.why, q.why) == 0);
	check(strcmp(p.args, q.args) == 0);
	check((p.why[0] != '\0') == (p.state == PT_FAILED));
	check(p.state != PT_READY || p.address[0] != '\0');
	for (size_t i = 0; p.why[i] != '\0'; i++)
		check(p.why[i] >= ' ' && p.why[i] <= '~');
}

static void
proxy(bool login, struct bytes in)
{
	struct socks_to to = {.host = "h", .port = 1};
	struct socks s, t;
	struct buf out;
	int got, step = QERR_AGAIN;

	buf_init(&out, 0);
	pt_login(&to, login ? "k=v" : "");
	socks_init(&s, &to, &out);
	socks_init(&t, &to, &out);
	got = socks_take(&s, in, &out);
	for (size_t i = 0; i < in.n && (step == QERR_AGAIN || step == 0); i++)
		step = socks_take(&t, bytes_of(in.p + i, 1), &out);
	check(got == step);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	program(data[0] & 1, data[0] & 2, bytes_of(data + 1, size - 1));
	proxy(data[0] & 4, bytes_of(data + 1, size - 1));
	return 0;
}

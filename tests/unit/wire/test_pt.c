#include "proto/wire/pt.h"

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* What a program of |name| says, at once and byte by byte. */
static struct pt
says(bool serves, bool proxy, const char *text, enum pt_state state)
{
	struct pt p, q;

	pt_init(&p, "obfs4", serves, proxy);
	pt_init(&q, "obfs4", serves, proxy);
	pt_take(&p, bytes_str(text));
	for (size_t i = 0; text[i] != '\0'; i++)
		pt_take(&q, bytes_of(text + i, 1));
	if (p.state != state)
		fprintf(stderr, "%s: %d %s\n", text, (int)p.state, p.why);
	check(p.state == state && q.state == state);
	check(strcmp(p.why, q.why) == 0);
	check((p.why[0] != '\0') == (state == PT_FAILED));
	return p;
}

static void
clients(void)
{
	struct pt p;

	p = says(false, false,
	    "VERSION 1\nCMETHOD obfs4 socks5 127.0.0.1:35653\nCMETHODS DONE\n",
	    PT_READY);
	check(strcmp(p.address, "127.0.0.1:35653") == 0);
	says(false, false, "VERSION 1\n", PT_STARTING);
	says(false, false,
	    "VERSION 1\nCMETHOD obfs4 socks5 127.0.0.1:1\nCMETHODS DONE",
	    PT_STARTING);
	/* Others, and what nobody knows, are passed over. */
	says(false, false,
	    "LOG SEVERITY=debug MESSAGE=\"x\"\nVERSION 1\n\n"
	    "CMETHOD obfs3 socks5 127.0.0.1:2\nCMETHOD-ERROR obfs3 no\n"
	    "SMETHOD obfs4 127.0.0.1:2\nSMETHODS DONE\nX\n"
	    "CMETHOD obfs4 socks5 127.0.0.1:1\nCMETHODS DONE\nCMETHODS DONE\n"
	    "VERSION-ERROR late\n",
	    PT_READY);
	p = says(false, false, "VERSION-ERROR no-version\n", PT_FAILED);
	check(strcmp(p.why, "VERSION-ERROR no-version") == 0);
	p = says(false, false, "ENV-ERROR no \x1b[31m\x01state\n", PT_FAILED);
	check(strcmp(p.why, "ENV-ERROR no [31mstate") == 0);
	says(false, false, "VERSION 2\n", PT_FAILED);
	p = says(false, false, "VERSION 1\nCMETHOD-ERROR obfs4 it rains\n",
	    PT_FAILED);
	check(strcmp(p.why, "it rains") == 0);
	p = says(false, false, "VERSION 1\nCMETHOD-ERROR obfs4\n", PT_FAILED);
	check(strcmp(p.why, "it does not say why") == 0);
	says(false, false, "VERSION 1\nCMETHODS DONE\n", PT_FAILED);
	says(false, false, "VERSION 1\nCMETHOD obfs4 socks4 127.0.0.1:1\n",
	    PT_FAILED);
	says(false, false, "VERSION 1\nCMETHOD obfs4 socks5\n", PT_FAILED);
	/* Nothing counts before the version. */
	says(false, false,
	    "CMETHOD obfs4 socks5 127.0.0.1:1\nVERSION 1\nCMETHODS DONE\n",
	    PT_FAILED);
}

static void
proxies(void)
{
	says(false, true,
	    "VERSION 1\nPROXY DONE\nCMETHOD obfs4 socks5 127.0.0.1:1\n"
	    "CMETHODS DONE\n",
	    PT_READY);
	says(false, true,
	    "VERSION 1\nCMETHOD obfs4 socks5 127.0.0.1:1\nCMETHODS DONE\n",
	    PT_FAILED);
	says(false, true, "VERSION 1\nPROXY-ERROR no\n", PT_FAILED);
}

static void
servers(void)
{
	struct pt p;
	char args[600];

	p = says(true, false,
	    "VERSION 1\nSMETHOD obfs4 [::]:443 X:y ARGS:cert=A+/,iat-mode=0\n"
	    "SMETHODS DONE\n",
	    PT_READY);
	check(strcmp(p.address, "[::]:443") == 0);
	check(strcmp(p.args, "cert=A+/;iat-mode=0") == 0);
	p = says(true, false,
	    "VERSION 1\nSMETHOD obfs4 1.2.3.4:443\nSMETHODS DONE\n", PT_READY);
	check(p.args[0] == '\0');
	/* What is escaped there, and here. */
	p = says(true, false,
	    "VERSION 1\nSMETHOD obfs4 1.2.3.4:443 ARGS:a=\\=\\,;\\\\,b=\\x\n"
	    "SMETHODS DONE\n",
	    PT_READY);
	check(strcmp(p.args, "a=\\=,\\;\\\\;b=x") == 0);
	says(true, false, "VERSION 1\nSMETHOD-ERROR obfs4 in use\n", PT_FAILED);
	says(true, false, "VERSION 1\nSMETHOD obfs4\n", PT_FAILED);

	memset(args, 'x', sizeof(args));
	memcpy(args, "VERSION 1\nSMETHOD obfs4 1.2.3.4:4 ARGS:", 39);
	args[39 + PT_ARGS_MAX - 1] = '\n';
	args[39 + PT_ARGS_MAX] = '\0';
	says(true, false, args, PT_STARTING);
	args[39 + PT_ARGS_MAX - 1] = 'x';
	args[39 + PT_ARGS_MAX] = '\n';
	args[39 + PT_ARGS_MAX + 1] = '\0';
	says(true, false, args, PT_FAILED);
}

static void
lines_end(void)
{
	struct pt p;

	pt_init(&p, "obfs4", false, false);
	for (int i = 0; i < PT_LINE_MAX; i++)
		check(pt_take(&p, bytes_str("x")) == PT_STARTING);
	check(pt_take(&p, bytes_str("x")) == PT_FAILED);
	pt_init(&p, "obfs4", false, false);
	pt_fail(&p, "it ended");
	pt_fail(&p, "again");
	check(p.state == PT_FAILED && strcmp(p.why, "it ended") == 0);
}

/* SOCKS5, with arguments and without. */

static void
talk(const struct socks_to *to, const char *const in[], const size_t n_in[],
    int err, const char *out, size_t n_out)
{
	struct socks s;
	struct buf b;
	int got = QERR_AGAIN;

	buf_init(&b, 0);
	socks_init(&s, to, &b);
	for (int i = 0; i < 3 && in[i] != NULL; i++)
		got = socks_take(&s, bytes_of(in[i], n_in[i]), &b);
	check(got == err);
	check(bytes_eq(buf_bytes(&b), bytes_of(out, n_out)));
	buf_done(&b);
}
#define IN(...) ((const char *const[4]){__VA_ARGS__})
#define N(...)  ((const size_t[4]){__VA_ARGS__})

static void
socks_plain(void)
{
	static const char all[] = "\5\1\0\5\1\0\3\7a.onion\0\x50";
	static const char hello[] = "\5\1\0";
	struct socks_to to = {.host = "a.onion", .port = 80};

	talk(&to, IN("\5\0", "\5\0\0\1\0\0\0\0\0\0"), N(2, 10), 0, all, 17);
	talk(&to, IN("\5\0", "\5\0\0\3\2ab\0\1"), N(2, 9), 0, all, 17);
	talk(&to, IN("\5", "\0\5\0\0\1\0\0\0", "\0\0\0"), N(1, 8, 3), 0, all,
	    17);
	talk(&to, IN("\5\0", "\5\0\0\1\0\0\0\0\0"), N(2, 9), QERR_AGAIN, all,
	    17);
	talk(&to, IN("\5\0", "\5\5\0\1\0\0\0\0\0\0"), N(2, 10), QERR_ABSENT,
	    all, 17);
	talk(&to, IN("\5\0", "\5\0\0\2\0\0\0\0\0\0"), N(2, 10), QERR_TYPE, all,
	    17);
	talk(&to, IN("\5\0", "\4\0\0\1\0\0\0\0\0\0"), N(2, 10), QERR_VERSION,
	    all, 17);
	/* Nobody speaks behind it before we do. */
	talk(&to, IN("\5\0", "\5\0\0\1\0\0\0\0\0\0x"), N(2, 11), QERR_TRAILING,
	    all, 17);
	talk(&to, IN("\5\xff"), N(2), QERR_PROTOCOL, hello, 3);
	talk(&to, IN("\5\2"), N(2), QERR_PROTOCOL, hello, 3);
	talk(&to, IN("HT"), N(2), QERR_VERSION, hello, 3);
}

static void
socks_login(void)
{
	struct socks_to to = {.ip = {192, 0, 2, 7}, .n_ip = 4, .port = 0x1bb};
	static const char all[] = "\5\1\2\1\3k=v\1\0\5\1\0\1\xc0\0\2\7\1\xbb";

	pt_login(&to, "k=v");
	talk(&to,
	    IN("\5\2", "\1\0",
		"\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0"),
	    N(2, 2, 22), 0, all, 20);
	talk(&to, IN("\5\2", "\1\1"), N(2, 2), QERR_ABSENT, all, 10);
	talk(&to, IN("\5\2", "\5\0"), N(2, 2), QERR_VERSION, all, 10);
	talk(&to, IN("\5\0"), N(2), QERR_PROTOCOL, all, 3);
	pt_login(&to, "");
	talk(&to, IN("\5\0"), N(2), QERR_AGAIN,
	    "\5\1\0\5\1\0\1\xc0\0\2\7\1\xbb", 13);
}

int
main(void)
{
	clients();
	proxies();
	servers();
	lines_end();
	socks_plain();
	socks_login();
	return 0;
}

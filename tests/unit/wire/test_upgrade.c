#include "proto/wire/upgrade.h"

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

/* The key and what is to be said to it, RFC 6455 §1.3. */
static const uint8_t key[] = "the sample nonce";
#define KEY    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define ACCEPT "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

#define GET    "GET /a/secret HTTP/1.1\r\n"
#define HOST   "Host: example.org\r\n"
#define SWITCH "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define V13    "Sec-WebSocket-Version: 13\r\n"
#define END    "\r\n"

static void
asks(const char *text, int err)
{
	struct bytes in = bytes_str(text);
	struct buf out;
	int got;

	buf_init(&out, 0);
	got = upgrade_answer(&out, in, "/a/secret");
	if (got != err)
		fprintf(stderr, "%s: %d, not %d\n", text, got, err);
	check(got == err);
	check((out.n > 0) == (err == 0));
	/* Every beginning of it waits for more, and gets nothing. */
	for (size_t n = 0; err == 0 && n < in.n; n++)
		check(upgrade_answer(&out, bytes_of(in.p, n), "/a/secret") ==
		      QERR_AGAIN);
	if (err == 0)
		check(bytes_eq(buf_bytes(&out),
		    bytes_str("HTTP/1.1 101 Switching Protocols\r\n" SWITCH
			    ACCEPT END)));
	buf_done(&out);
}

static void
requests(void)
{
	asks(GET HOST SWITCH KEY V13 END, 0);
	asks(GET "hOsT:example.org\r\nX-Real: \x7fno\r\n" SWITCH KEY V13 END,
	    QERR_TEXT);
	asks(GET
	    "hOsT:example.org\r\nUPGRADE: \tWebSocket \r\n"
	    "connection: keep-alive , uPgrade\r\nX-Y_1: any: thing\r\n" KEY V13
		END,
	    0);
	/* Other places and methods. */
	asks("GET /a/secre HTTP/1.1\r\n" HOST SWITCH KEY V13 END, QERR_ABSENT);
	asks("GET /a/secret/ HTTP/1.1\r\n" HOST SWITCH KEY V13 END,
	    QERR_ABSENT);
	asks("GET /a/secret?x HTTP/1.1\r\n" HOST SWITCH KEY V13 END,
	    QERR_ABSENT);
	asks("POST /a/secret HTTP/1.1\r\n" HOST SWITCH KEY V13 END,
	    QERR_ABSENT);
	asks("GET /a/secret HTTP/1.1x\r\n" HOST SWITCH KEY V13 END,
	    QERR_ABSENT);
	asks("GET /a/secret HTTP/1.0\r\n" HOST SWITCH KEY V13 END, QERR_ABSENT);
	asks("get /a/secret HTTP/1.1\r\n" HOST SWITCH KEY V13 END, QERR_ABSENT);
	/* What is lacking, twice, or other than it should. */
	asks(GET SWITCH KEY V13 END, QERR_MISSING);
	asks(GET HOST KEY V13 END, QERR_MISSING);
	asks(GET HOST "Upgrade: websocket\r\nConnection: close\r\n" KEY V13 END,
	    QERR_MISSING);
	asks(GET HOST "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY V13 END,
	    QERR_MISSING);
	asks(GET HOST SWITCH V13 END, QERR_ENCODING);
	asks(GET HOST SWITCH KEY END, QERR_VERSION);
	asks(GET HOST SWITCH KEY "Sec-WebSocket-Version: 8\r\n" END,
	    QERR_VERSION);
	asks(GET HOST SWITCH KEY KEY V13 END, QERR_DUPLICATE);
	asks(GET HOST SWITCH
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ===\r\n" V13 END,
	    QERR_ENCODING);
	asks(GET HOST SWITCH "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n" V13 END,
	    QERR_ENCODING);
	/* No lines, folded lines, and more than a head. */
	asks(GET HOST "no colon\r\n" SWITCH KEY V13 END, QERR_ENCODING);
	asks(GET HOST " folded: x\r\n" SWITCH KEY V13 END, QERR_ENCODING);
	asks(GET HOST "name : x\r\n" SWITCH KEY V13 END, QERR_ENCODING);
	asks(GET "Host: example.org\n" SWITCH KEY V13 END, QERR_ENCODING);
	asks("\r\n" GET HOST SWITCH KEY V13 END, QERR_ENCODING);
	asks(GET HOST SWITCH KEY V13 END "x", QERR_TRAILING);
	asks("\n", QERR_ENCODING);
	asks("\x16\x03\x01\x02", QERR_AGAIN);
}

static void
nobody_talks_for_ever(void)
{
	char text[UPGRADE_MAX + 1];
	struct buf out;

	memset(text, 'x', sizeof(text));
	buf_init(&out, 0);
	check(upgrade_answer(&out, bytes_of(text, UPGRADE_MAX - 1), "/") ==
	      QERR_AGAIN);
	check(upgrade_answer(&out, bytes_of(text, UPGRADE_MAX), "/") ==
	      QERR_TOOBIG);
	check(upgrade_check(bytes_of(text, UPGRADE_MAX), key) == QERR_TOOBIG);
	check(out.n == 0);
	buf_done(&out);
}

/* A head that ends where it may at the latest, and one a byte longer, be it whole. */
static void
heads_are_bounded(void)
{
	static const char begin[] = GET HOST SWITCH KEY V13 "X: ",
			  begins[] = "HTTP/1.1 101 X\r\n" SWITCH ACCEPT "X: ";
	char text[UPGRADE_MAX + 1];
	struct buf out;

	buf_init(&out, 0);
	for (size_t n = UPGRADE_MAX; n <= UPGRADE_MAX + 1; n++) {
		bool fits = n == UPGRADE_MAX;

		memset(text, 'x', sizeof(text));
		memcpy(text + n - 4, "\r\n\r\n", 4);
		memcpy(text, begin, sizeof(begin) - 1);
		check(upgrade_answer(&out, bytes_of(text, n), "/a/secret") ==
		      (fits ? 0 : QERR_TOOBIG));
		check((out.n > 0) == fits);
		buf_clear(&out);
		memset(text, 'x', sizeof(begin));
		memcpy(text, begins, sizeof(begins) - 1);
		check(upgrade_check(bytes_of(text, n), key) ==
		      (fits ? UPGRADE_MAX : QERR_TOOBIG));
	}
	buf_done(&out);
}

/* A text ends where its bytes end, and not at a zero among them. */
static void
zeros_are_no_end(void)
{
	static const char
	    path[] = "GET /a/secret\0 HTTP/1.1\r\n" HOST SWITCH KEY V13 END,
	    host[] = GET "Host: a\0b\r\n" SWITCH KEY V13 END,
	    word[] = GET HOST
	    "Upgrade: websocket\0\r\nConnection: Upgrade\r\n" KEY V13 END;
	struct buf out;

	buf_init(&out, 0);
	check(upgrade_answer(&out, bytes_of(path, sizeof(path) - 1),
		  "/a/secret") == QERR_ABSENT);
	check(upgrade_answer(&out, bytes_of(host, sizeof(host) - 1),
		  "/a/secret") == QERR_TEXT);
	check(upgrade_answer(&out, bytes_of(word, sizeof(word) - 1),
		  "/a/secret") == QERR_TEXT);
	check(out.n == 0);
	buf_done(&out);
}

static void
says(const char *text, int err)
{
	int got = upgrade_check(bytes_str(text), key);

	if (got != err)
		fprintf(stderr, "%s: %d, not %d\n", text, got, err);
	check(got == err);
}

static void
answers(void)
{
	static const char good[] =
	    "HTTP/1.1 101 Switching Protocols\r\nServer: nginx\r\n" SWITCH
		ACCEPT END;

	says(good, sizeof(good) - 1);
	says("HTTP/1.1 101 X\r\n" SWITCH ACCEPT END "\x82\x01x",
	    sizeof("HTTP/1.1 101 X\r\n" SWITCH ACCEPT END) - 1);
	for (size_t n = 0; n < sizeof(good) - 1; n++)
		check(upgrade_check(bytes_of(good, n), key) == QERR_AGAIN);
	says("HTTP/1.1 404 Not Found\r\n" SWITCH ACCEPT END, QERR_ABSENT);
	says("HTTP/1.1 1010\r\n" SWITCH ACCEPT END, QERR_ABSENT);
	says("SSH-2.0-x\r\n" END, QERR_ABSENT);
	says("HTTP/1.1 101 X\r\n" ACCEPT END, QERR_MISSING);
	says("HTTP/1.1 101 X\r\n" SWITCH END, QERR_BADHASH);
	says("HTTP/1.1 101 X\r\n" SWITCH
	     "Sec-WebSocket-Accept: t3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" END,
	    QERR_BADHASH);
	says("HTTP/1.1 101 X\r\n" SWITCH ACCEPT
	     "Sec-WebSocket-Extensions: permessage-deflate\r\n" END,
	    QERR_UNKNOWN);
	says("HTTP/1.1 101 X\r\n" SWITCH ACCEPT
	     "Sec-WebSocket-Protocol: chat\r\n" END,
	    QERR_UNKNOWN);
}

static void
ends_agree(void)
{
	struct buf ask, answer;

	buf_init(&ask, 0);
	buf_init(&answer, 0);
	upgrade_ask(&ask, "2001:db8::7", 8443, "/a/secret", key);
	check(memmem(ask.p, ask.n, "\r\nHost: [2001:db8::7]:8443\r\n", 28) !=
	      NULL);
	check(upgrade_answer(&answer, buf_bytes(&ask), "/a/secret") == 0);
	check(upgrade_check(buf_bytes(&answer), key) == (int)answer.n);
	buf_clear(&ask);
	upgrade_ask(&ask, "example.org", 443, "/a/secret", key);
	check(memmem(ask.p, ask.n, "\r\nOrigin: https://example.org\r\n", 31) !=
	      NULL);
	buf_done(&ask);
	buf_done(&answer);
}

int
main(void)
{
	requests();
	nobody_talks_for_ever();
	heads_are_bounded();
	zeros_are_no_end();
	answers();
	ends_agree();
	return 0;
}

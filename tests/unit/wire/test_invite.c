#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/wire/invite.h"
#include "tests/lib/check.h"

#define TOKEN \
	"ATWActY2WIDRruoymt-RITg4Ue0hoo47dell0NLNFmJUAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9B5QQr"

static struct invite
good(const char *text)
{
	struct invite v;
	struct buf b;

	check(invite_parse(&v, bytes_str(text)) == 0);
	buf_init(&b, 0);
	invite_text(&b, &v);
	check(bytes_eq(buf_bytes(&b), bytes_str(text)));
	buf_done(&b);
	return v;
}

static void
bad(const char *text, int err)
{
	struct invite v;
	int got = invite_parse(&v, bytes_str(text));

	if (got != err)
		fprintf(stderr, "%s: %d\n", text, got);
	check(got == err);
	check(sodium_is_zero((const uint8_t *)&v, sizeof(v)));
}

static void
all_forms_are_read_and_written(void)
{
	struct invite v;

	v = good("quire://node.example.org:7117/?t=raw#" TOKEN);
	check(v.transport == INVITE_RAW && v.port == 7117);
	check(strcmp(v.host, "node.example.org") == 0);
	v = good("quire://[2001:db8::1]:443/?t=raw#" TOKEN);
	check(strcmp(v.host, "2001:db8::1") == 0);
	v = good("quire://192.0.2.7:1/?t=raw&pre=SSH-2.0-x%0D%0A#" TOKEN);
	check(v.n_pre == 11 && memcmp(v.pre, "SSH-2.0-x\r\n", 11) == 0);
	v = good("quire://example.org:443/a/b~c?t=web#" TOKEN);
	check(v.transport == INVITE_WEB && strcmp(v.path, "/a/b~c") == 0);
	v = good("quire://abcdefghijklmnop.onion:80/?t=raw#" TOKEN);
	v = good("quire://1.2.3.4:65535/?t=pt&pt=obfs4&"
		 "args=cert%3DA%2B%2F%3Biat-mode%3D0#" TOKEN);
	check(strcmp(v.pt, "obfs4") == 0);
	check(strcmp(v.pt_args, "cert=A+/;iat-mode=0") == 0);
	v = good("quire://1.2.3.4:65535/?t=pt&pt=webtunnel&pre=%20#" TOKEN);
	check(v.pt_args[0] == '\0' && v.n_pre == 1);
	invite_done(&v);
	check(v.port == 0);
}

static void
everything_else_is_refused(void)
{
	char longer[INVITE_TEXT_MAX + 2];
	char token[] = "quire://a.org:1/?t=raw#" TOKEN;

	bad("", QERR_TYPE);
	bad("http://a.org:1/?t=raw#" TOKEN, QERR_TYPE);
	bad("quire://:1/?t=raw#" TOKEN, QERR_MISSING);
	bad("quire://a b:1/?t=raw#" TOKEN, QERR_ENCODING);
	bad("quire://[12:1/?t=raw#" TOKEN, QERR_ENCODING);
	bad("quire://[12]:1/?t=raw#" TOKEN, QERR_ENCODING);
	bad("quire://a.org/?t=raw#" TOKEN, QERR_ENCODING);
	bad("quire://a.org:0/?t=raw#" TOKEN, QERR_RANGE);
	bad("quire://a.org:65536/?t=raw#" TOKEN, QERR_RANGE);
	bad("quire://a.org:01/?t=raw#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/x?t=raw#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/x?y?t=web#" TOKEN, QERR_MISSING);
	bad("quire://a.org:1/#" TOKEN, QERR_MISSING);
	bad("quire://a.org:1/?t=tcp#" TOKEN, QERR_UNKNOWN);
	bad("quire://a.org:1/?t=raw&x=1#" TOKEN, QERR_UNKNOWN);
	bad("quire://a.org:1/?t=pt#" TOKEN, QERR_MISSING);
	bad("quire://a.org:1/?t=pt&pt=o.b#" TOKEN, QERR_ENCODING);
	bad("quire://a.org:1/?t=pt&pt=o&args=#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/?t=pt&pt=o&args=a%00#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/?t=pt&pt=o&args=%41#" TOKEN, QERR_ENCODING);
	bad("quire://a.org:1/?t=pt&pt=o&args=%2f#" TOKEN, QERR_ENCODING);
	bad("quire://a.org:1/?t=pt&pt=o&args=%2#" TOKEN, QERR_ENCODING);
	bad("quire://a.org:1/?t=raw&pre=#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/?t=raw&pre=abc#" TOKEN, QERR_RANGE);
	bad("quire://a.org:1/?t=raw", QERR_MISSING);
	bad("quire://a.org:1/?t=raw#", QERR_TRUNCATED);
	/* Of a newer version, whatever else that says. */
	bad("quire://a.org:1/?t=raw#AgAA", QERR_VERSION);
	bad("quire://a.org:1/?t=raw#Ag" TOKEN, QERR_VERSION);
	bad("quire://a.org:1/?t=raw#" TOKEN "A", QERR_TRUNCATED);

	memset(longer, 'a', sizeof(longer));
	memcpy(longer, "quire://", 8);
	longer[sizeof(longer) - 1] = '\0';
	bad(longer, QERR_TOOBIG);

	/* Any character of the token. */
	for (size_t i = 23; token[i] != '\0'; i++) {
		struct invite v;
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		check(invite_parse(&v, bytes_str(token)) < 0);
		token[i] = was;
	}
}

static void
fields_are_bounded(void)
{
	char text[1400], host[300];
	struct invite v;

	memset(host, 'h', sizeof(host));
	host[INVITE_HOST_MAX] = '\0';
	snprintf(text, sizeof(text), "quire://%s:1/?t=raw#" TOKEN, host);
	v = good(text);
	check(strlen(v.host) == INVITE_HOST_MAX);
	host[INVITE_HOST_MAX] = 'h';
	host[INVITE_HOST_MAX + 1] = '\0';
	snprintf(text, sizeof(text), "quire://%s:1/?t=raw#" TOKEN, host);
	bad(text, QERR_TOOBIG);
	snprintf(text, sizeof(text), "quire://h:1/%s?t=web#" TOKEN, host);
	bad(text, QERR_TOOBIG);
	snprintf(text, sizeof(text), "quire://h:1/?t=raw&pre=%.64s.#" TOKEN,
	    host);
	bad(text, QERR_TOOBIG);
	snprintf(text, sizeof(text), "quire://h:1/?t=raw&pre=%.63s.#" TOKEN,
	    host);
	v = good(text);
	check(v.n_pre == INVITE_PRE_MAX);
	snprintf(text, sizeof(text), "quire://h:1/?t=pt&pt=%.32s#" TOKEN, host);
	bad(text, QERR_TOOBIG);
}

/* Ports that are one of ours once they have wrapped; and a zero that ends nothing. */
static void
nothing_wraps(void)
{
	static const char *const port[] = {
	    "65537", "4294967297", "18446744073709551617", "-1", "+1", ""};
	static const char zero[] = "quire://a.org\0:1/?t=raw#" TOKEN,
			  path[] = "quire://a.org:1/a\0?t=web#" TOKEN;
	struct invite v;
	char text[200];

	for (size_t i = 0; i < sizeof(port) / sizeof(port[0]); i++) {
		snprintf(text, sizeof(text), "quire://a.org:%s/?t=raw#" TOKEN,
		    port[i]);
		bad(text, QERR_RANGE);
	}
	check(invite_parse(&v, bytes_of(zero, sizeof(zero) - 1)) ==
	      QERR_ENCODING);
	check(invite_parse(&v, bytes_of(path, sizeof(path) - 1)) ==
	      QERR_ENCODING);
}

/* Arguments of 255 bytes, each of which takes three, and of one more. */
static void
arguments_are_bounded(void)
{
	char text[1100] = "quire://h:1/?t=pt&pt=o&args=";
	size_t at = strlen(text);
	struct invite v;

	for (size_t i = 0; i < 255; i++)
		memcpy(text + at + 3 * i, "%3D", 3);
	strcpy(text + at + 255 * 3, "#" TOKEN);
	v = good(text);
	check(strlen(v.pt_args) == 255);
	strcpy(text + at + 255 * 3, "a#" TOKEN);
	bad(text, QERR_TOOBIG);
}

int
main(void)
{
	check(sodium_init() >= 0);
	all_forms_are_read_and_written();
	everything_else_is_refused();
	fields_are_bounded();
	nothing_wraps();
	arguments_are_bounded();
	return 0;
}

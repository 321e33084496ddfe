#include "proto/wire/websocket.h"

#include <sodium.h>

#include "proto/base/qerr.h"
#include "proto/wire/sha1.h"
#include "tests/lib/check.h"

static struct rng luck;

static bool
holds(const struct buf *b, const char *text)
{
	return buf_err(b) == 0 && bytes_eq(buf_bytes(b), bytes_str(text));
}

/* A whole frame goes in: |carries|, or |err|. */
static void
goes(bool client, const void *frame, size_t n, const char *carries, int err)
{
	/* At once, and byte by byte. */
	for (size_t step = 1; step <= n; step += n) {
		struct websocket w;
		struct buf in;
		int got = 0;

		websocket_init(&w, client);
		buf_init(&in, 0);
		for (size_t i = 0; i < n; i += step)
			got = websocket_take(&w,
			    bytes_of((const uint8_t *)frame + i,
				n - i < step ? n - i : step),
			    &in);
		if (got != err)
			fprintf(stderr, "got %d, not %d\n", got, err);
		check(got == err && holds(&in, carries));
		buf_done(&in);
		if (n == 1)
			break;
	}
}
#define GOES(client, frame, carries, err) \
	goes(client, frame, sizeof(frame) - 1, carries, err)

/* RFC 6455 §5.7; text is not for us, so its examples are binary here. */
static void
examples(void)
{
	static const char head_256[] = "\x82\x7e\x01\x00";
	static const char head_64k[] =
	    "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00";
	static uint8_t frame[70000];
	static char text[65537];

	GOES(true, "\x82\x05Hello", "Hello", 0);
	GOES(false, "\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "Hello", 0);
	GOES(true, "\x02\x03Hel\x80\x02lo", "Hello", 0);
	GOES(true, "\x02\x03Hel\x89\x04ping\x80\x02lo", "Hello", 0);
	GOES(true, "\x81\x05Hello", "", QERR_TYPE);

	memset(text, 'x', 256);
	memcpy(frame, head_256, 4);
	memcpy(frame + 4, text, 256);
	goes(true, frame, 4 + 256, text, 0);
	memset(text, 'x', 65536);
	memcpy(frame, head_64k, 10);
	memcpy(frame + 10, text, 65536);
	goes(true, frame, 10 + 65536, text, 0);
}

static void
rules(void)
{
	/* Masks: from the client, and from nobody else. */
	GOES(true, "\x82\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "",
	    QERR_PROTOCOL);
	GOES(false, "\x82\x05Hello", "", QERR_PROTOCOL);
	/* Reserved bits and opcodes. */
	GOES(true, "\xc2\x01x", "", QERR_PROTOCOL);
	GOES(true, "\xa2\x01x", "", QERR_PROTOCOL);
	GOES(true, "\x92\x01x", "", QERR_PROTOCOL);
	GOES(true, "\x83\x01x", "", QERR_UNKNOWN);
	GOES(true, "\x8b\x01x", "", QERR_UNKNOWN);
	/* Fragments: none goes on that did not begin, or begins while one goes on. */
	GOES(true, "\x80\x01x", "", QERR_PROTOCOL);
	GOES(true, "\x02\x01x\x82\x01y", "x", QERR_PROTOCOL);
	GOES(true, "\x02\x01x\x00\x01y\x80\x00", "xy", 0);
	GOES(true, "\x82\x01x\x80\x01y", "x", QERR_PROTOCOL);
	/* What controls is short and whole. */
	GOES(true, "\x09\x01x", "", QERR_PROTOCOL);
	GOES(true, "\x89\x7e\x00\x7e", "", QERR_PROTOCOL);
	GOES(true, "\x8a\x00\x82\x01x", "x", 0);
	/* One length, one spelling; and not too long. */
	GOES(true, "\x82\x7e\x00\x7d", "", QERR_ENCODING);
	GOES(true, "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "",
	    QERR_ENCODING);
	GOES(true, "\x82\x7f\x00\x00\x00\x00\x01\x00\x00\x01", "", QERR_TOOBIG);
	GOES(true, "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x01", "", QERR_TOOBIG);
	/* Close: all behind it counts for nothing. */
	GOES(true, "\x82\x01x\x88\x00\x82\x01y", "x", QERR_ABSENT);
	GOES(true, "\x88\x02\x03\xe8", "", QERR_ABSENT);
	GOES(true,
	    "\x88\x05\x03\xe9"
	    "bye",
	    "", QERR_ABSENT);
	GOES(true, "\x88\x01\x03", "", QERR_PROTOCOL);
	GOES(true, "\x88\x02\x03\xed", "", QERR_PROTOCOL);     /* 1005 */
	GOES(true, "\x88\x02\x03\xe7", "", QERR_PROTOCOL);     /* 999 */
	GOES(true, "\x88\x02\x13\x88", "", QERR_PROTOCOL);     /* 5000 */
	GOES(true, "\x88\x03\x03\xe8\xff", "", QERR_PROTOCOL); /* no UTF-8 */
}

/* The least and the most of what may be, and what lies just beyond. */
static void
edges(void)
{
	static const uint16_t no[] = {0, 1004, 1006, 1015, 2999, 0xffff},
			      yes[] = {1003, 1007, 1014, 3000, 4999};
	uint8_t frame[4 + WEBSOCKET_CONTROL_MAX] = {0x88, 2};

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		store_be16(frame + 2, no[i]);
		goes(true, frame, 4, "", QERR_PROTOCOL);
	}
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		store_be16(frame + 2, yes[i]);
		goes(true, frame, 4, "", QERR_ABSENT);
	}
	frame[0] = 0x89;
	frame[1] = WEBSOCKET_CONTROL_MAX;
	goes(true, frame, 2 + WEBSOCKET_CONTROL_MAX, "", 0);
	/* The longest frame: its head alone is no fault yet. */
	GOES(true, "\x82\x7f\x00\x00\x00\x00\x01\x00\x00\x00", "", 0);
	GOES(true, "\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00", "", QERR_TOOBIG);
	/* A length in a mask's place, or none where one has to be. */
	GOES(false, "\x82\x80\0\0\0\0\x82\x81\0\0\0\0x", "x", 0);
	GOES(false, "\x82\xfe\x00\x7d\0\0\0\0", "", QERR_ENCODING);
}

/* What a server answers to |frame|, which the client masked with zeros. */
static void
answers(const void *frame, size_t n, const char *bytes, size_t n_bytes)
{
	struct websocket w;
	struct buf in, out;

	websocket_init(&w, false);
	buf_init(&in, 0);
	buf_init(&out, 0);
	websocket_take(&w, bytes_of(frame, n), &in);
	websocket_answer(&w, NULL, &out);
	websocket_answer(&w, NULL, &out); /* once */
	check(bytes_eq(buf_bytes(&out), bytes_of(bytes, n_bytes)));
	buf_done(&in);
	buf_done(&out);
}
#define ANSWERS(frame, bytes) \
	answers(frame, sizeof(frame) - 1, bytes, sizeof(bytes) - 1)

static void
what_is_owed(void)
{
	ANSWERS("\x82\x81\0\0\0\0x", "");
	ANSWERS("\x89\x85\0\0\0\0Hello", "\x8a\x05Hello");
	ANSWERS("\x89\x80\0\0\0\0", "\x8a\x00");
	/* Of several the last, RFC 6455 §5.5.3. */
	ANSWERS("\x89\x81\0\0\0\0a\x89\x81\0\0\0\0b", "\x8a\x01"
						      "b");
	ANSWERS("\x8a\x81\0\0\0\0a", "");
	ANSWERS("\x88\x82\0\0\0\0\x03\xe9", "\x88\x02\x03\xe9");
	ANSWERS("\x88\x80\0\0\0\0", "\x88\x00");
	ANSWERS("\x82\x01x", "\x88\x02\x03\xea");
	ANSWERS("\x81\x80\0\0\0\0", "\x88\x02\x03\xeb");
	ANSWERS("\x82\xff\x00\x00\x00\x00\x01\x00\x00\x01\0\0\0\0",
	    "\x88\x02\x03\xf1");
}

static void
nothing_follows_a_close(void)
{
	struct websocket w;
	struct buf out;

	websocket_init(&w, false);
	buf_init(&out, 0);
	websocket_put(&w, NULL, &out, bytes_str("x"));
	websocket_close(&w, NULL, &out);
	websocket_close(&w, NULL, &out);
	websocket_put(&w, NULL, &out, bytes_str("y"));
	check(bytes_eq(buf_bytes(&out),
	    bytes_of("\x82\x01x\x88\x02\x03\xe8", 7)));
	buf_done(&out);
}

/* What one end puts, the other takes, at each length that is written in another way. */
static void
ends_agree(void)
{
	static const size_t length[] = {1, 125, 126, 127, 65535, 65536, 200000};
	static uint8_t data[200000];

	rng_bytes(&luck, data, sizeof(data));
	for (int client = 0; client < 2; client++) {
		struct websocket a, b;
		struct buf wire, in;

		websocket_init(&a, client != 0);
		websocket_init(&b, client == 0);
		buf_init(&wire, 0);
		buf_init(&in, 0);
		for (size_t i = 0; i < sizeof(length) / sizeof(length[0]);
		     i++) {
			struct bytes m = bytes_of(data, length[i]);
			size_t at = 0;

			buf_clear(&wire);
			buf_clear(&in);
			websocket_put(&a, &luck, &wire, m);
			while (at < wire.n) {
				size_t n = 1 + rng_below(&luck, 5000);

				n = n < wire.n - at ? n : wire.n - at;
				check(websocket_take(&b,
					  bytes_of(wire.p + at, n), &in) == 0);
				at += n;
			}
			check(bytes_eq(buf_bytes(&in), m));
		}
		buf_done(&wire);
		buf_done(&in);
	}
}

/* A mask is drawn for each frame. */
static void
masks_differ(void)
{
	struct websocket w;
	struct buf a, b;

	websocket_init(&w, true);
	buf_init(&a, 0);
	buf_init(&b, 0);
	websocket_put(&w, &luck, &a, bytes_str("Hello"));
	websocket_put(&w, &luck, &b, bytes_str("Hello"));
	check(a.n == 11 && b.n == 11 && memcmp(a.p, b.p, 2) == 0);
	check(memcmp(a.p + 2, b.p + 2, 4) != 0);
	buf_done(&a);
	buf_done(&b);
}

/* FIPS 180-4's examples, and each way in which a text can end in a block. */
static void
hashes(void)
{
	static const struct {
		const char *text, *hex;
	} known[] = {{"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
	    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
	    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
	     "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"a49b2446a02c645bf419f995b67091253a04a259"}};
	static uint8_t million[1000000];
	uint8_t h[SHA1_LEN];
	char hex[2 * SHA1_LEN + 1];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		sha1(h, bytes_str(known[i].text));
		sodium_bin2hex(hex, sizeof(hex), h, sizeof(h));
		check(strcmp(hex, known[i].hex) == 0);
	}
	memset(million, 'a', sizeof(million));
	sha1(h, bytes_of(million, sizeof(million)));
	sodium_bin2hex(hex, sizeof(hex), h, sizeof(h));
	check(strcmp(hex, "34aa973cd4c4daa4f61eeb2bdbad27316534016f") == 0);
}

int
main(void)
{
	static const uint8_t seed[32] = {1};

	check(sodium_init() >= 0);
	rng_init(&luck, seed);
	examples();
	rules();
	edges();
	what_is_owed();
	nothing_follows_a_close();
	ends_agree();
	masks_differ();
	hashes();
	return 0;
}

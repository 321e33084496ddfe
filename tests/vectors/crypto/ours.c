#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/cbor.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/frame.h"
#include "proto/object/key.h"
#include "tests/lib/check.h"

/*
 * What our code says of other people's vectors: questions on standard input, one a
 * line, answers on standard output.  crypto.py asks, and knows what is right.
 */
static uint8_t a[1 << 20], b[1 << 16], c[1 << 16];

static size_t
unhex(uint8_t *dst, size_t max, const char *s)
{
	size_t n = strlen(s) / 2;

	check(n <= max && hex_decode(dst, max, s, 2 * n) == (int)n);
	return n;
}

static int
minisign(char *arg[])
{
	struct buf sig = {0}, msg = {0}, pub = {0};
	struct key k;
	int err;

	check(file_read(&sig, AT_FDCWD, arg[0], 1 << 20) == 0);
	check(file_read(&msg, AT_FDCWD, arg[1], 1 << 24) == 0);
	check(file_read(&pub, AT_FDCWD, arg[2], 1 << 20) == 0);
	err = key_parse(&k, buf_bytes(&pub));
	if (err == 0)
		err = key_minisig_verify(&k, buf_bytes(&sig), buf_bytes(&msg));
	buf_done(&sig);
	buf_done(&msg);
	buf_done(&pub);
	return err;
}

static int
ask(const char *what, char *arg[], int n)
{
	struct buf raw = {0};
	size_t len;
	int err;

	if (strcmp(what, "minisign") == 0 && n == 3)
		return minisign(arg);
	if (strcmp(what, "cbor") == 0 && n == 1)
		return cbor_check(bytes_of(a, unhex(a, sizeof(a), arg[0])));
	if (strcmp(what, "frame") == 0 && n == 1) {
		struct buf z = {0};

		check(file_read(&z, AT_FDCWD, arg[0], 1 << 24) == 0);
		err = -1;
		for (size_t size = 1; size < 1 << 17 && err != 0;
		     size = size < 64 ? size + 1 : size * 2)
			err = frame_inflate(&raw, buf_bytes(&z), size,
			    (struct bytes){NULL, 0});
		buf_done(&raw);
		buf_done(&z);
		return err;
	}
	if (strcmp(what, "ed25519") == 0 && n == 3) {
		len = unhex(a, sizeof(a), arg[1]);
		if (unhex(b, sizeof(b), arg[0]) != 32 ||
		    unhex(c, sizeof(c), arg[2]) != 64)
			return -1;
		return crypto_sign_verify_detached(c, a, len, b);
	}
	if (strcmp(what, "x25519") == 0 && n == 3) {
		uint8_t out[32];

		check(unhex(a, sizeof(a), arg[0]) == 32 &&
		      unhex(b, sizeof(b), arg[1]) == 32 &&
		      unhex(c, sizeof(c), arg[2]) == 32);
		/* All zero is refused, as Noise may. */
		if (crypto_scalarmult(out, b, a) != 0)
			return 1;
		return memcmp(out, c, 32) == 0 ? 0 : -1;
	}
	fprintf(stderr, "no such question: %s\n", what);
	exit(1);
}

int
main(void)
{
	static char line[4 << 20];

	check(sodium_init() >= 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *arg[8], *at = line;
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (n < 8 && (arg[n] = strsep(&at, "\t")) != NULL)
			n++;
		printf("%d\n", ask(arg[0], arg + 1, n - 1));
	}
	return 0;
}

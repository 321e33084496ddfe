#include <sodium.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/charter.h"
#include "proto/object/hash.h"
#include "tests/lib/check.h"

/*
 * Revocations in short form: how long they are, and that a place means a root of the charter
 * before and nothing else.
 */
#define ROOTS 8
#define SHORT 256 /* of a QR code, or a text message */

static struct key_secret root[ROOTS], desk;

static void
make(struct key_secret *k, uint8_t n)
{
	uint8_t seed[32] = {n}, id[KEY_ID_LEN] = {n};

	key_secret_new(k, seed, id);
}

/* A charter of |n| roots, all of which have to sign, as the one before. */
static void
begin(struct charter *c, unsigned n, uint64_t version)
{
	*c = (struct charter){.version = version,
	    .name = bytes_str("Newsroom"),
	    .n_root = n,
	    .threshold = n,
	    .key = {{desk.pub, 1, UINT64_MAX}},
	    .n_key = 1};
	for (unsigned i = 0; i < n; i++)
		c->root[i] = root[i].pub;
	memset(c->hash.b, 7, sizeof(c->hash.b));
}

/* The body that ends the desk's key from |from| on, and pins what was before if |pin|. */
static void
revoke(struct buf *body, const struct charter *before, uint64_t from, bool pin)
{
	struct charter c = {.version = before->version + 1,
	    .previous = before->hash,
	    .is_revocation = true,
	    .n_end = 1,
	    .pin = pin ? from - 1 : 0};

	memcpy(c.end[0].id, desk.pub.id, KEY_ID_LEN);
	c.end[0].from = from;
	buf_clear(body);
	check(charter_encode(body, &c) == 0);
}

/* |file| becomes |body| with one more signature. */
static int
sign(struct buf *file, const struct buf *body, const struct charter *before,
    const struct key_secret *k)
{
	struct buf more = {0};
	int err = charter_sign(&more, buf_bytes(body),
	    file->n > 0 ? buf_bytes(file) : (struct bytes){0}, before, k);

	if (err != 0) {
		check(more.n == 0);
		return err;
	}
	buf_done(file);
	*file = more;
	return 0;
}

/* How long it is when |n| roots have signed, from the last to the first. */
static size_t
length(unsigned n, uint64_t version, uint64_t from, bool pin)
{
	struct buf body = {0}, file = {0};
	struct charter before, c;
	size_t size;

	begin(&before, n, version - 1);
	revoke(&body, &before, from, pin);
	for (unsigned i = n; i-- > 0;) {
		if (i < n - 1)
			check(charter_open(&c, buf_bytes(&file), &before) ==
			      QERR_BADSIG);
		check(sign(&file, &body, &before, &root[i]) == 0);
	}
	check(charter_open(&c, buf_bytes(&file), &before) == 0);
	check(c.is_revocation && c.key[0].to == from - 1);
	size = file.n;
	buf_done(&body);
	buf_done(&file);
	return size;
}

static void
they_are_short(void)
{
	uint64_t last = UINT32_MAX;

	check(length(1, 2, 4, false) == 123);
	check(length(2, 2, 4, false) == 187);
	check(length(3, 2, 4, false) == 251);
	check(length(4, 2, 4, false) == 316);
	check(length(8, 2, 4, false) == 572);
	check(length(1, 2, 4, true) == 160);
	check(length(2, 2, 4, true) == 224);
	check(length(3, 2, 4, true) == 288);
	/* Whichever issue it is from, as far as versions are likely to go. */
	check(length(1, 255, last, false) <= SHORT);
	check(length(2, 255, last, false) <= SHORT);
	check(length(3, 255, last, false) == SHORT);
	check(length(1, 255, last, true) <= SHORT);
	check(length(2, 255, last, true) <= SHORT);
}

/* Signing needs the roots, and says so. */
static void
a_place_is_a_roots(void)
{
	struct buf body = {0}, file = {0};
	struct charter before, other;

	begin(&before, 3, 1);
	revoke(&body, &before, 4, false);
	check(sign(&file, &body, NULL, &root[0]) == QERR_CHAIN);
	other = before;
	other.hash.b[0] ^= 1;
	check(sign(&file, &body, &other, &root[0]) == QERR_CHAIN);
	check(sign(&file, &body, &before, &desk) == QERR_KEY);
	check(sign(&file, &body, &before, &root[3]) == QERR_KEY);
	check(sign(&file, &body, &before, &root[1]) == 0);
	check(sign(&file, &body, &before, &root[1]) == QERR_DUPLICATE);
	check(sign(&file, &body, &before, &desk) == QERR_KEY);
	buf_done(&body);
	buf_done(&file);
}

/* The same places are of other roots where the charter before is another. */
static void
another_charter_before(void)
{
	struct buf body = {0}, file = {0};
	struct charter before, other, c;

	begin(&before, 3, 1);
	before.threshold = 2;
	revoke(&body, &before, 4, false);
	check(sign(&file, &body, &before, &root[0]) == 0);
	check(sign(&file, &body, &before, &root[1]) == 0);
	check(charter_open(&c, buf_bytes(&file), &before) == 0);
	other = before;
	memmove(&other.root[0], &other.root[1], 2 * sizeof(other.root[0]));
	other.root[2] = root[3].pub;
	check(charter_open(&c, buf_bytes(&file), &other) == QERR_BADSIG);
	other = before;
	other.n_root = other.threshold = 1;
	check(charter_open(&c, buf_bytes(&file), &other) == QERR_KEY);
	buf_done(&body);
	buf_done(&file);
}

/* In whatever order they sign, with or without others: it is one revocation. */
static void
one_name_for_all(void)
{
	struct buf body = {0}, one = {0}, two = {0};
	struct charter before, a, b;

	begin(&before, 3, 1);
	before.threshold = 2;
	revoke(&body, &before, 4, false);
	check(sign(&one, &body, &before, &root[2]) == 0);
	check(sign(&one, &body, &before, &root[0]) == 0);
	check(sign(&two, &body, &before, &root[0]) == 0);
	check(sign(&two, &body, &before, &root[2]) == 0);
	check(bytes_eq(buf_bytes(&one), buf_bytes(&two)));
	check(sign(&two, &body, &before, &root[1]) == 0);
	check(charter_open(&a, buf_bytes(&one), &before) == 0);
	check(charter_open(&b, buf_bytes(&two), &before) == 0);
	check(id_eq(&a.hash, &b.hash));
	buf_done(&body);
	buf_done(&one);
	buf_done(&two);
}

int
main(void)
{
	check(sodium_init() >= 0);
	for (uint8_t i = 0; i < ROOTS; i++)
		make(&root[i], (uint8_t)(i + 1));
	make(&desk, ROOTS + 1);
	they_are_short();
	a_place_is_a_roots();
	another_charter_before();
	one_name_for_all();
	return 0;
}

/* The small tools of proto/base, each with what it must refuse. */
#include <stdlib.h>

#include "proto/base/buf.h"
#include "proto/base/heap.h"
#include "proto/base/map.h"
#include "proto/base/padme.h"
#include "proto/base/qerr.h"
#include "proto/base/rng.h"
#include "proto/base/text.h"

#include "tests/lib/check.h"

static void
buf_stops_at_its_limit(void)
{
	struct buf b;

	buf_init(&b, 10);
	buf_put(&b, "12345678", 8);
	buf_put_le32(&b, 7);
	check(b.n == 8 && buf_err(&b) == QERR_TOOBIG);
	buf_put_u8(&b, 1);
	check(b.n == 8);
	buf_shrink(&b, b.cap);
	check(b.n == 0 && b.err == 0 && b.cap > 0);
	buf_shrink(&b, b.cap - 1);
	check(b.n == 0 && b.cap == 0 && b.max != 0);
	buf_clear(&b);
	buf_put_str(&b, "0123456789");
	check(buf_err(&b) == 0 && b.n == 10);
	buf_drop(&b, 4);
	check(b.n == 6 && b.p[0] == '4');
	buf_done(&b);

	buf_init(&b, 0);
	buf_printf(&b, "%s %d", "issue", 7);
	check(bytes_eq(buf_bytes(&b), bytes_str("issue 7")));
	buf_done(&b);
}

static void
text_forms_are_strict(void)
{
	static const struct {
		const char *plain, *base32, *base64;
	} rfc4648[] = {{"", "", ""}, {"f", "my", "Zg=="},
	    {"fo", "mzxq", "Zm8="}, {"foo", "mzxw6", "Zm9v"},
	    {"foob", "mzxw6yq", "Zm9vYg=="}, {"fooba", "mzxw6ytb", "Zm9vYmE="},
	    {"foobar", "mzxw6ytboi", "Zm9vYmFy"}};
	char s[64];
	uint8_t b[64];

	for (size_t i = 0; i < sizeof(rfc4648) / sizeof(rfc4648[0]); i++) {
		size_t n = strlen(rfc4648[i].plain);

		base32_encode(s, rfc4648[i].plain, n);
		check(strcmp(s, rfc4648[i].base32) == 0);
		check(base32_decode(b, sizeof(b), s, strlen(s)) == (int)n &&
		      memcmp(b, rfc4648[i].plain, n) == 0);
		base64_encode(s, rfc4648[i].plain, n);
		check(strcmp(s, rfc4648[i].base64) == 0);
		check(base64_decode(b, sizeof(b), s, strlen(s)) == (int)n &&
		      memcmp(b, rfc4648[i].plain, n) == 0);
	}
	check(base32_decode(b, sizeof(b), "mz", 2) ==
	      QERR_ENCODING); /* unused bits */
	check(base32_decode(b, sizeof(b), "m", 1) ==
	      QERR_ENCODING); /* half a byte */
	check(base32_decode(b, sizeof(b), "MY", 2) == QERR_ENCODING); /* case */
	check(base32_decode(b, 1, "mzxw6", 5) == QERR_TOOBIG);
	check(base64_decode(b, sizeof(b), "Zh==", 4) == QERR_ENCODING);
	check(base64_decode(b, sizeof(b), "Zm9vYg=", 7) == QERR_ENCODING);
	check(base64_decode(b, sizeof(b), "Z===", 4) == QERR_ENCODING);
	check(base64url_decode(b, sizeof(b), "_-8", 3) == 2 && b[0] == 0xff);
	check(base64url_decode(b, sizeof(b), "_-9", 3) == QERR_ENCODING);
	check(hex_decode(b, sizeof(b), "fF", 2) == QERR_ENCODING);
	check(hex_decode(b, sizeof(b), "f", 1) == QERR_ENCODING);
}

static void
text_is_utf8_without_tricks(void)
{
	static const char *const bad[] = {"\xc0\xaf", "\xed\xa0\x80",
	    "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xff", "a\x01", "\x7f",
	    "\xc2\x85", "\xef\xbb\xbf", "\xe2\x80\xae", "\xe2\x81\xa6",
	    "\xe0\x80\xaf"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(text_check(bytes_str(bad[i]), true) == QERR_TEXT);
	check(text_check(bytes_str("Новости ایران 自由 🙂"),
		  false) == 0);
	check(text_check(bytes_str("a\nb"), true) == 0);
	check(text_check(bytes_str("a\nb"), false) == QERR_TEXT);
	check(lang_check(bytes_str("zh-Hant-TW")) == 0);
	check(lang_check(bytes_str("ru")) == 0);
	check(lang_check(bytes_str("e")) != 0 &&
	      lang_check(bytes_str("en-")) != 0);
	check(lang_check(bytes_str("e-n")) != 0 &&
	      lang_check(bytes_str("en_US")) != 0);
}

static void
numbers_have_one_spelling(void)
{
	uint64_t v;

	check(dec_parse(&v, "0", 1) == 0 && v == 0);
	check(dec_parse(&v, "18446744073709551615", 20) == 0 &&
	      v == UINT64_MAX);
	check(dec_parse(&v, "18446744073709551616", 20) == QERR_RANGE);
	check(dec_parse(&v, "01", 2) == QERR_ENCODING);
	check(dec_parse(&v, "", 0) == QERR_ENCODING);
	check(dec_parse(&v, "+1", 2) == QERR_ENCODING);
	check(size_parse(&v, "7", 1) == 0 && v == 7);
	check(size_parse(&v, "7K", 2) == 0 && v == 7168);
	check(size_parse(&v, "16777215T", 9) == 0 && v == 16777215ULL << 40);
	check(size_parse(&v, "16777216T", 9) == QERR_RANGE);
	check(size_parse(&v, "K", 1) == QERR_ENCODING);
	check(size_parse(&v, "7KK", 3) == QERR_ENCODING);
	check(size_parse(&v, "7\0", 2) == QERR_ENCODING);
	check(size_parse(&v, "", 0) == QERR_ENCODING);
}

static void
rng_repeats_and_forgets(void)
{
	uint8_t seed[32] = {7}, a[300], b[300];
	struct rng g, h;
	size_t seen[5] = {0};

	rng_init(&g, seed);
	rng_init(&h, seed);
	rng_bytes(&g, a, sizeof(a));
	check(memcmp(g.key, seed, 32) != 0);
	rng_bytes(&h, b, sizeof(b));
	check(memcmp(a, b, sizeof(a)) == 0);
	rng_reseed(&h, seed);
	rng_bytes(&g, a, sizeof(a));
	rng_bytes(&h, b, sizeof(b));
	check(memcmp(a, b, sizeof(a)) != 0);
	for (int i = 0; i < 5000; i++)
		seen[rng_below(&g, 5)]++;
	for (int i = 0; i < 5; i++)
		check(seen[i] > 850 && seen[i] < 1150);
	for (int i = 0; i < 100; i++)
		check(rng_between(&g, 3, 4) - 3 <= 1);
}

static void
padme_rounds_as_published(void)
{
	check(padme(9) == 10 && padme(100) == 104 && padme(1000) == 1024);
	check(padme(1) == 1 && padme(0) == 0);
	for (uint64_t n = 2; n < 200000; n += 37) {
		check(padme(n) >= n && padme(n) * 100 <= n * 112);
		check(padme(padme(n)) == padme(n));
	}
	check(padme_ladder(1) == 4096 && padme_ladder(4097) == 6144);
	check(padme_ladder(6145) == 8192);
	check(padme_ladder(1024 * 1024) == 1024 * 1024);
}

static void
map_keeps_order_through_deletion(void)
{
	struct map *m = map_new(1);
	struct id id = {{0}};
	const struct id *key;
	int values[1000];
	size_t at = 0, n = 0;

	for (int i = 0; i < 1000; i++) {
		store_le32(id.b, (uint32_t)i);
		check(map_put(m, &id, &values[i]) == 0);
	}
	for (int i = 0; i < 1000; i += 2) {
		store_le32(id.b, (uint32_t)i);
		check(map_del(m, &id) == &values[i]);
		check(map_del(m, &id) == NULL && map_get(m, &id) == NULL);
	}
	for (int *v; (v = map_next(m, &at, &key)) != NULL; n++) {
		check(v == &values[2 * n + 1]);
		check(load_le32(key->b) == 2 * n + 1);
	}
	check(n == 500 && map_count(m) == 500);
	for (int round = 0; round < 5000; round++) {
		store_le32(id.b, 5000 + (uint32_t)round);
		check(map_put(m, &id, &values[0]) == 0);
		check(map_del(m, &id) == &values[0]);
	}
	check(map_count(m) == 500);
	map_free(m);
	map_free(NULL);
}

static void
heap_gives_the_earliest(void)
{
	struct heap_item it[64] = {{0}};
	struct heap_item *top;
	struct heap h;
	struct rng g;
	uint8_t seed[32] = {3};
	when_ms last = 0;
	size_t n = 0;

	heap_init(&h);
	rng_init(&g, seed);
	for (int i = 0; i < 64; i++)
		check(heap_set(&h, &it[i], rng_below(&g, 20)) == 0);
	for (int i = 0; i < 64; i += 3)
		check(heap_set(&h, &it[i], rng_below(&g, 20)) == 0);
	check(heap_set(&h, &it[5], WHEN_NEVER) == 0 && it[5].place == 0);
	while ((top = heap_top(&h)) != NULL) {
		check(top->when >= last);
		last = top->when;
		check(heap_set(&h, top, WHEN_NEVER) == 0);
		n++;
	}
	check(n == 63);
	check(heap_set(&h, &it[1], 4) == 0 && heap_set(&h, &it[2], 4) == 0);
	check(heap_top(&h) == &it[1]);
	heap_done(&h);
}

int
main(void)
{
	buf_stops_at_its_limit();
	text_forms_are_strict();
	text_is_utf8_without_tricks();
	numbers_have_one_spelling();
	rng_repeats_and_forgets();
	padme_rounds_as_published();
	map_keeps_order_through_deletion();
	heap_gives_the_earliest();
	return 0;
}

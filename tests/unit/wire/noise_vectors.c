/* Runs Noise test vectors from stdin; noise_vectors.py writes the lines. */
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#include "proto/wire/noise.h"
#include "tests/lib/check.h"

#define BLOB_MAX 512

struct blob {
	uint8_t b[BLOB_MAX];
	size_t n;
	bool set;
};

struct side {
	struct blob prologue, s, e, rs, psk[4];
	size_t n_psk;
	struct noise *h;
	struct noise_cipher c1, c2;
	uint8_t hash[NOISE_HASH_LEN];
};

static struct {
	char pattern[64];
	struct side side[2]; /* initiator, responder */
	struct blob hash;
	size_t at;
	bool open;
} v;

static void
hex(struct blob *ret, const char *s)
{
	check(sodium_hex2bin(ret->b, BLOB_MAX, s, strcspn(s, "\n"), NULL,
		  &ret->n, NULL) == 0);
	ret->set = true;
}

static void
set(const char *key, const char *value)
{
	struct side *s = &v.side[strncmp(key, "resp", 4) == 0];

	if (strcmp(key, "hash") == 0)
		hex(&v.hash, value);
	else if (strcmp(key + 4, "_prologue") == 0)
		hex(&s->prologue, value);
	else if (strcmp(key + 4, "_static") == 0)
		hex(&s->s, value);
	else if (strcmp(key + 4, "_ephemeral") == 0)
		hex(&s->e, value);
	else if (strcmp(key + 4, "_remote_static") == 0)
		hex(&s->rs, value);
	else if (strcmp(key + 4, "_psk") == 0)
		hex(&s->psk[s->n_psk++], value);
	else
		check(strcmp(key, "a known line") == 0);
}

static void
go(void)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &v.side[i];
		struct noise_config cfg = {
		    .pattern = v.pattern,
		    .initiator = i == 0,
		    .prologue = s->prologue.b,
		    .n_prologue = s->prologue.n,
		    .s = s->s.set ? s->s.b : NULL,
		    .e = s->e.set ? s->e.b : NULL,
		    .rs = s->rs.set ? s->rs.b : NULL,
		    .n_psk = s->n_psk,
		};

		for (size_t k = 0; k < s->n_psk; k++)
			cfg.psk[k] = s->psk[k].b;
		check((s->h = noise_new(&cfg)) != NULL);
	}
}

static void
open_now(void)
{
	for (int i = 0; i < 2; i++) {
		struct side *s = &v.side[i];

		check(noise_finished(s->h));
		noise_split(s->h, &s->c1, &s->c2, s->hash);
		if (v.hash.set)
			check(memcmp(s->hash, v.hash.b, NOISE_HASH_LEN) == 0);
	}
	v.open = true;
}

static void
handshake(struct side *from, struct side *to, const struct blob *payload,
    const struct blob *wire)
{
	uint8_t out[BLOB_MAX * 2], in[BLOB_MAX], bad[BLOB_MAX];
	size_t over = noise_overhead(from->h);

	check(over == noise_overhead(to->h));
	check(wire->n == payload->n + over);
	check(noise_write(from->h, out, payload->b, payload->n) == 0);
	check(memcmp(out, wire->b, wire->n) == 0);

	/* A refused message leaves the handshake where it was. */
	memcpy(bad, wire->b, wire->n);
	bad[wire->n - 1] ^= 1;
	if (over % 32 != 0)
		check(noise_read(to->h, in, bad, wire->n) < 0);
	check(over == 0 || noise_read(to->h, in, bad, over - 1) < 0);
	check(noise_read(to->h, in, wire->b, wire->n) == 0);
	check(memcmp(in, payload->b, payload->n) == 0);
}

static void
message(const char *a, const char *b)
{
	/* One-way patterns go on in one direction. */
	bool one_way = strspn(v.pattern, "NKXI") == 1;
	size_t turn = one_way ? 0 : v.at++ % 2;
	struct side *from = &v.side[turn], *to = &v.side[1 - turn];
	struct blob payload = {.n = 0}, wire;
	uint8_t out[BLOB_MAX + NOISE_TAG_LEN];

	if (a[0] != '-')
		hex(&payload, a);
	hex(&wire, b);
	if (!v.open && noise_finished(from->h))
		open_now();
	if (!v.open) {
		handshake(from, to, &payload, &wire);
		return;
	}

	check(noise_seal(turn == 0 ? &from->c1 : &from->c2, out, payload.b,
		  payload.n) == 0);
	check(wire.n == payload.n + NOISE_TAG_LEN);
	check(memcmp(out, wire.b, wire.n) == 0);
	check(noise_open(turn == 0 ? &to->c1 : &to->c2, out, wire.b, wire.n) ==
	      0);
	check(memcmp(out, payload.b, payload.n) == 0);
}

int
main(void)
{
	char line[4096], key[32], a[1200], b[1200];
	int n = 0;

	check(sodium_init() >= 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		a[0] = b[0] = '\0';
		check(sscanf(line, "%31s %1199s %1199s", key, a, b) >= 1);
		if (strcmp(key, "pattern") == 0) {
			memset(&v, 0, sizeof(v));
			snprintf(v.pattern, sizeof(v.pattern), "%.60s", a);
		} else if (strcmp(key, "go") == 0) {
			go();
		} else if (strcmp(key, "message") == 0) {
			message(a, b);
		} else if (strcmp(key, "end") == 0) {
			check(v.open);
			noise_free(v.side[0].h);
			noise_free(v.side[1].h);
			n++;
		} else {
			set(key, a);
		}
	}
	printf("%d vectors\n", n);
	return 0;
}

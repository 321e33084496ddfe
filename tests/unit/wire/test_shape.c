/*
 * What a watcher sees: the first flights against the published classifiers of
 * fully encrypted traffic (Wu et al., USENIX Security 2023), and the statistics
 * of lines, frames and bursts.  Luck comes from fixed seeds: it never fails by
 * chance.
 */
#include <math.h>
#include <sodium.h>
#include <time.h>

#include "proto/wire/line.h"
#include "tests/lib/fet.h"
#include "tests/unit/wire/ends.h"

#define FLIGHTS  10000
#define PREFIXES 1000 /* flights of which every prefix is tried */
#define HEAD     128  /* bytes of a line looked at place by place */

static void
classifier_is_awake(void)
{
	static const uint8_t known[] = {0x16, 3, 1, 0xff};
	uint8_t p[200], seed[32] = {1};
	struct rng g;
	int flagged = 0;

	/* The boundaries that the live firewall showed. */
	memset(p, 0xf0, sizeof(p));
	check(fet_exempt(p, 100) == 0);
	p[99] = 0; /* 3.96 */
	check(fet_exempt(p, 100) == 0);
	memset(p, 0, 15); /* 3.36 */
	check(fet_exempt(p, 100) == FET_BITS);
	memset(p, 0xf0, sizeof(p));
	memset(p, 'i', 5); /* 4 bits too */
	check(fet_exempt(p, 100) == 0);
	p[5] = 'i';
	check(fet_exempt(p, 100) == FET_FIRST);
	memset(p, 0xf0, 6);
	memset(p + 10, 'i', 20);
	check(fet_exempt(p, 100) == 0);
	p[30] = 'i';
	check(fet_exempt(p, 100) == FET_RUN);
	for (size_t i = 0; i < 100; i++)
		p[i] = i % 2 ? 'i' : 0xf0;
	check(fet_exempt(p, 100) == 0);
	p[0] = 'i';
	check(fet_exempt(p, 100) == FET_HALF);
	check((fet_exempt(known, 4) & FET_KNOWN) != 0);

	rng_init(&g, seed);
	for (int i = 0; i < FLIGHTS; i++) {
		rng_bytes(&g, p, sizeof(p));
		flagged += fet_exempt(p, sizeof(p)) == 0;
	}
	printf("uniform packets flagged: %d of %d\n", flagged, FLIGHTS);
	check(flagged >= FLIGHTS * 99 / 100);
	rng_done(&g);
}

/* Counts of bytes, and Pearson's statistic against the uniform. */
struct counts {
	uint32_t n[256];
	uint64_t all;
};

static void
count(struct counts *c, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->n[p[i]]++;
	c->all += n;
}

static double
chi2(const uint32_t *n, size_t bins, double all)
{
	double want = all / (double)bins, sum = 0;

	for (size_t i = 0; i < bins; i++)
		sum += ((double)n[i] - want) * ((double)n[i] - want) / want;
	return sum;
}

/* Statistics of one side's lines. */
struct side {
	struct counts body, place[HEAD];
	unsigned high_bit; /* of the masked ephemeral key */
};

static void
look_at_line(struct side *s, bool of_dialler, const struct buf *b, int i)
{
	struct line_body body;
	size_t key = of_dialler ? LINE_NONCE + LINE_TAG : LINE_NONCE;
	unsigned all = FET_FIRST | FET_HALF | FET_RUN;

	check(b->n >= 215 && b->n <= (of_dialler ? 401U : 1015U));
	check(b->p[b->n - 1] == '\n');
	check((fet_exempt(b->p, b->n) & all) == all);
	for (size_t k = 1; i < PREFIXES && k <= b->n; k++)
		check(fet_exempt(b->p, k) != 0);

	check(line_decode(&body, of_dialler, b->p, b->n - 1) == 0);
	count(&s->body, body.b, body.n);
	for (size_t k = 0; k < HEAD; k++)
		count(&s->place[k], &body.b[k], 1);
	s->high_bit += body.b[key + 31] >> 7;
}

static void
verdict(const char *who, const struct side *s)
{
	double c = chi2(s->body.n, 256, (double)s->body.all), worst = 0;

	for (size_t k = 0; k < HEAD; k++)
		worst = fmax(worst,
		    chi2(s->place[k].n, 256, (double)s->place[k].all));
	printf("%s: chi2 %.1f, worst place %.1f, high bit %.3f\n", who, c,
	    worst, s->high_bit / (double)FLIGHTS);
	check(c > 190.9 && c < 330.5);
	/* p > 1e-6 over 128 places: 1e-8 each. */
	check(worst < 400);
	check(fabs(s->high_bit / (double)FLIGHTS - 0.5) < 0.02);
}

static void
first_flights_pass(void)
{
	static struct side up, down;
	struct ends t;
	clock_t began = clock();

	ends_init(&t, 2);
	for (int i = 0; i < FLIGHTS; i++) {
		if (i % 200 == 0)
			veil_door_remove(t.door, t.to.secret);
		check(veil_door_add(t.door, t.to.secret) == 0);
		ends_dial(&t, ENDS_WALL);
		look_at_line(&up, true, &t.up, i);
		ends_give(&t, t.node, &t.up, &t.down, ENDS_WALL);
		check(veil_state(t.node) == VEIL_OPEN);
		look_at_line(&down, false, &t.down, i);
	}
	printf("handshakes: %.3f ms for both ends\n",
	    (double)(clock() - began) * 1e3 / CLOCKS_PER_SEC / FLIGHTS);
	verdict("diallers' lines", &up);
	verdict("nodes' lines", &down);
	ends_done(&t);
}

/* 64 MiB of frames: uniform, uncorrelated, quick, and at most 0.6 % more. */
static void
frames_are_noise(void)
{
	static uint8_t zeros[VEIL_MESSAGE_MAX];
	struct counts c = {.all = 0};
	struct ends t;
	struct bytes m;
	uint64_t payload = 0, wire = 0;
	double sum = 0, sum2 = 0, next = 0, seal = 0, open = 0, r;
	clock_t at;

	ends_init(&t, 3);
	ends_open(&t);
	while (payload < 64 << 20) {
		at = clock();
		for (int i = 0; i < 15; i++)
			check(veil_send(t.node,
				  bytes_of(zeros, sizeof(zeros))) == 0);
		check(veil_flush(t.node, &t.g, &t.down) == 0);
		seal += (double)(clock() - at);
		count(&c, t.down.p, t.down.n);
		for (size_t i = 0; i + 1 < t.down.n; i += 64)
			next += (double)t.down.p[i] * t.down.p[i + 1];
		wire += t.down.n;
		at = clock();
		ends_give(&t, t.dialler, &t.down, &t.up, ENDS_WALL);
		for (; veil_next(t.dialler, &m); payload += m.n)
			;
		open += (double)(clock() - at);
	}
	for (unsigned i = 0; i < 256; i++) {
		sum += (double)c.n[i] * i;
		sum2 += (double)c.n[i] * i * i;
	}
	sum /= (double)c.all;
	sum2 /= (double)c.all;
	r = (next / ((double)c.all / 64) - sum * sum) / (sum2 - sum * sum);
	printf("frames: chi2 %.1f, correlation %.5f, overhead %.2f %%\n",
	    chi2(c.n, 256, (double)c.all), r,
	    100.0 * ((double)wire / (double)payload - 1));
	printf("seal %.0f MB/s, open %.0f MB/s\n",
	    (double)payload / 1e6 / (seal / CLOCKS_PER_SEC),
	    (double)payload / 1e6 / (open / CLOCKS_PER_SEC));
	check(chi2(c.n, 256, (double)c.all) > 190.9);
	check(chi2(c.n, 256, (double)c.all) < 330.5);
	check(fabs(r) < 4e-3);
	check((double)wire <= 1.006 * (double)payload);
	ends_done(&t);
}

/* Where bursts of |n| bytes end, by a frame's length, tells nothing of frames. */
static void
bursts_end_anywhere(size_t n, size_t frame)
{
	static uint8_t zeros[20000];
	uint32_t bin[64] = {0};
	struct ends t;

	ends_init(&t, 4);
	for (int i = 0; i < 10000; i++) {
		if (i % 200 == 0)
			ends_open(&t);
		buf_clear(&t.down);
		check(veil_send(t.node, bytes_of(zeros, n)) == 0);
		check(veil_flush(t.node, &t.g, &t.down) == 0);
		bin[t.down.n % frame * 64 / frame]++;
	}
	printf("ends of bursts of %zu: chi2 %.1f of 64 bins\n", n,
	    chi2(bin, 64, 10000));
	check(chi2(bin, 64, 10000) < 103.4); /* p > 0.001 */
	ends_done(&t);
}

int
main(void)
{
	check(sodium_init() >= 0);
	classifier_is_awake();
	first_flights_pass();
	frames_are_noise();
	bursts_end_anywhere(100, 256);
	bursts_end_anywhere(3000, 256);
	bursts_end_anywhere(20000, 1024);
	return 0;
}

#include "daemon/mirror/rota.h"

#include <stdio.h>

#include "tests/lib/check.h"

#define HOUR ((when_ms)3600 * 1000)

static struct mirrored
feed(uint8_t name, when_ms due)
{
	return (struct mirrored){.feed = {{name}}, .due = due};
}

/* Who was visited and is due again soon goes behind all that wait, wherever it stands. */
static void
test_turns(void)
{
	struct mirrored f[4] = {
	    feed(1, 10), feed(2, 11), feed(3, 12), feed(4, 0)};
	when_ms now = 100;
	unsigned visits[4] = {0};

	for (int i = 0; i < 30; i++) {
		struct mirrored *next = rota_next(f, 4, now);

		check(next != NULL);
		check(rota_waits(f, 4, &next->feed, now));
		visits[next->feed.b[0] - 1]++;
		now += ROTA_TURN;
		next->due = now + 1; /* cut off */
		now += 2;
	}
	check(visits[0] == 10 && visits[1] == 10 && visits[2] == 10);
	check(visits[3] == 0);
}

static void
test_alone(void)
{
	struct mirrored f[2] = {feed(1, 10), feed(2, 500)};

	check(rota_next(f, 2, 9) == NULL);
	check(rota_next(f, 2, 10) == &f[0]);
	check(!rota_waits(f, 2, &f[0].feed, 499));
	check(rota_waits(f, 2, &f[0].feed, 500));
	/* 16 MiB of nobody's hour */
	check(ROTA_SECONDS(16 << 20, true) < 600);
	check(ROTA_SECONDS(16 << 20, false) > 3600);
}

/* One of them asks for a year: it gets a day, and the others are asked. */
static void
test_rest(void)
{
	struct rota_rest r = {.n = 0};
	struct bytes liar = bytes_str("https://a"),
		     good = bytes_str("https://b");

	rota_leave(&r, liar, 365 * 24 * 3600, 5);
	check(rota_is_left(&r, liar, 23 * HOUR));
	check(!rota_is_left(&r, liar, 25 * HOUR));
	check(!rota_is_left(&r, good, 5));
	rota_leave(&r, liar, 60, 5);
	check(!rota_is_left(&r, liar, HOUR) && r.n == 1);
}

/* The table fills: those that would have been asked first are. */
static void
test_full(void)
{
	struct rota_rest r = {.n = 0};
	char name[32];

	for (unsigned i = 0; i < 2 * ROTA_RESTING; i++) {
		snprintf(name, sizeof(name), "https://%u", i);
		rota_leave(&r, bytes_str(name), 1000 + i, 0);
		check(rota_is_left(&r, bytes_str(name), 1));
	}
	check(r.n == ROTA_RESTING);
	check(!rota_is_left(&r, bytes_str("https://0"), 1));
}

int
main(void)
{
	test_turns();
	test_alone();
	test_rest();
	test_full();
	return 0;
}

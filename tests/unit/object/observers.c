#include "tests/unit/object/observers.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/qerr.h"
#include "tests/lib/check.h"

#define ORDERS 50

static uint64_t seed;

static size_t
below(size_t n)
{
	/* Knuth's MMIX. */
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

/* What contradicts one that is here is a proof with it. */
static int
give_charter(struct feed *f, struct bytes file)
{
	struct charter c;
	uint64_t floor;
	int err = feed_add_charter(f, file, &floor);

	if (err != QERR_FORK || charter_peek(&c, file) != 0 ||
	    c.version > feed_charter(f)->version)
		return err;
	return feed_add_fork(f, feed_charter_file(f, c.version), file, &floor);
}

static int
give(const struct story *s, struct feed *f, size_t i, bool *ret_led_away)
{
	struct bytes file = buf_bytes(&s->file[i]);
	struct header h = {.number = 0};
	int err;

	err = s->is_charter[i] ? give_charter(f, file)
			       : feed_add_header(f, file, &h);
	*ret_led_away = err == QERR_PINNED && h.number == feed_head(f) + 1 &&
			feed_head(f) < feed_charter(f)->pin;
	return err;
}

static void
shuffle(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = below(i), x = order[i - 1];

		order[i - 1] = order[k];
		order[k] = x;
	}
}

/*
 * Give |f| all files in |order|, again and again until nothing changes: true if then
 * something contradicts what it has.  Who finds that he was led away from a pin starts
 * over, and asks another one first.
 */
static bool
observe(const struct story *s, struct feed *f, size_t *order)
{
	bool changed = true, forked = false, led_away;
	struct bytes a, b;

	for (int round = 0; changed; round++) {
		check(round < 100);
		changed = false;
		for (size_t i = 0; i < s->n; i++) {
			changed |= give(s, f, order[i], &led_away) == 0;
			if (!led_away)
				continue;
			feed_cut(f, 0);
			shuffle(order, s->n);
			changed = true;
			break;
		}
	}
	for (size_t i = 0; i < s->n; i++)
		forked |= give(s, f, order[i], &led_away) == QERR_FORK;
	return forked || feed_forked(f, &a, &b) != 0;
}

static bool
is_at_head(const struct story *s, const struct feed *f)
{
	struct header h;

	check(header_peek(&h, buf_bytes(&s->header[s->head - 1])) == 0);
	return feed_head(f) == s->head && id_eq(feed_head_hash(f), &h.hash) &&
	       feed_charter(f)->version == s->charter.version &&
	       id_eq(&feed_charter(f)->hash, &s->charter.hash);
}

/* All who know of the fork hold the same, and none of what either side ended. */
static void
check_same_stop(const struct feed *f, struct feed *first, uint64_t stop)
{
	struct bytes a, b;

	check(feed_forked(f, &a, &b) == feed_forked(first, &a, &b));
	check(feed_forked(f, &a, &b) == feed_charter(f)->version + 1);
	check(id_eq(&feed_charter(f)->hash, &feed_charter(first)->hash));
	check(feed_head(f) == stop && feed_head(first) == stop);
	check(stop == 0 || id_eq(feed_head_hash(f), feed_head_hash(first)));
}

/* 0: as it happened; 1: from the last to the first; then at random. */
static void
order_of(size_t *order, size_t n, size_t which)
{
	for (size_t i = 0; i < n; i++)
		order[i] = which == 1 ? n - 1 - i : i;
	if (which > 1)
		shuffle(order, n);
}

/* Late: the charters first, as every tree and node gives them, then the rest. */
static void
charters_first(const struct story *s, size_t *order)
{
	size_t k = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->n; i++)
			if (s->is_charter[i] == (pass == 0))
				order[k++] = i;
}

static void
order(const struct story *s, size_t *ret, size_t which)
{
	if (which == 2)
		charters_first(s, ret);
	else
		order_of(ret, s->n, which);
}

void
observers_run(const struct story *s, const char *name, enum verdict verdict,
    uint64_t stop)
{
	size_t files[FILES_MAX], at_head = 0, said = 0;
	struct feed *first = NULL;

	for (size_t i = 0; i < ORDERS + 3; i++) {
		struct feed *f = feed_new(&s->feed);
		bool forked;

		check(f != NULL);
		order(s, files, i);
		forked = observe(s, f, files);
		if (is_at_head(s, f))
			at_head++;
		else if (forked)
			said++;
		else
			printf("%s: order %zu ends at %llu, silently\n", name,
			    i, (unsigned long long)feed_head(f));
		/* Who was there when it happened is never led away. */
		if (i == 0 && verdict == SAME)
			check(at_head == 1);
		if (first == NULL)
			first = f;
		if (verdict == FORKED)
			check_same_stop(f, first, stop);
		if (f != first)
			feed_free(f);
	}
	feed_free(first);
	printf("%-44s %3zu at the head, %3zu see a contradiction\n", name,
	    at_head, said);
	check(at_head + said == ORDERS + 3);
	check(verdict == SAME ? said == 0 : said > 0);
	check(verdict != FORKED || at_head == 0);
}

#include <inttypes.h>
#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/sim/sim.h"

/*
 * usage: sim [-v] [-r] [-s SCENE] [-n HOSTS] FIRST [COUNT]   one world a seed
 *
 *   -v   figures, and a line a world
 *   -r   real arithmetic in large worlds, too: see sham.c
 *   -n   as many hosts; else as many as tests have time for
 */
static const struct scene {
	const char *name;
	void (*play)(struct world *w);
	bool large; /* its arithmetic is sham */
} scenes[] = {
    {"storm", scene_storm, false},
    {"liars", scene_liars, false},
    {"revoke", scene_revoke, false},
    {"pin", scene_pin, false},
    {"flood", scene_flood, false},
    {"censor", scene_censor, false},
    {"chain", scene_chain, false},
    {"publish", scene_publish, true},
    {"swarm", scene_swarm, true},
    {"vanish", scene_vanish, true},
    {"half", scene_half, true},
    {"country", scene_country, true},
    {"idle", scene_idle, true},
    {"receipts", scene_receipts, true},
    {"room", scene_room, true},
    {"freeze", scene_freeze, true},
    {"frozen", scene_frozen, true},
    {"many", scene_many, true},
    {"junk", scene_junk, true},
    {"enumerate", scene_enumerate, true},
    {"eclipse", scene_eclipse, true},
    {"sybils", scene_sybils, true},
    {"return", scene_return, true},
    {"books", scene_books, true},
};

static struct options {
	bool verbose, real;
	size_t hosts;
} opt;

/* UNIX seconds when time begins: 2027, 1970, 2100. */
static const uint64_t clocks[] = {WALL, 0, UINT64_C(4102444800)};

static uint64_t
simulate(const struct scene *s, uint64_t seed, uint64_t clock)
{
	struct world *w;
	uint64_t result;

	sham = s->large && !opt.real;
	w = world_new(seed);
	w->clock = sham_clock = clock;
	w->verbose = opt.verbose;
	w->n_want = opt.hosts;
	s->play(w);
	ledger_close(w);
	result = w->digest;
	say(w,
	    "seed %" PRIu64 ": %zu hosts, %" PRIu64 " links, %" PRIu64
	    " steps, digest %016" PRIx64,
	    seed, w->n_host, w->n_links, w->steps, result);
	world_free(w);
	return result;
}

/* A seed repeats, or it is worth nothing; and no clock changes anything. */
static void
repeat(const struct scene *s, uint64_t seed, uint64_t digest)
{
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		if (simulate(s, seed, clocks[i]) != digest) {
			fprintf(stderr,
			    "seed %" PRIu64 " does not repeat with clock "
			    "%" PRIu64 "\n",
			    seed, clocks[i]);
			exit(1);
		}
}

static int
play_all(const struct scene *s, uint64_t first, uint64_t count)
{
	for (uint64_t i = first; i < first + count; i++) {
		uint64_t d = simulate(s, i, WALL);

		if (i % 20 == 0 && count > 1)
			repeat(s, i, d);
	}
	printf("%" PRIu64 " seeds from %" PRIu64 "\n", count, first);
	return 0;
}

/*
 * A large world is read all over: with pages of 4 kB the processor would look for where
 * they lie half the time.  What is not touched costs nothing.
 */
#define AT_ONCE \
	131000 /* bytes: more than there are, less than are mapped apart */

static void
take_large_pages(void)
{
	const size_t room = (size_t)1 << 30, page = (size_t)1 << 21;
	char *from = sbrk(0), *to;
	void *volatile first; /* or no compiler would ask for it */

	mallopt(M_TOP_PAD, (int)room);
	first = malloc(AT_ONCE);
	free(first);
	to = sbrk(0);
	from += page - (uintptr_t)from % page;
	if (to > from)
		(void)madvise(from, (size_t)(to - from), MADV_HUGEPAGE);
}

int
main(int argc, char **argv)
{
	const char *name = "storm";
	int letter;

	while ((letter = getopt(argc, argv, "vrs:n:")) != -1) {
		if (letter == 'v')
			opt.verbose = true;
		else if (letter == 'r')
			opt.real = true;
		else if (letter == 's')
			name = optarg;
		else if (letter == 'n')
			opt.hosts = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	take_large_pages();
	if (sodium_init() < 0 || argc < 1)
		return 2;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (strcmp(scenes[i].name, name) == 0)
			return play_all(&scenes[i], strtoull(argv[0], NULL, 10),
			    argc > 1 ? strtoull(argv[1], NULL, 10) : 1);
	fprintf(stderr, "sim: there is no scene %s\n", name);
	return 2;
}

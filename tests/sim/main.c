#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/sim.h"

/* usage: sim [-v] [-s SCENE] FIRST [COUNT]   one world a seed */
static const struct {
	const char *name;
	void (*play)(struct world *w);
} scenes[] = {
    {"storm", scene_storm},
    {"liars", scene_liars},
    {"revoke", scene_revoke},
    {"pin", scene_pin},
    {"flood", scene_flood},
    {"censor", scene_censor},
    {"chain", scene_chain},
};

static uint64_t
simulate(void (*play)(struct world *), uint64_t seed, bool verbose)
{
	struct world *w = world_new(seed);
	uint64_t result;

	play(w);
	result = w->digest;
	if (verbose)
		printf("seed %" PRIu64 ": %zu hosts, %" PRIu64 " issues, %zu "
		       "links, %" PRIu64 " steps, digest %016" PRIx64 "\n",
		    seed, w->n_host, w->head, w->n_conn, w->steps, result);
	world_free(w);
	return result;
}

/* Now and then twice: a seed repeats, or it is worth nothing. */
static int
play_all(void (*play)(struct world *), uint64_t first, uint64_t count,
    bool verbose)
{
	for (uint64_t s = first; s < first + count; s++) {
		uint64_t d = simulate(play, s, verbose);

		if (s % 20 == 0 && simulate(play, s, verbose) != d) {
			fprintf(stderr, "seed %" PRIu64 " does not repeat\n",
			    s);
			return 1;
		}
	}
	printf("%" PRIu64 " seeds from %" PRIu64 "\n", count, first);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *name = "storm";
	bool verbose = false;
	int letter;

	while ((letter = getopt(argc, argv, "vs:")) != -1) {
		if (letter == 'v')
			verbose = true;
		else if (letter == 's')
			name = optarg;
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	if (sodium_init() < 0 || argc < 1)
		return 2;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (strcmp(scenes[i].name, name) == 0)
			return play_all(scenes[i].play,
			    strtoull(argv[0], NULL, 10),
			    argc > 1 ? strtoull(argv[1], NULL, 10) : 1,
			    verbose);
	fprintf(stderr, "sim: there is no scene %s\n", name);
	return 2;
}

#ifndef QUIRE_SIM_CROWD_H
#define QUIRE_SIM_CROWD_H

#include "tests/sim/sim.h"

/* Many mirrors at once, for the scenes of large worlds. */

/* As many as were asked for, or |few|, each knowing |out| others drawn by lot. */
void crowd_make(struct world *w, size_t few, size_t out);
/* All that are not up yet start, within a minute; then they get to know each other. */
void crowd_boot(struct world *w);
/* How many are up and honest; and of these have the head of |p|, and its packs. */
size_t crowd_up(const struct world *w);
size_t crowd_reached(const struct world *w, const struct paper *p, bool packs);
/* Nobody lies any more. */
void crowd_honest(struct world *w);
/* Their uplinks, as lognormal, in bytes a second. */
void crowd_uplinks(struct world *w, uint64_t median);
/* Of a thousand hosts so many begin to |lie|, by lot, but no publisher. */
void crowd_lie(struct world *w, enum lie lie, unsigned permille);
/* Run until |want| have reached it, for |max| at most: how long it took. */
when_ms crowd_wait(struct world *w, const struct paper *p, bool packs,
    size_t want, when_ms max);
/* What a host and a link cost, and how long the steps took. */
void crowd_cost(const struct world *w);

#endif

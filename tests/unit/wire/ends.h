#ifndef QUIRE_TEST_ENDS_H
#define QUIRE_TEST_ENDS_H

#include <stdlib.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/wire/veil.h"
#include "tests/lib/check.h"

/* Two ends of one connection, a door between them, and their luck. */
#define ENDS_START UINT64_C(1700000000)
#define ENDS_WALL  (ENDS_START + 100000)

struct ends {
	struct rng g;
	struct veil_door *door;
	struct invite to;
	struct veil *dialler, *node;
	struct buf up, down; /* bytes that left the dialler, the node */
};

static inline void
ends_init(struct ends *t, uint8_t seed)
{
	uint8_t key[32], s[32] = {seed};

	memset(t, 0, sizeof(*t));
	rng_init(&t->g, s);
	rng_bytes(&t->g, key, sizeof(key));
	rng_bytes(&t->g, t->to.secret, sizeof(t->to.secret));
	check((t->door = veil_door_new(key, ENDS_START)) != NULL);
	check(veil_door_add(t->door, t->to.secret) == 0);
	check(crypto_scalarmult_base(t->to.node, key) == 0);
}

/* A dialler has sent its line, and the node has taken nothing in. */
static inline void
ends_dial(struct ends *t, uint64_t wall)
{
	veil_free(t->dialler);
	veil_free(t->node);
	buf_clear(&t->up);
	buf_clear(&t->down);
	check((t->dialler = veil_dial(&t->to, wall, 7, &t->g, &t->up)) != NULL);
	check((t->node = veil_accept(t->door)) != NULL);
}

/* Give all of |from| to |v|, whose answers go into |to|. */
static inline void
ends_give(struct ends *t, struct veil *v, struct buf *from, struct buf *to,
    uint64_t wall)
{
	check(veil_input(v, from->p, from->n, wall, &t->g, to) == 0);
	buf_clear(from);
}

static inline void
ends_open(struct ends *t)
{
	ends_dial(t, ENDS_WALL);
	ends_give(t, t->node, &t->up, &t->down, ENDS_WALL);
	ends_give(t, t->dialler, &t->down, &t->up, ENDS_WALL);
	check(veil_state(t->node) == VEIL_OPEN);
	check(veil_state(t->dialler) == VEIL_OPEN);
}

static inline void
ends_done(struct ends *t)
{
	veil_free(t->dialler);
	veil_free(t->node);
	veil_door_free(t->door);
	buf_done(&t->up);
	buf_done(&t->down);
	rng_done(&t->g);
}

#endif

#ifndef QUIRE_ROTA_H
#define QUIRE_ROTA_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/bytes.h"
#include "proto/base/when.h"
#include "proto/object/hash.h"

/*
 * Whose turn it is to be asked for among mirrors, as a calculation.  One child fetches for
 * all feeds, so that a host that is slow, for whichever reason, takes no more than a turn
 * while another feed waits; and a host that asks to be left alone speaks for itself alone.
 */
#define ROTA_TURN     ((when_ms)600 * 1000) /* of one feed, while others wait */
#define ROTA_REST_MAX ((when_ms)24 * 3600 * 1000)
#define ROTA_RESTING \
	64 /* hosts; of more the one that is due first is forgotten */
/* Seconds that a thing of so many bytes may take. */
#define ROTA_SECONDS(bytes, waits) \
	(60 + (uint32_t)((bytes) / ((waits) ? 32768 : 4096)))

/* When a feed's mirrors are asked next; all times in milliseconds. */
struct mirrored {
	struct id feed;
	when_ms due;   /* 0: it lacks nothing that they could have */
	unsigned vain; /* visits that nobody answered, one after the other */
	bool seen;     /* it is followed */
};

/* The one that has been due for longest, or NULL. */
struct mirrored *rota_next(struct mirrored *f, size_t n, when_ms now);
/* Whether another than |feed| is due. */
bool rota_waits(const struct mirrored *f, size_t n, const struct id *feed,
    when_ms now);

/* Hosts that are left alone, by their address. */
struct rota_rest {
	struct {
		uint64_t address; /* of which this is a hash */
		when_ms until;
	} host[ROTA_RESTING];
	size_t n;
};
void rota_leave(struct rota_rest *r, struct bytes address, uint64_t seconds,
    when_ms now);
bool rota_is_left(const struct rota_rest *r, struct bytes address, when_ms now);

#endif

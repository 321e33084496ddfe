#include "proto/wire/door.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/bytes.h"
#include "proto/base/qerr.h"

#define HOUR       3600
#define SEEN_KEY   16
#define SEEN_LEAST 64 /* slots to begin with */

struct door_entry {
	uint8_t secret[32], name[8];
	struct line_keys keys;
	uint64_t hour; /* of the lines counted */
	unsigned lines;
};

/*
 * Lines seen in one generation: a hash table, at most half full, of the first 16
 * bytes of hashes that nobody can choose freely; zeros are an empty slot.
 */
struct seen {
	uint8_t (*slot)[SEEN_KEY];
	size_t n, cap;
	uint64_t newest; /* the latest time a line in it claimed */
};

struct veil_door {
	uint8_t private_key[32];
	struct door_entry *entry;
	size_t n, cap;
	struct seen now, before;
	uint64_t began; /* of |now| */
	/*
	 * Lines from before this are refused: until we started, or what a
	 * forgotten generation held, nobody remembers.
	 */
	uint64_t since;
};

static uint8_t *
seen_slot(const struct seen *s, const uint8_t h[SEEN_KEY])
{
	size_t i = (size_t)load_le64(h) & (s->cap - 1);

	while (!sodium_is_zero(s->slot[i], SEEN_KEY) &&
	       memcmp(s->slot[i], h, SEEN_KEY) != 0)
		i = (i + 1) & (s->cap - 1);
	return s->slot[i];
}

static bool
seen_has(const struct seen *s, const uint8_t h[SEEN_KEY])
{
	return s->cap > 0 && !sodium_is_zero(seen_slot(s, h), SEEN_KEY);
}

static int
seen_grow(struct seen *s)
{
	struct seen bigger = *s;

	bigger.cap = s->cap == 0 ? SEEN_LEAST : s->cap * 2;
	bigger.slot = calloc(bigger.cap, SEEN_KEY);
	if (bigger.slot == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < s->cap; i++)
		if (!sodium_is_zero(s->slot[i], SEEN_KEY))
			memcpy(seen_slot(&bigger, s->slot[i]), s->slot[i],
			    SEEN_KEY);
	free(s->slot);
	*s = bigger;
	return 0;
}

static int
seen_add(struct seen *s, const uint8_t h[SEEN_KEY], uint64_t then)
{
	int err;

	if (s->n == DOOR_MEMORY_MAX)
		return QERR_FULL;
	if ((s->n + 1) * 2 > s->cap && (err = seen_grow(s)) != 0)
		return err;
	memcpy(seen_slot(s, h), h, SEEN_KEY);
	s->n++;
	if (then > s->newest)
		s->newest = then;
	return 0;
}

/* Forget a generation, and with it every line that could have been in it. */
static void
forget(struct veil_door *d, struct seen *s)
{
	if (s->n > 0 && s->newest >= d->since)
		d->since = s->newest + 1;
	free(s->slot);
	memset(s, 0, sizeof(*s));
}

static void
rotate(struct veil_door *d, uint64_t wall)
{
	if (d->now.n == 0)
		d->began = wall;
	if (wall < d->began || wall - d->began < DOOR_GENERATION)
		return;
	forget(d, &d->before);
	d->before = d->now;
	memset(&d->now, 0, sizeof(d->now));
	if (wall - d->began >= 2 * DOOR_GENERATION)
		forget(d, &d->before);
	d->began = wall;
}

int
door_admit(struct veil_door *d, struct door_entry *e, uint64_t then,
    uint64_t wall, const uint8_t h[16])
{
	uint64_t off = then > wall ? then - wall : wall - then;
	uint64_t hour = wall / HOUR;
	int err;

	rotate(d, wall);
	if (off > VEIL_CLOCK_SLACK || then < d->since)
		return QERR_RANGE;
	if (seen_has(&d->now, h) || seen_has(&d->before, h))
		return QERR_DUPLICATE;
	if (e->hour != hour) {
		e->hour = hour;
		e->lines = 0;
	}
	if (e->lines == DOOR_HOURLY_MAX)
		return QERR_FULL;
	if ((err = seen_add(&d->now, h, then)) != 0)
		return err;
	e->lines++;
	return 0;
}

struct door_entry *
door_find(struct veil_door *d, const struct line_body *b)
{
	for (size_t i = 0; i < d->n; i++)
		if (line_tag_ok(b, &d->entry[i].keys))
			return &d->entry[i];
	return NULL;
}

const struct line_keys *
door_keys(const struct door_entry *e)
{
	return &e->keys;
}

void
door_name(const struct door_entry *e, uint8_t ret[8])
{
	memcpy(ret, e->name, sizeof(e->name));
}

const uint8_t *
door_private(const struct veil_door *d)
{
	return d->private_key;
}

struct veil_door *
veil_door_new(const uint8_t node_private[32], uint64_t started)
{
	struct veil_door *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	memcpy(d->private_key, node_private, sizeof(d->private_key));
	d->since = started;
	return d;
}

void
veil_door_free(struct veil_door *d)
{
	if (d == NULL)
		return;
	if (d->entry != NULL)
		sodium_memzero(d->entry, d->cap * sizeof(*d->entry));
	free(d->entry);
	free(d->now.slot);
	free(d->before.slot);
	sodium_memzero(d, sizeof(*d));
	free(d);
}

static struct door_entry *
find_secret(const struct veil_door *d, const uint8_t secret[32])
{
	for (size_t i = 0; i < d->n; i++)
		if (sodium_memcmp(d->entry[i].secret, secret, 32) == 0)
			return &d->entry[i];
	return NULL;
}

/* Make room for one more; like realloc(), but it leaves no secrets behind. */
static int
grow(struct veil_door *d)
{
	size_t cap = d->cap == 0 ? 8 : d->cap * 2;
	struct door_entry *e;

	if (d->n < d->cap)
		return 0;
	if (d->n == VEIL_SECRETS_MAX)
		return QERR_FULL;
	if ((e = calloc(cap, sizeof(*e))) == NULL)
		return QERR_NOMEM;
	if (d->n > 0) {
		memcpy(e, d->entry, d->n * sizeof(*e));
		sodium_memzero(d->entry, d->n * sizeof(*e));
	}
	free(d->entry);
	d->entry = e;
	d->cap = cap;
	return 0;
}

int
veil_door_add(struct veil_door *d, const uint8_t secret[32])
{
	struct door_entry *e;
	int err;

	if (find_secret(d, secret) != NULL)
		return 0;
	if ((err = grow(d)) != 0)
		return err;
	e = &d->entry[d->n++];
	memset(e, 0, sizeof(*e));
	memcpy(e->secret, secret, 32);
	invite_name(e->name, secret);
	line_keys(&e->keys, secret);
	return 0;
}

void
veil_door_remove(struct veil_door *d, const uint8_t secret[32])
{
	struct door_entry *e = find_secret(d, secret);

	if (e == NULL)
		return;
	*e = d->entry[--d->n];
	sodium_memzero(&d->entry[d->n], sizeof(*e));
}

size_t
veil_door_count(const struct veil_door *d)
{
	return d->n;
}

#include "proto/base/map.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/base/qerr.h"

/*
 * Items stand in the order in which they came; |slot| is an open-addressed table
 * of their places, spread by SipHash.  A deleted item leaves a hole (no value),
 * and holes go when the map is next rebuilt.  An item keeps its hash, so that none is
 * computed again then, and hardly any key is compared with another.
 */
struct item {
	struct id key;
	uint32_t hash;
	void *value; /* NULL: a hole */
};

struct map {
	uint8_t seed[crypto_shorthash_KEYBYTES];
	struct item *item;
	size_t n, cap;  /* places used, with holes */
	size_t count;   /* without */
	uint32_t *slot; /* 1-based places; 0: never used */
	size_t n_slot;  /* 2 * cap, a power of two */
};

struct map *
map_new(uint64_t seed)
{
	struct map *m = calloc(1, sizeof(*m));

	if (m != NULL)
		store_le64(m->seed, seed);
	return m;
}

void
map_free(struct map *m)
{
	if (m == NULL)
		return;
	free(m->item);
	free(m->slot);
	free(m);
}

size_t
map_count(const struct map *m)
{
	return m->count;
}

static uint32_t
hash_of(const struct map *m, const struct id *key)
{
	uint8_t h[crypto_shorthash_BYTES];

	crypto_shorthash(h, key->b, sizeof(key->b), m->seed);
	return load_le32(h);
}

/* The slot that holds |key|, or where it would go.  There are some. */
static uint32_t *
find(const struct map *m, const struct id *key, uint32_t hash)
{
	size_t i = hash;
	const struct item *it;

	for (;; i++) {
		i &= m->n_slot - 1;
		if (m->slot[i] == 0)
			break;
		it = &m->item[m->slot[i] - 1];
		if (it->hash == hash && id_eq(&it->key, key))
			break;
	}
	return &m->slot[i];
}

/* The item of |key|, also if it is a hole by now; or NULL. */
static struct item *
item_of(const struct map *m, const struct id *key)
{
	uint32_t *s;

	if (m->n_slot == 0)
		return NULL;
	s = find(m, key, hash_of(m, key));
	return *s == 0 ? NULL : &m->item[*s - 1];
}

/* Close the holes and make room for twice as many. */
static int
rebuild(struct map *m)
{
	size_t cap = 16, n = 0;
	struct item *item;
	uint32_t *slot;

	while (cap < m->count * 2)
		cap *= 2;
	item = malloc(cap * sizeof(*item));
	slot = calloc(cap * 2, sizeof(*slot));
	if (item == NULL || slot == NULL) {
		free(item);
		free(slot);
		return QERR_NOMEM;
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->item[i].value != NULL)
			item[n++] = m->item[i];
	free(m->item);
	free(m->slot);
	m->item = item;
	m->slot = slot;
	m->n = n;
	m->cap = cap;
	m->n_slot = cap * 2;
	for (size_t i = 0; i < n; i++)
		*find(m, &item[i].key, item[i].hash) = (uint32_t)(i + 1);
	return 0;
}

void *
map_get(const struct map *m, const struct id *key)
{
	const struct item *it = item_of(m, key);

	return it == NULL ? NULL : it->value;
}

/* The item of |key|, a hole if it was none; or NULL: no memory. */
static struct item *
item_for(struct map *m, const struct id *key)
{
	uint32_t hash = hash_of(m, key), *s;

	if (m->n_slot == 0 && rebuild(m) != 0)
		return NULL;
	s = find(m, key, hash);
	if (*s != 0)
		return &m->item[*s - 1];
	if (m->n == m->cap) {
		if (rebuild(m) != 0)
			return NULL;
		s = find(m, key, hash);
	}
	m->item[m->n++] = (struct item){*key, hash, NULL};
	*s = (uint32_t)m->n;
	return &m->item[m->n - 1];
}

int
map_put(struct map *m, const struct id *key, void *value)
{
	struct item *it = item_for(m, key);

	if (it == NULL)
		return QERR_NOMEM;
	m->count += it->value == NULL;
	it->value = value;
	return 0;
}

void *
map_add(struct map *m, const struct id *key, void *value)
{
	struct item *it = item_for(m, key);

	if (it == NULL)
		return NULL;
	if (it->value == NULL) {
		m->count++;
		it->value = value;
	}
	return it->value;
}

void *
map_del(struct map *m, const struct id *key)
{
	struct item *it = item_of(m, key);
	void *value;

	if (it == NULL)
		return NULL;
	value = it->value;
	m->count -= value != NULL;
	it->value = NULL;
	return value;
}

void *
map_next(const struct map *m, size_t *at, const struct id **ret_key)
{
	while (*at < m->n) {
		const struct item *it = &m->item[(*at)++];

		if (it->value == NULL)
			continue;
		if (ret_key != NULL)
			*ret_key = &it->key;
		return it->value;
	}
	return NULL;
}

#include "client/charter_edit.h"

#include <string.h>

#include "proto/base/qerr.h"
#include "proto/object/hash.h"

/* As the charter orders them: by id, then by key. */
static int
compare(const struct key *a, const struct key *b)
{
	int c = memcmp(a->id, b->id, KEY_ID_LEN);

	return c != 0 ? c : memcmp(a->pk, b->pk, sizeof(a->pk));
}

int
charter_add_key(struct charter *c, const struct key *key, uint64_t from)
{
	size_t i = 0;

	for (size_t k = 0; k < c->n_key; k++)
		if (key_eq(&c->key[k].key, key) && c->key[k].to >= from)
			return QERR_DUPLICATE;
	if (c->n_key == CHARTER_KEYS_MAX)
		return QERR_FULL;
	while (i < c->n_key &&
	       (compare(&c->key[i].key, key) < 0 ||
		   (key_eq(&c->key[i].key, key) && c->key[i].from < from)))
		i++;
	memmove(&c->key[i + 1], &c->key[i], (c->n_key - i) * sizeof(c->key[0]));
	c->key[i] = (struct charter_key){*key, from, UINT64_MAX};
	c->n_key++;
	return 0;
}

int
charter_end_key(struct charter *c, const struct key *key, uint64_t last)
{
	bool there = false, cut = false;

	for (size_t i = 0; i < c->n_key; i++) {
		struct charter_key *k = &c->key[i];

		if (!key_eq(&k->key, key))
			continue;
		there = true;
		if (k->to <= last)
			continue;
		/* From - 1 is the end of a range that holds nothing. */
		k->to = last >= k->from ? last : k->from - 1;
		cut = true;
	}
	return cut ? 0 : there ? QERR_RANGE : QERR_ABSENT;
}

int
charter_set_quorum(struct charter *c, unsigned m, uint64_t from)
{
	unsigned may = 0;

	for (size_t i = 0; i < c->n_key; i++)
		may += c->key[i].from <= from && from <= c->key[i].to;
	if (may < m)
		return QERR_QUORUM;
	while (c->n_quorum > 0 && c->quorum[c->n_quorum - 1].from >= from)
		c->n_quorum--;
	if (charter_quorum(c, from) == m)
		return 0;
	if (c->n_quorum == CHARTER_QUORUMS_MAX)
		return QERR_FULL;
	c->quorum[c->n_quorum++] = (struct charter_quorum){from, m};
	return 0;
}

int
charter_add_root(struct charter *c, const struct key *key)
{
	size_t i = 0;

	while (i < c->n_root && compare(&c->root[i], key) < 0)
		i++;
	if (i < c->n_root && key_eq(&c->root[i], key))
		return QERR_DUPLICATE;
	if (c->n_root == CHARTER_ROOTS_MAX)
		return QERR_FULL;
	memmove(&c->root[i + 1], &c->root[i],
	    (c->n_root - i) * sizeof(c->root[0]));
	c->root[i] = *key;
	c->n_root++;
	return 0;
}

int
charter_remove_root(struct charter *c, const struct key *key)
{
	for (size_t i = 0; i < c->n_root; i++) {
		if (!key_eq(&c->root[i], key))
			continue;
		memmove(&c->root[i], &c->root[i + 1],
		    (c->n_root - i - 1) * sizeof(c->root[0]));
		c->n_root--;
		return 0;
	}
	return QERR_ABSENT;
}

int
charter_add_next_root(struct charter *c, const struct key *key)
{
	uint8_t k40[KEY_LEN];
	struct id h;
	size_t i = 0;

	memcpy(k40, key->id, KEY_ID_LEN);
	memcpy(k40 + KEY_ID_LEN, key->pk, sizeof(key->pk));
	hash(&h, HASH_ROOT, bytes_of(k40, sizeof(k40)));
	while (i < c->n_next_root && memcmp(c->next_root[i].b, h.b, 32) < 0)
		i++;
	if (i < c->n_next_root && id_eq(&c->next_root[i], &h))
		return QERR_DUPLICATE;
	if (c->n_next_root == CHARTER_ROOTS_MAX)
		return QERR_FULL;
	memmove(&c->next_root[i + 1], &c->next_root[i],
	    (c->n_next_root - i) * sizeof(c->next_root[0]));
	c->next_root[i] = h;
	c->n_next_root++;
	return 0;
}

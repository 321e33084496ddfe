#include "proto/base/qerr.h"
#include "proto/object/charter_inner.h"
#include "proto/object/hash.h"

/* Whether a charter counts behind the one before it. */

/* A root that joins must have been announced, if anything was. */
static int
check_new_roots(const struct charter *c, const struct charter *prev)
{
	for (size_t i = 0; i < c->n_root && prev->n_next_root > 0; i++) {
		const struct key *old = charter_root(prev, c->root[i].id);
		uint8_t k40[KEY_LEN];
		bool announced = false;
		struct id h;

		if (old != NULL && key_eq(old, &c->root[i]))
			continue;
		memcpy(k40, c->root[i].id, KEY_ID_LEN);
		memcpy(k40 + KEY_ID_LEN, c->root[i].pk, 32);
		hash(&h, HASH_ROOT, bytes_of(k40, sizeof(k40)));
		for (size_t j = 0; j < prev->n_next_root; j++)
			announced |= id_eq(&h, &prev->next_root[j]);
		if (!announced)
			return QERR_KEY;
	}
	return 0;
}

bool
charter_succeeds(const struct charter *c, struct bytes file,
    const struct charter *prev)
{
	struct signed_file f;
	unsigned joined = 0;

	/* In a revocation nobody joins. */
	if (prev->n_next_root == 0 || c->is_revocation ||
	    signed_decode(&f, file, SIGNED_SIGS_MAX) != 0)
		return false;
	for (size_t i = 0; i < f.n_sig; i++)
		joined += charter_root(c, f.sig[i].id) != NULL &&
			  charter_root(prev, f.sig[i].id) == NULL;
	return joined >= prev->threshold;
}

/* What is pinned stays so: a later pin reaches further, or is the same. */
static int
check_pin(const struct charter *c, const struct charter *prev)
{
	if (c->pin < prev->pin ||
	    (c->pin == prev->pin && !id_eq(&c->pin_root, &prev->pin_root)))
		return QERR_CHAIN;
	return 0;
}

int
charter_follows(const struct charter *c, const struct charter *prev)
{
	int err = check_new_roots(c, prev);

	return err != 0 ? err : check_pin(c, prev);
}

/*
 * A revocation is the charter before it but for what it ends.  Each key that it names is
 * there and could have signed issues that now die, or it says nothing.
 */
static int
end_key(struct charter *c, const struct charter_end *e)
{
	bool ends = false;

	for (size_t i = 0; i < c->n_key; i++) {
		struct charter_key *k = &c->key[i];

		if (memcmp(k->key.id, e->id, KEY_ID_LEN) != 0 ||
		    k->to < e->from)
			continue;
		k->to = e->from > k->from ? e->from - 1 : k->from - 1;
		ends = true;
	}
	return ends ? 0 : QERR_RANGE;
}

static int
fill_in(struct charter *c, const struct charter *prev)
{
	struct charter all = *prev;
	int err = 0;

	for (size_t i = 0; i < c->n_end && err == 0; i++)
		err = end_key(&all, &c->end[i]);
	all.version = c->version;
	all.previous = c->previous;
	all.hash = c->hash;
	all.is_revocation = true;
	memcpy(all.end, c->end, sizeof(all.end));
	all.n_end = c->n_end;
	if (c->pin > 0) {
		all.pin = c->pin;
		all.pin_root = c->pin_root;
	}
	*c = all;
	return err;
}

int
charter_peek(struct charter *ret, struct bytes file)
{
	struct charter_file f;

	return charter_file_read(&f, ret, file);
}

static int
take(struct charter_file *f, struct charter *ret, struct bytes file,
    const struct charter *prev)
{
	int err = charter_file_read(f, ret, file);

	if (err != 0)
		return err;
	if (ret->version != (prev == NULL ? 1 : prev->version + 1) ||
	    (prev != NULL && !id_eq(&ret->previous, &prev->hash)))
		return QERR_CHAIN;
	return ret->is_revocation ? fill_in(ret, prev) : 0;
}

int
charter_take(struct charter *ret, struct bytes file, const struct charter *prev)
{
	struct charter_file f;

	return take(&f, ret, file, prev);
}

int
charter_open(struct charter *ret, struct bytes file, const struct charter *prev)
{
	struct charter_file f;
	int err;

	if ((err = take(&f, ret, file, prev)) != 0 ||
	    (err = charter_file_check(&f, ret, prev)) != 0)
		return err;
	return prev == NULL ? 0 : charter_follows(ret, prev);
}

int
charter_newest(struct charter *ret, const struct bytes *file, size_t n)
{
	struct charter prev;
	int err = n == 0 ? QERR_ABSENT : 0;

	for (size_t i = 0; i < n && err == 0; i++) {
		err = charter_take(ret, file[i], i == 0 ? NULL : &prev);
		prev = *ret;
	}
	return err;
}

#include <stdio.h>

#include "proto/base/qerr.h"
#include "proto/object/charter.h"
#include "proto/object/hash.h"

/* A charter as a signed file, and whether it counts behind the one before it. */

#define COMMENT_MAX 48

/* The trusted comment that a charter's signatures carry. */
static void
put_comment(char dst[COMMENT_MAX], uint64_t version)
{
	snprintf(dst, COMMENT_MAX, "quire charter %llu",
	    (unsigned long long)version);
}

int
charter_sign(struct buf *b, struct bytes body, struct bytes file,
    const struct key_secret *k)
{
	char comment[COMMENT_MAX];
	struct signed_file f = {.body = body};
	struct charter c;
	size_t i = 0;
	int err;

	if (file.p != NULL &&
	    (err = signed_decode(&f, file, SIGNED_SIGS_MAX)) != 0)
		return err;
	if ((err = charter_decode_body(&c, f.body)) != 0)
		return err;
	while (i < f.n_sig && memcmp(f.sig[i].id, k->pub.id, KEY_ID_LEN) < 0)
		i++;
	if (i < f.n_sig && memcmp(f.sig[i].id, k->pub.id, KEY_ID_LEN) == 0)
		return QERR_DUPLICATE;
	if (f.n_sig == SIGNED_SIGS_MAX)
		return QERR_FULL;
	memmove(&f.sig[i + 1], &f.sig[i], (f.n_sig - i) * sizeof(f.sig[0]));
	f.n_sig++;
	put_comment(comment, c.version);
	key_sign(&f.sig[i], k, f.body, comment);
	signed_encode(b, &f);
	return buf_err(b);
}

static const struct key *
root_of(const struct charter *c, const uint8_t id[KEY_ID_LEN])
{
	for (size_t i = 0; i < c->n_root; i++)
		if (memcmp(c->root[i].id, id, KEY_ID_LEN) == 0)
			return &c->root[i];
	return NULL;
}

/*
 * Check one signature against whichever of the two charters' roots has its id,
 * and count for both.
 */
static int
count_signature(const struct key_sig *s, struct bytes body, const char *comment,
    const struct charter *c, const struct charter *prev, unsigned *own,
    unsigned *old)
{
	const struct key *now = root_of(c, s->id);
	const struct key *before = prev == NULL ? NULL : root_of(prev, s->id);
	const struct key *k = now != NULL ? now : before;
	int err;

	if (k == NULL)
		return QERR_KEY;
	/* One id for two keys would let one signature stand for both. */
	if (now != NULL && before != NULL && !key_eq(now, before))
		return QERR_KEY;
	if ((err = key_verify(k, s, body, comment)) != 0)
		return err;
	*own += now != NULL;
	*old += before != NULL;
	return 0;
}

/* A root that joins must have been announced, if anything was. */
static int
check_new_roots(const struct charter *c, const struct charter *prev)
{
	for (size_t i = 0; i < c->n_root && prev->n_next_root > 0; i++) {
		const struct key *old = root_of(prev, c->root[i].id);
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

	if (prev->n_next_root == 0 ||
	    signed_decode(&f, file, SIGNED_SIGS_MAX) != 0)
		return false;
	for (size_t i = 0; i < f.n_sig; i++)
		joined += root_of(c, f.sig[i].id) != NULL &&
			  root_of(prev, f.sig[i].id) == NULL;
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
	struct signed_file f;
	int err;

	if (file.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	err = signed_decode(&f, file, SIGNED_SIGS_MAX);
	return err != 0 ? err : charter_decode_body(ret, f.body);
}

int
charter_take(struct charter *ret, struct bytes file, const struct charter *prev)
{
	int err = charter_peek(ret, file);

	if (err != 0)
		return err;
	if (ret->version != (prev == NULL ? 1 : prev->version + 1) ||
	    (prev != NULL && !id_eq(&ret->previous, &prev->hash)))
		return QERR_CHAIN;
	return ret->is_revocation ? fill_in(ret, prev) : 0;
}

static int
check_signatures(const struct charter *c, struct bytes file,
    const struct charter *prev)
{
	char comment[COMMENT_MAX];
	unsigned own = 0, old = 0;
	struct signed_file f;
	int err = signed_decode(&f, file, SIGNED_SIGS_MAX);

	put_comment(comment, c->version);
	for (size_t i = 0; i < f.n_sig && err == 0; i++)
		err = count_signature(&f.sig[i], f.body, comment, c, prev, &own,
		    &old);
	if (err == 0 &&
	    (own < c->threshold || (prev != NULL && old < prev->threshold)))
		err = QERR_BADSIG;
	return err;
}

int
charter_open(struct charter *ret, struct bytes file, const struct charter *prev)
{
	int err;

	if ((err = charter_take(ret, file, prev)) != 0 ||
	    (err = check_signatures(ret, file, prev)) != 0)
		return err;
	if (prev == NULL)
		return 0;
	err = check_new_roots(ret, prev);
	return err != 0 ? err : check_pin(ret, prev);
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

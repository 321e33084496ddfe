#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/feed_inner.h"
#include "proto/object/hash.h"

const struct charter *
feed_charter(const struct feed *f)
{
	return f->n_charter == 0 ? NULL : &f->newest;
}

struct bytes
feed_charter_file(const struct feed *f, uint64_t version)
{
	if (version == 0 || version > f->n_charter)
		return (struct bytes){NULL, 0};
	return bytes_of(f->charter[version - 1].p, f->charter[version - 1].n);
}

/* Of a charter that counts, or NULL. */
static const struct id *
hash_of(const struct feed *f, uint64_t version)
{
	return version == 0 || version > f->n_charter
		   ? NULL
		   : &f->charter[version - 1].hash;
}

bool
feed_is_of(const struct feed *f, const struct charter *c)
{
	if (c->version == 1)
		return id_eq(&c->hash, &f->id);
	return c->version - 1 <= f->n_charter &&
	       id_eq(&c->previous, &f->charter[c->version - 2].hash);
}

void
feed_state_of(struct id *ret, const struct id *head, const struct id *charter)
{
	hash2(ret, HASH_NODE, bytes_of(head->b, 32), bytes_of(charter->b, 32));
}

void
feed_state_with(const struct feed *f, const struct id *head, uint64_t version,
    struct id *ret)
{
	static const struct id forked;
	const struct id *charter =
	    f->rival != NULL ? &forked : hash_of(f, version);

	*ret = (struct id){{0}};
	if (head != NULL && charter != NULL)
		feed_state_of(ret, head, charter);
}

void
feed_state(const struct feed *f, uint64_t number, uint64_t version,
    struct id *ret)
{
	feed_state_with(f, feed_hash(f, number), version, ret);
}

/* Who may sign. */

uint64_t
feed_named_max(const struct feed *f)
{
	return f->n_charter + (f->rival != NULL);
}

int
feed_may_sign(const struct feed *f, const uint8_t *id, size_t n,
    uint64_t number)
{
	int err = charter_signers(&f->newest, id, n, number);

	for (size_t i = 0; i < 2 && err == 0 && f->rival != NULL; i++)
		err = charter_signers(&f->rival[i].charter, id, n, number);
	return err;
}

/* Cut back to what counts now; the number from which headers died, or UINT64_MAX. */
static uint64_t
cut_dead(struct feed *f)
{
	uint64_t floor = feed_holds_pin(f) ? feed_first_dead(f) : 1;

	if (floor != UINT64_MAX)
		feed_cut(f, floor - 1);
	return floor;
}

/* Copies. */

static int
copy_of(struct charter_copy *ret, struct bytes file, const struct id *hash)
{
	*ret = (struct charter_copy){malloc(file.n), file.n, *hash};
	if (ret->p == NULL)
		return QERR_NOMEM;
	memcpy(ret->p, file.p, file.n);
	return 0;
}

static void
rivals_free(struct rival *r)
{
	for (size_t i = 0; r != NULL && i < 2; i++)
		free(r[i].copy.p);
	free(r);
}

static void
forget_fork(struct feed *f)
{
	rivals_free(f->rival);
	f->rival = NULL;
}

void
feed_charters_free(struct feed *f)
{
	forget_fork(f);
	for (size_t i = 0; i < f->n_charter; i++)
		free(f->charter[i].p);
	free(f->charter);
}

/* The charter |version|, one of ours. */
static int
charter_at(const struct feed *f, uint64_t version, struct charter *ret)
{
	struct charter prev;
	int err = 0;

	for (uint64_t v = 1; v <= version && err == 0; v++) {
		err = charter_take(ret, feed_charter_file(f, v),
		    v == 1 ? NULL : &prev);
		prev = *ret;
	}
	return err;
}

/* Forget those behind |version|, which were accepted. */
static int
cut_charters(struct feed *f, uint64_t version)
{
	while (f->n_charter > version)
		free(f->charter[--f->n_charter].p);
	return charter_at(f, version, &f->newest);
}

/* The newest charter becomes |c|, which was decoded from |file|. */
static int
append_charter(struct feed *f, const struct charter *c, struct bytes file)
{
	struct charter prev = f->newest;
	struct charter_copy *copy;
	int err;

	/* The feed id commits to version 1, and so to all that follow. */
	if (c->version == 1 && !id_eq(&c->hash, &f->id))
		return QERR_FEED;
	copy = realloc(f->charter, (f->n_charter + 1) * sizeof(*copy));
	if (copy == NULL)
		return QERR_NOMEM;
	f->charter = copy;
	copy += f->n_charter;
	if ((err = copy_of(copy, file, &c->hash)) != 0)
		return err;
	/* Decode again, so that the charter borrows from our copy. */
	err = charter_take(&f->newest, bytes_of(copy->p, copy->n),
	    f->n_charter == 0 ? NULL : &prev);
	f->n_charter++;
	return err;
}

/* Two that contradict each other. */

static bool
succeeds_at(const struct feed *f, uint64_t version)
{
	struct charter prev, c;

	return charter_at(f, version - 1, &prev) == 0 &&
	       charter_take(&c, feed_charter_file(f, version), &prev) == 0 &&
	       charter_succeeds(&c, feed_charter_file(f, version), &prev);
}

/* True if a successor has spoken in ours from |version| on. */
static bool
any_succeeds(const struct feed *f, uint64_t version)
{
	bool any = false;

	for (; version <= f->n_charter && !any; version++)
		any = succeeds_at(f, version);
	return any;
}

/* |file| in the place of ours of that version, and of all behind it. */
static int
replace(struct feed *f, const struct charter *c, struct bytes file,
    uint64_t *ret_floor)
{
	int err;

	forget_fork(f);
	if ((err = cut_charters(f, c->version - 1)) != 0 ||
	    (err = append_charter(f, c, file)) != 0)
		return err;
	*ret_floor = cut_dead(f);
	return 0;
}

/* A charter of a version that we have: the same, or a contradiction. */
static int
meet(struct feed *f, const struct charter *c, struct bytes file,
    uint64_t *ret_floor)
{
	struct charter before, theirs;
	bool ours, his;
	int err;

	if (id_eq(&c->hash, &f->charter[c->version - 1].hash))
		return QERR_DUPLICATE;
	if (c->version == 1)
		return QERR_FEED;
	if ((err = charter_at(f, c->version - 1, &before)) != 0 ||
	    (err = charter_open(&theirs, file, &before)) != 0)
		return err;
	his = charter_succeeds(&theirs, file, &before);
	ours = succeeds_at(f, c->version);
	if (his && !ours && !any_succeeds(f, c->version + 1))
		return replace(f, &theirs, file, ret_floor);
	return ours && !his ? QERR_KEY : QERR_FORK;
}

/* The next one, where two of its version are known that contradict each other. */
static int
meet_fork(struct feed *f, const struct charter *c, struct bytes file,
    uint64_t *ret_floor)
{
	for (size_t i = 0; i < 2; i++) {
		const struct rival *r = &f->rival[i];

		if (charter_succeeds(&r->charter,
			bytes_of(r->copy.p, r->copy.n), &f->newest))
			return QERR_FORK;
	}
	return charter_succeeds(c, file, &f->newest)
		   ? replace(f, c, file, ret_floor)
		   : QERR_FORK;
}

int
feed_add_charter(struct feed *f, struct bytes file, uint64_t *ret_floor)
{
	struct charter c;
	int err;

	*ret_floor = UINT64_MAX;
	if ((err = charter_peek(&c, file)) != 0)
		return err;
	if (c.version <= f->n_charter)
		return meet(f, &c, file, ret_floor);
	if (c.version > f->n_charter + 1)
		return f->rival != NULL ? QERR_FORK : QERR_CHAIN;
	if (f->n_charter == FEED_CHARTERS_MAX)
		return QERR_FULL;
	if ((err = charter_open(&c, file, feed_charter(f))) != 0)
		return err;
	if (f->rival != NULL)
		return meet_fork(f, &c, file, ret_floor);
	if ((err = append_charter(f, &c, file)) == 0)
		*ret_floor = cut_dead(f);
	return err;
}

int
feed_take_up_charter(struct feed *f, struct bytes file)
{
	struct charter c;
	int err;

	if (f->n > 0)
		return QERR_CHAIN;
	if (f->n_charter == FEED_CHARTERS_MAX)
		return QERR_FULL;
	err = charter_take(&c, file, feed_charter(f));
	return err != 0 ? err : append_charter(f, &c, file);
}

/* Forks. */

/* Open |file|, one of two, behind |before|. */
static int
open_rival(struct rival *ret, struct bytes file, const struct charter *before)
{
	struct charter c;
	int err = charter_open(&c, file, before);

	if (err == 0)
		err = copy_of(&ret->copy, file, &c.hash);
	return err != 0 ? err
			: charter_take(&ret->charter,
			      bytes_of(ret->copy.p, ret->copy.n), before);
}

/* What |r| borrows outlives it: a revocation's text stands in our charters. */
static int
check_rivals(const struct feed *f, const struct rival r[2],
    const struct charter *before)
{
	uint64_t version = before->version + 1;
	bool s[2];

	if (id_eq(&r[0].charter.hash, &r[1].charter.hash))
		return QERR_DUPLICATE;
	for (size_t i = 0; i < 2; i++)
		s[i] = charter_succeeds(&r[i].charter,
		    bytes_of(r[i].copy.p, r[i].copy.n), before);
	if (s[0] != s[1])
		return QERR_KEY;
	return !s[0] && version <= f->n_charter && succeeds_at(f, version)
		   ? QERR_KEY
		   : 0;
}

int
feed_add_fork(struct feed *f, struct bytes a, struct bytes b,
    uint64_t *ret_floor)
{
	struct charter before, c;
	struct rival *r;
	int err;

	*ret_floor = UINT64_MAX;
	if ((err = charter_peek(&c, a)) != 0)
		return err;
	if (c.version < 2 || c.version > f->n_charter + 1)
		return QERR_CHAIN;
	if (f->rival != NULL && c.version == f->n_charter + 1)
		return QERR_DUPLICATE;
	if ((r = calloc(2, sizeof(*r))) == NULL)
		return QERR_NOMEM;
	if ((err = charter_at(f, c.version - 1, &before)) != 0 ||
	    (err = open_rival(&r[0], a, &before)) != 0 ||
	    (err = open_rival(&r[1], b, &before)) != 0 ||
	    (err = check_rivals(f, r, &before)) != 0)
		goto fail;
	forget_fork(f);
	if ((err = cut_charters(f, before.version)) != 0)
		goto fail;
	f->rival = r;
	*ret_floor = cut_dead(f);
	return 0;
fail:
	rivals_free(r);
	return err;
}

uint64_t
feed_forked(const struct feed *f, struct bytes *ret_a, struct bytes *ret_b)
{
	if (f->rival == NULL)
		return 0;
	*ret_a = bytes_of(f->rival[0].copy.p, f->rival[0].copy.n);
	*ret_b = bytes_of(f->rival[1].copy.p, f->rival[1].copy.n);
	return f->rival[0].charter.version;
}

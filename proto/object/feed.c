#include <stdlib.h>

#include "proto/base/qerr.h"
#include "proto/object/feed_inner.h"

struct feed *
feed_new(const struct id *id)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (f != NULL)
		f->id = *id;
	return f;
}

void
feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	feed_charters_free(f);
	free(f->entry);
	free(f);
}

const struct id *
feed_id(const struct feed *f)
{
	return &f->id;
}

uint64_t
feed_head(const struct feed *f)
{
	return f->n;
}

const struct id *
feed_head_hash(const struct feed *f)
{
	return f->n == 0 ? NULL : &f->entry[f->n - 1].hash;
}

const struct id *
feed_hash(const struct feed *f, uint64_t n)
{
	return n == 0 || n > f->n ? NULL : &f->entry[n - 1].hash;
}

const struct id *
feed_leaf(const struct feed *f, uint64_t n)
{
	return n == 0 || n > f->n ? NULL : &f->entry[n - 1].leaf;
}

void
feed_cut(struct feed *f, uint64_t n)
{
	if (n >= f->n)
		return;
	f->n = (size_t)n;
	if (f->history.n > n)
		history_init(&f->history);
}

/* Made when it is first asked for. */
const struct history *
feed_history(struct feed *f)
{
	while (f->history.n < f->n)
		history_add(&f->history, &f->entry[f->history.n].leaf);
	return &f->history;
}

/* Fewer than it pins may be any: who has not the rest cannot tell. */
bool
feed_holds_pin(const struct feed *f)
{
	struct history first;
	struct id root;

	if (f->newest.pin == 0 || f->n < f->newest.pin)
		return true;
	history_init(&first);
	while (first.n < f->newest.pin)
		history_add(&first, &f->entry[first.n].leaf);
	history_root(&first, &root);
	return id_eq(&root, &f->newest.pin_root);
}

size_t
feed_signers(const struct feed *f, const struct entry *e,
    uint8_t ret[HEADER_SIGNERS_MAX][KEY_ID_LEN])
{
	size_t n = 0;

	for (; n < HEADER_SIGNERS_MAX && e->signer[n] != NOBODY; n++)
		memcpy(ret[n], f->signer[e->signer[n]], KEY_ID_LEN);
	return n;
}

uint64_t
feed_first_dead(const struct feed *f)
{
	uint8_t id[HEADER_SIGNERS_MAX][KEY_ID_LEN];

	for (size_t i = 0; i < f->n; i++) {
		size_t n = feed_signers(f, &f->entry[i], id);

		if (f->entry[i].charter > feed_named_max(f) ||
		    feed_may_sign(f, id[0], n, i + 1) != 0)
			return i + 1;
	}
	return UINT64_MAX;
}

/* The place of |id| among the signers, adding it; -1 if there are too many. */
static int
signer_place(struct feed *f, const uint8_t id[KEY_ID_LEN])
{
	for (size_t i = 0; i < f->n_signer; i++)
		if (memcmp(f->signer[i], id, KEY_ID_LEN) == 0)
			return (int)i;
	if (f->n_signer == SIGNERS_MAX)
		return -1;
	memcpy(f->signer[f->n_signer], id, KEY_ID_LEN);
	return (int)f->n_signer++;
}

int
feed_set_signers(struct feed *f, struct entry *e, const uint8_t *id, size_t n)
{
	memset(e->signer, NOBODY, sizeof(e->signer));
	for (size_t i = 0; i < n; i++) {
		int place = signer_place(f, id + i * KEY_ID_LEN);

		if (place < 0)
			return QERR_FULL;
		e->signer[i] = (uint8_t)place;
	}
	return 0;
}

int
feed_reserve(struct feed *f, size_t n)
{
	size_t cap = f->cap == 0 ? 16 : f->cap;
	struct entry *e;

	while (cap < f->n + n)
		cap += cap / 2;
	if (cap == f->cap)
		return 0;
	if ((e = realloc(f->entry, cap * sizeof(*e))) == NULL)
		return QERR_NOMEM;
	f->entry = e;
	f->cap = cap;
	return 0;
}

/* Append to the feed; the caller has checked everything and reserved room. */
static int
append(struct feed *f, const struct id *leaf, const struct header *h)
{
	struct entry *e = &f->entry[f->n];
	int err = feed_set_signers(f, e, h->signer[0], h->m);

	if (err != 0)
		return err;
	e->charter = (uint32_t)h->charter;
	e->hash = h->hash;
	e->leaf = *leaf;
	f->n++;
	return 0;
}

/* Append |file|, which is |h| with the number after ours, if its history is ours. */
static int
append_next(struct feed *f, struct bytes file, const struct header *h)
{
	struct id root, leaf;
	int err;

	history_root(feed_history(f), &root);
	if (!id_eq(&root, &h->history))
		return f->n < f->newest.pin ? QERR_PINNED : QERR_FORK;
	if ((err = header_leaf(&leaf, file)) != 0 ||
	    (err = append(f, &leaf, h)) != 0)
		return err;
	if (f->n != f->newest.pin || feed_holds_pin(f))
		return 0;
	feed_cut(f, f->n - 1);
	return QERR_PINNED;
}

/* Decode; the feed and the charter's version must be ones we can judge. */
static int
open_header(const struct feed *f, struct bytes file, struct header *ret)
{
	int err = header_peek(ret, file);

	if (err != 0)
		return err;
	if (!id_eq(&ret->feed, &f->id))
		return QERR_FEED;
	if (ret->charter > feed_named_max(f))
		return QERR_CHARTER;
	err = header_open(ret, file, &f->newest);
	return err != 0 ? err
			: feed_may_sign(f, ret->signer[0], ret->m, ret->number);
}

/* A header of a number that we have. */
static int
compare_header(const struct feed *f, const struct header *h)
{
	if (!id_eq(&f->entry[h->number - 1].hash, &h->hash))
		return h->number <= f->newest.pin ? QERR_PINNED : QERR_FORK;
	return h->number == f->n ? QERR_DUPLICATE : QERR_ROLLBACK;
}

int
feed_check_head(const struct feed *f, struct bytes file, struct header *ret)
{
	int err = open_header(f, file, ret);

	if (err != 0)
		return err;
	return ret->number <= f->n ? compare_header(f, ret) : 0;
}

int
feed_add_header(struct feed *f, struct bytes file, struct header *ret)
{
	int err = feed_check_head(f, file, ret);

	if (err != 0)
		return err;
	if (ret->number != f->n + 1)
		return QERR_CHAIN;
	if ((err = feed_reserve(f, 1)) != 0)
		return err;
	return append_next(f, file, ret);
}

int
feed_add_headers(struct feed *f, const struct bytes *file, size_t n)
{
	size_t before = f->n;
	struct header h;
	int err = 0;

	for (size_t i = 0; i < n && err == 0; i++)
		err = feed_add_header(f, file[i], &h);
	if (err != 0)
		feed_cut(f, before);
	return err;
}

int
feed_check_fork(const struct feed *f, struct bytes a, struct bytes b,
    uint64_t *ret_number)
{
	struct header ha, hb;
	int err;

	if ((err = open_header(f, a, &ha)) != 0 ||
	    (err = open_header(f, b, &hb)) != 0)
		return err;
	if (ha.number != hb.number || id_eq(&ha.hash, &hb.hash))
		return QERR_CHAIN;
	if (ha.number <= f->newest.pin)
		return QERR_PINNED;
	*ret_number = ha.number;
	return 0;
}

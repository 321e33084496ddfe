#include "proto/object/feed.h"

#include <stdlib.h>

#include "proto/base/qerr.h"

/* Key ids that signed headers of one feed; more than a charter chain can hold. */
#define SIGNERS_MAX 255
#define NOBODY      255

struct charter_copy {
	uint8_t *p;
	size_t n;
};

struct entry {
	struct id leaf;   /* in the history tree */
	struct id hash;   /* identity */
	uint32_t charter; /* that it names */
	uint8_t
	    signer[HEADER_SIGNERS_MAX]; /* places in feed.signer, or NOBODY */
};

struct feed {
	struct id id;
	struct charter_copy *charter; /* version - 1 */
	size_t n_charter;
	struct charter newest; /* borrows from the last copy */
	uint8_t signer[SIGNERS_MAX][KEY_ID_LEN];
	size_t n_signer;
	struct entry *entry; /* number - 1 */
	size_t n, cap;
	struct history history; /* of the first headers: see feed_history() */
};

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
	for (size_t i = 0; i < f->n_charter; i++)
		free(f->charter[i].p);
	free(f->charter);
	free(f->entry);
	free(f);
}

const struct id *
feed_id(const struct feed *f)
{
	return &f->id;
}

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

/*
 * False if our first headers are not those that the newest charter pins.  Fewer than
 * it pins may be any: who has not the rest cannot tell.
 */
static bool
holds_pin(struct feed *f)
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

/* Who signed |e|, for charter_signers(): their number. */
static size_t
signers_of(const struct feed *f, const struct entry *e,
    uint8_t ret[HEADER_SIGNERS_MAX][KEY_ID_LEN])
{
	size_t n = 0;

	for (; n < HEADER_SIGNERS_MAX && e->signer[n] != NOBODY; n++)
		memcpy(ret[n], f->signer[e->signer[n]], KEY_ID_LEN);
	return n;
}

/* The first header that the newest charter no longer lets its signers sign. */
static uint64_t
first_revoked(const struct feed *f)
{
	uint8_t id[HEADER_SIGNERS_MAX][KEY_ID_LEN];

	for (size_t i = 0; i < f->n; i++) {
		size_t n = signers_of(f, &f->entry[i], id);

		if (charter_signers(&f->newest, id[0], n, i + 1) != 0)
			return i + 1;
	}
	return UINT64_MAX;
}

/* A charter of a version that we have: the same, or a contradiction. */
static int
compare_charter(const struct feed *f, struct bytes file,
    const struct charter *c)
{
	struct charter ours, before, theirs;
	bool first = c->version == 1;
	int err;

	if (bytes_eq(file, feed_charter_file(f, c->version)))
		return QERR_DUPLICATE;
	if (first)
		return id_eq(&c->hash, &f->id) ? QERR_DUPLICATE : QERR_FEED;

	/* Both were whole when they came: only their bodies are compared. */
	struct signed_file s;
	if ((err = signed_decode(&s, feed_charter_file(f, c->version),
		 SIGNED_SIGS_MAX)) != 0 ||
	    (err = charter_decode_body(&ours, s.body)) != 0)
		return err;
	if (id_eq(&ours.hash, &c->hash))
		return QERR_DUPLICATE;
	if ((err = signed_decode(&s, feed_charter_file(f, c->version - 1),
		 SIGNED_SIGS_MAX)) != 0 ||
	    (err = charter_decode_body(&before, s.body)) != 0)
		return err;
	err = charter_open(&theirs, file, &before);
	return err == 0 ? QERR_FORK : err;
}

/* The newest charter becomes |c|, which was decoded from |file|. */
static int
append_charter(struct feed *f, const struct charter *c, struct bytes file)
{
	struct signed_file s;
	struct charter_copy *more;
	uint8_t *copy;

	/* The feed id commits to version 1, and so to all that follow. */
	if (c->version == 1 && !id_eq(&c->hash, &f->id))
		return QERR_FEED;
	more = realloc(f->charter, (f->n_charter + 1) * sizeof(*more));
	if (more == NULL)
		return QERR_NOMEM;
	f->charter = more;
	if ((copy = malloc(file.n)) == NULL)
		return QERR_NOMEM;
	memcpy(copy, file.p, file.n);
	f->charter[f->n_charter++] = (struct charter_copy){copy, file.n};
	/* Decode again, so that the charter borrows from our copy. */
	signed_decode(&s, bytes_of(copy, file.n), SIGNED_SIGS_MAX);
	charter_decode_body(&f->newest, s.body);
	return 0;
}

int
feed_add_charter(struct feed *f, struct bytes file, uint64_t *ret_floor)
{
	struct signed_file s;
	struct charter c;
	int err;

	*ret_floor = UINT64_MAX;
	if (file.n > CHARTER_FILE_MAX)
		return QERR_TOOBIG;
	if ((err = signed_decode(&s, file, SIGNED_SIGS_MAX)) != 0 ||
	    (err = charter_decode_body(&c, s.body)) != 0)
		return err;
	if (c.version <= f->n_charter)
		return compare_charter(f, file, &c);
	if (c.version > f->n_charter + 1)
		return QERR_CHAIN;
	if (f->n_charter == FEED_CHARTERS_MAX)
		return QERR_FULL;
	if ((err = charter_open(&c, file, feed_charter(f))) != 0)
		return err;
	if ((err = append_charter(f, &c, file)) != 0)
		return err;
	*ret_floor = holds_pin(f) ? first_revoked(f) : 1;
	if (*ret_floor != UINT64_MAX)
		feed_cut(f, *ret_floor - 1);
	return 0;
}

int
feed_take_up_charter(struct feed *f, struct bytes file)
{
	struct signed_file s;
	struct charter c;
	int err;

	if (f->n > 0)
		return QERR_CHAIN;
	if (f->n_charter == FEED_CHARTERS_MAX)
		return QERR_FULL;
	if ((err = signed_decode(&s, file, SIGNED_SIGS_MAX)) != 0 ||
	    (err = charter_decode_body(&c, s.body)) != 0)
		return err;
	if (c.version != f->n_charter + 1)
		return QERR_CHAIN;
	return append_charter(f, &c, file);
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

/* Note in |e| who signed it. */
static int
set_signers(struct feed *f, struct entry *e, const uint8_t *id, size_t n)
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

static int
reserve(struct feed *f, size_t n)
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
	int err = set_signers(f, e, h->signer[0], h->m);

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
	if (f->n != f->newest.pin || holds_pin(f))
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
	if (ret->charter > f->n_charter)
		return QERR_CHARTER;
	return header_open(ret, file, &f->newest);
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
	if ((err = reserve(f, 1)) != 0)
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

void
feed_keep(const struct feed *f, uint64_t n, struct feed_kept *ret)
{
	const struct entry *e = &f->entry[n - 1];

	*ret = (struct feed_kept){
	    .leaf = e->leaf, .hash = e->hash, .charter = e->charter};
	ret->n_signer = signers_of(f, e, ret->signer);
}

static int
take_up(struct feed *f, const struct feed_kept *k)
{
	struct entry *e = &f->entry[f->n];
	int err;

	if (k->charter > f->n_charter)
		return QERR_CHARTER;
	if ((err = charter_signers(&f->newest, k->signer[0], k->n_signer,
		 f->n + 1)) != 0 ||
	    (err = set_signers(f, e, k->signer[0], k->n_signer)) != 0)
		return err;
	e->leaf = k->leaf;
	e->hash = k->hash;
	e->charter = k->charter;
	f->n++;
	return 0;
}

int
feed_take_up(struct feed *f, const struct feed_kept *kept, size_t n,
    const struct history *h)
{
	int err = f->n > 0 || h->n != n ? QERR_CHAIN : reserve(f, n);

	for (size_t i = 0; i < n && err == 0; i++)
		err = take_up(f, &kept[i]);
	if (err == 0 && !holds_pin(f))
		err = QERR_PINNED;
	if (err == 0)
		f->history = *h;
	else
		feed_cut(f, 0);
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

#include "daemon/press/press.h"

#include <stdlib.h>

#include "daemon/work/jobs.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/object/proof.h"

uint64_t
press_next(const struct publisher *p)
{
	return feed_head(p->chain) + 1;
}

/* Walk over the files that store_charters() and store_headers() give. */
static bool
next_file(const struct buf *b, const struct buf *ends, size_t i,
    struct bytes *ret)
{
	if (i >= ends->n / 4)
		return false;
	*ret = bytes_part(buf_bytes(b), buf_bytes(ends), i);
	return true;
}

static int
load_charters(struct publisher *p)
{
	struct buf b, ends;
	struct bytes file;
	uint64_t floor;
	int r;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	r = store_charters(p->store, &p->feed, &b, &ends);
	for (size_t i = 0; r == 0 && next_file(&b, &ends, i, &file); i++)
		r = feed_add_charter(p->chain, file, &floor);
	buf_done(&b);
	buf_done(&ends);
	return r == QERR_ABSENT ? 0 : r;
}

/* Of two that contradict each other none counts. */
static void
load_fork(struct publisher *p)
{
	struct tree_name t = {.kind = TREE_CHARTERS, .id = p->feed};
	struct bytes one, other;
	uint64_t floor;
	struct buf b;

	buf_init(&b, 0);
	if (feed_charter(p->chain) != NULL &&
	    store_get(p->store, &t, &b) == 0 &&
	    proof_decode(buf_bytes(&b), &one, &other) == 0)
		(void)feed_add_fork(p->chain, one, other, &floor);
	buf_done(&b);
}

static int
load_header(struct publisher *p, struct bytes file)
{
	struct header h;
	int r = feed_add_header(p->chain, file, &h);

	if (r != 0)
		return r;
	p->last_time = h.time;
	p->last_next = h.next;
	return shelf_add(&p->shelf, &h);
}

static int
load_headers(struct publisher *p)
{
	struct buf b, ends;
	struct bytes file;
	int r;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	r = store_headers(p->store, &p->feed, &b, &ends);
	for (size_t i = 0; r == 0 && next_file(&b, &ends, i, &file); i++)
		r = load_header(p, file);
	buf_done(&b);
	buf_done(&ends);
	return r == QERR_ABSENT ? 0 : r;
}

/*
 * The head is the last that a commit puts, and the first that is taken back: headers that
 * it is ahead of are lost, as by a disk, and their numbers would be signed again.
 */
static int
check_head(struct publisher *p)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = p->feed};
	struct header h;
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = store_get(p->store, &t, &b);
	if (r == 0 && feed_check_head(p->chain, buf_bytes(&b), &h) == 0)
		r = QERR_TRUNCATED;
	else if (r == QERR_ABSENT || r == QERR_TOOBIG)
		r = 0; /* it is no word on them */
	buf_done(&b);
	return r;
}

void
press_sweep(struct publisher *p)
{
	for (size_t i = 0; i < p->shelf.n; i++) {
		const struct shelf_pack *k = &p->shelf.pack[i];
		struct tree_name t = {.kind = TREE_PACK, .id = k->e.root};
		bool lives = false;

		if (!k->dead)
			continue;
		for (size_t j = i + 1; j < p->shelf.n; j++)
			lives = lives || (!p->shelf.pack[j].dead &&
					     id_eq(&p->shelf.pack[j].e.root,
						 &k->e.root));
		if (!lives)
			(void)store_forget(p->store, &t);
	}
}

int
press_reload(struct publisher *p)
{
	uint64_t head = feed_head(p->chain);
	size_t *pack = NULL, n = 0;
	int r;

	press_find_lost(p);
	ledger_done(&p->ledger);
	r = ledger_init(&p->ledger, &p->feed);
	if (r == 0 && head > 0)
		r = shelf_cover(&p->shelf, 1, head, &pack, &n);
	if (r == 0)
		r = ledger_load(&p->ledger, &p->shelf, pack, n);
	free(pack);
	shelf_rest(&p->shelf);
	return r;
}

int
press_load(struct publisher *p)
{
	int r = load_charters(p);

	if (r == 0) {
		load_fork(p);
		r = load_headers(p);
	}
	if (r == 0)
		r = check_head(p);
	if (r == 0)
		r = press_check_signed(p);
	if (r == 0)
		r = press_reload(p);
	if (r == 0)
		press_sweep(p);
	return r;
}

struct sealing {
	const struct publisher *p;
	const struct issue *issue;
	enum tier tier;
	struct buf *sealed;
	struct pack_entry *e;
	const struct issue_base *base;
	int level, result;
};

static void
seal(void *arg)
{
	struct sealing *s = arg;

	s->result = issue_seal(s->issue, s->tier, s->sealed, s->e, &s->p->feed,
	    &s->p->key, s->base, s->level);
}

/* As issue_seal(), while the loop goes on. */
static int
seal_pack(const struct publisher *p, const struct issue *is, enum tier t,
    struct buf *sealed, struct pack_entry *e, const struct issue_base *base,
    int level)
{
	struct sealing s = {p, is, t, sealed, e, base, level, 0};

	jobs_calculate(seal, &s);
	return s.result;
}

int
press_packs(struct publisher *p, const struct issue *is, uint64_t first,
    uint64_t last, bool only, const struct issue_base *base, int level,
    struct buf *out, struct pack_entry *e, size_t *n)
{
	struct buf sealed;
	int r = 0;

	buf_init(&sealed, 0);
	for (enum tier t = TIER_HEADS; t < TIERS && r == 0; t++) {
		struct buf *dst = out != NULL ? out : &sealed;
		struct pack_entry *k = &e[*n];

		*k = (struct pack_entry){
		    .first = first, .last = last, .only = only};
		r = seal_pack(p, is, t, dst, k, base, level);
		if (r == QERR_ABSENT) {
			r = 0;
			continue;
		}
		if (r == 0 && out == NULL)
			r = press_stage(p, &k->root, buf_bytes(dst));
		out = out != NULL ? out + 1 : NULL;
		*n += r == 0;
	}
	buf_done(&sealed);
	return r;
}

/* Bytes of a header file at most: what it has in any case, a signature, a pack. */
#define FILE_BYTES 128
#define SIG_BYTES  144
#define PACK_BYTES 104

size_t
press_packs_max(const struct publisher *p)
{
	unsigned m = charter_quorum(feed_charter(p->chain), press_next(p));
	size_t n = (HEADER_FILE_MAX - FILE_BYTES - m * SIG_BYTES) / PACK_BYTES;

	return n < PRESS_PACKS_MAX ? n : PRESS_PACKS_MAX;
}

static int
by_place(const void *a, const void *b)
{
	return pack_entry_cmp(a, b);
}

static int
make_room(struct publisher *p)
{
	size_t cap = p->cap_pending * 2 + 8;
	void *h, *t;

	if (p->n_pending < p->cap_pending)
		return 0;
	h = realloc(p->pending, cap * sizeof(*p->pending));
	if (h == NULL)
		return QERR_NOMEM;
	p->pending = h;
	t = realloc(p->told, cap * sizeof(*p->told));
	if (t == NULL)
		return QERR_NOMEM;
	p->told = t;
	p->cap_pending = cap;
	return 0;
}

/* The history root over all headers before the next one. */
static void
history_of(const struct publisher *p, struct id *ret)
{
	struct history h;

	history_init(&h);
	for (uint64_t i = 1; i <= feed_head(p->chain); i++)
		history_add(&h, feed_leaf(p->chain, i));
	history_root(&h, ret);
}

int
press_hold(struct publisher *p, struct bytes file, size_t articles)
{
	struct publisher_issue told = {.articles = articles};
	struct header h;
	int r = make_room(p);

	/* What readers would refuse is not to be published. */
	if (r == 0)
		r = feed_add_header(p->chain, file, &h);
	if (r != 0)
		return r;
	buf_put(&p->header, file.p, file.n);
	told.number = h.number;
	for (size_t i = 0; i < h.n_pack; i++)
		told.bytes += h.pack[i].size;
	p->pending[p->n_pending] = h;
	p->told[p->n_pending++] = told;
	return 0;
}

void
press_fill(const struct publisher *p, struct header *ret, uint64_t time,
    const struct pack_entry *e, size_t n)
{
	*ret = (struct header){.feed = p->feed,
	    .charter = feed_charter(p->chain)->version,
	    .number = press_next(p),
	    .time = time,
	    .next = PUBLISHER_NEXT,
	    .n_pack = n,
	    .m = charter_quorum(feed_charter(p->chain), press_next(p))};
	for (size_t i = 0; i < n; i++)
		ret->pack[i] = e[i];
	qsort(ret->pack, n, sizeof(ret->pack[0]), by_place);
	history_of(p, &ret->history);
}

uint64_t
press_time(const struct publisher *p, uint64_t now)
{
	return now < PUBLISHER_CLOCK_MIN && p->last_time > now ? p->last_time
							       : now;
}

int
press_header(struct publisher *p, const struct pack_entry *e, size_t n,
    size_t articles)
{
	struct header h;
	struct buf file;
	int r;

	press_fill(p, &h, press_time(p, clock_wall()), e, n);
	buf_init(&file, HEADER_FILE_MAX);
	r = header_sign(&file, &h, &p->secret);
	if (r == 0)
		r = press_hold(p, buf_bytes(&file), articles);
	buf_done(&file);
	return r;
}

int
press_added(struct publisher *p, struct ledger_entry *e, uint64_t number)
{
	if (p->n_added == p->cap_added) {
		size_t cap = p->cap_added * 2 + 64;
		void *a = realloc(p->added, cap * sizeof(*p->added));

		if (a == NULL)
			return QERR_NOMEM;
		p->added = a;
		p->cap_added = cap;
	}
	p->added[p->n_added++] = (struct press_article){e, number};
	return 0;
}

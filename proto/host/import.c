#include "proto/host/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/held.h"
#include "proto/host/import_inner.h"
#include "proto/host/log.h"
#include "proto/object/proof.h"

#define BATCH        128 /* headers of one commit */
#define COMMIT_BYTES (4 * 1024 * 1024)

int
import_error(void)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return QERR_ABSENT;
	log_errno("a source cannot be opened");
	return QERR_IO;
}

int
import_open(struct import_source **ret, const char *where,
    const struct import_way *way)
{
	static const struct import_way straight;
	const char *path = where;
	struct stat st;

	if (strncmp(where, "http://", 7) == 0 ||
	    strncmp(where, "https://", 8) == 0)
		return import_http(ret, where, way != NULL ? way : &straight);
	if (strncmp(where, "file://", 7) == 0)
		path = where + 7;
	if (stat(path, &st) != 0)
		return import_error();
	if (S_ISDIR(st.st_mode))
		return import_folder(ret, path);
	/* A tar is read here and there: a pipe or a device will not do. */
	if (!S_ISREG(st.st_mode))
		return QERR_ENCODING;
	return import_lone(ret, path) == 0 ? 0 : import_tar(ret, path);
}

void
import_close(struct import_source *src)
{
	if (src != NULL)
		src->close(src);
}

int
import_feeds(struct import_source *src, int (*fn)(void *, const struct id *),
    void *arg)
{
	return src->feeds == NULL ? QERR_ABSENT : src->feeds(src, fn, arg);
}

int
import_get(struct import_source *src, const struct tree_name *t, size_t max,
    struct buf *b)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	buf_clear(b);
	return src->get(src, path, max, b);
}

/* Something that the source has and that does not hold: note the first. */
void
import_blame(struct import *m, const struct tree_name *t, int err)
{
	if (m->r->fault != 0)
		return;
	m->r->fault = err;
	tree_path(m->r->fault_at, t);
}

/* One file that a stick cannot read any more costs no other. */
int
import_try(struct import *m, const struct tree_name *t, size_t max,
    struct buf *b)
{
	int err = import_get(m->src, t, max, b);

	if (err != QERR_IO || m->src->far)
		return err;
	import_blame(m, t, err);
	return QERR_ABSENT;
}

/* What is here already. */

static int
restore(struct import *m)
{
	struct header h;
	struct held held;
	int err = held_load(&held, m->store, m->feed, true);

	for (size_t i = 0; i < held.row.n && err == 0; i++)
		if ((err = row_header(&held.row, i, &h)) == 0)
			err = shelf_add(&m->shelf, &h);
	row_done(&m->row);
	m->row = held.row;
	row_init(&held.row);
	held_done(&held);
	return err;
}

/* Headers have died: look at what is left. */
static int
look_again(struct import *m)
{
	static const struct reading_key none;

	shelf_done(&m->shelf);
	shelf_init(&m->shelf, m->store, &m->id, &none);
	feed_free(m->feed);
	m->feed = feed_new(&m->id);
	return m->feed == NULL ? QERR_NOMEM : restore(m);
}

/* Charters, then headers. */

int
import_commit(struct import *m)
{
	m->waiting = 0;
	return store_commit(m->store);
}

/* True if the source knows the feed at all: its head, or its first charter. */
static bool
is_there(struct import *m)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	struct buf b;
	bool there;

	buf_init(&b, 0);
	there = import_try(m, &t, HEADER_FILE_MAX, &b) == 0;
	t.kind = TREE_CHARTER;
	t.number = 1;
	there = there || import_try(m, &t, CHARTER_FILE_MAX, &b) == 0;
	buf_done(&b);
	return there;
}

static int
add_headers(struct import *m, uint64_t first, const struct bytes *file,
    size_t n, size_t *ret_good)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct header h;
	int err = 0;

	for (*ret_good = 0; *ret_good < n; ++*ret_good)
		if ((err = feed_add_header(m->feed, file[*ret_good], &h)) != 0)
			break;
	if (err == 0 || qerr_is_fatal(err))
		return err;
	t.number = first + *ret_good;
	m->r->forked = m->r->forked || err == QERR_FORK;
	import_blame(m, &t, err);
	return err;
}

static int
keep_header(struct import *m, uint64_t number, struct bytes file)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = m->id, .number = number};
	struct header h;
	int err;

	if ((err = header_peek(&h, file)) != 0 ||
	    (err = shelf_add(&m->shelf, &h)) != 0 ||
	    (err = store_put(m->store, &t, file, true)) != 0)
		return err;
	m->r->headers++;
	return 0;
}

/* Headers |first| to |first| + |n| - 1, or as many of them as hold. */
static int
take_batch(struct import *m, uint64_t first, size_t n)
{
	struct buf b[BATCH];
	struct bytes file[BATCH];
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	size_t got = 0, good = 0;
	int err = 0, fault = 0;

	for (size_t i = 0; i < n; i++)
		buf_init(&b[i], 0);
	for (; got < n; got++) {
		t.number = first + got;
		if ((fault = import_try(m, &t, HEADER_FILE_MAX, &b[got])) != 0)
			break;
		file[got] = buf_bytes(&b[got]);
	}
	if (fault != 0) /* absent as well: the head said that it is there */
		import_blame(m, &t, fault);
	if (got > 0 && (err = add_headers(m, first, file, got, &good)) != 0)
		fault = err;
	err = qerr_is_fatal(err) ? err : 0;
	for (size_t i = 0; i < good && err == 0; i++)
		err = keep_header(m, first + i, file[i]);
	for (size_t i = 0; i < n; i++)
		buf_done(&b[i]);
	if (err == 0)
		err = import_commit(m);
	return err != 0 ? err : fault;
}

/* Proofs of forks. */

static int
keep_proof(struct import *m, struct bytes one, struct bytes other)
{
	struct tree_name t = {.kind = TREE_PROOF, .id = m->id};
	struct buf b;
	int err;

	if (feed_check_fork(m->feed, one, other, &t.number) != 0)
		return 0;
	m->r->forked = true;
	if (store_has(m->store, &t))
		return 0;
	buf_init(&b, 0);
	proof_encode(&b, one, other);
	if ((err = buf_err(&b)) == 0 &&
	    (err = store_put(m->store, &t, buf_bytes(&b), false)) == 0)
		err = import_commit(m);
	buf_done(&b);
	return err;
}

/* What was proved before stays so, until a charter ends it. */
static int
known_proofs(struct import *m)
{
	struct bytes one, other;
	struct buf b, ends;
	uint64_t number;
	size_t at = 0;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = store_proofs(m->store, &m->id, &b, &ends);
	for (size_t i = 0; i < ends.n / 4 && err == 0; i++) {
		size_t end = load_le32(ends.p + 4 * i);

		if (proof_decode(bytes_of(b.p + at, end - at), &one, &other) ==
			0 &&
		    feed_check_fork(m->feed, one, other, &number) == 0)
			m->r->forked = true;
		at = end;
	}
	buf_done(&b);
	buf_done(&ends);
	return err;
}

/* The source's proof for its head |number|, if it has one. */
static int
take_proof(struct import *m, uint64_t number)
{
	struct tree_name t = {
	    .kind = TREE_PROOF, .id = m->id, .number = number};
	struct bytes one, other;
	struct buf b;
	int err = 0;

	buf_init(&b, 0);
	if (import_try(m, &t, PROOF_FILE_MAX, &b) == 0 &&
	    proof_decode(buf_bytes(&b), &one, &other) == 0)
		err = keep_proof(m, one, other);
	buf_done(&b);
	return err;
}

/* It contradicts us: its header and ours of one number are the proof. */
static int
make_proof(struct import *m, uint64_t head)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = m->id};
	struct buf ours, theirs;
	int err = 0;

	t.number = head < feed_head(m->feed) ? head : feed_head(m->feed);
	buf_init(&ours, 0);
	buf_init(&theirs, 0);
	if (store_get(m->store, &t, &ours) == 0 &&
	    import_try(m, &t, HEADER_FILE_MAX, &theirs) == 0)
		err = keep_proof(m, buf_bytes(&ours), buf_bytes(&theirs));
	buf_done(&ours);
	buf_done(&theirs);
	return err;
}

/* The head is not to be had.  Where nothing was published there is none. */
static void
miss_head(struct import *m, int err)
{
	struct tree_name head = {.kind = TREE_HEAD, .id = m->id};
	struct tree_name next = {.kind = TREE_ISSUE, .id = m->id};
	struct buf b;

	next.number = feed_head(m->feed) + 1;
	buf_init(&b, 0);
	if (!qerr_is_fatal(err) &&
	    (err != QERR_ABSENT ||
		import_try(m, &next, HEADER_FILE_MAX, &b) == 0))
		import_blame(m, &head, err);
	buf_done(&b);
}

/*
 * What is here, or what the source has, is not the history that the charter pins: all
 * is asked of the source alone, and then it is known which.
 */
static int
start_over(struct import *m)
{
	int err = store_forget_headers(m->store, &m->id, 1);

	m->r->fault = 0;
	if (err == 0)
		err = import_commit(m);
	return err != 0 ? err : look_again(m);
}

static int
take_up_to(struct import *m, uint64_t head)
{
	int err = 0;

	while (err == 0 && !m->r->forked && feed_head(m->feed) < head) {
		uint64_t left = head - feed_head(m->feed);

		err = take_batch(m, feed_head(m->feed) + 1,
		    left < BATCH ? (size_t)left : BATCH);
	}
	return err;
}

static int
take_headers(struct import *m)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = m->id};
	bool proved = m->r->forked;
	struct header h = {.number = 0};
	int err, fault;
	struct buf b;

	buf_init(&b, 0);
	err = import_try(m, &t, HEADER_FILE_MAX, &b);
	if (err != 0) {
		miss_head(m, err);
	} else {
		err = feed_check_head(m->feed, buf_bytes(&b), &h);
		m->r->rollback = err == QERR_ROLLBACK;
		m->r->forked = m->r->forked || err == QERR_FORK;
		if (err != 0 && err != QERR_ROLLBACK && err != QERR_DUPLICATE)
			import_blame(m, &t, err);
		if (err == 0 || err == QERR_DUPLICATE)
			if ((fault = take_proof(m, h.number)) != 0)
				err = fault;
		proved = proved || (m->r->forked && err != QERR_FORK);
	}
	if (err == 0 && (err = take_up_to(m, h.number)) == QERR_PINNED)
		if ((err = start_over(m)) ==
		    0) /* what we had was not the pinned */
			err = take_up_to(m, h.number);
	buf_done(&b);
	if (!qerr_is_fatal(err) && m->r->forked && !proved)
		err = make_proof(m, h.number);
	return qerr_is_fatal(err) ? err : 0;
}

/* Packs. */

static bool
is_held(const struct import *m, size_t i)
{
	struct tree_name t = {.kind = TREE_PACK, .id = m->shelf.pack[i].e.root};

	return store_has(m->store, &t);
}

static bool
is_volume(const struct shelf_pack *p)
{
	return p->e.first !=
	       p->e.last; /* one issue: its own pack, or what replaced it */
}

static uint64_t
cost(const struct import *m, size_t i)
{
	return m->want[i] ? m->shelf.pack[i].e.size : 0;
}

/* A volume, heads and text, or the issues' own: whichever is fewer bytes. */
static void
choose(struct import *m, size_t heads)
{
	const struct shelf *s = &m->shelf;
	const struct shelf_pack *v = &s->pack[heads];
	size_t text = shelf_with(s, heads, TIER_TEXT);
	uint64_t volume = cost(m, heads), issues = 0;

	volume += text == SHELF_NONE ? 0 : cost(m, text);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->n; i++) {
			const struct shelf_pack *p = &s->pack[i];

			if (is_volume(p) || p->e.tier > TIER_TEXT ||
			    p->e.first < v->e.first || p->e.last > v->e.last)
				continue;
			if (pass == 0)
				issues += cost(m, i);
			else if (issues > volume)
				m->want[i] = false;
		}
	if (issues > volume)
		return;
	m->want[heads] = false;
	if (text != SHELF_NONE)
		m->want[text] = false;
}

/* The packs that |i| is compressed against, the newest first.  Returns how many. */
static size_t
base_of(const struct import *m, size_t i, size_t ret[PACK_BASE_BITS])
{
	const struct shelf *s = &m->shelf;
	const struct pack_entry *e = &s->pack[i].e;
	size_t n = 0;

	for (size_t k = i; e->base != 0 && k-- > 0;) {
		const struct shelf_pack *p = &s->pack[k];
		size_t at = k;

		if (p->number + PACK_BASE_BITS < e->first)
			break;
		if (p->e.tier != e->tier || p->e.first != p->number ||
		    !pack_base_has(e->base, e->first, p->number))
			continue;
		if (p->dead)
			at = shelf_own(s, e->tier, p->number);
		if (at != SHELF_NONE)
			ret[n++] = at;
	}
	return n;
}

static void
want_base(struct import *m, size_t i)
{
	size_t base[PACK_BASE_BITS], n = base_of(m, i, base);

	for (size_t k = 0; k < n; k++)
		m->want[base[k]] = !is_held(m, base[k]);
}

static int
plan(struct import *m)
{
	const struct shelf *s = &m->shelf;
	uint64_t head = feed_head(m->feed), newest = m->cfg->newest;

	if ((m->want = calloc(s->n + 1, sizeof(*m->want))) == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct shelf_pack *p = &s->pack[i];

		m->want[i] = !p->dead &&
			     (m->cfg->tiers >> p->e.tier & 1) != 0 &&
			     (newest == 0 || p->e.last + newest > head) &&
			     !is_held(m, i);
	}
	for (size_t i = 0; i < s->n && m->cfg->volumes; i++)
		if (!s->pack[i].dead && s->pack[i].e.tier == TIER_HEADS &&
		    is_volume(&s->pack[i]))
			choose(m, i);
	/* The newest first: what they lean on leans on others. */
	for (size_t i = s->n; i-- > 0;)
		if (m->want[i])
			want_base(m, i);
	for (size_t i = 0; i < s->n; i++)
		m->wanted += cost(m, i);
	return 0;
}

static int
take_pack(struct import *m, const struct pack_entry *e, struct buf *b)
{
	struct tree_name t = {.kind = TREE_PACK, .id = e->root};
	int err = import_try(m, &t, e->size, b);

	if (err == QERR_ABSENT) {
		m->r->missing++;
		return 0;
	}
	if (err == 0)
		err = pack_check(e, buf_bytes(b));
	if (err != 0) {
		import_blame(m, &t, err);
		m->r->missing++;
		return qerr_is_fatal(err) ? err : 0;
	}
	if ((err = store_put(m->store, &t, buf_bytes(b), false)) != 0)
		return err;
	m->r->packs++;
	m->r->bytes += b->n;
	m->waiting += b->n;
	if (m->cfg->progress != NULL)
		m->cfg->progress(m->cfg->arg, m->r->bytes, m->wanted);
	return m->waiting > COMMIT_BYTES ? import_commit(m) : 0;
}

static int
take_once(struct import *m, size_t i, struct buf *b)
{
	bool wanted = m->want[i];

	m->want[i] = false;
	return wanted ? take_pack(m, &m->shelf.pack[i].e, b) : 0;
}

/* Pack |i|, if it is wanted, behind what it is compressed against. */
static int
take_readable(struct import *m, size_t i, struct buf *b)
{
	size_t base[PACK_BASE_BITS];
	int err = 0;

	if (!m->want[i])
		return 0;
	for (size_t n = base_of(m, i, base); n-- > 0 && err == 0;)
		err = take_once(m, base[n], b);
	return err == 0 ? take_once(m, i, b) : err;
}

/* What matters most comes first: a line may break at any time. */
static int
take_packs(struct import *m)
{
	struct buf b;
	int err = 0, e;

	buf_init(&b, 0);
	for (unsigned tier = 0; tier < TIERS && err == 0; tier++)
		for (size_t i = m->shelf.n; i-- > 0 && err == 0;)
			if (m->shelf.pack[i].e.tier == tier)
				err = take_readable(m, i, &b);
	buf_done(&b);
	e = import_commit(m); /* what came before the source failed is kept */
	return err != 0 ? err : e;
}

/* What was withdrawn is deleted, here as everywhere. */
static int
drop_dead(struct import *m)
{
	int err = 0;

	for (size_t i = 0; i < m->shelf.n && err == 0; i++) {
		struct tree_name t = {
		    .kind = TREE_PACK, .id = m->shelf.pack[i].e.root};

		if (m->shelf.pack[i].dead)
			err = store_forget(m->store, &t);
	}
	return err;
}

/*
 * Charters first, and what ends them.  Who is near is asked for all of them: one that
 * contradicts ours is a proof.  Of who is far only the next one is asked for, unless its
 * headers do not fit ours.
 */
static int
take_charters(struct import *m, bool all)
{
	const struct charter *c = feed_charter(m->feed);
	int err = import_charters(m, all || c == NULL ? 1 : c->version + 1);

	if (err == 0)
		err = import_fork(m);
	if (err == 0 && m->changed)
		err = look_again(m);
	m->changed = false;
	return err;
}

/* True if it may be the charters for which the source's headers do not count. */
static bool
is_strange(const struct import *m)
{
	switch (m->r->fault) {
	case QERR_KEY:
	case QERR_REVOKED:
	case QERR_QUORUM:
	case QERR_CHAIN:
	case QERR_CHARTER:
		return m->src->far && m->r->forked_charter == 0;
	default:
		return false;
	}
}

int
import_feed(struct store *s, const struct id *feed, struct import_source *src,
    const struct import_config *cfg, struct import_result *ret)
{
	struct import m = {
	    .store = s, .src = src, .cfg = cfg, .r = ret, .id = *feed};
	static const struct reading_key none;
	int err = QERR_NOMEM;

	*ret = (struct import_result){0};
	row_init(&m.row);
	shelf_init(&m.shelf, s, feed, &none);
	if ((m.feed = feed_new(feed)) != NULL)
		err = restore(&m);
	if (err == 0 && src->has != NULL && !src->has(src, m.feed))
		err = QERR_ABSENT;
	if (err == 0)
		err = take_charters(&m, !src->far);
	if (err == 0 && ret->charters == 0 && !is_there(&m))
		err = QERR_ABSENT;
	if (err == 0)
		err = known_proofs(&m);
	if (err == 0)
		err = take_headers(&m);
	if (err == 0 && is_strange(&m))
		err = take_charters(&m, true);
	if (err == 0)
		err = drop_dead(&m);
	if (err == 0)
		err = plan(&m);
	if (err == 0)
		err = take_packs(&m);
	if (err == 0)
		err = store_keep_headers(s, m.feed, &m.row);
	row_done(&m.row);
	free(m.want);
	feed_free(m.feed);
	shelf_done(&m.shelf);
	return err;
}

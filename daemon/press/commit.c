#include <stdio.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/cbor.h"
#include "proto/base/qerr.h"
#include "proto/base/text.h"

/*
 * Making visible what is signed, so that no number is ever signed twice.  Who fetches a
 * header as it comes into the tree has it, though a power cut may take it away again: so
 * first it is made durable with its packs, in the file signed-FEED, and then it is put into
 * the tree.  Once it is in the former it is owed: whatever fails or befalls us,
 * it is what comes out next, and nothing is signed before that.  It stays there until the
 * next takes its place, so that it also says what was signed last where the tree was
 * damaged, or mended from a mirror that is behind.
 */
#define NAME_MAX_SIGNED (sizeof("signed-") + ID_TEXT_LEN)
#define SIGNED_MAX      ((size_t)64 << 20)

static void
file_name(char ret[NAME_MAX_SIGNED], const struct publisher *p)
{
	char feed[ID_TEXT_LEN + 1];

	id_text(feed, &p->feed);
	snprintf(ret, NAME_MAX_SIGNED, "signed-%s", feed);
}

/* The next of the header files in |b|. */
static struct bytes
next_file(struct bytes b, size_t *at)
{
	struct reader r;
	struct bytes file;

	reader_init(&r, b.p + *at, b.n - *at);
	file = cbor_skip(&r);
	*at += file.n;
	return file;
}

/* The loop goes on while the disk syncs. */
static int
commit_store(struct store *s)
{
	uint64_t lost = store_lost(s);
	int fd, r;

	while ((r = store_commit_begin(s, &fd)) == QERR_AGAIN) {
		jobs_away();
		store_commit_wait(s);
		jobs_back();
	}
	if (r != 0)
		return r;
	jobs_away();
	store_commit_wait(s);
	jobs_back();
	(void)store_commit_ended(s);
	return store_lost(s) == lost ? 0 : store_lost_why(s);
}

/* What was signed is kept, with its packs, whatever comes. */
static int
keep_signed(struct publisher *p)
{
	char name[NAME_MAX_SIGNED];
	int r;

	file_name(name, p);
	r = store_stage_file(p->store, name, buf_bytes(&p->header));
	if (r == 0)
		r = commit_store(p->store);
	p->owed = r == 0;
	/* It may be there and not for good; nobody has seen what it says. */
	if (r != 0)
		(void)store_remove_file(p->store, name);
	return r;
}

/* Append what was signed last: QERR_ABSENT if that was nothing. */
static int
read_signed(struct publisher *p, struct buf *b)
{
	char name[NAME_MAX_SIGNED];

	file_name(name, p);
	return store_get_file(p->store, name, b, SIGNED_MAX);
}

static int
put_headers(struct publisher *p)
{
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; i < p->n_pending && r == 0; i++) {
		struct tree_name t = {.kind = TREE_ISSUE,
		    .id = p->feed,
		    .number = p->pending[i].number};
		struct bytes file = next_file(buf_bytes(&p->header), &at);

		r = store_put(p->store, &t, file, i + 1 == p->n_pending);
	}
	return r == 0 ? commit_store(p->store) : r;
}

static int
put_all(struct publisher *p)
{
	int r = buf_err(&p->header);

	/* The node's commits carry our packs along, and lose them if they fail. */
	if (r == 0 && p->staged && store_lost(p->store) != p->lost)
		r = QERR_NOSPACE;
	if (r == 0 && p->n_pending > 0 && !p->owed)
		r = keep_signed(p);
	return r == 0 ? put_headers(p) : r;
}

/* The pack that a freshly published entry stands in. */
static void
place_added(struct publisher *p)
{
	uint64_t number = 0;
	size_t pack = SHELF_NONE;

	for (size_t i = 0; i < p->n_added; i++) {
		if (p->added[i].number != number) {
			number = p->added[i].number;
			pack = shelf_issue(&p->shelf, number);
		}
		p->added[i].entry->pack = (uint32_t)pack;
	}
}

int
press_commit(struct publisher *p, publisher_issue_fn fn, void *arg)
{
	bool withdrew = false;
	size_t at = 0;
	int r = put_all(p);

	if (r != 0)
		return r;
	for (size_t i = 0; i < p->n_pending && r == 0; i++) {
		const struct header *h = &p->pending[i];

		for (size_t k = 0; k < h->n_pack; k++)
			withdrew = withdrew || h->pack[k].only;
		p->last_time = h->time;
		p->last_next = h->next;
		r = shelf_add(&p->shelf, h);
	}
	p->owed = false;
	place_added(p);
	if (withdrew)
		press_sweep(p);
	for (size_t i = 0; i < p->n_pending; i++) {
		struct bytes file = next_file(buf_bytes(&p->header), &at);

		if (p->published != NULL)
			p->published(p->arg, &p->feed, bytes_of(NULL, 0), file);
		if (fn != NULL)
			fn(arg, &p->told[i]);
	}
	press_staged_named(p);
	p->n_pending = p->n_added = 0;
	buf_clear(&p->header);
	return r;
}

void
press_cancel(struct publisher *p)
{
	if (p->n_pending > 0)
		feed_cut(p->chain, p->pending[0].number - 1);
	if (p->staged && !p->owed)
		press_staged_sweep(p);
	p->n_pending = p->n_added = 0;
	buf_clear(&p->header);
}

int
press_end(struct publisher *p, int err, publisher_issue_fn fn, void *arg)
{
	if (err == 0)
		err = press_commit(p, fn, arg);
	if (err == 0)
		return press_reload(p);
	press_cancel(p);
	return err;
}

void
press_failed(const struct publisher *p, struct buf *why, const char *what,
    int err)
{
	if (p->owed)
		buf_printf(why,
		    "What is signed is not out yet: %s. It comes out before "
		    "anything else is published.",
		    qerr_str(err));
	else
		buf_printf(why, "%s: %s.", what, qerr_str(err));
}

/* --- what is owed --- */

static bool
has_packs(const struct publisher *p, const struct header *h)
{
	for (size_t i = 0; i < h->n_pack; i++) {
		struct tree_name t = {.kind = TREE_PACK, .id = h->pack[i].root};

		if (!store_has(p->store, &t))
			return false;
	}
	return true;
}

static bool
is_head(const struct publisher *p, struct bytes file)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = p->feed};
	struct buf b;
	bool is;

	buf_init(&b, 0);
	is = store_get(p->store, &t, &b) == 0 && bytes_eq(buf_bytes(&b), file);
	buf_done(&b);
	return is;
}

/*
 * One that is in the tree already is put once more if it is the newest and did not become
 * the head: |*ret_put|.  One that charters do not let count any more, or whose packs went
 * for it was never put, is owed to nobody, nor is what follows it: QERR_ABSENT.
 */
static int
take_owed(struct publisher *p, struct bytes file, bool *ret_put)
{
	uint64_t head = feed_head(p->chain);
	struct tree_name t = {.kind = TREE_ISSUE, .id = p->feed};
	struct header h;
	int r = header_read(&h, file);

	if (r != 0 || h.number > head + 1)
		return QERR_ABSENT;
	t.number = h.number;
	if (h.number < head)
		return 0;
	if (h.number == head && !id_eq(feed_hash(p->chain, head), &h.hash))
		return QERR_ABSENT;
	if (h.number == head && is_head(p, file))
		return 0;
	*ret_put = true;
	if (h.number == head)
		return store_put(p->store, &t, file, true);
	r = has_packs(p, &h) ? press_hold(p, file, 0) : QERR_ABSENT;
	return r == 0 || qerr_is_fatal(r) ? r : QERR_ABSENT;
}

static int
take_all_owed(struct publisher *p, struct bytes b, bool *ret_put)
{
	size_t at = 0;
	int r = 0;

	*ret_put = false;

	while (at < b.n && r == 0) {
		struct bytes file = next_file(b, &at);

		r = file.n > 0 ? take_owed(p, file, ret_put) : QERR_ABSENT;
	}
	return r == QERR_ABSENT ? 0 : r;
}

int
press_settle(struct publisher *p)
{
	struct buf b;
	bool put;
	int r;

	if (!p->owed)
		return 0;
	buf_init(&b, 0);
	r = read_signed(p, &b);
	p->owed = r != QERR_ABSENT;
	p->lost = store_lost(p->store); /* its packs are durable */
	if (r == 0)
		r = take_all_owed(p, buf_bytes(&b), &put);
	if (r == 0 && put)
		r = press_end(p, 0, NULL, NULL);
	else if (r == 0)
		p->owed = false;
	else
		press_cancel(p);
	buf_done(&b);
	return r == QERR_ABSENT ? 0 : r;
}

int
press_check_signed(struct publisher *p)
{
	struct bytes file = {NULL, 0};
	struct header h;
	size_t at = 0;
	struct buf b;
	int r;

	buf_init(&b, 0);
	r = read_signed(p, &b);
	if (r == 0 && b.n > 0)
		file = next_file(buf_bytes(&b), &at);
	/* The next one is owed; one that no charter lets count is no word on it. */
	if (r == 0 && feed_check_head(p->chain, file, &h) == 0 &&
	    h.number > feed_head(p->chain) + 1)
		r = QERR_TRUNCATED;
	else if (r == QERR_ABSENT || r == QERR_TOOBIG)
		r = 0;
	buf_done(&b);
	return r;
}

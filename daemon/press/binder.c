#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/press/binder_inner.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"

static bool
is_issue(const struct publisher *p, size_t i)
{
	return i != SHELF_NONE &&
	       p->shelf.pack[i].e.first == p->shelf.pack[i].e.last;
}

/* The volume that is to be made anew, once no issue is. */
static int
next_stale(struct publisher *p, size_t *ret)
{
	int r;

	while ((r = press_to_renew(p, ret)) == 0 && is_issue(p, *ret))
		if ((r = press_retract_again(p, *ret)) != 0)
			return r;
	return r;
}

static int
start_anew(struct publisher *p, size_t volume)
{
	p->anew = true;
	p->first = p->shelf.pack[volume].e.first;
	p->last = p->shelf.pack[volume].e.last;
	return binder_start(p);
}

static int
start_next(struct publisher *p)
{
	size_t stale = SHELF_NONE;
	bool signs = press_signs(p);
	int r = press_settle(p);

	if (r == 0)
		r = press_look_for_lost(p);
	/* Who may not sign knows at least what is to be made anew. */
	if (r == 0)
		r = signs ? next_stale(p, &stale) : press_to_renew(p, &stale);
	if (r != 0 || !signs)
		return r;
	if (stale != SHELF_NONE)
		return start_anew(p, stale);
	return binder_is_due(p) ? binder_start(p) : 0;
}

int
publisher_volume_start(struct publisher *p, int *ret_fd)
{
	int r = p->child == 0 && !p->open ? start_next(p) : 0;

	*ret_fd = p->ended;
	return p->child > 0 ? 1 : r;
}

/* As binder_read(), into the store. */
static int
take_pack(struct publisher *p, off_t *at, struct pack_entry *e)
{
	struct buf b;
	int r;

	buf_init(&b, PACK_SIZE_MAX);
	r = binder_read(p, at, e, &b);
	if (r == 0)
		r = press_stage(p, &e->root, buf_bytes(&b));
	buf_done(&b);
	return r;
}

/* One that came out as it was has nothing to withdraw: it is not announced for ever. */
static bool
is_same(const struct publisher *p, const struct pack_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (e[i].only)
			return false;
	return p->anew;
}

int
publisher_volume_finish(struct publisher *p, publisher_issue_fn fn, void *arg,
    struct buf *why)
{
	struct pack_entry e[TIERS];
	size_t n = 0;
	bool same = false;
	off_t at = 0;
	int r;

	if (p->child <= 0)
		return 0;
	if (p->open)
		return QERR_AGAIN;
	r = binder_reap(p);
	if (r == 0)
		r = press_settle(p);
	while (r == 0 && n < TIERS) {
		r = take_pack(p, &at, &e[n]);
		n += r == 0;
	}
	if (r == QERR_ABSENT && n > 0) {
		press_keep_same(&p->shelf, e, n);
		same = is_same(p, e, n);
		r = same ? 0 : press_header(p, e, n, 0);
	}
	if (same)
		p->renew[0] = p->renew[--p->n_renew];
	if (r == 0)
		r = press_commit(p, fn, arg); /* of one that was lost, too */
	binder_close(p);
	if (r != 0) {
		press_cancel(p);
		press_failed(p, why, "No volume was made", r);
		return r;
	}
	return press_reload(p); /* articles are found in it now */
}

/* --- one that is signed elsewhere --- */

static void
wait_for_end(void *arg)
{
	const int *fd = arg;
	char byte;

	while (read(*fd, &byte, 1) < 0 && errno == EINTR)
		;
}

/* All that lies in the volume: packs, and issues without any. */
static int
add_before(struct publisher *p, struct press_draft *d)
{
	uint64_t next = p->first;
	size_t *pack, n;
	int r = binder_cover(p, &pack, &n);

	if (r != 0)
		return r;
	for (size_t i = 0; i <= n && r == 0; i++) {
		uint64_t to =
		    i < n ? p->shelf.pack[pack[i]].e.first : p->last + 1;

		for (; next < to && r == 0; next++)
			r = press_before(p, d, p->first, p->last, SHELF_NONE,
			    next);
		if (i == n || r != 0)
			break;
		jobs_breathe();
		r = press_before(p, d, p->first, p->last, pack[i], 0);
		next = p->shelf.pack[pack[i]].e.last + 1;
	}
	free(pack);
	return r;
}

/* One that was lost came out as it was: it is here again, and nobody need sign it. */
static int
put_back(struct publisher *p, const struct pack_entry *e, size_t n,
    const struct press_draft *d)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = press_stage(p, &e[i].root, buf_bytes(&d->sealed[i]));
	if (r == 0)
		r = press_commit(p, NULL, NULL);
	p->renew[0] = p->renew[--p->n_renew];
	if (r == 0)
		r = press_reload(p);
	return r == 0 ? QERR_ABSENT : r;
}

static int
make_draft(struct publisher *p, uint64_t time, struct press_draft *d,
    struct buf *b, struct publisher_drafted *ret)
{
	struct pack_entry e[TIERS];
	size_t n = 0;
	off_t at = 0;
	int r;

	jobs_calculate(wait_for_end, &p->ended);
	r = binder_reap(p);
	while (r == 0 && n < TIERS) {
		r = binder_read(p, &at, &e[n], &d->sealed[n]);
		n += r == 0;
	}
	if (r != QERR_ABSENT || n == 0)
		return r;
	press_keep_same(&p->shelf, e, n);
	if (is_same(p, e, n))
		return put_back(p, e, n, d);
	r = add_before(p, d);
	return r != 0 ? r : press_draft(p, time, e, n, d, b, ret);
}

/* One that is to be made anew, else one that is due. */
static int
start_for_draft(struct publisher *p)
{
	size_t stale = SHELF_NONE;
	int r;

	if (p->child > 0 || p->open)
		return QERR_AGAIN;
	r = press_settle(p);
	if (r == 0)
		r = press_look_for_lost(p);
	if (r == 0)
		r = press_to_renew(p, &stale);
	if (r != 0)
		return r;
	if (stale != SHELF_NONE && !is_issue(p, stale))
		return start_anew(p, stale);
	return binder_is_due(p) ? binder_start(p) : QERR_ABSENT;
}

int
publisher_volume_draft(struct publisher *p, uint64_t time, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	struct press_draft *d = press_draft_new();
	int r = d == NULL ? QERR_NOMEM : start_for_draft(p);

	if (r == 1) {
		r = make_draft(p, time > 0 ? time : clock_wall(), d, b, ret);
		binder_close(p);
	}
	press_draft_free(d);
	shelf_rest(&p->shelf);
	if (r == QERR_ABSENT)
		buf_printf(why,
		    "No volume is due: one is made of %d articles, or of %d "
		    "MiB of text.",
		    PUBLISHER_VOLUME, PUBLISHER_VOLUME_RAW >> 20);
	else if (r != 0)
		buf_printf(why, "No volume was made: %s.", qerr_str(r));
	return r;
}

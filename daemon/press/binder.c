#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/press/press.h"
#include "daemon/work/jobs.h"
#include "proto/base/qerr.h"
#include "proto/host/entropy.h"
#include "proto/host/log.h"
#include "proto/object/volume.h"

/*
 * Volumes, of two sizes.  Each few hundred articles become a small one; when there
 * are a thousand behind the last large one, a large one takes the place of the small
 * ones (its packs are `only`).  The work is done in a forked child, which leaves struct
 * pack_entry and sealed bytes of both tiers in memory that it shares with us.  A volume that
 * holds what was taken back comes before all others; and none holds that when it is made.
 */

/* --- what is due --- */

static size_t
text_raw(const struct shelf *s, size_t heads)
{
	size_t i = shelf_with(s, heads, TIER_TEXT);

	return i != SHELF_NONE ? s->pack[i].e.raw : 0;
}

/*
 * How far a volume over |pack[0..n-1]| can reach: the last issue, and true if
 * there is more than it can hold.
 */
static bool
reach(const struct shelf *s, const size_t *pack, size_t n, uint64_t *ret_last,
    size_t *ret_count)
{
	size_t count = 0, raw = 0;

	*ret_count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct pack_entry *e = &s->pack[pack[i]].e;

		count += e->count;
		raw += text_raw(s, pack[i]);
		if (i > 0 && (count > PUBLISHER_VOLUME_MAX ||
				 raw > PUBLISHER_VOLUME_RAW))
			return true;
		*ret_last = e->last;
		*ret_count = count;
	}
	return count >= PUBLISHER_VOLUME_MAX;
}

/* Those first of |pack[0..n-1]| that nothing fits beside: bound again they were what they are. */
static size_t
full(const struct shelf *s, const size_t *pack, size_t n)
{
	uint64_t last = 0;
	size_t k = 0, count;

	while (k < n && reach(s, pack + k, n - k, &last, &count) &&
	       last == s->pack[pack[k]].e.last)
		k++;
	return k;
}

/* Look behind the newest (large) volume for one that is due. */
static bool
is_due(struct publisher *p, bool large)
{
	const struct shelf *s = &p->shelf;
	size_t v = shelf_newest_volume(s, large), *pack, n, k, count;
	uint64_t head = feed_head(p->chain);
	uint64_t first = v != SHELF_NONE ? s->pack[v].e.last + 1 : 1;
	bool due;

	if (first <= p->hole.last)
		first = p->hole.last + 1; /* it may come back */

	if (first > head || shelf_cover(s, first, head, &pack, &n) != 0)
		return false;
	k = full(s, pack, n);
	due = reach(s, pack + k, n - k, &p->last, &count);
	if (!large)
		due = due || count >= PUBLISHER_VOLUME_MIN;
	if (k < n)
		p->first = s->pack[pack[k]].e.first;
	free(pack);
	p->large = large;
	/* One issue alone is no volume: wait for the next. */
	return due && k < n && p->last > p->first;
}

static bool
is_due_now(struct publisher *p)
{
	p->anew = false;
	return p->child == 0 && !p->open &&
	       (is_due(p, true) || is_due(p, false));
}

/* --- the child --- */

struct stack {
	struct volume_source *source;
	struct shelf_view *view;
	size_t n;
	struct tombs tomb;
};

/* What the volume is made of: of one that is made anew just that, if it is here. */
static int
cover(struct publisher *p, size_t **ret, size_t *ret_n)
{
	if (!p->anew || p->shelf.pack[p->renew[0]].lost)
		return shelf_cover(&p->shelf, p->first, p->last, ret, ret_n);
	*ret = malloc(sizeof(**ret));
	if (*ret == NULL)
		return QERR_NOMEM;
	(*ret)[0] = p->renew[0];
	*ret_n = 1;
	return 0;
}

static int
open_sources(struct publisher *p, struct stack *k)
{
	size_t *pack, n;
	int r = cover(p, &pack, &n);

	if (r != 0)
		return r;
	k->source = calloc(n + 1, sizeof(*k->source));
	k->view = calloc(n + 1, sizeof(*k->view));
	if (k->source == NULL || k->view == NULL)
		return QERR_NOMEM;
	for (size_t i = 0; i < n && r == 0; i++) {
		struct shelf_view *v = &k->view[i];
		const struct pack_entry *e = &p->shelf.pack[pack[i]].e;

		shelf_view_init(v);
		r = shelf_look(&p->shelf, v, pack[i], true);
		k->source[i] = (struct volume_source){.first = e->first,
		    .last = e->last,
		    .heads = buf_bytes(&v->heads),
		    .head = &v->head,
		    .bodies = buf_bytes(&v->bodies),
		    .body = v->has_text ? &v->body : NULL};
		if (r == 0)
			r = press_tombs(p, &k->source[i], &k->tomb);
	}
	k->n = n;
	free(pack);
	return r;
}

static int
write_all(int fd, const void *data, size_t n)
{
	const uint8_t *b = data;

	while (n > 0) {
		ssize_t w = write(fd, b, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return QERR_IO;
		b += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
bind_tier(struct publisher *p, enum tier t, const struct volume *order,
    const struct stack *k, struct records *heads, struct buf *heads_raw, int fd)
{
	struct pack_entry e = {.tier = t,
	    .first = p->first,
	    .last = p->last,
	    .only = p->large || p->anew};
	struct records at = {NULL, 0};
	struct buf raw, sealed;
	int r;

	buf_init(&raw, PACK_SIZE_MAX);
	buf_init(&sealed, 0);
	r = volume_raw(&raw, t, order, k->source, k->tomb.head);
	if (r != 0 || raw.n == 0)
		goto out;
	r = t == TIER_HEADS
		? records_of_heads(heads, buf_bytes(&raw), order->n)
		: records_of_tier(&at, t, buf_bytes(heads_raw), heads);
	if (r != 0)
		goto out;
	e.count = (uint32_t)order->n;
	records_root(&e.contents, buf_bytes(&raw),
	    t == TIER_HEADS ? heads : &at);
	r = pack_seal(&sealed, &e, &p->feed, &p->key, buf_bytes(&raw),
	    bytes_of(NULL, 0), ISSUE_VOLUME, &p->watch->done);
	if (r == 0)
		r = write_all(fd, &e, sizeof(e));
	if (r == 0)
		r = write_all(fd, sealed.p, sealed.n);
	if (t == TIER_HEADS) {
		*heads_raw = raw;
		buf_init(&raw, 0);
	}
out:
	records_done(&at);
	buf_done(&raw);
	buf_done(&sealed);
	return r;
}

static int
bind(struct publisher *p, int fd)
{
	struct stack k = {.n = 0};
	struct records heads = {NULL, 0};
	struct volume order;
	struct buf raw;
	int r = open_sources(p, &k);

	buf_init(&raw, 0);
	if (r == 0)
		r = volume_order(&order, k.source, k.n, k.tomb.head, k.tomb.n);
	for (enum tier t = TIER_HEADS; t <= TIER_TEXT && r == 0; t++)
		r = bind_tier(p, t, &order, &k, &heads, &raw, fd);
	return r; /* the child ends here, with all its memory */
}

/* --- the publisher --- */

static void
close_child(struct publisher *p)
{
	if (p->result >= 0)
		close(p->result);
	if (p->ended >= 0)
		close(p->ended);
	if (p->watch != NULL)
		munmap(p->watch, sizeof(*p->watch));
	p->watch = NULL;
	p->result = p->ended = -1;
	p->child = 0;
}

void
press_stop_volume(struct publisher *p)
{
	if (p->child > 0) {
		kill(p->child, SIGKILL);
		while (waitpid(p->child, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_child(p);
}

/* Memory that the child shares with us. */
static int
share(struct publisher *p)
{
	struct press_watch *w = mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t *pack, n;
	int r;

	if (w == MAP_FAILED)
		return QERR_IO;
	p->watch = w;
	p->result = memfd_create("volume", MFD_CLOEXEC);
	if (p->result < 0)
		return QERR_IO;
	if ((r = cover(p, &pack, &n)) != 0)
		return r;
	for (size_t i = 0; i < n; i++)
		w->all +=
		    p->shelf.pack[pack[i]].e.raw + text_raw(&p->shelf, pack[i]);
	free(pack);
	return 0;
}

/* Start the child: 1 and its end is p->ended, or an error. */
static int
start(struct publisher *p)
{
	pid_t parent = getpid();
	int end[2];

	if (share(p) != 0 || pipe(end) != 0) {
		log_errno("no memory for a volume");
		close_child(p);
		return QERR_IO;
	}
	p->child = fork();
	if (p->child == 0) {
		jobs_forked();
		key_secret_done(&p->secret);
		close(end[0]);
		/* It holds what the parent held, such as the store's lock. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
		    getppid() != parent)
			_exit(1);
		if (nice(10) == -1)
			(void)errno;
		_exit(bind(p, p->result) == 0 ? 0 : 1);
	}
	close(end[1]);
	p->ended = end[0];
	if (p->child < 0) {
		log_errno("no child to make a volume");
		close_child(p);
		return QERR_IO;
	}
	return 1;
}

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

int
publisher_volume_start(struct publisher *p, int *ret_fd)
{
	size_t stale = SHELF_NONE;
	bool signs = press_signs(p);
	int r = 0;

	if (p->child == 0 && !p->open)
		r = press_look_for_lost(p);
	/* Who may not sign knows at least what is to be made anew. */
	if (r == 0 && p->child == 0 && !p->open)
		r = signs ? next_stale(p, &stale) : press_to_renew(p, &stale);
	if (r == 0 && signs && stale != SHELF_NONE) {
		p->anew = true;
		p->first = p->shelf.pack[stale].e.first;
		p->last = p->shelf.pack[stale].e.last;
		r = start(p);
	} else if (r == 0 && signs && p->child == 0) {
		r = is_due_now(p) ? start(p) : 0;
	}
	*ret_fd = p->ended;
	return p->child > 0 ? 1 : r;
}

/* Wait for the child: 0 if it did its work. */
static int
reap(struct publisher *p)
{
	int status;

	while (waitpid(p->child, &status, 0) < 0)
		if (errno != EINTR)
			return QERR_IO;
	p->child = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : QERR_IO;
}

/* Take one pack out of what the child left into the empty |b|; QERR_ABSENT at its end. */
static int
read_pack(struct publisher *p, off_t *at, struct pack_entry *e, struct buf *b)
{
	uint8_t *dst;
	int r = QERR_IO;

	if (pread(p->result, e, sizeof(*e), *at) != (ssize_t)sizeof(*e))
		return QERR_ABSENT;
	*at += (off_t)sizeof(*e);
	dst = buf_grow(b, e->size);
	if (dst != NULL &&
	    pread(p->result, dst, e->size, *at) == (ssize_t)e->size)
		r = pack_check(e, buf_bytes(b));
	*at += (off_t)e->size;
	return r;
}

/* The same, into the store. */
static int
take_pack(struct publisher *p, off_t *at, struct pack_entry *e)
{
	struct buf b;
	int r;

	buf_init(&b, PACK_SIZE_MAX);
	r = read_pack(p, at, e, &b);
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
	r = reap(p);
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
	close_child(p);
	if (r != 0)
		press_cancel(p);
	if (r != 0) {
		buf_printf(why, "No volume was made: %s.", qerr_str(r));
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
	int r = shelf_cover(&p->shelf, p->first, p->last, &pack, &n);

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

static int
make_draft(struct publisher *p, uint64_t time, struct press_draft *d,
    struct buf *b, struct publisher_drafted *ret)
{
	struct pack_entry e[TIERS];
	size_t n = 0;
	off_t at = 0;
	int r;

	jobs_calculate(wait_for_end, &p->ended);
	r = reap(p);
	while (r == 0 && n < TIERS) {
		r = read_pack(p, &at, &e[n], &d->sealed[n]);
		n += r == 0;
	}
	if (r == QERR_ABSENT && n > 0)
		r = add_before(p, d);
	return r != 0 ? r : press_draft(p, time, e, n, d, b, ret);
}

int
publisher_volume_draft(struct publisher *p, uint64_t time, struct buf *b,
    struct publisher_drafted *ret, struct buf *why)
{
	struct press_draft *d = press_draft_new();
	int r = d == NULL ? QERR_NOMEM : is_due_now(p) ? start(p) : 0;

	if (r == 0) {
		r = p->child > 0 || p->open ? QERR_AGAIN : QERR_ABSENT;
	} else if (r == 1) {
		r = make_draft(p, time > 0 ? time : clock_wall(), d, b, ret);
		close_child(p);
	}
	press_draft_free(d);
	shelf_rest(&p->shelf);
	if (r == QERR_ABSENT)
		buf_printf(why,
		    "No volume is due: one is made of some %d articles.",
		    PUBLISHER_VOLUME_MIN);
	else if (r != 0)
		buf_printf(why, "No volume was made: %s.", qerr_str(r));
	return r;
}

#include <stdlib.h>

#include "proto/node/inner.h"

/*
 * Heads of feeds that are not followed: passed on up to three hops past the last node
 * that follows the feed, so that followers hear of each other's news although others
 * stand between them.  Nothing of them is written to the disk, and whatever they do,
 * those that are followed do not feel it.
 */

/* The table. */

static size_t
size_of(const struct carried *c)
{
	return c->charters.n + c->fork.n + c->head.file.n;
}

void
carry_free(struct carried *c)
{
	struct node *n = c->head.n;

	n->n_carried--;
	n->carried_bytes -= size_of(c);
	head_done(&c->head);
	buf_done(&c->charters);
	buf_done(&c->fork);
	free(c);
}

static void
drop(struct carried *c)
{
	head_remove(&c->head);
	carry_free(c);
}

static bool
is_shunned(const struct node *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n_shunned; i++)
		if (id_eq(&n->shunned[i].feed, feed) &&
		    n->shunned[i].until > n->now)
			return true;
	return false;
}

/* It could not be carried, and is not looked at again for a while. */
static void
shun(struct node *n, const struct id *feed)
{
	void *p;

	if (n->n_shunned < SHUNNED_MAX) {
		p = realloc(n->shunned,
		    (n->n_shunned + 1) * sizeof(*n->shunned));
		if (p == NULL) {
			node_fail(n, QERR_NOMEM);
			return;
		}
		n->shunned = p;
		n->n_shunned++;
	}
	n->next_shunned %= n->n_shunned;
	n->shunned[n->next_shunned++] =
	    (struct shunned){*feed, when_add(n->now, SHUNNED_TIME)};
}

/* How many links show it. */
static size_t
width(const struct carried *c)
{
	const struct node *n = c->head.n;
	size_t count = 0;

	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && link_is_node(n->link[i]))
			count += share_of(n->link[i], &c->head)->known;
	return count;
}

/* Feeds that |l| has brought and no other link shows. */
static size_t
count_alone(struct link *l)
{
	struct node *n = l->n;
	size_t count = 0;

	for (size_t i = 0; i < n->n_head; i++) {
		const struct carried *c = head_carried(n->head[i]);

		count += c != NULL && c->by == l->id && width(c) <= 1;
	}
	return count;
}

/* The one that fewest links show goes, and of those the one not heard of longest. */
static bool
make_room(struct node *n, size_t bytes)
{
	while (n->n_carried == NODE_CARRIED_MAX ||
	       n->carried_bytes + bytes > CARRIED_BYTES) {
		struct carried *least = NULL;
		size_t fewest =
		    2; /* links: those are worth more than a new one */

		for (size_t i = 0; i < n->n_head; i++) {
			struct carried *c = head_carried(n->head[i]);
			size_t w = c == NULL ? fewest : width(c);

			if (w < fewest ||
			    (w < 2 && w == fewest && c->heard < least->heard)) {
				least = c;
				fewest = w;
			}
		}
		if (least == NULL)
			return false;
		drop(least);
	}
	return true;
}

/* Judging. */

/* The feed as far as its charters go; NULL after node_fail(). */
static struct feed *
feed_of(const struct carried *c)
{
	struct feed *f = feed_new(&c->head.id);
	struct bytes a, b;
	struct reader r;
	uint64_t floor;
	int err = f == NULL ? QERR_NOMEM : 0;

	reader_init(&r, c->charters.p, c->charters.n);
	while (err == 0 && r.p < r.end)
		err = feed_take_up_charter(f, cbor_bytes(&r));
	if (err == 0 && head_charters_forked(&c->head, &a, &b))
		err = feed_add_fork(f, a, b, &floor);
	if (err == 0)
		return f;
	node_fail(c->head.n, err);
	feed_free(f);
	return NULL;
}

static bool
may_check(struct link *l)
{
	return bucket_take(&l->check_bucket, l->n->now, CARRIED_CHECK_EACH,
	    CARRIED_CHECK_BURST);
}

struct bytes
carry_charters(const struct carried *c, uint64_t first)
{
	struct reader r;

	reader_init(&r, c->charters.p, c->charters.n);
	for (uint64_t v = 1; v < first && r.p < r.end; v++)
		(void)cbor_bytes(&r);
	return bytes_of(r.p, (size_t)(r.end - r.p));
}

/* Taking in. */

/* A shorter way to a follower: who was told of the longer one hears of it. */
static void
come_nearer(struct carried *c, unsigned gap)
{
	if (gap >= c->head.gap)
		return;
	c->head.gap = (uint8_t)gap;
	spread_head(&c->head, false);
}

static void
accept(struct carried *c, const struct header *h, struct bytes file,
    unsigned gap)
{
	struct node *n = c->head.n;

	n->carried_bytes += file.n - c->head.file.n;
	head_set_file(&c->head, file);
	c->hash = h->hash;
	c->heard = n->now;
	c->head.number = h->number;
	c->head.gap = (uint8_t)gap;
	head_changed(&c->head);
	spread_head(&c->head, false);
}

static int
prove(struct carried *c, struct link *l, struct bytes a, struct bytes b)
{
	struct feed *f;
	uint64_t number;
	int err;

	if (c->head.forked || !may_check(l) || (f = feed_of(c)) == NULL)
		return 0;
	err = feed_check_fork(f, a, b, &number);
	feed_free(f);
	if (err != 0)
		return accept_fault(err);
	head_forked(&c->head, a, b);
	spread_proof(&c->head, l);
	return 0;
}

bool
carry_is_of(const struct carried *c, const struct charter *p)
{
	struct charter ours;
	struct reader r;

	if (p->version == 1)
		return id_eq(&p->hash, &c->head.id);
	reader_init(&r, c->charters.p, c->charters.n);
	while (r.p < r.end)
		if (charter_peek(&ours, cbor_bytes(&r)) == 0 &&
		    ours.version + 1 == p->version)
			return id_eq(&ours.hash, &p->previous);
	return false;
}

/* A header of |c| that |l| has; |gap| hops to a follower, as we would tell it. */
static int
take(struct carried *c, struct link *l, const struct header *peeked,
    struct bytes file, unsigned gap)
{
	struct node *n = c->head.n;
	struct share *sh = share_of(l, &c->head);
	struct header h;
	struct feed *f;
	int err;

	if (peeked->number > UINT32_MAX)
		return QERR_RANGE;
	if (c->head.forked || peeked->number < c->head.number)
		return 0;
	if (peeked->number == c->head.number) {
		if (!id_eq(&peeked->hash, &c->hash))
			return prove(c, l, buf_bytes(&c->head.file), file);
		share_show(sh, peeked->number);
		come_nearer(c, gap);
		return 0;
	}
	if (!may_check(l) || !bucket_take(&c->bucket, n->now, CARRIED_FEED_EACH,
				 CARRIED_FEED_BURST))
		return 0;
	if ((f = feed_of(c)) == NULL)
		return 0;
	err = feed_check_head(f, file, &h);
	feed_free(f);
	if (err == 0 || err == QERR_CHARTER)
		share_show(sh, h.number);
	if (err == QERR_CHARTER && h.charter <= MSG_CHARTER_MAX)
		sh->charter = (uint16_t)h.charter; /* to be asked for */
	if (err == 0)
		accept(c, &h, file, gap);
	return accept_fault(err);
}

int
carry_header(struct carried *c, struct link *l, uint64_t number,
    struct bytes file)
{
	struct header h;
	int err = header_peek(&h, file);

	if (err != 0)
		return err;
	if (h.number != number || !id_eq(&h.feed, &c->head.id))
		return QERR_PROTOCOL;
	/* Its mark was another, and its header is ours: its charters are not. */
	if (number == c->head.number && id_eq(&h.hash, &c->hash) &&
	    share_of(l, &c->head)->charter >= c->head.charter)
		share_differs(share_of(l, &c->head));
	return take(c, l, &h, file, c->head.gap);
}

int
carry_proof(struct carried *c, struct link *l, struct bytes a, struct bytes b)
{
	return prove(c, l, a, b);
}

/* What its new charter |f| says of a head and a proof that are here. */
static void
judge_again(struct carried *c, struct feed *f)
{
	struct node *n = c->head.n;
	struct bytes a, b;
	struct header h;
	uint64_t number;

	if (c->head.forked &&
	    (proof_decode(buf_bytes(&c->head.proof), &a, &b) != 0 ||
		feed_check_fork(f, a, b, &number) != 0))
		c->head.forked = false;
	if (c->head.number == 0 ||
	    feed_check_head(f, buf_bytes(&c->head.file), &h) == 0)
		return;
	n->carried_bytes -= c->head.file.n;
	buf_clear(&c->head.file);
	c->head.number = 0;
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i]->share != NULL) {
			struct share *sh = share_of(n->link[i], &c->head);

			sh->died = true;
			sh->shown = 0;
		}
}

int
carry_fork(struct carried *c, struct link *l, struct bytes a, struct bytes b)
{
	struct node *n = c->head.n;
	uint64_t floor, version;
	struct feed *f;
	int err;

	if (!may_check(l) || (f = feed_of(c)) == NULL)
		return 0;
	err = feed_add_fork(f, a, b, &floor);
	if (err == 0) {
		version = feed_charter(f)->version;
		n->carried_bytes -= size_of(c);
		buf_clear(&c->fork);
		proof_encode(&c->fork, a, b);
		c->charters.n =
		    (size_t)(carry_charters(c, version + 1).p - c->charters.p);
		n->carried_bytes += size_of(c);
		c->last = feed_charter(f)->hash;
		c->head.charter = version;
		judge_again(c, f);
		head_changed(&c->head);
		spread_charters(&c->head, NULL);
		err = buf_err(&c->fork);
	}
	feed_free(f);
	return accept_fault(err);
}

/* It contradicts one that is here. */
static int
contradicted(struct carried *c, struct link *l, struct bytes file)
{
	struct bytes ours;
	struct charter p;
	struct reader r;

	if (charter_peek(&p, file) != 0 || p.version > c->head.charter)
		return 0;
	ours = carry_charters(c, p.version);
	reader_init(&r, ours.p, ours.n);
	return carry_fork(c, l, cbor_bytes(&r), file);
}

int
carry_charter(struct carried *c, struct link *l, struct bytes file)
{
	struct node *n = c->head.n;
	uint64_t floor;
	struct feed *f;
	int err;

	if (!may_check(l) || (f = feed_of(c)) == NULL)
		return 0;
	err = feed_add_charter(f, file, &floor);
	/* One that a successor signed would take away others: followers have it. */
	if (err == 0 && feed_charter(f)->version <= c->head.charter)
		err = QERR_FULL;
	if (err == 0 && c->charters.n + file.n > CARRIED_FEED_BYTES)
		err = QERR_FULL; /* those that there are will do */
	if (err == 0) {
		n->carried_bytes -= c->charters.n;
		cbor_put_bytes(&c->charters, file.p, file.n);
		n->carried_bytes += c->charters.n;
		c->last = feed_charter(f)->hash;
		c->head.charter = feed_charter(f)->version;
		judge_again(c, f);
		share_of(l, &c->head)->charter = (uint16_t)c->head.charter;
		head_changed(&c->head);
		spread_charter(&c->head);
		err = buf_err(&c->charters);
	}
	feed_free(f);
	return err == QERR_FORK ? contradicted(c, l, file) : accept_fault(err);
}

/* Strangers. */

static struct carried *
carried_new(struct link *l, const struct feed *f, struct bytes charters)
{
	struct node *n = l->n;
	struct carried *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	buf_init(&c->charters, 0);
	buf_init(&c->fork, 0);
	buf_put(&c->charters, charters.p, charters.n);
	n->n_carried++;
	n->carried_bytes += charters.n;
	if (buf_err(&c->charters) != 0 ||
	    head_add(n, &c->head, feed_id(f)) != 0) {
		node_fail(n, QERR_NOMEM);
		carry_free(c);
		return NULL;
	}
	c->last = feed_charter(f)->hash;
	c->head.charter = feed_charter(f)->version;
	c->by = l->id;
	return c;
}

/* Carry |f|, whose |charters| are good, if its head is. */
static int
adopt(struct link *l, const struct feed *f, struct bytes charters,
    struct bytes file, unsigned gap)
{
	struct node *n = l->n;
	struct carried *c;
	struct header h;
	int err = feed_check_head(f, file, &h);

	if (err != 0) {
		shun(n, feed_id(f));
		return accept_fault(err);
	}
	if (charters.n > CARRIED_FEED_BYTES ||
	    !make_room(n, charters.n + file.n)) {
		shun(n, feed_id(f));
		return 0;
	}
	if ((c = carried_new(l, f, charters)) == NULL)
		return 0;
	share_of(l, &c->head)->known = true;
	share_show(share_of(l, &c->head), h.number);
	share_of(l, &c->head)->charter = (uint16_t)h.charter;
	accept(c, &h, file, gap);
	return 0;
}

void
carry_forget_stranger(struct link *l)
{
	if (l->stranger == NULL)
		return;
	buf_done(&l->stranger->file);
	buf_done(&l->stranger->charters);
	free(l->stranger);
	l->stranger = NULL;
}

static size_t
count_asks(const struct link *l)
{
	size_t count = 0;

	for (size_t i = 0; i < l->n_ask; i++)
		count += l->ask[i].part == NULL &&
			 (l->ask[i].head == NULL || !l->ask[i].head->followed);
	return count;
}

static bool
can_ask(const struct link *l)
{
	return link_is_node(l) && !l->said_bye && l->n_ask < ASKS_MAX &&
	       count_asks(l) < CARRIED_ASKS;
}

/* Its charters are needed first. */
static void
ask_stranger(struct link *l, const struct msg_news *m, const struct header *h)
{
	struct ask a = {.what = ASK_CHARTERS, .first = 1};
	struct stranger *x;
	struct msg_tag tag;

	if (l->stranger != NULL || !can_ask(l))
		return; /* it will be told again */
	if ((x = calloc(1, sizeof(*x))) == NULL) {
		node_fail(l->n, QERR_NOMEM);
		return;
	}
	x->id = h->feed;
	x->gap = (uint8_t)(m->gap + 1);
	buf_init(&x->charters, CARRIED_FEED_BYTES);
	buf_init(&x->file, 0);
	buf_put(&x->file, m->header.p, m->header.n);
	if (buf_err(&x->file) != 0)
		node_fail(l->n, QERR_NOMEM);
	l->stranger = x;
	msg_tag(&tag, veil_hash(l->veil), l->dialled, &h->feed);
	fetch_say(l, &a, &tag);
}

static int
meet(struct link *l, const struct msg_news *m, const struct header *h)
{
	struct feed *f;
	struct buf b;
	uint64_t floor;
	int err;

	if (m->gap >= MSG_GAP_MAX || h->number > UINT32_MAX ||
	    is_shunned(l->n, &h->feed) || count_alone(l) >= CARRIED_ALONE_MAX ||
	    !may_check(l))
		return 0;
	if ((f = feed_new(&h->feed)) == NULL)
		return QERR_NOMEM;
	err = m->charter.n == 0 ? QERR_CHAIN
				: feed_add_charter(f, m->charter, &floor);
	if (err == 0) { /* the first one, and it came along */
		buf_init(&b, 0);
		cbor_put_bytes(&b, m->charter.p, m->charter.n);
		err = buf_err(&b);
		if (err == 0)
			err = adopt(l, f, buf_bytes(&b), m->header,
			    (unsigned)m->gap + 1);
		buf_done(&b);
	} else if (err == QERR_CHAIN) {
		ask_stranger(l, m, h);
	}
	feed_free(f);
	return accept_fault(err);
}

/* All its charters are here. */
static int
judge_stranger(struct link *l, struct stranger *x)
{
	struct feed *f = feed_new(&x->id);
	uint64_t floor;
	struct reader r;
	int err = f == NULL ? QERR_NOMEM : 0;

	reader_init(&r, x->charters.p, x->charters.n);
	while (err == 0 && r.p < r.end) {
		struct bytes file = cbor_bytes_in(&r, 1, CHARTER_FILE_MAX);

		err = r.err != 0 ? r.err : feed_add_charter(f, file, &floor);
	}
	if (err != 0 || feed_charter(f) == NULL)
		shun(l->n, &x->id);
	else
		err = adopt(l, f, buf_bytes(&x->charters), buf_bytes(&x->file),
		    x->gap);
	feed_free(f);
	return accept_fault(err);
}

int
carry_stranger(struct link *l, struct bytes charters, bool last)
{
	struct stranger *x = l->stranger;
	int err = 0;

	if (x == NULL)
		return 0;
	buf_put(&x->charters, charters.p, charters.n);
	if (!last)
		return 0;
	if (head_find(l->n, &x->id) == NULL) {
		if (buf_err(&x->charters) != 0)
			shun(l->n, &x->id);
		else
			err = judge_stranger(l, x);
	}
	carry_forget_stranger(l);
	return err;
}

int
carry_news(struct link *l, const struct msg_news *m, const struct header *h)
{
	struct head *known = head_find(l->n, &h->feed);
	struct carried *c;
	int err = 0;

	if (!bucket_take(&l->news_bucket, l->n->now, CARRIED_NEWS_EACH,
		CARRIED_NEWS_BURST))
		return 0;
	if (known == NULL)
		return meet(l, m, h);
	c = head_carried(known);
	share_of(l, known)->failed = false;
	if (m->charter.n > 0)
		err = carry_charter(c, l, m->charter);
	if (err == 0)
		err = take(c, l, h, m->header, (unsigned)m->gap + 1);
	if (err == 0)
		carry_ask(l, c);
	return err;
}

/* Asking for what a row has shown. */

void
carry_ask(struct link *l, struct carried *c)
{
	struct share *sh = share_of(l, &c->head);
	struct ask a = {.head = &c->head};
	struct msg_tag tag;

	if (l->n_ask == ASKS_MAX)
		l->n->passed_over = l->passed_over = true;
	if (c->head.asking != NULL || sh->failed || !can_ask(l))
		return;
	if (sh->differs) {
		a.what = ASK_CHARTERS;
		a.first = 1;
		sh->differs = false;
		sh->compared = true;
	} else if (sh->charter > c->head.charter) {
		a.what = ASK_CHARTERS;
		a.first = c->head.charter + 1;
	} else if (c->head.forked) {
		return;
	} else if (sh->number > c->head.number ||
		   (sh->rival && c->head.number > 0)) {
		a.what = ASK_HEADERS;
		a.first = a.last =
		    sh->number > c->head.number ? sh->number : c->head.number;
		sh->rival = false;
	} else {
		return;
	}
	c->head.asking = l;
	tag = share_tag(l, &c->head);
	fetch_say(l, &a, &tag);
}

void
carry_more(struct link *l)
{
	struct node *n = l->n;

	for (size_t i = 0; i < n->n_head && can_ask(l); i++)
		if (!n->head[i]->followed)
			carry_ask(l, head_carried(n->head[i]));
}

void
carry_again(struct carried *c)
{
	struct node *n = c->head.n;

	for (size_t i = 0; i < n->n_slot && c->head.asking == NULL; i++)
		if (n->link[i] != NULL && n->link[i]->state == LINK_OPEN)
			carry_ask(n->link[i], c);
}

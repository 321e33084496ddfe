#include <stdlib.h>

#include "proto/node/inner.h"

/*
 * Feeds that nobody has shown before: one is carried once its charters and its head are
 * good, and there is room for it; else it is shunned for a while.
 */

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

static void
drop(struct carried *c)
{
	head_remove(&c->head);
	carry_free(c);
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
	carry_accept(c, &h, file, gap);
	return 0;
}

void
stranger_forget(struct link *l)
{
	if (l->stranger == NULL)
		return;
	buf_done(&l->stranger->file);
	buf_done(&l->stranger->charters);
	free(l->stranger);
	l->stranger = NULL;
}

/* Its charters are needed first. */
static void
ask_stranger(struct link *l, const struct msg_news *m, const struct header *h)
{
	struct ask a = {.what = ASK_CHARTERS, .first = 1};
	struct stranger *x;
	struct msg_tag tag;

	if (l->stranger != NULL || !carry_can_ask(l))
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

int
stranger_meet(struct link *l, const struct msg_news *m, const struct header *h)
{
	struct feed *f;
	struct buf b;
	uint64_t floor;
	int err;

	if (m->gap >= MSG_GAP_MAX || h->number > UINT32_MAX ||
	    is_shunned(l->n, &h->feed) || count_alone(l) >= CARRIED_ALONE_MAX ||
	    !carry_may_check(l))
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
stranger_charters(struct link *l, struct bytes charters, bool last)
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
	stranger_forget(l);
	return err;
}

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

bool
carry_may_check(struct link *l)
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

void
carry_accept(struct carried *c, const struct header *h, struct bytes file,
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

	if (c->head.forked || !carry_may_check(l) || (f = feed_of(c)) == NULL)
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
	if (!carry_may_check(l) || !bucket_take(&c->bucket, n->now,
				       CARRIED_FEED_EACH, CARRIED_FEED_BURST))
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
		carry_accept(c, &h, file, gap);
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

	if (!carry_may_check(l) || (f = feed_of(c)) == NULL)
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

	if (!carry_may_check(l) || (f = feed_of(c)) == NULL)
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

static size_t
count_asks(const struct link *l)
{
	size_t count = 0;

	for (size_t i = 0; i < l->n_ask; i++)
		count += l->ask[i].part == NULL &&
			 (l->ask[i].head == NULL || !l->ask[i].head->followed);
	return count;
}

bool
carry_can_ask(const struct link *l)
{
	return link_is_node(l) && !l->said_bye && l->n_ask < ASKS_MAX &&
	       count_asks(l) < CARRIED_ASKS;
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
		return stranger_meet(l, m, h);
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
	if (c->head.asking != NULL || sh->failed || !carry_can_ask(l))
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

	for (size_t i = 0; i < n->n_head && carry_can_ask(l); i++)
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

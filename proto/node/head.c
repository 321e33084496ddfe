#include "proto/node/inner.h"

struct head *
head_find(const struct node *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n_head; i++)
		if (id_eq(&n->head[i]->id, feed))
			return n->head[i];
	return NULL;
}

static void
begin(struct node *n, struct head *h, const struct id *feed)
{
	h->n = n;
	h->id = *feed;
	buf_init(&h->file, 0);
	buf_init(&h->proof, 0);
}

int
head_add(struct node *n, struct head *h, const struct id *feed)
{
	void *more = node_grow(n, n->head, n->n_head, &n->cap_head,
	    sizeof(struct head *));

	begin(n, h, feed);
	if (more == NULL)
		return QERR_NOMEM;
	n->head = more;
	h->index = n->n_head;
	n->head[n->n_head++] = h;
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && share_add(n->link[i], h) != 0)
			node_fail(n, QERR_NOMEM);
	return n->fatal;
}

/* No link is to know |h| any more, but for its share. */
static void
unlink_all(struct head *h)
{
	struct node *n = h->n;

	serve_forget(n, h, NULL);
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];
		size_t kept = 0;

		for (size_t k = 0; l != NULL && k < l->n_wait; k++)
			if (l->wait[k].head != h)
				l->wait[kept++] = l->wait[k];
		if (l == NULL)
			continue;
		l->n_wait = kept;
		link_touch(l);
	}
}

void
head_remove(struct head *h)
{
	struct node *n = h->n;
	size_t last = n->n_head - 1;

	unlink_all(h);
	n->head[h->index] = n->head[last];
	n->head[h->index]->index = h->index;
	n->n_head = last;
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL)
			share_remove(n->link[i], h->index, last);
}

void
head_replace(struct head *h, struct head *old)
{
	struct node *n = old->n;

	unlink_all(old);
	begin(n, h, &old->id);
	h->index = old->index;
	n->head[h->index] = h;
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l != NULL && l->share != NULL)
			share_of(l, h)->waits = false;
	}
}

void
head_done(struct head *h)
{
	buf_done(&h->file);
	buf_done(&h->proof);
}

void
head_changed(struct head *h)
{
	struct node *n = h->n;

	h->changed = ++n->counter;
	if (n->cfg.role != NODE_MIRROR)
		return;
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL || !link_is_node(l) || l->show_at != 0)
			continue;
		l->show_at =
		    when_add(n->now, rng_between(&n->rng, SHOW_MIN, SHOW_MAX));
		link_touch(l);
	}
}

void
head_set_file(struct head *h, struct bytes file)
{
	buf_clear(&h->file);
	buf_put(&h->file, file.p, file.n);
	if (buf_err(&h->file) != 0)
		node_fail(h->n, QERR_NOMEM);
}

void
head_forked(struct head *h, struct bytes a, struct bytes b)
{
	h->forked = true;
	buf_clear(&h->proof);
	proof_encode(&h->proof, a, b);
	if (buf_err(&h->proof) != 0)
		node_fail(h->n, QERR_NOMEM);
	head_changed(h);
}

struct bytes
head_charter(const struct head *h)
{
	struct head *mine = (struct head *)(uintptr_t)h;
	struct bytes all;
	struct reader r;

	if (h->followed)
		return feed_charter_file(head_track(mine)->feed, h->charter);
	all = carry_charters(head_carried(mine), h->charter);
	reader_init(&r, all.p, all.n);
	return cbor_bytes(&r);
}

bool
head_charters_forked(const struct head *h, struct bytes *ret_a,
    struct bytes *ret_b)
{
	struct head *mine = (struct head *)(uintptr_t)h;

	if (h->followed)
		return feed_forked(head_track(mine)->feed, ret_a, ret_b) != 0;
	return head_carried(mine)->fork.n > 0 &&
	       proof_decode(buf_bytes(&head_carried(mine)->fork), ret_a,
		   ret_b) == 0;
}

void
head_mark(const struct head *h, struct id *ret)
{
	static const struct id none;
	struct head *mine = (struct head *)(uintptr_t)h;

	/* The mark of a forked feed is nobody's: who follows it asks, and is
	 * sent the proof. */
	if (h->forked)
		*ret = h->id;
	else if (h->followed)
		feed_state(head_track(mine)->feed, h->number, h->charter, ret);
	else
		feed_state_of(ret, &head_carried(mine)->hash,
		    head_carried(mine)->fork.n > 0 ? &none
						   : &head_carried(mine)->last);
}

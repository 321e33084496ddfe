#include <string.h>

#include "proto/node/inner.h"

/* The track of |f|, which is taken: a new one, or that which slept.  NULL: it cannot be. */
static struct track *
begin(struct node *n, struct feed *f, const struct node_policy *policy)
{
	struct track *s = track_find(n, feed_id(f));

	if ((s == NULL || !s->asleep) &&
	    (s = track_new(n, feed_id(f), policy)) == NULL) {
		feed_free(f);
		return NULL;
	}
	feed_free(s->feed);
	s->feed = f;
	s->head.charter = track_charter(s);
	return s;
}

int
node_restore_asleep(struct node *n, struct feed *f,
    const struct node_policy *policy, uint64_t number, const struct id *hash,
    struct bytes roots)
{
	struct track *s = begin(n, f, policy);

	if (s == NULL)
		return n->fatal != 0 ? n->fatal : QERR_FULL;
	s->asleep = true;
	s->slept_at = s->head.number = number;
	s->slept_on = *hash;
	buf_put(&s->slept_with, roots.p, roots.n);
	return buf_err(&s->slept_with);
}

/* What was here while it slept is still. */
static void
wake_packs(struct track *s)
{
	struct id root;

	for (size_t i = 0; i < s->slept_with.n; i += sizeof(root.b)) {
		memcpy(root.b, s->slept_with.p + i, sizeof(root.b));
		(void)node_restore_pack(s->head.n, &root, NULL);
	}
	buf_clear(&s->slept_with);
}

int
node_restore_feed(struct node *n, struct feed *f,
    const struct node_policy *policy, const struct node_headers *headers)
{
	struct track *s = begin(n, f, policy);
	struct header h;
	int err = 0;

	if (s == NULL)
		return n->fatal != 0 ? n->fatal : QERR_FULL;
	if (s->woken) {
		n->waking--;
		n->retry = s->retry = true;
	}
	s->asleep = s->woken = false;
	for (size_t i = 0; i < headers->n && err == 0; i++) {
		err = headers->at(headers->arg, i, &h);
		if (err == 0 && h.number != i + 1)
			err = QERR_CHAIN;
		if (err == 0)
			track_add_header(s, &h);
	}
	if (err == 0 && headers->head.n > 0)
		head_set_file(&s->head, headers->head);
	s->head.number = feed_head(s->feed);
	head_changed(&s->head);
	wake_packs(s);
	return err != 0 ? err : n->fatal;
}

struct feed *
node_feed(const struct node *n, const struct id *feed)
{
	for (size_t i = 0; i < n->n_track; i++)
		if (id_eq(&n->track[i]->head.id, feed))
			return n->track[i]->asleep ? NULL : n->track[i]->feed;
	return NULL;
}

int
node_restore_proof(struct node *n, const struct id *feed, struct bytes file)
{
	struct track *s = track_find(n, feed);
	struct bytes a, b;
	uint64_t number;
	int err;

	if (s == NULL)
		return QERR_ABSENT;
	if ((err = proof_decode(file, &a, &b)) == 0 &&
	    (err = feed_check_fork(s->feed, a, b, &number)) == 0)
		head_forked(&s->head, a, b);
	return err != 0 ? err : n->fatal;
}

int
node_restore_pack(struct node *n, const struct id *root, const uint8_t *have)
{
	struct pack *p = pack_find(n, root);
	struct part *t;

	if (p == NULL)
		return QERR_ABSENT;
	if (have == NULL) {
		pack_stored(n, p);
		return 0;
	}
	if ((t = part_open(n, p)) == NULL)
		return QERR_FULL;
	for (size_t i = 0; i < t->n_piece; i++)
		if (bit(have, i)) {
			bit_set(t->have, i, true);
			bit_set(t->safe, i, true);
			t->n_have++;
		}
	/* All pieces, and yet not whole: the last one is asked for again. */
	if (t->n_have == t->n_piece) {
		bit_set(t->have, t->n_piece - 1, false);
		bit_set(t->safe, t->n_piece - 1, false);
		t->n_have--;
	}
	return 0;
}

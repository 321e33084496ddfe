#include <string.h>

#include "proto/node/inner.h"

/* Answers are made one after another, and only while the link takes them. */

static void
say_give(struct link *l, uint32_t id, enum msg_status status, uint64_t offset,
    struct bytes data)
{
	struct msg_give *m = &l->n->say.give;

	l->n->say.kind = MSG_GIVE;
	*m = (struct msg_give){
	    .id = id, .status = status, .offset = offset, .data = data};
	l->served += data.n;
	link_say(l);
}

static void
job_end(struct link *l)
{
	memmove(&l->job[0], &l->job[1], (--l->n_job) * sizeof(l->job[0]));
	buf_shrink(&l->gather, OUT_KEPT);
}

static void
job_give(struct link *l, enum msg_status status, uint64_t offset,
    struct bytes data)
{
	struct job *j = &l->job[0];

	if (status == GIVE_MORE && data.n >= j->budget)
		status = GIVE_LAST;
	j->budget -= data.n < j->budget ? data.n : j->budget;
	say_give(l, j->id, status, offset, data);
	if (status != GIVE_MORE)
		job_end(l);
}

static void
job_charters(struct link *l)
{
	struct job *j = &l->job[0];
	struct track *s = head_track(j->head);
	uint64_t first = j->next;

	if (s == NULL) {
		job_give(l, GIVE_LAST, first,
		    carry_charters(head_carried(j->head), first));
		return;
	}
	buf_clear(&l->gather);
	while (j->next <= s->head.charter &&
	       l->gather.n + CHARTER_FILE_MAX + 8 <= MSG_DATA_MAX &&
	       (l->gather.n == 0 || l->gather.n < j->budget)) {
		struct bytes f = feed_charter_file(s->feed, j->next++);

		cbor_put_bytes(&l->gather, f.p, f.n);
	}
	job_give(l, j->next <= s->head.charter ? GIVE_MORE : GIVE_LAST, first,
	    buf_bytes(&l->gather));
}

static void
give_headers(struct link *l, bool last)
{
	uint64_t first = l->gather_first;

	l->gather_first = l->job[0].next;
	job_give(l, last ? GIVE_LAST : GIVE_MORE, first, buf_bytes(&l->gather));
	buf_clear(&l->gather);
}

static void
load(struct link *l, enum node_object kind, const struct id *id)
{
	struct node *n = l->n;

	l->get = ++n->token;
	update_get(n, kind, id, l->job[0].next, l->get);
}

/* Of the bytes |all|, those that were asked for. */
static void
job_slice(struct link *l, struct bytes all)
{
	struct job *j = &l->job[0];
	uint64_t from = j->last < all.n ? j->last : all.n;
	size_t n = all.n - (size_t)from;

	if (n > j->budget)
		n = (size_t)j->budget;
	job_give(l, n > 0 ? GIVE_LAST : GIVE_NOT_HELD, n > 0 ? from : 0,
	    bytes_of(all.p + from, n));
}

static bool
piece_here(const struct pack *p, uint64_t i)
{
	return p->state == PACK_HELD ||
	       (p->part != NULL && i < p->part->n_piece &&
		   bit(p->part->safe, (size_t)i));
}

static void
job_pack(struct link *l)
{
	struct job *j = &l->job[0];
	struct part *t = j->pack->part;

	if (j->what == ASK_PIECE_HASHES && t != NULL && t->hash != NULL) {
		job_slice(l, bytes_of(t->hash, t->n_piece * sizeof(struct id)));
		return;
	}
	if (j->next == 0 && j->what == ASK_PIECE_HASHES)
		buf_clear(&l->gather);
	if (!piece_here(j->pack, j->next) ||
	    j->next >= piece_count(j->pack->size))
		job_give(l, GIVE_NOT_HELD, 0, bytes_of("", 0));
	else
		load(l, OBJECT_PIECE, &j->pack->root);
}

/* Of a feed that is only carried, the newest one is here. */
static void
job_head(struct link *l)
{
	const struct head *h = l->job[0].head;

	buf_clear(&l->gather);
	cbor_put_bytes(&l->gather, h->file.p, h->file.n);
	job_give(l, GIVE_LAST, l->job[0].next, buf_bytes(&l->gather));
}

static void
job_peers(struct link *l)
{
	introduce_answer(l);
	job_give(l, GIVE_LAST, 0, bytes_of("", 0));
}

static void
job_next(struct link *l)
{
	struct job *j = &l->job[0];

	if (j->what == ASK_CHARTERS)
		job_charters(l);
	else if (j->what == ASK_PEERS)
		job_peers(l);
	else if (j->what != ASK_HEADERS)
		job_pack(l);
	else if (j->next > j->last || j->next > j->head->number)
		give_headers(l, true);
	else if (!j->head->followed)
		job_head(l);
	else
		load(l, OBJECT_HEADER, &j->head->id);
}

/* Whom it is told of has to be written down first. */
static bool
must_wait(const struct link *l)
{
	return l->job[0].what == ASK_PEERS && !memory_is_safe(l->n);
}

void
serve_more(struct link *l)
{
	while (l->n_job > 0 && l->get == 0 && l->state == LINK_OPEN &&
	       !must_wait(l) && l->queued + veil_queued(l->veil) < SERVE_BELOW)
		job_next(l);
}

/*
 * The bytes of our own disk are not what was signed: fetch them again, unless that
 * has not helped before.
 */
static void
rotten(struct link *l, struct pack *p)
{
	struct node *n = l->n;

	update_forget(n, OBJECT_PIECE, &p->root, 0);
	p->rotten++;
	p->state =
	    p->wants > 0 && p->rotten < ROTTEN_MAX ? PACK_WANTED : PACK_AWAY;
	n->want_dirty = true;
	update_tell(n, FACT_ROTTEN, &p->root, 0, 0);
	job_give(l, GIVE_NOT_HELD, 0, bytes_of("", 0));
}

static void
loaded_piece(struct link *l, struct bytes object)
{
	struct job *j = &l->job[0];
	struct pack *p = j->pack;
	size_t n_piece = piece_count(p->size);
	struct id h, root;

	if (object.n != piece_len(p->size, (size_t)j->next)) {
		rotten(l, p);
		return;
	}
	if (j->what == ASK_PART && n_piece > 1) {
		job_slice(l, object);
		return;
	}
	if (j->what == ASK_PIECES && n_piece > 1) {
		bool last = j->next == j->last || j->next + 1 == n_piece;

		job_give(l, last ? GIVE_LAST : GIVE_MORE, j->next, object);
		if (!last)
			l->job[0].next++;
		return;
	}
	hash(&h, HASH_PIECE, object);
	if (j->what != ASK_PIECE_HASHES) {
		if (!id_eq(&h, &p->root))
			rotten(l, p);
		else if (j->what == ASK_PART)
			job_slice(l, object);
		else
			job_give(l, GIVE_LAST, 0, object);
		return;
	}
	buf_put(&l->gather, h.b, sizeof(h.b));
	if (++j->next < n_piece)
		return;
	merkle_root(&root, (const struct id *)(void *)l->gather.p, n_piece);
	if (id_eq(&root, &p->root))
		job_slice(l, buf_bytes(&l->gather));
	else
		rotten(l, p);
}

static void
loaded_header(struct link *l, struct bytes object)
{
	struct job *j = &l->job[0];

	if (object.p == NULL) {
		give_headers(l, true);
		return;
	}
	if (l->gather.n == 0)
		l->gather_first = j->next;
	cbor_put_bytes(&l->gather, object.p, object.n);
	j->next++;
	if ((l->gather.n >= GIVE_HEADERS || l->gather.n >= j->budget) &&
	    j->next <= j->last)
		give_headers(l, false);
}

bool
serve_loaded(struct node *n, uint64_t token, struct bytes object)
{
	struct link *l = NULL;

	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i]->get == token)
			l = n->link[i];
	if (l == NULL)
		return false;
	l->get = 0;
	link_touch(l);
	if (l->job[0].what == ASK_HEADERS)
		loaded_header(l, object);
	else
		loaded_piece(l, object);
	serve_more(l);
	return true;
}

static int
serve_cancel(struct link *l, uint32_t id)
{
	for (size_t i = 0; i < l->n_job; i++) {
		if (l->job[i].id != id)
			continue;
		if (i == 0) { /* what is being loaded for it is not awaited */
			l->get = 0;
			buf_clear(&l->gather);
		}
		memmove(&l->job[i], &l->job[i + 1],
		    (--l->n_job - i) * sizeof(l->job[0]));
		break;
	}
	serve_more(l);
	return 0;
}

/* True if what |a| asks for of |h| is here. */
static bool
has(const struct head *h, const struct msg_ask *a)
{
	if (h->charter == 0)
		return false;
	if (a->what == ASK_CHARTERS)
		return true;
	if (h->followed)
		return a->first <= h->number;
	return a->first == h->number && a->last == h->number;
}

int
serve_ask(struct link *l, const struct msg_ask *a)
{
	struct job j = {.id = (uint32_t)a->id,
	    .what = a->what,
	    .next = a->first,
	    .last = a->last,
	    .budget = a->budget};
	struct share *sh = NULL;
	bool held = false;

	if (a->budget == 0)
		return serve_cancel(l, j.id);
	if (l->n_job == ASKS_MAX)
		return QERR_PROTOCOL;
	if (a->what == ASK_CHARTERS || a->what == ASK_HEADERS) {
		j.head = share_find(l, &a->tag, &sh);
		held = j.head != NULL && has(j.head, a);
		/* Who asks for charters could not judge it yet. */
		if (j.head != NULL && a->what == ASK_HEADERS)
			spread_forked(l, sh, j.head);
	} else if (a->what == ASK_PIECES || a->what == ASK_PIECE_HASHES ||
		   a->what == ASK_PART) {
		j.pack = pack_find(l->n, &a->pack);
		held = j.pack != NULL && j.pack->uses > 0;
	} else {
		held = introduce_asked(l);
	}
	if (!held) {
		say_give(l, j.id, GIVE_NOT_HELD, 0, bytes_of("", 0));
		return 0;
	}
	l->job[l->n_job++] = j;
	serve_more(l);
	return 0;
}

void
serve_forget(struct node *n, const struct head *h, const struct pack *p)
{
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		for (size_t k = 0; l != NULL && k < l->n_job;) {
			struct job *j = &l->job[k];

			if ((h == NULL || j->head != h) &&
			    (p == NULL || j->pack != p)) {
				k++;
				continue;
			}
			say_give(l, j->id, GIVE_NOT_HELD, 0, bytes_of("", 0));
			if (k == 0) {
				l->get = 0;
				buf_clear(&l->gather);
			}
			memmove(j, j + 1, (--l->n_job - k) * sizeof(*j));
		}
		for (size_t k = 0; l != NULL && k < l->n_ask;)
			if ((h != NULL && l->ask[k].head == h) ||
			    (p != NULL && l->ask[k].pack == p))
				fetch_drop(l, k);
			else
				k++;
	}
}

#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"
#include "tests/sim/sim.h"

/*
 * What an honest node owes to whom, from what it hears and says (liar.c sees both): one
 * final answer for each ASK, unless that is taken back before or the link goes down; on the
 * disk what it HOLDS; and no more than two introductions of another, for life.
 */
#define AT_ONCE 1000 /* ms in which a node goes on, if nothing is in its way */

static struct link *
link_of(const struct host *h, uint64_t id)
{
	for (size_t i = 0; i < h->node->n_slot; i++)
		if (h->node->link[i] != NULL && h->node->link[i]->id == id)
			return h->node->link[i];
	return NULL;
}

static bool
take_off(struct debt *d, uint64_t id, bool done)
{
	for (size_t i = 0; i < d->n; i++) {
		if (d->ask[i] != id)
			continue;
		if (done)
			d->ask[i] = d->ask[--d->n];
		return true;
	}
	return false;
}

/* Is the line full, or the disk slow? */
static bool
is_kept_waiting(const struct link *l)
{
	return l->get != 0 || !memory_is_safe(l->n) ||
	       l->queued + veil_queued(l->veil) >= SERVE_BELOW;
}

static void
check_debt(struct host *h, const struct debt *d, uint64_t link)
{
	const struct link *l = link_of(h, link);

	if (l != NULL && l->state == LINK_OPEN && d->n > 0 &&
	    h->w->now > d->since + AT_ONCE && !is_kept_waiting(l))
		world_fail(h->w, "an ASK is not answered", h);
}

void
ledger_hears(struct host *h, uint64_t link, const struct msg *m)
{
	struct conn *c;
	struct debt *d;
	int end;

	if (m->kind != MSG_ASK || h->lie != HONEST ||
	    (c = net_conn(h, link, &end)) == NULL)
		return;
	d = &c->debt[end];
	check_debt(h, d, link);
	if (m->ask.budget == 0) {
		take_off(d, m->ask.id, true);
	} else if (d->n < DEBT_MAX) {
		d->since = d->n == 0 ? h->w->now : d->since;
		d->ask[d->n++] = m->ask.id;
	}
}

static void
gives(struct host *h, struct debt *d, const struct msg_give *g)
{
	if (!take_off(d, g->id, g->status != GIVE_MORE))
		world_fail(h->w, "an answer to no ASK", h);
	d->since = h->w->now;
}

static bool
on_disk(struct host *h, const struct id *root, uint64_t first, uint64_t last)
{
	for (uint64_t k = first; k <= last; k++)
		if (disk_find(h, OBJECT_PIECE, root, k) == NULL)
			return false;
	return true;
}

static bool
has_issue(struct host *h, const struct issue *is, uint64_t tier)
{
	for (size_t t = 0; t < is->n_pack; t++)
		if (is->pack[t].tier == (enum tier)tier &&
		    !on_disk(h, &is->pack[t].root, 0,
			piece_count(is->pack[t].size) - 1))
			return false;
	return true;
}

/* Of each run the last one, which was stored last: what died or was withdrawn apart. */
static void
holds_issues(struct host *h, const struct link *l, const struct msg_holds *m)
{
	struct msg_tag tag;

	for (size_t i = 0; i < h->n_paper; i++) {
		const struct paper *p = h->paper[i];

		msg_tag(&tag, veil_hash(l->veil), l->dialled, &p->feed);
		if (p->thief || memcmp(tag.b, m->tag.b, sizeof(tag.b)) != 0)
			continue;
		for (size_t k = 0; k < m->n; k++) {
			const struct issue *is = press_issue(p, m->run[k].last);

			if (is == NULL ||
			    (!is->withdrawn &&
				!has_issue(h, is, m->run[k].tier)))
				world_fail(h->w, "HOLDS without a pack", h);
		}
	}
}

static void
holds(struct host *h, const struct link *l, const struct msg_holds *m)
{
	if (!m->of_pack)
		holds_issues(h, l, m);
	for (size_t k = 0; k < m->n && m->of_pack; k++)
		if (!on_disk(h, &m->pack, m->run[k].first, m->run[k].last))
			world_fail(h->w, "HOLDS without a piece", h);
}

static struct told *
told_of(struct host *h, uint64_t to)
{
	for (size_t i = 0; i < h->n_told; i++)
		if (h->told[i]->to == to)
			return h->told[i];
	h->told = world_grow(h->told, h->n_told, &h->cap_told);
	h->told[h->n_told] = calloc(1, sizeof(struct told));
	h->told[h->n_told]->to = to;
	return h->told[h->n_told++];
}

/* The same ones may be told again, and others by each invite that joins the two. */
static void
introduces(struct host *h, const struct link *l, const struct msg_peers *m)
{
	struct told *t = told_of(h, load_le64(l->contact->id));

	for (size_t i = 0; i < m->n; i++) {
		struct invite v;
		uint64_t token = 0;
		size_t k = 0;

		if (invite_parse(&v, m->token[i]) == 0)
			token = load_le64(v.secret);
		invite_done(&v);
		while (k < t->n && t->token[k] != token)
			k++;
		if (k == TOLD_MAX)
			world_fail(h->w, "one too many is introduced", h);
		if (k == t->n)
			t->token[t->n++] = token;
	}
}

void
ledger_says(struct host *h, const struct veil *v, const struct msg *m)
{
	const struct link *l = NULL;
	struct conn *c;
	int end;

	if (m->kind != MSG_GIVE && m->kind != MSG_HOLDS && m->kind != MSG_PEERS)
		return;
	for (size_t i = 0; i < h->node->n_slot; i++)
		if (h->node->link[i] != NULL && h->node->link[i]->veil == v)
			l = h->node->link[i];
	if (l == NULL || (c = net_conn(h, l->id, &end)) == NULL)
		return;
	if (m->kind == MSG_GIVE)
		gives(h, &c->debt[end], &m->give);
	if (m->kind == MSG_HOLDS)
		holds(h, l, &m->holds);
	if (m->kind == MSG_PEERS && m->peers.use == USE_INTRODUCED)
		introduces(h, l, &m->peers);
}

void
ledger_close(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		for (size_t k = 0; k < h->n_conn && h->node != NULL; k++) {
			const struct conn *c = h->conn[k];
			int end = c->end[1] == h;

			if (h->lie == HONEST && h->boots == c->boots[end])
				check_debt(h, &c->debt[end], c->id[end]);
		}
	}
}

void
ledger_free(struct host *h)
{
	for (size_t i = 0; i < h->n_told; i++)
		free(h->told[i]);
	free(h->told);
}

#include "proto/node/inner.h"

/*
 * A reader's sync: dial a few sources, see what they have, fetch what is new,
 * say goodbye.  It is over when nothing is on its way and nobody is left who
 * could give what is missing.
 */

void
reader_sync(struct node *n)
{
	if (n->cfg.role != NODE_READER)
		return;
	n->syncing = true;
	n->ending = false;
	n->bytes_got = n->told_got = 0;
	for (size_t i = 0; i < n->n_contact; i++) {
		n->contact[i]->tries = 0;
		n->contact[i]->answered = false;
		n->contact[i]->next_try = 0;
	}
	timer_set(n, &n->tick, n->now);
}

static bool
complete(const struct node *n)
{
	for (size_t i = 0; i < n->n_track; i++)
		if (track_charter(n->track[i]) == 0 ||
		    !track_whole(n->track[i]))
			return false;
	return true;
}

/* True if somebody has shown what we lack, and may yet give it. */
static bool
is_promised(struct node *n, struct link *l)
{
	for (size_t i = 0; i < n->n_track; i++) {
		struct share *sh = share_of(l, &n->track[i]->head);

		if (!sh->failed && !n->track[i]->head.forked &&
		    (sh->charter > track_charter(n->track[i]) ||
			sh->number > track_head(n->track[i])))
			return true;
	}
	for (size_t i = 0; i < n->n_want; i++) {
		const struct want *w = &n->want[i];

		if (w->pack->state == PACK_WANTED &&
		    share_holds(l, w->track, w->number, w->tier, w->pack))
			return true;
	}
	return false;
}

static bool
is_busy(struct node *n)
{
	size_t dialling = 0;

	if (n->n_pending > 0 || n->n_proof > 0 || n->want_dirty ||
	    n->waking > 0)
		return true;
	for (size_t i = 0; i < n->n_contact; i++) {
		const struct contact *c = n->contact[i];

		dialling += c->dial != 0;
		if (c->link != NULL && !c->link->heads_seen)
			return true;
		/* While something is missing, everybody is tried. */
		if (c->dial == 0 && c->link == NULL && !complete(n) &&
		    dial_is_hopeful(c))
			return true;
	}
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l != NULL && l->state == LINK_OPEN &&
		    (l->n_ask > 0 || (!n->full && is_promised(n, l))))
			return true;
	}
	return dialling > 0;
}

/* Nobody has a volume, or issues that are in one: true if what is left of both is looked
 * for once more. */
static bool
do_without(struct node *n)
{
	bool any = false;

	for (size_t i = 0; i < n->n_track; i++)
		for (size_t k = 0; k < n->track[i]->n_a; k++) {
			struct announce *a = &n->track[i]->a[k];

			if (!a->wanted || a->pack->state == PACK_HELD ||
			    a->pack->spared)
				continue;
			a->pack->spared = any = true;
			n->track[i]->plan_dirty = n->replan = true;
		}
	return any;
}

static void
tell_end(struct node *n)
{
	size_t answered = 0;

	n->syncing = n->ending = false;
	for (size_t i = 0; i < n->n_contact; i++)
		answered += n->contact[i]->answered;
	if (answered == 0) {
		update_tell(n, FACT_UNREACHED, NULL, n->n_contact, 0);
		return;
	}
	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];
		uint64_t lacking = 0;

		for (size_t k = 0; k < s->n_a; k++)
			lacking +=
			    s->a[k].wanted && s->a[k].pack->state != PACK_HELD;
		update_tell(n, FACT_SYNCED, &s->head.id, track_head(s),
		    track_charter(s) == 0 ? UINT64_MAX : lacking);
	}
}

void
reader_look(struct node *n)
{
	bool open = false;

	if (!n->syncing)
		return;
	if (n->bytes_got != n->told_got) {
		n->told_got = n->bytes_got;
		update_tell(n, FACT_PROGRESS, NULL, n->bytes_wanted,
		    n->bytes_got);
	}
	for (size_t i = 0; i < n->n_slot && !n->ending; i++)
		if (n->link[i] != NULL)
			brief_look(n->link[i]);
	if (!n->ending && is_busy(n))
		return;
	if (!n->ending && do_without(n)) {
		timer_set(n, &n->tick, n->now); /* look once more */
		return;
	}
	/* BYE, and the other side closes: it has yet to hide how much it was. */
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL)
			continue;
		if (l->state != LINK_OPEN || l->next_ask == 0)
			link_shut(l, false, 0);
		else if (!l->said_bye)
			link_bye(l);
		open |= n->link[i] != NULL;
	}
	n->ending = true;
	if (!open)
		tell_end(n);
}

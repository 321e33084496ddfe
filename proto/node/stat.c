#include "proto/node/inner.h"

static void
count_links(const struct node *n, struct node_stat *ret)
{
	for (size_t i = 0; i < n->n_slot; i++) {
		const struct link *l = n->link[i];

		if (l == NULL || l->state != LINK_OPEN)
			continue;
		if (l->role == ROLE_READER && !l->dialled)
			ret->readers++;
		else if (l->dialled)
			ret->links_out++;
		else
			ret->links_in++;
	}
}

static void
count_contacts(const struct node *n, struct node_stat *ret)
{
	for (size_t i = 0; i < n->n_contact; i++) {
		enum node_class class = n->contact[i]->class;

		ret->pinned += class == CONTACT_PINNED;
		ret->tested += class == CONTACT_TESTED;
		ret->fresh += class == CONTACT_NEW;
	}
	ret->contacts = ret->pinned + ret->tested + ret->fresh;
}

void
node_stat(const struct node *n, struct node_stat *ret)
{
	const struct pack *p;
	size_t at = 0;

	*ret = (struct node_stat){.followed = n->n_track,
	    .carried = n->n_carried,
	    .bytes_in = n->bytes_in,
	    .bytes_out = n->bytes_out,
	    .bytes_wasted = n->bytes_wasted};
	count_links(n, ret);
	count_contacts(n, ret);
	while ((p = map_next(n->packs, &at, NULL)) != NULL) {
		ret->packs_held += p->state == PACK_HELD && p->uses > 0;
		ret->packs_wanted += p->state != PACK_HELD && p->wants > 0;
	}
}

/* Its pack was announced before, too. */
static bool
is_again(const struct track *s, size_t i)
{
	for (size_t k = 0; k < i && s->a[i].pack->uses > 1; k++)
		if (!s->a[k].dead && s->a[k].pack == s->a[i].pack)
			return true;
	return false;
}

/* True if a link says that it has the pack of |a|. */
static bool
is_offered(const struct track *s, const struct announce *a)
{
	const struct node *n = s->head.n;

	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i]->state == LINK_OPEN &&
		    share_holds(n->link[i], s, a->number, a->tier, a->pack))
			return true;
	return false;
}

/* Links that have shown |s|, and how far they are. */
static void
count_sources(const struct track *s, struct node_feed_stat *ret)
{
	const struct node *n = s->head.n;

	ret->shown = ret->head;
	for (size_t i = 0; i < n->n_slot; i++) {
		const struct share *sh;

		if (n->link[i] == NULL || n->link[i]->state != LINK_OPEN)
			continue;
		sh = share_of(n->link[i], &s->head);
		ret->sources += sh->known;
		if (!sh->failed && sh->number > ret->shown)
			ret->shown = sh->number;
	}
}

int
node_feed_stat(const struct node *n, const struct id *feed,
    struct node_feed_stat *ret)
{
	struct track *s = track_find(n, feed);
	struct bytes one, other;

	if (s == NULL)
		return QERR_ABSENT;
	*ret = (struct node_feed_stat){.head = track_head(s),
	    .charter = track_charter(s),
	    .forked = s->head.forked,
	    .forked_charter = feed_forked(s->feed, &one, &other),
	    .overdue = s->overdue,
	    .packs_over = s->n_over,
	    .own = s->policy.own};
	count_sources(s, ret);
	receipt_stat(s, ret);
	for (size_t i = 0; i < s->n_a; i++) {
		const struct announce *a = &s->a[i];

		if (a->dead || is_again(s, i))
			continue;
		if (a->pack->state == PACK_HELD) {
			ret->packs_held++;
			ret->bytes_held += a->pack->size;
		} else if (a->pack->wants > 0) {
			ret->packs_wanted++;
			ret->packs_offered += is_offered(s, a);
			ret->bytes_wanted += a->pack->size;
		}
	}
	ret->lacking = s->seeking && ret->packs_wanted > 0;
	return 0;
}

int
node_head(const struct node *n, const struct id *feed, struct node_head *ret)
{
	const struct head *h = head_find(n, feed);

	if (h == NULL)
		return QERR_ABSENT;
	*ret = (struct node_head){
	    h->number, h->charter, h->followed, h->forked, h->gap};
	return 0;
}

bool
node_next_pack(const struct node *n, const struct id *feed, size_t *at,
    struct node_pack *ret)
{
	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];

		if (!id_eq(&s->head.id, feed) || *at == s->n_a)
			continue;
		const struct pack *p = s->a[(*at)++].pack;
		*ret = (struct node_pack){
		    p->root, p->size, p->uses > 0, p->state == PACK_HELD};
		return true;
	}
	return false;
}

bool
node_next_want(const struct node *n, const struct id *feed, size_t *at,
    struct node_pack *ret)
{
	while (*at < n->n_want) {
		const struct want *w = &n->want[(*at)++];

		if (!id_eq(&w->track->head.id, feed) ||
		    w->pack->state != PACK_WANTED)
			continue;
		*ret = (struct node_pack){
		    w->pack->root, w->pack->size, true, false};
		return true;
	}
	return false;
}

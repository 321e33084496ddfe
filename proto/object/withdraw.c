#include "proto/object/header.h"

/* True if |p| withdraws earlier packs of its tier that cover |first| to |last|. */
static bool
covers(const struct pack_entry *p, uint64_t first, uint64_t last)
{
	if (!p->only || p->first > first || p->last < last)
		return false;
	/* A volume leaves the issues' own packs to those who hold them. */
	return p->first == p->last || first != last;
}

bool
header_may_withdraw(const struct header *h, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (covers(&h->pack[i], first, last))
			return true;
	return false;
}

static bool
withdraws_pack(const struct header *h, const struct pack_entry *e)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (h->pack[i].tier == e->tier &&
		    covers(&h->pack[i], e->first, e->last))
			return true;
	return false;
}

bool
header_withdraws(const struct header *h, const struct header *old,
    const struct pack_entry *e)
{
	for (size_t i = 0; i < h->n_pack; i++)
		if (id_eq(&h->pack[i].root, &e->root))
			return false;
	if (withdraws_pack(h, e))
		return true;

	/* Without its heads a pack of another tier cannot be cut. */
	for (size_t i = 0; i < old->n_pack; i++) {
		const struct pack_entry *heads = &old->pack[i];

		if (heads->tier == TIER_HEADS && heads->first == e->first &&
		    heads->last == e->last && withdraws_pack(h, heads))
			return true;
	}
	return false;
}

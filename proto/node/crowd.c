#include <string.h>

#include "proto/node/inner.h"

/*
 * Who makes room where more come in than there are places.  An invite is what somebody
 * was trusted with, so it is they who share the places: the first to go is one of whose
 * invite most are here, of those the one of least merit, of those the youngest.  An
 * invite that has leaked to a mob is so worth no more than another one, once there are
 * others who want to come in.
 */

static bool
came_as(const struct link *l, enum msg_role role)
{
	return l != NULL && !l->dialled && l->state == LINK_OPEN &&
	       l->role == role;
}

static size_t
count_as(const struct node *n, enum msg_role role)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_slot; i++)
		count += came_as(n->link[i], role);
	return count;
}

/* How many are here by the invite of |l|, which is one of them, if not yet. */
static size_t
by_invite(const struct link *l)
{
	const struct node *n = l->n;
	size_t count = 1;

	for (size_t i = 0; i < n->n_slot; i++) {
		const struct link *o = n->link[i];

		count += o != l && came_as(o, l->role) &&
			 memcmp(veil_invite_name(o->veil),
			     veil_invite_name(l->veil), 8) == 0;
	}
	return count;
}

static bool
is_pinned(const struct link *l)
{
	const struct contact *c = contact_of_key(l->n, l->key);

	return l->role == ROLE_NODE && c != NULL && c->class == CONTACT_PINNED;
}

static bool
goes_before(const struct link *a, const struct link *b)
{
	size_t x = by_invite(a), y = by_invite(b);

	if (x != y)
		return x > y;
	if (a->visited != b->visited)
		return a->visited; /* the other one has its minute */
	if (merit_of(a) != merit_of(b))
		return merit_of(a) < merit_of(b);
	return a->id > b->id;
}

/* Of those who came as |l| did; or NULL. */
static struct link *
first_to_go(const struct link *l)
{
	struct node *n = l->n;
	struct link *first = NULL;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *o = n->link[i];

		if (o == l || !came_as(o, l->role) || is_pinned(o))
			continue;
		if (first == NULL || goes_before(o, first))
			first = o;
	}
	return first;
}

bool
crowd_admits(struct link *l)
{
	size_t most = l->role == ROLE_NODE ? NODE_IN_MAX + NODE_VISITS_MAX
					   : NODE_READERS_MAX;
	struct link *o;

	if (l->dialled || is_pinned(l) || count_as(l->n, l->role) < most)
		return true;
	if ((o = first_to_go(l)) == NULL || by_invite(o) <= by_invite(l))
		return false;
	hello_busy(o);
	return true;
}

/* Of equals |l| stays, who came last: places do not go stale. */
void
crowd_settle(struct link *l)
{
	struct link *o = first_to_go(l);
	size_t x = o == NULL ? 0 : by_invite(o), y = by_invite(l);

	if (count_as(l->n, ROLE_NODE) <= NODE_IN_MAX)
		return;
	if (x < y || (x == y && (!o->visited || merit_of(o) > merit_of(l))))
		o = l;
	hello_busy(o);
}

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/*
 * The book: nodes that can be dialled, and guests, who came in by an invite of ours.
 * What a stranger can put into it is bounded by who vouches for it (16 of each
 * introducer) and by where it lies (4 of an address group); who is new pushes out
 * nobody who was reached.
 */
#define PER_INTRODUCER_MAX 16
#define PER_GROUP_MAX      4
#define GONE_TIME          (90 * 24 * 3600) /* seconds not heard of, .. */
#define GONE_FAILURES      20

/* Finding. */

/* Lasting, though its invite may be replaced by another. */
static void
id_of(uint8_t ret[8], struct bytes text)
{
	uint8_t h[16];

	crypto_generichash(h, sizeof(h), text.p, text.n, NULL, 0);
	memcpy(ret, h, 8);
}

static struct contact *
find_invite(const struct node *n, struct bytes text)
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i]->class != CONTACT_GUEST &&
		    bytes_eq(buf_bytes(&n->contact[i]->invite), text))
			return n->contact[i];
	return NULL;
}

/* Who was introduced, of that key. */
static struct contact *
find_node(const struct node *n, const uint8_t node[32])
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i]->class != CONTACT_GUEST &&
		    memcmp(n->contact[i]->node, node, 32) == 0)
			return n->contact[i];
	return NULL;
}

struct contact *
contact_find(const struct node *n, const uint8_t id[8])
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (memcmp(n->contact[i]->id, id, 8) == 0)
			return n->contact[i];
	return NULL;
}

struct contact *
contact_of_key(const struct node *n, const uint8_t key[32])
{
	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i]->class != CONTACT_GUEST &&
		    n->contact[i]->keyed &&
		    memcmp(n->contact[i]->key, key, 32) == 0)
			return n->contact[i];
	return NULL;
}

static size_t
count_class(const struct node *n, bool guests)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_contact; i++)
		count += (n->contact[i]->class == CONTACT_GUEST) == guests;
	return count;
}

/* Coming and going. */

static struct contact *
append(struct node *n, const uint8_t id[8], enum node_class class)
{
	void *more = node_grow(n, n->contact, n->n_contact, &n->cap_contact,
	    sizeof(struct contact *));
	struct contact *c;

	if (more == NULL)
		return NULL;
	n->contact = more;
	if ((c = calloc(1, sizeof(*c))) == NULL) {
		node_fail(n, QERR_NOMEM);
		return NULL;
	}
	memcpy(c->id, id, sizeof(c->id));
	c->n = n;
	c->class = class;
	buf_init(&c->invite, 0);
	buf_init(&c->some, 0);
	n->contact[n->n_contact++] = c;
	return c;
}

void
contact_set_invite(struct contact *c, struct bytes text, const struct invite *v)
{
	buf_wipe(&c->invite);
	buf_init(&c->invite, 0);
	buf_put(&c->invite, text.p, text.n);
	if (buf_err(&c->invite) != 0)
		node_fail(c->n, QERR_NOMEM);
	memcpy(c->node, v->node, sizeof(c->node));
	c->group = group_of(v);
}

void
contact_free(struct contact *c)
{
	struct node *n = c->n;

	for (size_t i = 0; i < n->n_contact; i++)
		if (n->contact[i] == c) {
			n->contact[i] = n->contact[--n->n_contact];
			break;
		}
	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i]->contact == c) {
			n->link[i]->contact = NULL;
			link_touch(n->link[i]);
		}
	buf_wipe(&c->invite);
	buf_done(&c->some);
	tie_free(c->tie);
	free(c->recall);
	free(c->follows);
	free(c);
}

struct contact *
contact_restore(struct node *n, const uint8_t id[8], enum node_class class)
{
	return contact_find(n, id) != NULL ? NULL : append(n, id, class);
}

void
contact_restore_invite(struct contact *c, struct reader *r)
{
	struct bytes text = cbor_text_in(r, 0, INVITE_TEXT_MAX);
	struct invite v;
	int err;

	if (r->err != 0 || (c->class == CONTACT_GUEST && text.n == 0))
		return;
	if ((err = invite_parse(&v, text)) == 0)
		contact_set_invite(c, text, &v);
	else
		reader_fail(r, err);
	invite_done(&v);
}

/* True if |a| is better to lose than |b|. */
static bool
is_worse(const struct contact *a, const struct contact *b)
{
	uint8_t x[16], y[16];
	const uint8_t *secret = a->n->cfg.identity_seed;

	if (a->class != b->class)
		return a->class < b->class;
	if (a->class == CONTACT_TESTED)
		return a->heard < b->heard;
	/* By a lot that nobody else knows: who comes often gains nothing. */
	crypto_generichash(x, sizeof(x), a->id, sizeof(a->id), secret, 32);
	crypto_generichash(y, sizeof(y), b->id, sizeof(b->id), secret, 32);
	return memcmp(x, y, sizeof(x)) > 0;
}

static bool
is_gone(const struct contact *c)
{
	return c->class == CONTACT_TESTED && c->failures >= GONE_FAILURES &&
	       c->heard + GONE_TIME < node_age(c->n);
}

/* Make room for one of |class| and, if it is new, of |id|; false if it has to wait. */
static bool
make_room(struct node *n, const struct contact *fresh)
{
	struct contact *worst = NULL;

	if (count_class(n, false) < NODE_CONTACTS_MAX)
		return true;
	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *c = n->contact[i];

		if (c->class == CONTACT_GUEST || c->class == CONTACT_PINNED ||
		    c->link != NULL || c->dial != 0)
			continue;
		if (c->class == CONTACT_TESTED && !is_gone(c) &&
		    fresh->class != CONTACT_PINNED)
			continue;
		if (worst == NULL || is_gone(c) || is_worse(c, worst))
			worst = c;
	}
	if (worst == NULL ||
	    (worst->class == CONTACT_NEW && fresh->class == CONTACT_NEW &&
		is_worse(fresh, worst)))
		return false;
	contact_free(worst);
	return true;
}

/* True if |v|'s introducer or address group have their share of the book. */
static bool
is_crowded(const struct node *n, const uint8_t via[8], uint32_t group)
{
	size_t by = 0, near = 0;

	for (size_t i = 0; i < n->n_contact; i++) {
		const struct contact *c = n->contact[i];

		if (c->class == CONTACT_GUEST || c->class == CONTACT_PINNED)
			continue;
		by += memcmp(c->via, via, 8) == 0;
		near += c->group == group;
	}
	return by >= PER_INTRODUCER_MAX || near >= PER_GROUP_MAX;
}

/* A new one, if there is room for it. */
static struct contact *
admit(struct node *n, struct bytes text, const struct invite *v,
    enum node_class class, const uint8_t via[8])
{
	struct contact fresh = {.n = n, .class = class}, *c;

	id_of(fresh.id, text);
	if (!make_room(n, &fresh) || (c = append(n, fresh.id, class)) == NULL)
		return NULL;
	memcpy(c->via, via, sizeof(c->via));
	contact_set_invite(c, text, v);
	return c;
}

struct contact *
contact_pin(struct node *n, struct bytes text, const struct invite *v)
{
	static const uint8_t nobody[8];
	struct contact *c = find_invite(n, text);

	/* The operator's word is worth more than an introduction. */
	if (c == NULL && (c = find_node(n, v->node)) != NULL &&
	    c->class != CONTACT_PINNED)
		contact_set_invite(c, text, v);
	else if (c == NULL || !bytes_eq(buf_bytes(&c->invite), text))
		c = admit(n, text, v, CONTACT_PINNED, nobody);
	if (c != NULL) {
		c->class = CONTACT_PINNED;
		c->named = true;
	}
	return c;
}

struct contact *
contact_introduce(struct node *n, struct bytes text, const struct invite *v,
    const uint8_t via[8])
{
	if (find_node(n, v->node) != NULL || is_crowded(n, via, group_of(v)))
		return NULL;
	return admit(n, text, v, CONTACT_NEW, via);
}

struct contact *
contact_pinned(const struct node *n, struct bytes text)
{
	struct contact *c = find_invite(n, text);

	return c != NULL && c->class == CONTACT_PINNED ? c : NULL;
}

bool
contact_is_met(const struct contact *c)
{
	const struct node *n = c->n;

	for (size_t i = 0; i < n->n_contact; i++) {
		const struct contact *o = n->contact[i];

		if (o != c && o->class != CONTACT_GUEST &&
		    (o->dial != 0 || o->link != NULL) &&
		    memcmp(o->node, c->node, 32) == 0)
			return true;
	}
	return false;
}

struct contact *
contact_guest(struct node *n, const uint8_t name[8])
{
	struct contact *c = contact_find(n, name), *least = NULL;

	if (c != NULL)
		return c;
	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *o = n->contact[i];

		/* What it may still be given has to be known for ever. */
		if (o->class == CONTACT_GUEST && o->link == NULL &&
		    o->tie == NULL &&
		    (least == NULL || o->heard < least->heard))
			least = o;
	}
	if (count_class(n, true) >= NODE_GUESTS_MAX) {
		if (least == NULL)
			return NULL;
		contact_free(least);
	}
	return append(n, name, CONTACT_GUEST);
}

void
contact_follows(struct contact *c, const struct id *feed)
{
	uint32_t short_id = load_le32(feed->b), *p;

	if (contact_is_source(c, feed) || c->n_follows == FOLLOWS_KEPT)
		return;
	p = realloc(c->follows, (c->n_follows + 1U) * sizeof(*p));
	if (p == NULL) {
		node_fail(c->n, QERR_NOMEM);
		return;
	}
	c->follows = p;
	c->follows[c->n_follows++] = short_id;
}

bool
contact_is_source(const struct contact *c, const struct id *feed)
{
	for (size_t i = 0; i < c->n_follows; i++)
		if (c->follows[i] == load_le32(feed->b))
			return true;
	return false;
}

uint64_t
contact_linked(const struct contact *c)
{
	return c->linked + (c->met == 0 ? 0 : (c->n->now - c->met) / 1000);
}

bool
node_next_contact(const struct node *n, size_t *at, struct node_contact *ret)
{
	const struct contact *c;

	do {
		if (*at >= n->n_contact)
			return false;
		c = n->contact[(*at)++];
	} while (c->class == CONTACT_PINNED && !c->named);
	*ret = (struct node_contact){.class = c->class,
	    .invite = c->class == CONTACT_PINNED ? buf_bytes(&c->invite)
						 : (struct bytes){NULL, 0},
	    .link = c->link != NULL ? c->link->id : 0,
	    .dialled = c->link != NULL && c->link->dialled,
	    .anchor = c->anchor,
	    .merit = c->merit,
	    .failures = c->failures,
	    .faults = c->faults,
	    .damaged = c->damaged,
	    .damaged_ago = (n->now - c->damaged_last) / 1000,
	    .known = c->since == 0 || c->since > node_age(n)
			 ? 0
			 : node_age(n) - c->since,
	    .linked = contact_linked(c)};
	memcpy(ret->id, c->id, sizeof(ret->id));
	memcpy(ret->via, c->via, sizeof(ret->via));
	tie_count(c->tie, ret);
	return true;
}

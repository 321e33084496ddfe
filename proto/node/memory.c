#include <string.h>

#include "proto/node/inner.h"

/*
 * What a node remembers of others over restarts, in one object: contacts, what was
 * given to whom, and for how long heads have been waited for.  All times are seconds of
 * own uptime, so no clock has a say.
 *
 *   memory  = [1, age, [contact ...], [[feed, number, seconds waited] ...]]
 *   contact = [class, id, via, key or empty, invite, since, heard, linked, rest, merit,
 *              failures, anchor, follows, tie or []]
 *   tie     = as tie.c has it
 */
#define VERSION     1
#define MEMORY_EACH 600000
#define AGAIN       60000 /* after it could not be kept */
#define DAY         (24 * 3600)
#define MEMORY_MAX  (1024 * 1024)

/* Anchors: of those who stay, one of each age, for an attacker must last through all. */

static unsigned
stratum(const struct contact *c)
{
	uint64_t age = node_age(c->n) - c->since;

	return age > 30 * DAY ? 0 : age > 7 * DAY ? 1 : age > DAY ? 2 : 3;
}

/* The one to be |stratum|'s, or NULL: who was it before stays so, for its link may be
 * down only now. */
static struct contact *
best_of(const struct node *n, unsigned which)
{
	struct contact *best = NULL;

	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *c = n->contact[i];

		if (c->class != CONTACT_TESTED || c->link == NULL ||
		    !c->link->dialled || c->purpose != TO_STAY ||
		    stratum(c) != which)
			continue;
		if (best == NULL || c->merit > best->merit ||
		    (c->merit == best->merit && c->since > best->since))
			best = c;
	}
	return best;
}

static void
choose_anchors(struct node *n)
{
	for (unsigned which = 0; which < 4; which++) {
		struct contact *best = best_of(n, which);

		for (size_t i = 0; i < n->n_contact && best != NULL; i++)
			if (n->contact[i]->anchor &&
			    stratum(n->contact[i]) == which)
				n->contact[i]->anchor = false;
		if (best != NULL)
			best->anchor = true;
	}
}

/* Writing. */

/* Whom the operator no longer names is forgotten, but not what he was given. */
static bool
is_kept(const struct contact *c)
{
	return c->class != CONTACT_PINNED || c->named || c->tie != NULL;
}

static void
put_contact(struct buf *b, const struct contact *c)
{
	cbor_put_array(b, 14);
	cbor_put_uint(b, c->class);
	cbor_put_bytes(b, c->id, sizeof(c->id));
	cbor_put_bytes(b, c->via, sizeof(c->via));
	cbor_put_bytes(b, c->key, c->keyed ? sizeof(c->key) : 0);
	cbor_put_text(b, c->invite.p, c->invite.n);
	cbor_put_uint(b, c->since);
	cbor_put_uint(b, c->heard);
	cbor_put_uint(b, contact_linked(c));
	cbor_put_uint(b, c->rest);
	cbor_put_int(b, c->merit);
	cbor_put_uint(b, c->failures);
	cbor_put_bool(b, c->anchor);
	cbor_put_array(b, c->n_follows);
	for (size_t i = 0; i < c->n_follows; i++)
		cbor_put_uint(b, c->follows[i]);
	tie_put(b, c->tie);
}

static void
put_contacts(struct buf *b, const struct node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_contact; i++)
		count += is_kept(n->contact[i]);
	cbor_put_array(b, count);
	for (size_t i = 0; i < n->n_contact; i++)
		if (is_kept(n->contact[i]))
			put_contact(b, n->contact[i]);
}

static void
put_waits(struct buf *b, const struct node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->n_track; i++)
		count += n->track[i]->next > 0;
	cbor_put_array(b, count);
	for (size_t i = 0; i < n->n_track; i++) {
		const struct track *s = n->track[i];

		if (s->next == 0)
			continue;
		cbor_put_array(b, 3);
		cbor_put_bytes(b, s->head.id.b, sizeof(s->head.id.b));
		cbor_put_uint(b, feed_head(s->feed));
		cbor_put_uint(b, track_waited(s) / 1000);
	}
}

static void
save(struct node *n)
{
	static const struct id none;
	struct buf b;

	buf_init(&b, MEMORY_MAX);
	cbor_put_array(&b, 4);
	cbor_put_uint(&b, VERSION);
	cbor_put_uint(&b, node_age(n));
	put_contacts(&b, n);
	put_waits(&b, n);
	if (buf_err(&b) != 0)
		node_fail(n, buf_err(&b));
	else if (n->unsaved)
		n->needed =
		    update_put(n, OBJECT_MEMORY, &none, 0, buf_bytes(&b));
	else
		update_put(n, OBJECT_MEMORY, &none, 0, buf_bytes(&b));
	n->unsaved = false;
	buf_wipe(&b);
}

void
memory_tick(struct node *n, void *unused)
{
	(void)unused;
	introduce_all(n); /* it may change it */
	timer_set(n, &n->memory, when_add(n->now, MEMORY_EACH));
	choose_anchors(n);
	if (n->n_contact + n->n_track > 0)
		save(n);
}

void
memory_begin(struct node *n)
{
	timer_set(n, &n->memory, when_add(n->now, MEMORY_EACH));
}

void
memory_change(struct node *n)
{
	n->unsaved = true;
	timer_set(n, &n->memory, n->now);
}

bool
memory_is_safe(const struct node *n)
{
	return !n->unsaved && n->needed <= n->safe;
}

void
memory_stored(struct node *n, uint64_t token, int err)
{
	if (err != 0) {
		n->unsaved = true;
		timer_set(n, &n->memory, when_add(n->now, AGAIN));
		return;
	}
	n->safe = token; /* they come back in order */
	if (memory_is_safe(n))
		introduce_all(n);
}

/* Reading. */

static enum node_class
get_class(struct reader *r)
{
	uint64_t class = cbor_uint_in(r, CONTACT_GUEST, CONTACT_PINNED);

	return (enum node_class) class;
}

static void
get_follows(struct reader *r, struct contact *c)
{
	size_t n = cbor_array(r, FOLLOWS_KEPT);
	struct id feed = {{0}};

	for (size_t i = 0; i < n && r->err == 0; i++) {
		store_le32(feed.b, (uint32_t)cbor_uint_in(r, 0, UINT32_MAX));
		contact_follows(c, &feed);
	}
}

static void
get_contact(struct reader *r, struct node *n)
{
	enum node_class class;
	struct contact *c;
	struct bytes key;
	uint8_t id[8];
	int64_t merit;

	if (cbor_array(r, 14) != 14)
		reader_fail(r, QERR_TYPE);
	class = get_class(r);
	cbor_bytes_exact(r, id, sizeof(id));
	if (r->err != 0 || (c = contact_restore(n, id, class)) == NULL) {
		reader_fail(r, QERR_FULL);
		return;
	}
	cbor_bytes_exact(r, c->via, sizeof(c->via));
	key = cbor_bytes_in(r, 0, sizeof(c->key));
	c->keyed = key.n == sizeof(c->key);
	if (c->keyed)
		memcpy(c->key, key.p, sizeof(c->key));
	contact_restore_invite(c, r);
	c->since = cbor_uint(r);
	c->heard = cbor_uint(r);
	c->linked = cbor_uint(r);
	c->rest = cbor_uint(r);
	merit = cbor_int(r);
	c->merit = (int8_t)(merit < -16 || merit > 16 ? 0 : merit);
	c->failures = (unsigned)cbor_uint_in(r, 0, 20);
	c->anchor = cbor_bool(r);
	get_follows(r, c);
	tie_get(r, c);
}

static void
get_wait(struct reader *r, struct node *n)
{
	struct id feed;
	uint64_t number, seconds;
	struct track *s;

	if (cbor_array(r, 3) != 3)
		reader_fail(r, QERR_TYPE);
	cbor_bytes_exact(r, feed.b, sizeof(feed.b));
	number = cbor_uint(r);
	seconds = cbor_uint(r);
	if (r->err != 0 || (s = track_find(n, &feed)) == NULL ||
	    feed_head(s->feed) != number)
		return;
	track_wait(s, seconds * 1000);
}

int
node_restore_memory(struct node *n, struct bytes object)
{
	struct reader r;
	size_t count;
	int err;

	reader_init(&r, object.p, object.n);
	if (cbor_array(&r, 4) != 4 || cbor_uint(&r) != VERSION)
		reader_fail(&r, QERR_VERSION);
	n->age = cbor_uint(&r);
	count = cbor_array(&r, NODE_CONTACTS_MAX + NODE_GUESTS_MAX);
	for (size_t i = 0; i < count && r.err == 0; i++)
		get_contact(&r, n);
	count = cbor_array(&r, NODE_FOLLOWED_MAX);
	for (size_t i = 0; i < count && r.err == 0; i++)
		get_wait(&r, n);
	if ((err = reader_end(&r)) != 0) {
		while (n->n_contact > 0)
			contact_free(n->contact[0]);
		n->age = 0;
	}
	return err != 0 ? err : n->fatal;
}

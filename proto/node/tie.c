#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/node/inner.h"

/*
 * What a contact and we have given each other.  As kept:
 *
 *   tie = [minted, users, own or empty, own used, [stock ...], passed, [given ...],
 *          given at, taken, asked at, was given its own]
 */
static const uint8_t nobody[8];

struct tie *
tie_of(struct contact *c)
{
	if (c->tie == NULL && (c->tie = calloc(1, sizeof(*c->tie))) == NULL)
		node_fail(c->n, QERR_NOMEM);
	return c->tie;
}

void
tie_free(struct tie *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < GIVEN_MAX; i++) {
		buf_wipe(&t->stock[i]);
		buf_wipe(&t->given[i]);
	}
	sodium_memzero(t, sizeof(*t));
	free(t);
}

/* Minting. */

/* Not of luck alone: whoever knows what the dice gave lacks the node's own secret. */
static void
mint(struct node *n, uint8_t ret[INVITE_SECRET_LEN])
{
	uint8_t luck[32];

	rng_bytes(&n->rng, luck, sizeof(luck));
	crypto_generichash(ret, INVITE_SECRET_LEN, luck, sizeof(luck),
	    n->cfg.identity_seed, sizeof(n->cfg.identity_seed));
	sodium_memzero(luck, sizeof(luck));
}

bool
tie_is_void(const uint8_t secret[INVITE_SECRET_LEN])
{
	return sodium_is_zero(secret, INVITE_SECRET_LEN);
}

bool
tie_is_unused(const struct tie *t, size_t i)
{
	return i < t->n_minted && !tie_is_void(t->minted[i]) &&
	       memcmp(t->user[i], nobody, sizeof(nobody)) == 0;
}

static void
revoke(struct node *n, uint8_t secret[INVITE_SECRET_LEN])
{
	if (!tie_is_void(secret))
		veil_door_remove(n->door, secret);
	sodium_memzero(secret, INVITE_SECRET_LEN);
}

void
tie_mint_two(struct contact *c)
{
	struct node *n = c->n;
	struct tie *t = tie_of(c);

	if (t == NULL || t->n_minted > 0)
		return;
	for (; t->n_minted < GIVEN_MAX; t->n_minted++) {
		mint(n, t->minted[t->n_minted]);
		if (veil_door_add(n->door, t->minted[t->n_minted]) != 0)
			revoke(n, t->minted[t->n_minted]);
	}
	memory_change(n);
}

void
tie_mint_own(struct contact *c)
{
	struct node *n = c->n;
	struct tie *t = tie_of(c);

	if (t == NULL || t->has_own)
		return;
	mint(n, t->own);
	t->has_own = true;
	if (veil_door_add(n->door, t->own) != 0)
		revoke(n, t->own);
	memory_change(n);
}

/* Coming in. */

static bool
is_called(const uint8_t secret[INVITE_SECRET_LEN], const uint8_t name[8])
{
	uint8_t own[8];

	if (tie_is_void(secret))
		return false;
	invite_name(own, secret);
	return memcmp(own, name, sizeof(own)) == 0;
}

/* |c| came with its own invite: who introduced it knows none that counts any more. */
static void
retire(struct contact *c)
{
	struct contact *a = contact_find(c->n, c->via);

	if (c->tie->own_used)
		return;
	c->tie->own_used = true;
	for (size_t i = 0; a != NULL && a->tie != NULL && i < a->tie->n_minted;
	     i++)
		if (memcmp(a->tie->user[i], c->id, sizeof(c->id)) == 0)
			revoke(c->n, a->tie->minted[i]);
	memory_change(c->n);
}

struct contact *
tie_guest(struct node *n, const uint8_t name[8])
{
	struct contact *guest;

	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *a = n->contact[i];
		struct tie *t = a->tie;

		if (t == NULL)
			continue;
		if (t->has_own && is_called(t->own, name)) {
			retire(a);
			return a;
		}
		for (size_t k = 0; k < t->n_minted; k++) {
			if (!is_called(t->minted[k], name))
				continue;
			if ((guest = contact_guest(n, name)) == NULL)
				return NULL;
			memcpy(guest->via, a->id, sizeof(guest->via));
			memcpy(t->user[k], guest->id, sizeof(guest->id));
			memory_change(n);
			return guest;
		}
	}
	return contact_guest(n, name);
}

/* Taking back. */

void
tie_forget(struct contact *a)
{
	struct node *n = a->n;
	struct tie *t = a->tie;

	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_minted; i++)
		revoke(n, t->minted[i]);
	t->n_minted = GIVEN_MAX; /* nor are there to be others */
	for (size_t i = n->n_contact; i-- > 0;) {
		struct contact *c = n->contact[i];

		if (c->class != CONTACT_GUEST || c == a ||
		    memcmp(c->via, a->id, sizeof(a->id)) != 0)
			continue;
		tie_forget(c); /* and whoever came through that one */
		if (c->tie != NULL)
			revoke(n, c->tie->own);
		for (size_t k = 0; k < n->n_slot; k++)
			if (n->link[k] != NULL && n->link[k]->contact == c)
				link_shut(n->link[k], true, 0);
		contact_free(c);
		i = n->n_contact;
	}
	memory_change(n);
}

/* Keeping. */

static void
put_secret(struct buf *b, const uint8_t *secret, bool there)
{
	cbor_put_bytes(b, secret, there ? INVITE_SECRET_LEN : 0);
}

static void
put_texts(struct buf *b, const struct buf *text, size_t n)
{
	cbor_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		cbor_put_text(b, text[i].p, text[i].n);
}

void
tie_put(struct buf *b, const struct tie *t)
{
	cbor_put_array(b, t == NULL ? 0 : 11);
	if (t == NULL)
		return;
	cbor_put_bytes(b, t->minted[0],
	    (size_t)t->n_minted * INVITE_SECRET_LEN);
	cbor_put_bytes(b, t->user[0], sizeof(t->user));
	put_secret(b, t->own, t->has_own);
	cbor_put_bool(b, t->own_used);
	put_texts(b, t->stock, t->n_stock);
	cbor_put_bytes(b, t->passed[0], sizeof(t->passed));
	put_texts(b, t->given, t->n_given);
	cbor_put_uint(b, t->given_at);
	cbor_put_uint(b, t->taken);
	cbor_put_uint(b, t->asked_at);
	cbor_put_bool(b, t->got_own);
}

static unsigned
get_texts(struct reader *r, struct buf *text)
{
	size_t n = cbor_array(r, GIVEN_MAX);

	for (size_t i = 0; i < n && r->err == 0; i++) {
		struct bytes t = cbor_text_in(r, 1, INVITE_TEXT_MAX);

		buf_put(&text[i], t.p, t.n);
	}
	return (unsigned)n;
}

static void
get_secrets(struct reader *r, struct tie *t)
{
	struct bytes b = cbor_bytes_in(r, 0, sizeof(t->minted));

	if (b.n % INVITE_SECRET_LEN != 0)
		reader_fail(r, QERR_RANGE);
	if (r->err != 0)
		return;
	t->n_minted = (unsigned)(b.n / INVITE_SECRET_LEN);
	if (b.n > 0)
		memcpy(t->minted, b.p, b.n);
	cbor_bytes_exact(r, t->user, sizeof(t->user));
	b = cbor_bytes_in(r, 0, INVITE_SECRET_LEN);
	t->has_own = b.n == INVITE_SECRET_LEN;
	if (t->has_own)
		memcpy(t->own, b.p, b.n);
	t->own_used = cbor_bool(r);
}

void
tie_get(struct reader *r, struct contact *c)
{
	size_t n = cbor_array(r, 11);
	struct tie *t;

	if (n != 0 && n != 11)
		reader_fail(r, QERR_TYPE);
	if (n == 0 || r->err != 0 || (t = tie_of(c)) == NULL)
		return;
	get_secrets(r, t);
	t->n_stock = get_texts(r, t->stock);
	cbor_bytes_exact(r, t->passed, sizeof(t->passed));
	t->n_given = get_texts(r, t->given);
	t->given_at = cbor_uint(r);
	t->taken = (unsigned)cbor_uint_in(r, 0, GIVEN_MAX);
	t->asked_at = cbor_uint(r);
	t->got_own = cbor_bool(r);
	/* What nobody has come with counts once we are told that we consent. */
	for (size_t i = 0; i < t->n_minted && r->err == 0; i++)
		if (!tie_is_void(t->minted[i]) &&
		    memcmp(t->user[i], nobody, sizeof(nobody)) != 0)
			veil_door_add(c->n->door, t->minted[i]);
	if (r->err == 0 && t->has_own && !tie_is_void(t->own))
		veil_door_add(c->n->door, t->own);
}

void
tie_count(const struct tie *t, struct node_contact *ret)
{
	if (t == NULL)
		return;
	ret->introduced = t->taken;
	for (size_t i = 0; i < GIVEN_MAX; i++)
		ret->passed_on +=
		    memcmp(t->user[i], nobody, sizeof(nobody)) != 0;
}

#include <sodium.h>
#include <string.h>

#include "proto/node/inner.h"

/*
 * Introductions.  Addresses are capabilities: a node that consents gives each peer that
 * was linked to it for a week two invites of its own, to be passed on; the peer passes
 * each to one other, whom it has known for a week as well, at most two to one for life
 * and one a week; to one that was introduced itself just one, after four weeks.  Who is
 * given which is fixed by a keyed hash, and written down before it is said, so nobody
 * draws twice.  What an operator's trust is worth to a censor is two addresses, and two
 * more each five weeks: were it two of each for everyone, a crawler that keeps up links
 * to all that it hears of would know them all in half a year (tests/sim, enumerate).
 *
 *	B --PASS_ON t1, t2--> A --INTRODUCED t1--> C --dials with t1--> B
 *	B --OWN u--> C, and t1 counts no more: A knows it
 */
#define WEEK (7 * 24 * 3600)
#define DAY  (24 * 3600)

static const uint8_t nobody[8];

static bool
is_old(const struct contact *c)
{
	return contact_linked(c) >= WEEK && c->merit >= 0;
}

static bool
consents(const struct node *n)
{
	return n->self.n > 0;
}

/* Saying. */

/* An invite to us with |secret|. */
static void
put_invite(struct node *n, struct buf *b,
    const uint8_t secret[INVITE_SECRET_LEN])
{
	struct invite v;

	if (invite_parse(&v, buf_bytes(&n->self)) == 0) {
		memcpy(v.secret, secret, INVITE_SECRET_LEN);
		invite_text(b, &v);
	}
	invite_done(&v);
}

static void
say(struct link *l, enum msg_use use, const struct buf *text, size_t count)
{
	struct msg_peers *m = &l->n->say.peers;

	l->n->say.kind = MSG_PEERS;
	*m = (struct msg_peers){.use = use, .n = count};
	for (size_t i = 0; i < count; i++)
		m->token[i] = buf_bytes(&text[i]);
	if (count > 0)
		link_say(l);
}

/* Those of ours that nobody has come with yet. */
static void
say_minted(struct link *l, const struct tie *t)
{
	struct buf text[GIVEN_MAX];
	size_t count = 0;

	for (size_t i = 0; i < t->n_minted; i++) {
		if (!tie_is_unused(t, i))
			continue;
		buf_init(&text[count], 0);
		put_invite(l->n, &text[count++], t->minted[i]);
	}
	say(l, USE_PASS_ON, text, count);
	for (size_t i = 0; i < count; i++)
		buf_wipe(&text[i]);
}

static void
say_own(struct link *l, const struct tie *t)
{
	struct buf text;

	buf_init(&text, 0);
	put_invite(l->n, &text, t->own);
	say(l, USE_OWN, &text, 1);
	buf_wipe(&text);
}

/* What it was not told on this link, and has not used. */
static void
say_due(struct link *l, const struct tie *t)
{
	if (t->has_own && !t->own_used && !l->said_own &&
	    !tie_is_void(t->own)) {
		l->said_own = true;
		say_own(l, t);
	}
	if (t->n_minted > 0 && !l->said_two) {
		l->said_two = true;
		say_minted(l, t);
	}
}

static void
ask(struct link *l, struct tie *t)
{
	struct ask a = {.what = ASK_PEERS};

	if (l->n_ask == ASKS_MAX)
		return;
	t->asked_at = node_age(l->n);
	fetch_say(l, &a, NULL);
}

/* True if |c| came to us, or we to it, by an introduction, and not by the operator's
 * word. */
static bool
is_introduced(const struct contact *c)
{
	return c->class != CONTACT_PINNED &&
	       memcmp(c->via, nobody, sizeof(nobody)) != 0;
}

void
introduce_look(struct link *l)
{
	struct node *n = l->n;
	struct contact *c = l->contact;
	uint64_t age = node_age(n);
	struct tie *t;
	bool old;

	if (!spread_tells(l) || c == NULL || c->link != l)
		return;
	old = is_old(c);
	if (consents(n) && is_introduced(c))
		tie_mint_own(c);
	if (consents(n) && old)
		tie_mint_two(c);
	if ((t = old ? tie_of(c) : c->tie) == NULL)
		return;
	if (consents(n) && memory_is_safe(n))
		say_due(l, t);
	if (old && t->taken < GIVEN_MAX &&
	    (t->asked_at == 0 || age >= t->asked_at + DAY))
		ask(l, t);
}

void
introduce_all(struct node *n)
{
	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *l = n->link[i];

		if (l == NULL)
			continue;
		introduce_look(l);
		serve_more(l); /* it may have waited for what is safe now */
	}
}

void
introduce_self(struct node *n, struct bytes invite)
{
	buf_wipe(&n->self);
	buf_init(&n->self, 0);
	buf_put(&n->self, invite.p, invite.n);
	/* Those that nobody has come with count only while we consent. */
	for (size_t i = 0; i < n->n_contact; i++) {
		struct tie *t = n->contact[i]->tie;

		for (size_t k = 0; t != NULL && k < t->n_minted; k++) {
			if (!tie_is_unused(t, k))
				continue;
			if (consents(n))
				veil_door_add(n->door, t->minted[k]);
			else
				veil_door_remove(n->door, t->minted[k]);
		}
	}
	introduce_all(n);
}

/* Hearing. */

static bool
was_asked(const struct link *l)
{
	for (size_t i = 0; i < l->n_ask; i++)
		if (l->ask[i].what == ASK_PEERS)
			return true;
	return false;
}

static void
take_introduced(struct contact *by, struct bytes text, const struct invite *v)
{
	struct node *n = by->n;
	struct tie *t = tie_of(by);

	if (t == NULL || t->taken == GIVEN_MAX ||
	    contact_introduce(n, text, v, by->id) == NULL)
		return;
	t->taken++;
	update_tell(n, FACT_INTRODUCED, NULL, 1, by->link->id);
	memory_change(n);
	timer_set(n, &n->tick, n->now);
}

static void
take_stock(struct contact *from, struct bytes text, const struct invite *v)
{
	struct tie *t = tie_of(from);

	if (t == NULL || t->n_stock == GIVEN_MAX ||
	    (from->class != CONTACT_GUEST &&
		memcmp(v->node, from->node, sizeof(v->node)) != 0))
		return;
	for (size_t i = 0; i < t->n_stock; i++)
		if (bytes_eq(buf_bytes(&t->stock[i]), text))
			return;
	buf_put(&t->stock[t->n_stock++], text.p, text.n);
	memory_change(from->n);
}

/* An invite for ourselves: in the place of the one that its introducer knows, or of one
 * that came in and may now be dialled. */
static void
take_own(struct contact *from, struct bytes text, const struct invite *v)
{
	struct node *n = from->n;
	struct tie *t = tie_of(from);

	if (t == NULL || !is_introduced(from))
		return;
	if (from->class == CONTACT_GUEST) {
		if (t->got_own ||
		    contact_introduce(n, text, v, from->via) == NULL)
			return;
		t->got_own = true;
		timer_set(n, &n->tick, n->now);
	} else if (memcmp(v->node, from->node, sizeof(v->node)) == 0 &&
		   !bytes_eq(buf_bytes(&from->invite), text)) {
		contact_set_invite(from, text, v);
	}
	memory_change(n);
}

int
introduce_heard(struct link *l, const struct msg_peers *m)
{
	struct contact *c = l->contact;
	struct invite v;
	int err = 0;

	if (!spread_tells(l) || (m->use == USE_INTRODUCED && !was_asked(l)))
		return QERR_PROTOCOL;
	if (c == NULL || c->link != l)
		return 0;
	for (size_t i = 0; i < m->n && err == 0; i++) {
		if ((err = invite_parse(&v, m->token[i])) != 0)
			break;
		if (m->use == USE_INTRODUCED)
			take_introduced(c, m->token[i], &v);
		else if (m->use == USE_PASS_ON)
			take_stock(c, m->token[i], &v);
		else
			take_own(c, m->token[i], &v);
		invite_done(&v);
	}
	return err;
}

/* Passing on. */

/* The lot by which |b| is told to |c|; the least goes first. */
static void
lot(const struct contact *c, const struct contact *b, uint8_t ret[16])
{
	uint8_t both[16];

	memcpy(both, c->id, 8);
	memcpy(both + 8, b->id, 8);
	crypto_generichash(ret, 16, both, sizeof(both), c->n->cfg.identity_seed,
	    sizeof(c->n->cfg.identity_seed));
}

static bool
share_feed(const struct contact *a, const struct contact *b)
{
	for (size_t i = 0; i < a->n_follows; i++)
		for (size_t k = 0; k < b->n_follows; k++)
			if (a->follows[i] == b->follows[k])
				return true;
	return false;
}

/* A token of |b|'s that nobody was given, or GIVEN_MAX. */
static size_t
find_stock(const struct contact *b)
{
	size_t i = 0;

	while (b->tie != NULL && i < b->tie->n_stock &&
	       memcmp(b->tie->passed[i], nobody, sizeof(nobody)) != 0)
		i++;
	return b->tie == NULL || i == b->tie->n_stock ? GIVEN_MAX : i;
}

static bool
know_each_other(const struct contact *c, const struct contact *b)
{
	if (memcmp(c->via, b->id, 8) == 0 || memcmp(b->via, c->id, 8) == 0)
		return true;
	for (size_t i = 0; i < b->tie->n_stock; i++)
		if (memcmp(b->tie->passed[i], c->id, 8) == 0)
			return true; /* one of each is enough */
	return false;
}

/* Whom |c| is told of next: of those who have feeds in common with it, by lot. */
static struct contact *
draw(const struct contact *c)
{
	const struct node *n = c->n;
	struct contact *best = NULL;
	uint8_t x[16], y[16] = {0};
	bool near = false;

	for (size_t i = 0; i < n->n_contact; i++) {
		struct contact *b = n->contact[i];
		bool fits;

		if (b == c || find_stock(b) == GIVEN_MAX || b->merit < 0 ||
		    know_each_other(c, b))
			continue;
		fits = share_feed(c, b);
		lot(c, b, x);
		if (best == NULL || (fits && !near) ||
		    (fits == near && memcmp(x, y, sizeof(x)) < 0)) {
			best = b;
			near = fits;
			memcpy(y, x, sizeof(y));
		}
	}
	return best;
}

static void
pass_on(struct contact *c)
{
	struct node *n = c->n;
	struct tie *t = tie_of(c);
	struct contact *b;
	size_t i;

	if (t == NULL || t->n_given == (is_introduced(c) ? 1 : GIVEN_MAX) ||
	    contact_linked(c) < (is_introduced(c) ? 4 : 1) * WEEK ||
	    (t->n_given > 0 && node_age(n) < t->given_at + WEEK) ||
	    (b = draw(c)) == NULL)
		return;
	i = find_stock(b);
	memcpy(b->tie->passed[i], c->id, 8);
	buf_put(&t->given[t->n_given++], b->tie->stock[i].p,
	    b->tie->stock[i].n);
	t->given_at = node_age(n);
	memory_change(n);
}

bool
introduce_asked(struct link *l)
{
	struct contact *c = l->contact;

	if (c == NULL || c->link != l || !spread_tells(l))
		return false;
	if (is_old(c))
		pass_on(c);
	return c->tie != NULL && c->tie->n_given > 0;
}

void
introduce_answer(struct link *l)
{
	const struct contact *c = l->contact;

	if (c != NULL && c->tie != NULL)
		say(l, USE_INTRODUCED, c->tie->given, c->tie->n_given);
}

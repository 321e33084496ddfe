#include <sodium.h>
#include <string.h>

#include "proto/node/inner.h"

#define BYE_BUSY 1 /* come back later */

void
hello_busy(struct link *l)
{
	l->n->say.kind = MSG_BYE;
	l->n->say.bye = (struct msg_bye){BYE_BUSY, 60};
	link_say(l);
	link_shut(l, true, QERR_FULL);
}

void
hello_say(struct link *l)
{
	struct node *n = l->n;
	struct msg_hello *m = &n->say.hello;
	uint8_t text[MSG_LINK_TEXT_LEN];

	*m = (struct msg_hello){.version = 1, .role = ROLE_READER};
	n->say.kind = MSG_HELLO;
	if (n->cfg.role == NODE_MIRROR) {
		m->role = ROLE_NODE;
		memcpy(m->key, n->sign_pk, sizeof(m->key));
		msg_link_text(text, veil_hash(l->veil), l->dialled);
		crypto_sign_detached(m->sig, NULL, text, sizeof(text),
		    n->sign_sk);
	}
	link_say(l);
}

/* Two links with one node: both ends keep the same one. */
static bool
is_double(struct link *l)
{
	struct node *n = l->n;

	for (size_t i = 0; i < n->n_slot; i++) {
		struct link *o = n->link[i];
		bool mine_first;

		if (o == NULL || o == l || !link_is_node(o) ||
		    memcmp(o->key, l->key, sizeof(l->key)) != 0)
			continue;
		mine_first = memcmp(n->sign_pk, l->key, sizeof(l->key)) < 0;
		if (o->dialled != l->dialled && o->dialled == mine_first)
			return true;
		link_bye(o);
		link_shut(o, true, 0);
		return false;
	}
	return false;
}

/* |l| is a node: which? */
static void
meet(struct link *l)
{
	struct node *n = l->n;
	struct contact *c = l->contact;

	if (n->cfg.role == NODE_MIRROR && !l->dialled) {
		c = contact_of_key(n, l->key);
		if (c == NULL)
			c = tie_guest(n, veil_invite_name(l->veil));
		l->contact = c;
		if (c != NULL)
			memcpy(c->came_by, veil_invite_name(l->veil),
			    sizeof(c->came_by));
		if (c != NULL && c->link == NULL)
			c->link = l;
	} else if (n->cfg.role == NODE_MIRROR && c != NULL) {
		memcpy(c->key, l->key, sizeof(c->key));
		c->keyed = true;
	}
	if (c != NULL && c->link == l)
		c->met = n->now;
	if (c != NULL)
		dial_opened(c);
}

int
hello_heard(struct link *l, const struct msg_hello *m)
{
	struct node *n = l->n;
	uint8_t text[MSG_LINK_TEXT_LEN];

	if (l->dialled && m->role != ROLE_NODE)
		return QERR_PROTOCOL;
	l->role = m->role;
	if (m->role == ROLE_READER) {
		if (crowd_admits(l))
			l->state = LINK_OPEN;
		else
			hello_busy(l);
		return 0;
	}
	/* A reader knows by its line whom it reached, and remembers nobody by a key. */
	msg_link_text(text, veil_hash(l->veil), !l->dialled);
	if (n->cfg.role == NODE_MIRROR && crypto_sign_verify_detached(m->sig,
					      text, sizeof(text), m->key) != 0)
		return QERR_BADSIG;
	memcpy(l->key, m->key, sizeof(l->key));
	if (n->cfg.role == NODE_MIRROR &&
	    memcmp(l->key, n->sign_pk, sizeof(l->key)) == 0) {
		link_shut(l, false, 0); /* an invite of our own */
		return 0;
	}
	if (!crowd_admits(l)) {
		hello_busy(l);
		return 0;
	}
	if (n->cfg.role == NODE_MIRROR && is_double(l)) {
		link_bye(l);
		link_shut(l, true, 0);
		return 0;
	}
	l->state = LINK_OPEN;
	meet(l);
	/* What the first HEADS had no room for, and what came since.  Who dialled waits
	 * for it, to know what the other end remembers. */
	if (n->cfg.role == NODE_MIRROR && !l->dialled)
		spread_heads(l);
	l->stall = STALL_MIN + 4 * (n->now - l->opened);
	introduce_look(l);
	update_tell(n, FACT_PEER, NULL, 1, l->id);
	return 0;
}

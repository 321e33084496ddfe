#include "proto/node/inner.h"
#include "tests/sim/sim.h"

/*
 * What stands between a node and its veils (the linker puts it there, as sham.c):
 * all messages that come in are counted, and those that a liar says are left out or
 * changed.  It is a whole node otherwise, and does not know.
 */
#define LOOK_IN MINUTE /* a link as young may be a feeler's */

struct host *liar_now;

int __real_msg_decode(struct msg *ret, struct bytes in);
int __wrap_msg_decode(struct msg *ret, struct bytes in);
int __real_veil_send(struct veil *v, struct bytes text);
int __wrap_veil_send(struct veil *v, struct bytes text);

int
__wrap_msg_decode(struct msg *ret, struct bytes in)
{
	int err = __real_msg_decode(ret, in);

	if (err == 0 && liar_now != NULL) {
		liar_now->w->heard[ret->kind]++;
		liar_now->w->heard_bytes[ret->kind] += in.n;
		liar_now->greeted |= ret->kind == MSG_HELLO;
		ledger_hears(liar_now, liar_now->link_now, ret);
	}
	return err;
}

static when_ms
age(const struct host *h, const struct veil *v)
{
	const struct node *n = h->node;

	for (size_t i = 0; i < n->n_slot; i++)
		if (n->link[i] != NULL && n->link[i]->veil == v)
			return n->now - n->link[i]->opened;
	return 0;
}

static bool
is_news(const struct msg *m)
{
	return m->kind == MSG_NEWS || m->kind == MSG_HOLDS ||
	       m->kind == MSG_GIVE || m->kind == MSG_PROOF ||
	       (m->kind == MSG_HEADS && m->heads.rows.n > 0);
}

/* All issues and some, of all tiers. */
static void
boast(struct msg_holds *m)
{
	if (m->of_pack)
		return;
	m->n = TIERS;
	for (uint64_t t = 0; t < TIERS; t++)
		m->run[t] = (struct msg_run){t, 1, 1000000};
}

/* What |h| makes of |m|: false if it says nothing. */
static bool
tamper(const struct host *h, const struct veil *v, struct msg *m)
{
	switch (h->lie) {
	case SILENT:
		return !is_news(m);
	case SELECTS:
		return !is_news(m) || age(h, v) < LOOK_IN;
	case BOASTS:
		if (m->kind == MSG_HOLDS)
			boast(&m->holds);
		return m->kind != MSG_GIVE || m->give.data.n < 1024;
	case HONEST:
	case CORRUPTS:
	case MUTE:
	case STALE:
	case CRAWLS:
		break; /* elsewhere */
	}
	return true;
}

int
__wrap_veil_send(struct veil *v, struct bytes text)
{
	struct host *h = liar_now;
	struct buf other = {0};
	struct msg m;
	int err = 0;

	if (h != NULL && h->node != NULL && h->lie == HONEST)
		ledger_says(h, v, &h->node->say);
	if (h == NULL || h->node == NULL || h->lie < SILENT ||
	    h->w->now < h->lies_from || __real_msg_decode(&m, text) != 0)
		return __real_veil_send(v, text);
	if (tamper(h, v, &m) && (err = msg_encode(&other, &m)) == 0)
		err = __real_veil_send(v, buf_bytes(&other));
	buf_done(&other);
	return err;
}

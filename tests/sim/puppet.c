#include "tests/sim/puppet.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct puppet *
puppet_new(struct host *h, const struct puppet_play *play, unsigned part)
{
	struct puppet *p = calloc(1, sizeof(*p));
	uint8_t seed[32], private[32], secret[32];

	p->h = h;
	p->play = play;
	p->part = part;
	memset(seed, 0, sizeof(seed));
	store_le64(seed, h->index + 1);
	crypto_sign_seed_keypair(p->pk, p->sk, seed);
	store_le64(seed, h->w->seed);
	rng_init(&p->rng, seed);
	host_keys(h, private, secret);
	p->door = veil_door_new(private, h->w->clock);
	h->puppet = p;
	h->boots++;
	host_let_in(h);
	return p;
}

void
puppet_invite(struct puppet *p, const uint8_t secret[32])
{
	veil_door_add(p->door, secret);
}

void
puppet_free(struct puppet *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n_link; i++) {
		veil_free(p->link[i]->veil);
		free(p->link[i]);
	}
	veil_door_free(p->door);
	buf_done(&p->out);
	buf_done(&p->text);
	buf_done(&p->rows);
	free(p->link);
	free(p);
}

static struct puppet_link *
link_new(struct puppet *p, unsigned part)
{
	struct puppet_link *l = calloc(1, sizeof(*l));

	l->p = p;
	l->part = part;
	p->link =
	    realloc(p->link, (p->n_link + 1) * sizeof(struct puppet_link *));
	p->link[p->n_link++] = l;
	return l;
}

static struct puppet_link *
link_find(struct puppet *p, uint64_t id)
{
	for (size_t i = p->n_link; i-- > 0;)
		if (p->link[i]->id == id)
			return p->link[i];
	return NULL;
}

void
puppet_bytes(struct puppet_link *l, struct bytes b)
{
	struct node_send s = {.link = l->id, .data = b};

	if (b.n > 0)
		net_send(l->p->h, &s);
}

void
puppet_dial(struct puppet *p, struct host *to, const uint8_t *secret,
    unsigned part)
{
	struct puppet_link *l = link_new(p, part);
	struct node_dial d = {.token = p->n_link};

	l->dialled = true;
	l->bare = secret == NULL;
	if (secret != NULL) {
		memcpy(l->to.node, to->link_public, 32);
		memcpy(l->to.secret, secret, 32);
	}
	d.to.port = (uint16_t)(to->index + 1);
	net_dial(p->h, &d);
}

void
puppet_hang_up(struct puppet_link *l)
{
	if (!l->over)
		net_drop(l->p->h, l->id);
	l->over = true;
}

void
puppet_say(struct puppet_link *l, const struct msg *m)
{
	struct puppet *p = l->p;

	buf_clear(&p->text);
	if (l->veil == NULL || msg_encode(&p->text, m) != 0 ||
	    veil_send(l->veil, buf_bytes(&p->text)) != 0)
		world_fail(p->h->w, "a puppet cannot speak", p->h);
}

/* Who dials several times is another node each time. */
static void
be_another(struct puppet *p, uint64_t who)
{
	uint8_t seed[32] = {99};

	store_le64(seed + 1, who);
	crypto_sign_seed_keypair(p->pk, p->sk, seed);
}

void
puppet_say_hello(struct puppet_link *l, enum msg_role role)
{
	struct puppet *p = l->p;
	struct msg_hello *m = &p->say.hello;
	uint8_t text[MSG_LINK_TEXT_LEN];

	p->say.kind = MSG_HELLO;
	*m = (struct msg_hello){.version = 1, .role = role};
	if (role == ROLE_NODE) {
		if (l->dialled)
			be_another(p, l->id);
		memcpy(m->key, p->pk, sizeof(m->key));
		msg_link_text(text, veil_hash(l->veil), l->dialled);
		crypto_sign_detached(m->sig, NULL, text, sizeof(text), p->sk);
	}
	puppet_say(l, &p->say);
}

void
puppet_flush(struct puppet_link *l)
{
	struct puppet *p = l->p;

	if (!l->over && veil_state(l->veil) == VEIL_OPEN)
		veil_flush(l->veil, &p->rng, &p->out);
	puppet_bytes(l, buf_bytes(&p->out));
	buf_clear(&p->out);
}

static void
on_up(struct puppet *p, const struct node_event *e)
{
	struct puppet_link *l = e->link_up.we_dialled
				    ? p->link[e->link_up.dial - 1]
				    : link_new(p, p->part);

	l->id = e->link_up.link;
	if (!l->dialled)
		l->veil = veil_accept(p->door);
	else if (!l->bare)
		l->veil = veil_dial(&l->to, e->wall, 0, &p->rng, &p->out);
	puppet_bytes(l, buf_bytes(&p->out));
	if (p->play->up != NULL)
		p->play->up(l);
}

static void
on_data(struct puppet_link *l, const struct node_event *e)
{
	struct puppet *p = l->p;
	struct bytes b;

	if (l->veil == NULL || l->over)
		return;
	veil_input(l->veil, e->link_data.in.p, e->link_data.in.n, e->wall,
	    &p->rng, &p->out);
	if (!l->open && veil_state(l->veil) == VEIL_OPEN) {
		l->open = true;
		p->play->open(l);
	}
	while (!l->over && veil_next(l->veil, &b))
		if (msg_decode(&p->heard, b) == 0)
			p->play->message(l, &p->heard);
	puppet_flush(l);
}

void
puppet_step(struct puppet *p, const struct node_event *e)
{
	struct puppet_link *l;

	buf_clear(&p->out);
	if (e->type == NODE_LINK_UP)
		on_up(p, e);
	if (e->type == NODE_LINK_DATA &&
	    (l = link_find(p, e->link_data.link)) != NULL)
		on_data(l, e);
	if (e->type == NODE_LINK_DOWN && e->link_down.link == 0)
		p->link[e->link_down.dial - 1]->over = true;
	if (e->type == NODE_LINK_DOWN &&
	    (l = link_find(p, e->link_down.link)) != NULL)
		l->over = true;
}

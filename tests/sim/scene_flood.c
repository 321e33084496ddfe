#include <string.h>

#include "proto/node/inner.h"
#include "tests/sim/puppet.h"

/*
 * Invites have leaked, and a crowd of strangers comes to one mirror: they send
 * noise, say nothing, ask for what it never had, show rows of feeds that nobody
 * follows, or do not read what they are sent.  Its tables stay within their limits,
 * and fill up to them; but whoever has an invite of his own, and knows nobody else, gets
 * everything: a mirror from before, and a mirror and a reader who come meanwhile.
 */
#define SECRETS   4
#define FLOOD_MS  (6 * MINUTE)
#define ASKS      200
#define DEAF_ASKS 200000

enum manner {
	NOISE,    /* bytes that are no line */
	WORDLESS, /* a veil, and no HELLO */
	ASKER,    /* a reader of feeds and packs that are not here */
	DEAF,     /* the same, but it does not read the answers */
	PEER,     /* a node that follows other feeds, and says so at length */
	RUDE,     /* more asks at a time than are allowed */
	MANNERS
};

static void
random_bytes(struct puppet_link *l, void *p, size_t n)
{
	rng_bytes(&l->p->rng, p, n);
}

static void
up(struct puppet_link *l)
{
	uint8_t noise[3000];

	if (l->part != NOISE)
		return;
	random_bytes(l, noise, sizeof(noise));
	puppet_bytes(l,
	    bytes_of(noise, 1 + world_roll(l->p->h->w, sizeof(noise))));
}

static void
ask(struct puppet_link *l)
{
	struct msg *m = &l->p->say;

	l->said++;
	m->kind = MSG_ASK;
	m->ask = (struct msg_ask){.id = l->said, .budget = 1 << 20};
	m->ask.what = l->said % 2 == 0 ? ASK_HEADERS : ASK_PIECES;
	if (m->ask.what == ASK_HEADERS) {
		m->ask.first = m->ask.last = 1;
		random_bytes(l, m->ask.tag.b, sizeof(m->ask.tag.b));
	} else {
		random_bytes(l, m->ask.pack.b, sizeof(m->ask.pack.b));
	}
	puppet_say(l, m);
}

static void
say_rows(struct puppet_link *l)
{
	struct puppet *p = l->p;

	buf_clear(&p->rows);
	for (size_t i = 0; i < MSG_HEADS_MAX; i++) {
		struct msg_heads_row r = {.number = 9, .charter = 1};

		random_bytes(l, r.tag.b, sizeof(r.tag.b));
		r.tag.b[0] = (uint8_t)(i / 4);
		r.tag.b[1] = (uint8_t)(i % 4);
		msg_row_put(&p->rows, &r);
	}
	p->say.kind = MSG_HEADS;
	p->say.heads =
	    (struct msg_heads){.counter = 1, .rows = buf_bytes(&p->rows)};
	puppet_say(l, &l->p->say);
}

/* A header of another feed, as its publisher might have signed it. */
static void
say_news(struct puppet_link *l)
{
	struct header h = {.charter = 1, .number = 1, .time = 1};
	struct buf file = {0};
	struct msg *m = &l->p->say;

	random_bytes(l, h.feed.b, sizeof(h.feed.b));
	if (header_sign(&file, &h, &l->p->h->w->paper[0]->key[1]) == 0) {
		m->kind = MSG_NEWS;
		m->news = (struct msg_news){.header = buf_bytes(&file)};
		puppet_say(l, m);
		m->kind = MSG_PROOF;
		m->proof =
		    (struct msg_proof){buf_bytes(&file), buf_bytes(&file)};
		puppet_say(l, m);
	}
	buf_done(&file);
}

static void
opened(struct puppet_link *l)
{
	if (l->part == WORDLESS)
		return;
	puppet_say_hello(l, l->part == PEER ? ROLE_NODE : ROLE_READER);
	if (l->part == PEER) {
		say_rows(l);
		say_news(l);
	}
	if (l->part == DEAF)
		net_deafen(l->p->h, l->id);
	for (int i = 0; i < 4; i++)
		ask(l);
	for (int i = 0; i < 20 && l->part == RUDE; i++) {
		struct msg *m = &l->p->say;

		m->kind = MSG_ASK;
		m->ask = (struct msg_ask){
		    .id = 1, .budget = 1, .first = 1, .last = 1};
		m->ask.what = ASK_HEADERS;
		msg_tag(&m->ask.tag, veil_hash(l->veil), true,
		    &l->p->h->w->paper[0]->feed);
		puppet_say(l, m);
	}
}

/* Who does not read the answers asks all the more. */
static void
shout(struct puppet_link *l)
{
	if (l->part != DEAF || !l->open || l->over || l->said > DEAF_ASKS)
		return;
	for (int i = 0; i < 5000; i++)
		ask(l);
	puppet_flush(l);
}

/* It shows feeds, and has nothing of them. */
static void
give_nothing(struct puppet_link *l, const struct msg_ask *a)
{
	struct msg *m = &l->p->say;

	m->kind = MSG_GIVE;
	m->give = (struct msg_give){.id = a->id, .status = GIVE_NOT_HELD};
	if (a->budget != 0)
		puppet_say(l, m);
}

static void
heard(struct puppet_link *l, const struct msg *m)
{
	if (m->kind == MSG_ASK)
		give_nothing(l, &m->ask);
	if (m->kind == MSG_BYE)
		puppet_hang_up(l);
	if (m->kind == MSG_GIVE && l->said < ASKS)
		ask(l);
}

static const struct puppet_play mob_play = {.up = up,
    .open = opened,
    .message = heard};

/* Whom the flood is for, and whom it comes from. */
#define VICTIM (w->host[1])
#define MOB    (w->host[2])

static void
leaked(uint8_t secret[32], uint64_t which)
{
	memset(secret, (int)(200 + which), 32);
}

static void
flood(struct world *w)
{
	struct puppet *p = MOB->puppet;
	uint8_t secret[32];
	unsigned part = (unsigned)(world_roll(w, MANNERS * 8) % MANNERS);

	if (!w->storm)
		return;
	if (part == DEAF && p->bad++ > 0)
		part = ASKER; /* one is dear enough */
	leaked(secret, world_roll(w, SECRETS));
	puppet_dial(p, VICTIM, part == NOISE ? NULL : secret, part);
	if (world_roll(w, 20) == 0)
		puppet_hang_up(p->link[world_roll(w, p->n_link)]);
	for (size_t i = 0; i < p->n_link; i++)
		shout(p->link[i]);
	world_at(w, 150 + world_roll(w, 300), flood);
}

static void
publish(struct world *w)
{
	press_publish(w->paper[0]);
	if (w->now < FLOOD_MS)
		world_at(w, MINUTE, publish);
}

static void
let_in(struct world *w)
{
	struct node_event e = {.type = NODE_INVITE};

	for (uint64_t i = 0; i < SECRETS; i++) {
		leaked(e.invite.secret, i);
		host_step(VICTIM, &e);
	}
}

static struct host *
newcomer(struct world *w, enum node_role role)
{
	struct node_event e = {.type = NODE_SYNC};
	struct host *h = host_new(w, role);

	host_knows(h, VICTIM);
	host_boot(h);
	host_step(h, &e);
	return h;
}

/* Its only source is lost, and there has to be room to dial it. */
static void
cut_source(struct world *w)
{
	for (size_t i = 0; i < VICTIM->n_conn; i++)
		if (VICTIM->conn[i]->end[1] == w->host[0]) {
			net_cut(VICTIM->conn[i]);
			return;
		}
	world_fail(w, "it has no source", VICTIM);
}

static void
make(struct world *w)
{
	for (int i = 0; i < 4; i++)
		host_new(w, NODE_MIRROR);
	host_knows(VICTIM, w->host[0]);
	host_knows(w->host[3], VICTIM);
	host_boot(w->host[0]);
	host_boot(VICTIM);
	puppet_new(MOB, &mob_play, MANNERS);
	host_boot(w->host[3]);
	let_in(w);
}

void
scene_flood(struct world *w)
{
	struct node_stat st;
	struct host *reader;

	make(w);
	press_publish(w->paper[0]);
	world_run(w, 10000);
	w->storm = true; /* while it is, the mob comes */
	flood(w);
	publish(w);
	world_run(w, FLOOD_MS / 2);
	newcomer(w, NODE_MIRROR);
	reader = newcomer(w, NODE_READER);
	world_run(w, MINUTE);
	cut_source(w);
	world_run(w, FLOOD_MS / 2 - MINUTE - MINUTE / 2);
	for (size_t i = 0; i < w->n_host; i++)
		if (w->host[i]->node != NULL && w->host[i] != reader)
			invariant_whole(w->host[i], true);
	if (!reader->synced)
		world_fail(w, "the reader's sync does not end", reader);
	if (VICTIM->most_in < NODE_IN_MAX ||
	    VICTIM->most_readers < NODE_READERS_MAX ||
	    VICTIM->most_strangers < STRANGERS_MAX)
		world_fail(w, "the flood is none", VICTIM);
	w->storm = false;
	world_run(w, 20 * MINUTE);
	node_stat(VICTIM->node, &st);
	if (st.readers != 0 || st.links_in > 2 || st.followed != 1 ||
	    st.contacts != 1)
		world_fail(w, "strangers are not forgotten", VICTIM);
}

#include <stdio.h>

#include "proto/node/inner.h"
#include "tests/sim/crowd.h"
#include "tests/sim/puppet.h"

/*
 * Twelve weeks in which a tenth of all hosts are the censor's, and want to be all that
 * others know: three operators each trust them, they stay, and whoever asks them is told
 * of two of them, or of addresses that lead nowhere; they consent to be introduced, too,
 * and pass heads on to be liked (gossip research §1.4, §5.1).  Books hold some of them and
 * some of what leads nowhere, links are the honest's for the most part, and nobody waits.
 * The world sleeps for most of each week, as in enumerate.
 */
#define FEW     60
#define OUT     3
#define CENSORS 10 /* one in so many */
#define WEEKS   12
#define AWAKE   (20 * MINUTE)
#define THEIRS  25 /* in a hundred, of books and of links */
#define LATE    (10 * 1000)

static bool
is_theirs(const struct host *h)
{
	return h->index % CENSORS == CENSORS - 1;
}

/* The invite of another one, or with a key that is nobody's. */
static void
lure(struct puppet_link *l, struct buf *text)
{
	struct world *w = l->p->h->w;
	size_t of = world_roll(w, w->n_host / CENSORS) * CENSORS;
	struct host *h = w->host[of + CENSORS - 1];
	struct invite v;

	host_invite(h, NULL, &v);
	if (world_roll(w, 2) == 0) {
		rng_bytes(&l->p->rng, v.node, sizeof(v.node));
		snprintf(v.host, sizeof(v.host), "%u.%u.0.1",
		    (unsigned)world_roll(w, 200) + 1,
		    (unsigned)world_roll(w, 250));
	}
	invite_text(text, &v);
}

static void
say_two(struct puppet_link *l, enum msg_use use)
{
	struct msg m = {.kind = MSG_PEERS, .peers = {.use = use, .n = 2}};
	struct buf text[2] = {{.n = 0}, {.n = 0}};

	for (size_t i = 0; i < 2; i++) {
		lure(l, &text[i]);
		m.peers.token[i] = buf_bytes(&text[i]);
	}
	puppet_say(l, &m);
	for (size_t i = 0; i < 2; i++)
		buf_done(&text[i]);
}

static void
on_open(struct puppet_link *l)
{
	puppet_say_hello(l, ROLE_NODE);
	say_two(l, USE_PASS_ON);
}

/* They pass heads on, as quickly as they can: else nobody asks them. */
static void
pass_on(struct puppet_link *from, const struct msg_news *news)
{
	struct puppet *p = from->p;
	struct msg m = {.kind = MSG_NEWS, .news = *news};
	struct header h;

	if (header_peek(&h, news->header) != 0 || h.number <= p->bad)
		return;
	p->bad = h.number; /* the newest that it has told */
	m.news.gap = 1;
	for (size_t i = 0; i < p->n_link; i++) {
		struct puppet_link *l = p->link[i];

		if (l == from || l->over || !l->open)
			continue;
		puppet_say(l, &m);
		puppet_flush(l);
	}
}

static void
on_message(struct puppet_link *l, const struct msg *m)
{
	struct msg give = {.kind = MSG_GIVE};
	struct msg here = {.kind = MSG_HEADS};

	if (m->kind == MSG_HEADS)
		puppet_say(l, &here);
	if (m->kind == MSG_NEWS)
		pass_on(l, &m->news);
	if (m->kind != MSG_ASK || m->ask.budget == 0)
		return;
	if (m->ask.what == ASK_PEERS)
		say_two(l, USE_INTRODUCED);
	give.give.id = m->ask.id;
	give.give.status = m->ask.what == ASK_PEERS ? GIVE_LAST : GIVE_NOT_HELD;
	puppet_say(l, &give);
}

static const struct puppet_play play = {.open = on_open, .message = on_message};

/* What the honest know, and whom they are linked to, in all. */
struct books {
	size_t all, theirs, nowhere, links, theirs_linked, eclipsed;
};

static void
look(const struct host *h, struct books *b)
{
	const struct node *n = h->node;
	size_t links = 0, bad = 0;

	for (size_t i = 0; i < n->n_contact; i++) {
		const struct contact *c = n->contact[i];
		struct invite v;
		const struct host *to;

		if (c->class == CONTACT_GUEST ||
		    invite_parse(&v, buf_bytes(&c->invite)) != 0)
			continue;
		to = host_of(h->w, &v);
		b->all++;
		if (memcmp(v.node, to->link_public, sizeof(v.node)) != 0)
			b->nowhere++;
		else
			b->theirs += is_theirs(to);
		links += c->link != NULL;
		bad += c->link != NULL && is_theirs(to);
	}
	b->links += links;
	b->theirs_linked += bad;
	b->eclipsed += links > 0 && links == bad;
}

static struct books
look_all(const struct world *w)
{
	struct books b = {0};

	for (size_t i = 0; i < w->n_host; i++)
		if (!is_theirs(w->host[i]))
			look(w->host[i], &b);
	return b;
}

static void
trust(struct world *w)
{
	for (size_t i = 0; i < w->n_host; i++) {
		struct host *h = w->host[i];

		h->open = true;
		if (!is_theirs(h))
			continue;
		for (size_t k = 0; k < OUT;) {
			struct host *fool = w->host[world_roll(w, w->n_host)];

			if (is_theirs(fool))
				continue;
			host_knows(fool, h);
			k++;
		}
	}
	for (size_t i = 0; i < w->n_host; i++)
		if (is_theirs(w->host[i]))
			puppet_new(w->host[i], &play, 0);
}

static void
check(struct world *w, unsigned week, when_ms took)
{
	struct books b = look_all(w);
	size_t n = w->n_host - w->n_host / CENSORS;

	say(w,
	    "week %u: books of %zu, %zu %% the censor's, %zu %% lead nowhere; "
	    "%zu %% of links; %zu eclipsed; heads in %zu ms",
	    week, b.all / n, 100 * b.theirs / b.all, 100 * b.nowhere / b.all,
	    100 * b.theirs_linked / b.links, b.eclipsed, (size_t)took);
	if (b.eclipsed > 0)
		world_fail(w, "somebody knows none but the censor", NULL);
	if (100 * (b.theirs + b.nowhere) > THEIRS * b.all ||
	    100 * b.theirs_linked > THEIRS * b.links)
		world_fail(w, "books are the censor's", NULL);
}

void
scene_books(struct world *w)
{
	struct paper *p = w->paper[0];

	crowd_make(w, FEW, OUT);
	trust(w);
	p->home = w->host[0];
	crowd_boot(w);
	for (unsigned week = 1; week <= WEEKS; week++) {
		when_ms took;

		world_run(w, AWAKE / 2);
		press_publish(p);
		took = crowd_wait(w, p, false, crowd_up(w), AWAKE / 2);
		world_run(w, AWAKE / 2 - took);
		check(w, week, took);
		if (took > LATE)
			world_fail(w, "heads are late", NULL);
		w->now += 7 * (uint64_t)DAY - AWAKE;
	}
	crowd_cost(w);
}

#include <stdlib.h>

#include "tests/sim/crowd.h"
#include "tests/sim/puppet.h"

/*
 * Twelve weeks in which nodes are introduced to each other, and a crawler of the
 * censor's, whom three operators trust, has a link to everyone that it hears of, asks
 * each for more, and wants nothing else (gossip research §1.2, §9.10).  Books grow;
 * the crawler's list grows as they do, and no faster, though a third restart each week.
 * The world sleeps for most of each week: links end when it wakes, as over a bad night.
 */
#define FEW   30
#define OUT   3
#define WEEKS 12
#define AWAKE (20 * MINUTE)
/* Two of each operator's, and then one of each of these in five weeks. */
#define LEARNED(weeks) (OUT * (1 + 2 + 2 * ((weeks) / 5)))
#define BOOK           (4 * OUT) /* of the honest, in the end */

static struct crawl {
	struct invite *to; /* by host; .port 0: not known */
	size_t n;
} crawl;

static void
learn(struct puppet_link *l, const struct msg_peers *m)
{
	struct world *w = l->p->h->w;
	struct invite v;

	for (size_t i = 0; i < m->n && m->use != USE_PASS_ON; i++) {
		size_t k;

		if (invite_parse(&v, m->token[i]) != 0)
			world_fail(w, "an introduction is no invite", NULL);
		k = host_of(w, &v)->index;
		if (crawl.to[k].port != 0 && m->use != USE_OWN)
			continue;
		crawl.n += crawl.to[k].port == 0;
		crawl.to[k] = v;
	}
}

static void
on_open(struct puppet_link *l)
{
	struct msg ask = {
	    .kind = MSG_ASK, .ask = {.id = 1, .what = ASK_PEERS, .budget = 1}};

	puppet_say_hello(l, ROLE_NODE);
	puppet_say(l, &ask);
}

static void
on_message(struct puppet_link *l, const struct msg *m)
{
	if (m->kind == MSG_PEERS)
		learn(l, &m->peers);
}

static const struct puppet_play play = {.open = on_open, .message = on_message};

static void
go_round(struct host *crawler)
{
	struct world *w = crawler->w;

	for (size_t i = 0; i < w->n_host; i++)
		if (crawl.to[i].port != 0)
			puppet_dial(crawler->puppet, w->host[i],
			    crawl.to[i].secret, 0);
}

static void
trust(struct host *crawler)
{
	struct world *w = crawler->w;

	crawl.to = calloc(w->n_host, sizeof(*crawl.to));
	crawl.n = crawler->n_peer;
	for (size_t i = 0; i < crawler->n_peer; i++)
		host_invite(crawler->peer[i], crawler,
		    &crawl.to[crawler->peer[i]->index]);
	puppet_new(crawler, &play, 0);
}

/* Nobody draws twice for that. */
static void
restart(struct world *w, unsigned week)
{
	for (size_t i = week % 3; i < w->n_host; i += 3)
		if (w->host[i]->node != NULL) {
			host_crash(w->host[i]);
			host_boot(w->host[i]);
		}
}

/* Whom the others can dial, on average, in tenths. */
static size_t
books(const struct world *w)
{
	struct node_stat st;
	size_t sum = 0;

	for (size_t i = 0; i < w->n_host; i++) {
		if (w->host[i]->node == NULL)
			continue;
		node_stat(w->host[i]->node, &st);
		sum += st.contacts;
	}
	return 10 * sum / (w->n_host - 1);
}

void
scene_enumerate(struct world *w)
{
	struct host *crawler;

	crowd_make(w, FEW, OUT);
	crawler = w->host[w->n_host - 1];
	for (size_t i = 0; i < w->n_host; i++)
		w->host[i]->open = true;
	trust(crawler);
	crowd_boot(w);
	for (unsigned week = 1; week <= WEEKS; week++) {
		press_publish(w->paper[0]);
		world_run(w, AWAKE / 2);
		restart(w, week);
		go_round(crawler);
		world_run(w, AWAKE / 2);
		if (crowd_reached(w, w->paper[0], true) != w->n_host - 1)
			world_fail(w, "not everybody has the issue", NULL);
		if (crawl.n > LEARNED(week))
			world_fail(w, "the crawler learns too much", NULL);
		say(w, "week %u: books of %zu.%zu; the crawler knows %zu", week,
		    books(w) / 10, books(w) % 10, crawl.n);
		w->now += 7 * (uint64_t)DAY - AWAKE;
	}
	if (books(w) < 10 * (size_t)BOOK)
		world_fail(w, "nobody is introduced", NULL);
	free(crawl.to);
	crowd_cost(w);
}

#include "tests/sim/crowd.h"

/*
 * An issue is published among many (gossip research §9.1): every mirror has its head
 * in seconds, for at most six copies each, and its packs soon after.  Then the key is
 * stolen: the proof of it, and the charter that ends it, run on all links at once.
 */
#define FEW      200
#define OUT      5
#define COPIES   6 /* at most, on average */
#define HEAD_T99 1500
#define HEAD_ALL 3000
#define URGENT   500 /* ms to 99 in 100, of proofs and charters */

static void
check_heads(struct issue *is)
{
	struct world *w = is->paper->w;
	size_t n = crowd_up(w);
	uint64_t copies = w->heard[MSG_NEWS] * 100 / n;

	say(w,
	    "heads: %zu of %zu, t50 %zu ms, t99 %zu ms, last %zu ms, "
	    "%zu.%02zu copies",
	    crowd_reached(w, is->paper, false), n,
	    (size_t)tally_at(&is->heads, 500),
	    (size_t)tally_at(&is->heads, 990),
	    (size_t)tally_at(&is->heads, 1000), (size_t)copies / 100,
	    (size_t)copies % 100);
	if (crowd_reached(w, is->paper, false) != n)
		world_fail(w, "not everybody has the head", NULL);
	if (tally_at(&is->heads, 990) > HEAD_T99 ||
	    tally_at(&is->heads, 1000) > HEAD_ALL)
		world_fail(w, "heads are slow", NULL);
	if (copies > COPIES * 100)
		world_fail(w, "heads come too often", NULL);
}

static void
check_urgent(struct world *w)
{
	struct paper *p = w->paper[0];
	uint64_t first, t99;

	press_plant(w->host[world_roll(w, w->n_host)],
	    press_steal(p, p->head + 1, NULL, NULL));
	press_publish(p);
	world_run(w, MINUTE);
	first = tally_at(&p->proofs, 0);
	t99 = tally_at(&p->proofs, 990) - first;
	say(w, "proof: at %zu, t99 %zu ms, last %zu ms", p->proofs.n,
	    (size_t)t99, (size_t)(tally_at(&p->proofs, 1000) - first));
	if (p->proofs.n != w->n_host || t99 > URGENT)
		world_fail(w, "a proof is slow", NULL);
	press_end_key(p, p->head, false);
	press_publish(p);
	world_run(w, MINUTE);
	t99 = tally_at(&p->charters, 990);
	say(w, "charter: at %zu, t99 %zu ms, last %zu ms", p->charters.n,
	    (size_t)t99, (size_t)tally_at(&p->charters, 1000));
	if (p->charters.n != w->n_host - 1 || t99 > URGENT)
		world_fail(w, "a charter is slow", NULL);
	if (crowd_reached(w, p, true) != crowd_up(w))
		world_fail(w, "not everybody has the new key's issue", NULL);
}

void
scene_publish(struct world *w)
{
	struct issue *is;

	crowd_make(w, FEW, OUT);
	w->paper[0]->text = 20000;
	w->paper[0]->home = w->host[world_roll(w, w->n_host)];
	crowd_boot(w);
	press_publish(w->paper[0]);
	world_run(w, MINUTE);
	crowd_cost(w);
	w->heard[MSG_NEWS] = 0;
	is = press_publish(w->paper[0]);
	world_run(w, 20 * 1000);
	check_heads(is);
	world_run(w, MINUTE);
	say(w, "packs: t50 %zu ms, t99 %zu ms, last %zu ms",
	    (size_t)tally_at(&is->packs, 500),
	    (size_t)tally_at(&is->packs, 990),
	    (size_t)tally_at(&is->packs, 1000));
	if (crowd_reached(w, w->paper[0], true) != crowd_up(w))
		world_fail(w, "not everybody has the packs", NULL);
	check_urgent(w);
	crowd_cost(w);
}

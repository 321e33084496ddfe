#include "proto/base/qerr.h"
#include "proto/object/feed_inner.h"

void
feed_keep(const struct feed *f, uint64_t n, struct feed_kept *ret)
{
	const struct entry *e = &f->entry[n - 1];

	*ret = (struct feed_kept){
	    .leaf = e->leaf, .hash = e->hash, .charter = e->charter};
	ret->n_signer = feed_signers(f, e, ret->signer);
}

int
feed_take_up(struct feed *f, const struct feed_kept *k)
{
	struct entry *e;
	int err;

	if (k->charter > feed_named_max(f))
		return QERR_CHARTER;
	if ((err = feed_reserve(f, 1)) != 0 ||
	    (err = feed_may_sign(f, k->signer[0], k->n_signer, f->n + 1)) !=
		0 ||
	    (err = feed_set_signers(f, &f->entry[f->n], k->signer[0],
		 k->n_signer)) != 0)
		return err;
	e = &f->entry[f->n];
	e->leaf = k->leaf;
	e->hash = k->hash;
	e->charter = k->charter;
	f->n++;
	return 0;
}

int
feed_taken_up(struct feed *f, const struct history *h)
{
	if (h->n != f->n)
		return QERR_CHAIN;
	if (!feed_holds_pin(f))
		return QERR_PINNED;
	f->history = *h;
	return 0;
}

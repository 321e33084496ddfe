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

static int
take_up(struct feed *f, const struct feed_kept *k)
{
	struct entry *e = &f->entry[f->n];
	int err;

	if (k->charter > feed_named_max(f))
		return QERR_CHARTER;
	if ((err = feed_may_sign(f, k->signer[0], k->n_signer, f->n + 1)) !=
		0 ||
	    (err = feed_set_signers(f, e, k->signer[0], k->n_signer)) != 0)
		return err;
	e->leaf = k->leaf;
	e->hash = k->hash;
	e->charter = k->charter;
	f->n++;
	return 0;
}

int
feed_take_up(struct feed *f, const struct feed_kept *kept, size_t n,
    const struct history *h)
{
	int err = f->n > 0 || h->n != n ? QERR_CHAIN : feed_reserve(f, n);

	for (size_t i = 0; i < n && err == 0; i++)
		err = take_up(f, &kept[i]);
	if (err == 0 && !feed_holds_pin(f))
		err = QERR_PINNED;
	if (err == 0)
		f->history = *h;
	else
		feed_cut(f, 0);
	return err;
}

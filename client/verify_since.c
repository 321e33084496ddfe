#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "client/home.h"
#include "client/verify.h"
#include "proto/base/text.h"

/*
 * What became of an article since: a capsule is good for ever, and does not know.  A home
 * that follows its feed does; where there is none, or it cannot be used, nothing is said.
 */
struct looking {
	const struct id *feed;
	const struct article *shown;
	struct library *library;
	struct verify_since *ret;
};

static int
on_article(void *arg, const struct index_article *x)
{
	struct looking *k = arg;
	struct verify_since *s = k->ret;
	struct library_article r;

	if (!id_eq(&x->feed, k->feed) || x->revision <= k->shown->revision ||
	    x->status == ARTICLE_NEW)
		return 0;
	s->status = x->status;
	snprintf(s->note, sizeof(s->note), "%s", x->note);
	if (library_look(k->library, x, &r) == 0)
		page_since(s->day, &r.article, &r.header);
	return 0;
}

/* Nothing is made, and an index that is not there is not filled for this. */
static bool
begin(struct home *h, const struct app *a)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/index.sqlite", a->state);
	if (a->state[0] == '\0' || access(path, F_OK) != 0 ||
	    store_open(&h->store, a->state, true) != 0 ||
	    index_open(&h->index, h->store) != 0)
		return false;
	h->library = library_new(h->store, h->index);
	return h->library != NULL;
}

void
verify_since(const struct verify *v, const struct id *feed,
    const struct article *a, struct verify_since *ret)
{
	char ref[HEX_LEN(ARTICLE_ID_LEN) + 1];
	struct home h = {0};
	struct looking k = {feed, a, NULL, ret};
	struct article_id id;

	*ret = (struct verify_since){.status = ARTICLE_NEW};
	article_id(&id, feed, a->name);
	hex_encode(ref, id.b, sizeof(id.b));
	if (begin(&h, v->a)) {
		k.library = h.library;
		(void)index_find(h.index, ref, on_article, &k);
	}
	home_close(&h);
}

#include <stdio.h>

#include "daemon/press/press.h"
#include "proto/base/text.h"

/*
 * Packs are put into the store before a header names them, and the node's next commit
 * makes them durable.  Whoever is killed between finds here which they were: nothing else
 * knows them, and so they would stay for ever, whatever is taken back of what they say.
 */
#define NAME_MAX_STAGED (sizeof("staged-") + ID_TEXT_LEN)
#define ROOTS_MAX       ((size_t)64 * 1024)

static void
file_name(char ret[NAME_MAX_STAGED], const struct publisher *p)
{
	char feed[ID_TEXT_LEN + 1];

	id_text(feed, &p->feed);
	snprintf(ret, NAME_MAX_STAGED, "staged-%s", feed);
}

int
press_stage(struct publisher *p, const struct id *root, struct bytes data)
{
	struct tree_name t = {.kind = TREE_PACK, .id = *root};
	char name[NAME_MAX_STAGED];
	int r;

	if (!p->staged)
		p->lost = store_lost(p->store);
	p->staged = true;
	file_name(name, p);
	r = store_append_file(p->store, name,
	    bytes_of(root->b, sizeof(root->b)));
	return r == 0 ? store_put(p->store, &t, data, false) : r;
}

void
press_staged_named(struct publisher *p)
{
	char name[NAME_MAX_STAGED];

	file_name(name, p);
	if (p->staged)
		(void)store_remove_file(p->store, name);
	p->staged = false;
}

static bool
is_announced(const struct publisher *p, const struct id *root)
{
	for (size_t i = 0; i < p->shelf.n; i++)
		if (!p->shelf.pack[i].dead &&
		    id_eq(&p->shelf.pack[i].e.root, root))
			return true;
	return false;
}

void
press_staged_sweep(struct publisher *p)
{
	struct tree_name t = {.kind = TREE_PACK};
	char name[NAME_MAX_STAGED];
	struct buf b;

	buf_init(&b, 0);
	file_name(name, p);
	if (store_get_file(p->store, name, &b, ROOTS_MAX * sizeof(t.id.b)) ==
	    0) {
		for (size_t at = 0; at + sizeof(t.id.b) <= b.n;
		     at += sizeof(t.id.b)) {
			memcpy(t.id.b, b.p + at, sizeof(t.id.b));
			if (!is_announced(p, &t.id))
				(void)store_forget(p->store, &t);
		}
		(void)store_remove_file(p->store, name);
	}
	p->staged = false;
	buf_done(&b);
}

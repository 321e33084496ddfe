#include "proto/base/qerr.h"
#include "proto/host/drive_inner.h"
#include "proto/host/held.h"
#include "proto/host/log.h"

/* From the disk into the node, before its first step. */

static void
restore_packs(struct node *n, struct store *s, const struct id *feed)
{
	struct node_pack p;
	size_t at = 0;

	while (node_next_pack(n, feed, &at, &p)) {
		struct tree_name t = {.kind = TREE_PACK, .id = p.root};
		bool whole = !p.held && store_has(s, &t);
		struct buf bits;

		buf_init(&bits, 0);
		if (whole ||
		    (!p.held && store_partial(s, &p.root, p.size, &bits))) {
			if (p.alive)
				node_restore_pack(n, &p.root,
				    whole ? NULL : bits.p);
			else
				store_forget(s, &t); /* a crash left it */
		}
		buf_done(&bits);
	}
}

static int
restore_proofs(struct node *n, struct store *s, const struct id *feed)
{
	struct buf b, ends;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = store_proofs(s, feed, &b, &ends);
	for (size_t i = 0; i < ends.n / 4 && err == 0; i++) {
		err = node_restore_proof(n, feed,
		    bytes_part(buf_bytes(&b), buf_bytes(&ends), i));
		err = qerr_is_fatal(err) ? err : 0;
	}
	buf_done(&b);
	buf_done(&ends);
	return err;
}

static int
header_at(const void *arg, size_t i, struct header *ret)
{
	return row_header(arg, i, ret);
}

/* A reader, who tells nobody of the head, does without its file. */
static int
restore_feed(struct node *n, struct feed *f, const struct node_policy *policy,
    const struct row *r)
{
	struct node_headers h = {.n = r->n, .at = header_at, .arg = r};

	if (r->n > r->n_kept)
		h.head = row_file(r, r->n - 1);
	return node_restore_feed(n, f, policy, &h);
}

/* The node knows which packs are here since it fell asleep. */
int
drive_wake(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy, struct row *ret_kept)
{
	struct feed *f = feed_new(feed);
	struct held h;
	int err;

	if (f == NULL)
		return QERR_NOMEM;
	if ((err = held_load(&h, s, f, ret_kept != NULL)) == 0)
		err = restore_feed(n, f, policy, &h.row);
	else
		feed_free(f);
	if (ret_kept != NULL) {
		*ret_kept = h.row;
		row_init(&h.row);
	}
	held_done(&h);
	return err == 0 ? restore_proofs(n, s, feed) : err;
}

int
drive_restore(struct node *n, struct store *s, const struct id *feed,
    const struct node_policy *policy, struct row *ret_kept)
{
	int err = drive_wake(n, s, feed, policy, ret_kept);

	if (err == 0)
		restore_packs(n, s, feed);
	return err;
}

int
drive_keep(struct node *n, struct store *s, const struct id *feed,
    struct row *kept)
{
	struct feed *f = node_feed(n, feed);

	return f == NULL ? QERR_ABSENT : store_keep_headers(s, f, kept);
}

int
drive_remember(struct node *n, struct store *s)
{
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = store_get_file(s, DRIVE_MEMORY, &b, DRIVE_MEMORY_MAX);
	if (err == 0)
		err = node_restore_memory(n, buf_bytes(&b));
	if (err != 0 && err != QERR_ABSENT && err != QERR_NOMEM)
		log_error("the file " DRIVE_MEMORY
			  " in the state folder %s: whom this node met is "
			  "forgotten",
		    qerr_str(err));
	buf_wipe(&b);
	return err == QERR_NOMEM ? err : 0;
}

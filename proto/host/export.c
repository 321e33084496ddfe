#include <errno.h>

#include "proto/base/map.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/import.h"
#include "proto/host/shelf.h"
#include "proto/object/bundle.h"
#include "proto/object/proof.h"

/* Writing a bundle, PROTOCOL.md §9. */

struct export
{
	struct store *store;
	unsigned tiers;
	int fd;
	struct buf b, file;
	struct map *packs; /* that are written */
};

static int
flush(struct export *x)
{
	int err = buf_err(&x->b);

	if (err == 0 && file_write_all(x->fd, buf_bytes(&x->b)) != 0)
		err = errno == ENOSPC ? QERR_NOSPACE : QERR_IO;
	buf_clear(&x->b);
	return err;
}

static int
put_file(struct export *x, const struct tree_name *t, const struct buf *file)
{
	char path[TREE_PATH_MAX];

	if (buf_err(file) != 0)
		return buf_err(file);
	tree_path(path, t);
	bundle_header(&x->b, path, file->n);
	buf_put(&x->b, file->p, file->n);
	bundle_pad(&x->b, file->n);
	return flush(x);
}

static int
put(struct export *x, const struct tree_name *t)
{
	int err;

	buf_clear(&x->file);
	err = store_get(x->store, t, &x->file);
	return err != 0 ? err : put_file(x, t, &x->file);
}

static int
put_fork(struct export *x, const struct id *feed)
{
	struct tree_name t = {.kind = TREE_CHARTERS, .id = *feed};
	int err = put(x, &t);

	return err == QERR_ABSENT ? 0 : err;
}

static int
put_proofs(struct export *x, const struct id *feed)
{
	struct tree_name t = {.kind = TREE_PROOF, .id = *feed};
	struct buf b, ends;
	int err;

	buf_init(&b, 0);
	buf_init(&ends, 0);
	err = store_proofs(x->store, feed, &b, &ends);
	for (size_t i = 0; i < ends.n / 4 && err == 0; i++) {
		struct bytes one, other;
		struct header h;

		if (proof_decode(bytes_part(buf_bytes(&b), buf_bytes(&ends), i),
			&one, &other) == 0 &&
		    header_peek(&h, one) == 0) {
			t.number = h.number;
			err = put(x, &t);
		}
	}
	buf_done(&b);
	buf_done(&ends);
	return err == QERR_ABSENT ? 0 : err;
}

/* All of a kind, by number; returns through |last| the last one. */
static int
put_row(struct export *x, enum tree_kind kind, const struct id *feed,
    uint64_t *last)
{
	struct tree_name t = {.kind = kind, .id = *feed, .number = 1};
	int err;

	while ((err = put(x, &t)) == 0)
		t.number++;
	*last = t.number - 1;
	return err == QERR_ABSENT ? 0 : err;
}

/* A pack may be announced again, as by what a retraction leaves: it is once here. */
static int
put_pack(struct export *x, const struct id *root)
{
	struct tree_name t = {.kind = TREE_PACK, .id = *root};
	int err;

	if (map_get(x->packs, root) != NULL)
		return 0;
	err = put(x, &t);
	if (err == QERR_ABSENT)
		return 0; /* a part of a tree is a tree */
	return err != 0 ? err : map_put(x->packs, root, x);
}

/* All that |row|, which has |ends|, announces. */
static int
fill_shelf(struct shelf *s, struct bytes row, struct bytes ends)
{
	struct header h;
	int err = 0;

	for (size_t i = 0; i < ends.n / 4 && err == 0; i++) {
		err = header_peek(&h, bytes_part(row, ends, i));
		if (err == 0)
			err = shelf_add(s, &h);
	}
	return err;
}

static int
put_packs(struct export *x, const struct id *feed, unsigned tier)
{
	static const struct reading_key none;
	struct buf row, ends;
	struct shelf s;
	int err;

	shelf_init(&s, x->store, feed, &none);
	buf_init(&row, 0);
	buf_init(&ends, 0);
	err = store_headers(x->store, feed, &row, &ends);
	if (err == 0)
		err = fill_shelf(&s, buf_bytes(&row), buf_bytes(&ends));
	buf_done(&row);
	buf_done(&ends);
	for (size_t i = 0; i < s.n && err == 0; i++)
		if (!s.pack[i].dead && s.pack[i].e.tier == tier)
			err = put_pack(x, &s.pack[i].e.root);
	shelf_done(&s);
	return err;
}

/* What is in front of the head, which is |head|. */
static int
put_rows(struct export *x, const struct id *feed, const struct buf *head)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = *feed};
	uint64_t last, n = 0;
	int err = put_row(x, TREE_CHARTER, feed, &last);

	if (err == 0)
		err = put_fork(x, feed);
	if (err == 0)
		err = put_proofs(x, feed);
	if (err == 0)
		err = put_row(x, TREE_ISSUES, feed, &n);
	return err == 0 && n > 0 && head->n > 0 ? put_file(x, &t, head) : err;
}

static int
put_feed(void *arg, const struct id *feed)
{
	struct export *x = arg;
	struct tree_name t = {.kind = TREE_HEAD, .id = *feed};
	struct buf head;
	int err;

	/* First, for what it needs is there before it, and a daemon may go on meanwhile. */
	buf_init(&head, 0);
	err = store_get(x->store, &t, &head);
	if (err == 0 || err == QERR_ABSENT)
		err = put_rows(x, feed, &head);
	buf_done(&head);
	for (unsigned tier = 0; tier < TIERS && err == 0; tier++)
		if ((x->tiers >> tier & 1) != 0)
			err = put_packs(x, feed, tier);
	return err;
}

int
export_bundle(struct store *s, const struct id *feed, unsigned tiers, int fd)
{
	struct export x = {
	    .store = s, .tiers = tiers, .fd = fd, .packs = map_new(0)};
	int err;

	if (x.packs == NULL)
		return QERR_NOMEM;
	buf_init(&x.b, 0);
	buf_init(&x.file, 0);
	err = feed != NULL ? put_feed(&x, feed) : store_feeds(s, put_feed, &x);
	if (err == 0) {
		bundle_end(&x.b);
		err = flush(&x);
	}
	buf_done(&x.b);
	buf_done(&x.file);
	map_free(x.packs);
	return err;
}

#include "proto/host/store_row.h"

#include <sodium.h>
#include <string.h>

#include "proto/host/held.h"
#include "tests/unit/host/place.h"
#include "tests/unit/host/press.h"

static char path[256];

/* Read all anew; returns how many headers the row had, out of |n| in all. */
static size_t
load(struct store *s, const struct press *p, size_t n, struct feed **ret_feed,
    struct row *ret_row)
{
	struct feed *f = feed_new(&p->feed);
	struct held h;

	check(f != NULL && held_load(&h, s, f, true) == 0);
	check(h.row.n == n && feed_head(f) == n && h.n_charter == 1);
	*ret_row = h.row;
	row_init(&h.row);
	held_done(&h);
	*ret_feed = f;
	return (size_t)ret_row->end.n;
}

static void
same_pack(const struct pack_entry *a, const struct pack_entry *b)
{
	check(a->tier == b->tier && a->only == b->only);
	check(id_eq(&a->root, &b->root) && id_eq(&a->contents, &b->contents));
	check(a->size == b->size && a->raw == b->raw && a->count == b->count);
	check(a->first == b->first && a->last == b->last);
	check(a->base == b->base);
}

/* Header |i| of both, wherever it came from. */
static void
same_header(const struct row *a, const struct row *b, size_t i)
{
	struct header x, y;
	struct id p, q;

	check(row_header(a, i, &x) == 0 && row_header(b, i, &y) == 0);
	check(row_leaf(a, i, &p) == 0 && row_leaf(b, i, &q) == 0);
	check(id_eq(&p, &q) && id_eq(&x.feed, &y.feed));
	check(x.number == i + 1 && y.number == i + 1);
	check(x.charter == y.charter && x.m == y.m);
	check(x.time == y.time && x.next == y.next && x.n_pack == y.n_pack);
	check(memcmp(x.signer, y.signer, x.m * KEY_ID_LEN) == 0);
	for (size_t k = 0; k < x.n_pack; k++)
		same_pack(&x.pack[k], &y.pack[k]);
}

/* What came is kept, and |r| is as if it had been read. */
static void
keep(struct store *s, struct feed *f, struct row *r)
{
	struct row again;

	check(store_keep_headers(s, f, r) == 0);
	check(r->n == feed_head(f) && r->end.n == r->n);
	row_init(&again);
	check(store_headers_kept(s, feed_id(f), &again) == 0);
	check(again.n == r->n);
	check(memcmp(&again.end, &r->end, sizeof(r->end)) == 0);
	check(again.n_kept == again.n);
	for (size_t i = 0; i < r->n; i++)
		same_header(&again, r, i);
	row_done(&again);
	row_done(r);
	feed_free(f);
}

/* The same headers as in the tree, and a feed that goes on from them. */
static void
same(struct store *s, const struct press *p, size_t n)
{
	struct feed *a = feed_new(&p->feed), *b = feed_new(&p->feed);
	struct held h, kept;
	struct id x, y;

	check(held_load(&h, s, a, false) == 0);
	check(held_load(&kept, s, b, true) == 0);
	check(h.row.n == n && h.row.n_kept == 0);
	check(kept.row.n == n && kept.row.n_kept == n);
	for (size_t i = 0; i < n; i++) {
		same_header(&h.row, &kept.row, i);
		check(id_eq(feed_leaf(a, i + 1), feed_leaf(b, i + 1)));
		check(id_eq(feed_hash(a, i + 1), feed_hash(b, i + 1)));
	}
	history_root(feed_history(a), &x);
	history_root(feed_history(b), &y);
	check(id_eq(&x, &y));
	held_done(&h);
	held_done(&kept);
	feed_free(a);
	feed_free(b);
}

/* Headers are kept in stretches, and read as if they came from the tree. */
static void
stretches(struct store *s, struct press *p)
{
	struct row r, again;
	struct bytes file;
	struct feed *f;

	check(load(s, p, 5, &f, &r) == 0);
	keep(s, f, &r);
	same(s, p, 5);
	print(p, s, 0); /* behind the row */
	print(p, s, 0);
	check(load(s, p, 7, &f, &r) == 5);
	keep(s, f, &r);
	same(s, p, 7);
	/* What came while it was open. */
	check(load(s, p, 7, &f, &r) == 7);
	print(p, s, 0);
	row_init(&again);
	check(store_headers_kept(s, &p->feed, &again) == 0 && again.n == 8);
	file = row_file(&again, 7);
	check(feed_add_headers(f, &file, 1) == 0);
	row_done(&again);
	keep(s, f, &r);
	same(s, p, 8);
	/* With nothing new nothing is written. */
	check(unlink(path) == 0 && load(s, p, 8, &f, &r) == 0);
	keep(s, f, &r);
	check(load(s, p, 8, &f, &r) == 8 && unlink(path) == 0);
	check(store_keep_headers(s, f, &r) == 0 && access(path, F_OK) != 0);
	row_done(&r);
	feed_free(f);
}

/* What is damaged, and all behind it, comes from the tree; and is kept again. */
static void
damage(struct store *s, struct press *p)
{
	static const size_t whole[] = {0, 8, 8, 8};
	struct buf row = {0}, bad = {0};
	struct feed *f;
	struct row r;

	check(load(s, p, 8, &f, &r) == 0);
	keep(s, f, &r);
	print(p, s, 0);
	check(load(s, p, 9, &f, &r) == 8);
	keep(s, f, &r);
	check(file_read(&row, AT_FDCWD, path, 100000) == 0);
	for (size_t i = 0; i < 4; i++) {
		buf_clear(&bad);
		buf_put(&bad, row.p, row.n - (i == 3));
		if (i <
		    3) /* the first byte, one of the second stretch, the last */
			bad.p[i == 1 ? row.n - 200 : i / 2 * (row.n - 1)] ^= 1;
		check(file_write(AT_FDCWD, path, buf_bytes(&bad), 0600) == 0);
		check(load(s, p, 9, &f, &r) == whole[i]);
		keep(s, f, &r);
		same(s, p, 9);
	}
	buf_done(&row);
	buf_done(&bad);
}

/* The row goes with any of its headers, and does not come back. */
static void
gone(struct store *s, struct press *p)
{
	struct buf row = {0};
	struct feed *f;
	struct row r;

	check(file_read(&row, AT_FDCWD, path, 100000) == 0);
	check(load(s, p, 9, &f, &r) == 9);
	check(store_forget_headers(s, &p->feed, 4) == 0);
	check(access(path, F_OK) != 0);
	feed_cut(f, 3);
	check(store_keep_headers(s, f, &r) == 0 && r.n == 0);
	check(access(path, F_OK) != 0);
	feed_free(f);
	/* An old one whose last header is not in the tree is none. */
	check(file_write(AT_FDCWD, path, buf_bytes(&row), 0600) == 0);
	check(load(s, p, 3, &f, &r) == 0);
	/* What the tree lacks is not kept. */
	check(store_forget_headers(s, &p->feed, 3) == 0);
	row_cut(&r, 0);
	check(store_keep_headers(s, f, &r) == 0 && r.n == 0);
	check(access(path, F_OK) != 0);
	feed_free(f);
	buf_done(&row);
}

/* Charters that were checked with the row are not checked again; others are. */
static void
charters(struct store *s, struct press *p)
{
	struct id none = {{0}};
	struct feed *f;
	struct held h;
	struct row r;

	check(load(s, p, 2, &f, &r) == 0 && id_eq(&r.end.charters, &none));
	keep(s, f, &r);
	check(load(s, p, 2, &f, &r) == 2 && !id_eq(&r.end.charters, &none));
	row_done(&r);
	feed_free(f);
	same(s, p, 2);
	/* A signature that is none: the row does not vouch for it. */
	p->charter.p[p->charter.n - 1] ^= 1;
	put(s, TREE_CHARTER, &p->feed, 1, buf_bytes(&p->charter));
	check(store_commit(s) == 0);
	f = feed_new(&p->feed);
	check(held_load(&h, s, f, true) == 0 && h.n_charter == 0);
	check(feed_head(f) == 0 && h.row.n == 0);
	held_done(&h);
	feed_free(f);
}

/* A press whose issues |m| keys sign, and a store that has its charter. */
static struct store *
begin(struct press *p, unsigned m)
{
	char id[ID_TEXT_LEN + 1];
	struct store *s = fresh();

	press_open(p, 7, m);
	id_text(id, &p->feed);
	snprintf(path, sizeof(path), "%s/row-%s", place_dir, id);
	put(s, TREE_CHARTER, &p->feed, 1, buf_bytes(&p->charter));
	return s;
}

static void
feed_of(unsigned m)
{
	struct press p;
	struct store *s = begin(&p, m);

	for (int i = 0; i < 5; i++)
		print(&p, s, 0);
	stretches(s, &p);
	damage(s, &p);
	gone(s, &p);
	charters(s, &p);
	store_close(s);
	buf_done(&p.charter);
}

/* A charter that came meanwhile lets all but the first die. */
static void
verdict(unsigned m)
{
	struct buf body = {0}, file = {0};
	struct press p, q;
	struct store *s = begin(&p, m);
	struct feed *f;
	struct held h;
	struct row r;

	for (int i = 0; i < 3; i++)
		print(&p, s, 0);
	check(load(s, &p, 3, &f, &r) == 0);
	keep(s, f, &r);
	press_new(&q, 9);
	p.c.version = 2;
	p.c.previous = p.feed;
	p.c.key[0].to = 1;
	p.c.key[p.c.n_key++] = (struct charter_key){q.k.pub, 2, UINT64_MAX};
	check(charter_encode(&body, &p.c) == 0);
	check(charter_sign(&file, buf_bytes(&body), (struct bytes){0}, NULL,
		  &p.k) == 0);
	put(s, TREE_CHARTER, &p.feed, 2, buf_bytes(&file));
	check(store_commit(s) == 0);
	f = feed_new(&p.feed);
	check(held_load(&h, s, f, true) == 0 && h.n_charter == 2);
	check(h.row.n == 1 && h.row.n_kept == 0 && feed_head(f) == 1);
	check(access(path, F_OK) != 0);
	check(store_has(s,
	    &(struct tree_name){TREE_ISSUE, .id = p.feed, .number = 1}));
	check(!store_has(s,
	    &(struct tree_name){TREE_ISSUE, .id = p.feed, .number = 2}));
	held_done(&h);
	feed_free(f);
	store_close(s);
	buf_done(&body);
	buf_done(&file);
	buf_done(&p.charter);
	buf_done(&q.charter);
}

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	feed_of(1);
	feed_of(2);
	verdict(1);
	verdict(2);
	place_done();
	return 0;
}

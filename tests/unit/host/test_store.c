#include "proto/host/store.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/store_row.h"
#include "proto/object/header.h"
#include "proto/object/history.h"
#include "proto/object/merkle.h"
#include "tests/lib/check.h"
#include "tests/unit/host/press.h"

#define BIG (3 * PIECE_SIZE + 100)

static char top[] = "/tmp/quire-store-XXXXXX", dir[64];
static unsigned stores;

static struct store *
open_again(struct store *s)
{
	store_close(s);
	check(store_open(&s, dir, false) == 0);
	return s;
}

static struct store *
fresh(void)
{
	struct store *s;

	snprintf(dir, sizeof(dir), "%s/%u", top, stores++);
	check(store_open(&s, dir, false) == 0);
	return s;
}

static bool
holds(struct store *s, const struct tree_name *t, const char *text)
{
	struct buf b = {0};
	bool same = store_get(s, t, &b) == 0 &&
		    bytes_eq(buf_bytes(&b), bytes_str(text));

	buf_done(&b);
	return same;
}

static void
nothing_before_a_commit(void)
{
	struct tree_name t = {.kind = TREE_CHARTER, .id = {{1}}, .number = 1};
	struct store *s = fresh(), *reader;

	check(store_put(s, &t, bytes_str("one"), false) == 0);
	check(!store_has(s, &t));
	s = open_again(s);
	check(!store_has(s, &t));
	check(store_put(s, &t, bytes_str("one"), false) == 0);
	check(store_commit(s) == 0);
	check(holds(s, &t, "one"));
	s = open_again(s);
	check(holds(s, &t, "one"));

	/* One writer; readers come as they like, and change nothing. */
	check(store_open(&reader, dir, false) == QERR_AGAIN);
	check(store_open(&reader, dir, true) == 0);
	check(holds(reader, &t, "one"));
	check(store_put(reader, &t, bytes_str("two"), false) < 0);
	check(store_commit(reader) < 0 && store_forget(reader, &t) < 0);
	store_close(reader);
	check(store_forget(s, &t) == 0 && !store_has(s, &t));
	check(store_forget(s, &t) == 0);
	store_close(s);
}

static void
what_lies_there_is_not_trusted(void)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = {{2}}, .number = 1};
	char path[TREE_PATH_MAX + 80], name[TREE_PATH_MAX];
	struct store *s = fresh();
	struct buf b = {0};
	uint8_t *large = calloc(1, HEADER_FILE_MAX + 1);

	check(large != NULL);
	check(store_put(s, &t, bytes_str("x"), true) == 0);
	check(store_commit(s) == 0);
	tree_path(name, &t);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	/* Too large, a pipe, a folder: as if it were not there, or an error. */
	check(file_write(AT_FDCWD, path, bytes_of(large, HEADER_FILE_MAX + 1),
		  0600) == 0);
	check(store_get(s, &t, &b) == QERR_TOOBIG);
	check(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	check(store_get(s, &t, &b) == QERR_ABSENT);
	check(unlink(path) == 0 && mkdir(path, 0700) == 0);
	check(store_get(s, &t, &b) == QERR_ABSENT);
	buf_done(&b);
	free(large);
	store_close(s);
}

static void
packs_come_in_pieces(void)
{
	static uint8_t noise[BIG];
	struct tree_name t = {.kind = TREE_PACK, .id = {{3}}};
	struct store *s = fresh();
	struct buf b = {0};

	randombytes_buf(noise, sizeof(noise));
	check(!store_partial(s, &t.id, BIG, &b));
	for (size_t i = 0; i < 3; i++)
		check(store_put_piece(s, &t.id, BIG, i,
			  bytes_of(noise + i * PIECE_SIZE, PIECE_SIZE),
			  false) == 0);
	check(store_put_piece(s, &t.id, BIG, 4, bytes_of(noise, 1), false) ==
	      QERR_RANGE);
	check(store_put_piece(s, &t.id, BIG, 3, bytes_of(noise, 99), false) ==
	      QERR_RANGE);
	check(store_commit(s) == 0);
	s = open_again(s);
	check(!store_has(s, &t));
	check(store_partial(s, &t.id, BIG, &b) && b.n == 1 && b.p[0] == 7);
	buf_clear(&b);
	check(!store_partial(s, &t.id, BIG - 1, &b)); /* of another size */
	check(store_get_piece(s, &t.id, 3, &b) == QERR_ABSENT);
	check(store_get_piece(s, &t.id, 1, &b) == 0);
	check(b.n == PIECE_SIZE &&
	      memcmp(b.p, noise + PIECE_SIZE, PIECE_SIZE) == 0);
	check(store_put_piece(s, &t.id, BIG, 3,
		  bytes_of(noise + 3 * PIECE_SIZE, 100), true) == 0);
	check(store_commit(s) == 0);
	buf_clear(&b);
	check(store_has(s, &t) && store_get(s, &t, &b) == 0);
	check(bytes_eq(buf_bytes(&b), bytes_of(noise, BIG)));
	check(store_used(s) == BIG);
	check(store_forget(s, &t) == 0 && store_used(s) == 0);
	buf_done(&b);
	store_close(s);
}

/* A pack that was never seen before, of a folder that is new as well. */
static void
new_folders_are_seen(void)
{
	struct store *s = fresh();
	struct tree_name t = {.kind = TREE_PACK};

	for (int i = 0; i < 40; i++) {
		t.id.b[0] = (uint8_t)(i * 6);
		check(!store_has(s, &t));
		check(store_put(s, &t, bytes_str("pack"), false) == 0);
		check(store_commit(s) == 0);
		check(store_has(s, &t));
	}
	store_close(s);
}

/* Headers of which all are kept in a row, and what spoils it. */
static void
rows(void)
{
	struct store *s = fresh();
	struct buf files = {0}, ends = {0}, kept = {0}, kept_ends = {0};
	struct buf leaves = {0}, got = {0};
	struct id leaf;
	struct press p;
	char path[256], id[ID_TEXT_LEN + 1];
	size_t at = 0;

	press_new(&p, 7);
	put(s, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	for (int i = 0; i < 5; i++)
		print(&p, s, 0);
	check(store_headers(s, &p.feed, &files, &ends) == 0 && ends.n == 4 * 5);
	for (size_t i = 0; i < 5; i++) {
		size_t end = load_le32(ends.p + 4 * i);

		history_leaf(&leaf, bytes_of(files.p + at, end - at));
		buf_put(&leaves, leaf.b, sizeof(leaf.b));
		at = end;
	}
	check(store_keep_headers(s, &p.feed, buf_bytes(&files),
		  buf_bytes(&ends), buf_bytes(&leaves)) == 0);
	print(&p, s, 0); /* one more, behind the row */
	check(store_headers_kept(s, &p.feed, &kept, &kept_ends, &got) == 0);
	check(kept_ends.n == 4 * 6 && got.n == 32 * 5);
	check(memcmp(kept.p, files.p, files.n) == 0);
	check(bytes_eq(buf_bytes(&got), buf_bytes(&leaves)));

	/* Damaged, it is none; then all come from the tree. */
	id_text(id, &p.feed);
	snprintf(path, sizeof(path), "%s/row-%s", dir, id);
	for (int i = 0; i < 3; i++) {
		struct buf row = {0};

		check(file_read(&row, AT_FDCWD, path, 100000) == 0);
		row.p[(size_t)i * (row.n - 1) / 2] ^= 1;
		check(file_write(AT_FDCWD, path, buf_bytes(&row), 0600) == 0);
		buf_clear(&kept);
		buf_clear(&kept_ends);
		buf_clear(&got);
		check(store_headers_kept(s, &p.feed, &kept, &kept_ends, &got) ==
		      0);
		check(kept_ends.n == 4 * 6 && got.n == 0);
		row.p[(size_t)i * (row.n - 1) / 2] ^= 1;
		check(file_write(AT_FDCWD, path, buf_bytes(&row), 0600) == 0);
		buf_done(&row);
	}
	/* With its last header gone it is none either. */
	check(store_forget_headers(s, &p.feed, 4) == 0);
	check(access(path, F_OK) != 0);
	check(store_keep_headers(s, &p.feed, buf_bytes(&files),
		  buf_bytes(&ends), buf_bytes(&leaves)) == 0);
	buf_clear(&kept);
	buf_clear(&kept_ends);
	buf_clear(&got);
	check(store_headers_kept(s, &p.feed, &kept, &kept_ends, &got) == 0);
	check(kept_ends.n == 4 * 3 && got.n == 0);
	store_close(s);
	buf_done(&files);
	buf_done(&ends);
	buf_done(&kept);
	buf_done(&kept_ends);
	buf_done(&leaves);
	buf_done(&got);
	buf_done(&p.charter);
}

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st;
	(void)what;
	(void)at;
	return remove(path);
}

int
main(void)
{
	check(sodium_init() >= 0 && mkdtemp(top) != NULL);
	log_init("test", LOG_LEVEL_ERROR);
	nothing_before_a_commit();
	what_lies_there_is_not_trusted();
	packs_come_in_pieces();
	new_folders_are_seen();
	rows();
	check(nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
	return 0;
}

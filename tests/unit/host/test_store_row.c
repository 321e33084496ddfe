#include "proto/host/store_row.h"

#include <sodium.h>
#include <string.h>

#include "proto/object/history.h"
#include "tests/unit/host/place.h"
#include "tests/unit/host/press.h"

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
	snprintf(path, sizeof(path), "%s/row-%s", place_dir, id);
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

int
main(void)
{
	check(sodium_init() >= 0);
	place_init();
	rows();
	place_done();
	return 0;
}

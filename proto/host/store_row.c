#include "proto/host/store_row.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/header.h"
#include "proto/object/tree.h"

/*
 * The file: count u32le; of each header its end u32le and its leaf; the files; and
 * BLAKE2b-256 over all that.  It is ours alone and says nothing to others.
 */
#define ROW_MAX   (512u * 1024 * 1024)
#define ENTRY_LEN (4 + 32)
#define SUM_LEN   32
#define NAME_LEN  (4 + ID_TEXT_LEN + 1)

static void
row_name(char dst[NAME_LEN], const struct id *feed)
{
	char text[ID_TEXT_LEN + 1];

	id_text(text, feed);
	snprintf(dst, NAME_LEN, "row-%s", text);
}

static void
sum(uint8_t dst[SUM_LEN], struct bytes v)
{
	crypto_generichash(dst, SUM_LEN, v.p, v.n, NULL, 0);
}

/* The number of headers in |v|, which is a whole row; 0 if it is none. */
static size_t
row_check(struct bytes v)
{
	uint8_t want[SUM_LEN];
	uint32_t n, end = 0;
	size_t head;

	if (v.n < 4 + SUM_LEN)
		return 0;
	sum(want, bytes_of(v.p, v.n - SUM_LEN));
	if (sodium_memcmp(want, v.p + v.n - SUM_LEN, SUM_LEN) != 0)
		return 0;
	n = load_le32(v.p);
	if (n > (v.n - 4 - SUM_LEN) / ENTRY_LEN)
		return 0;
	head = 4 + (size_t)n * ENTRY_LEN;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t next = load_le32(v.p + 4 + i * ENTRY_LEN);

		if (next < end)
			return 0;
		end = next;
	}
	return end == v.n - head - SUM_LEN ? n : 0;
}

/* True if the tree has the last header of a row as it is in it. */
static bool
is_current(int dir, const struct id *feed, uint64_t number, struct bytes last)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = *feed, .number = number};
	char path[TREE_PATH_MAX];
	struct buf b;
	bool same;

	tree_path(path, &t);
	buf_init(&b, 0);
	same = file_read(&b, dir, path, HEADER_FILE_MAX) == 0 &&
	       bytes_eq(buf_bytes(&b), last);
	buf_done(&b);
	return same;
}

int
row_read(int dir, const struct id *feed, struct buf *b, struct buf *ends,
    struct buf *leaves)
{
	char name[NAME_LEN];
	struct buf file;
	size_t n = 0, at = 0, base = b->n;
	const uint8_t *entry, *first;
	int err;

	row_name(name, feed);
	buf_init(&file, 0);
	err = file_read(&file, dir, name, ROW_MAX);
	if (err == 0 && (n = row_check(buf_bytes(&file))) > 0) {
		entry = file.p + 4;
		first = entry + n * ENTRY_LEN;
		if (n > 1)
			at = load_le32(entry + (n - 2) * ENTRY_LEN);
		if (!is_current(dir, feed, n,
			bytes_of(first + at,
			    load_le32(entry + (n - 1) * ENTRY_LEN) - at)))
			n = 0;
	}
	for (size_t i = 0; i < n; i++, entry += ENTRY_LEN) {
		buf_put_le32(ends, (uint32_t)(base + load_le32(entry)));
		if (leaves != NULL)
			buf_put(leaves, entry + 4, 32);
	}
	if (n > 0)
		buf_put(b, first, file.n - SUM_LEN - (size_t)(first - file.p));
	buf_done(&file);
	if (err == QERR_NOMEM || buf_err(b) != 0 || buf_err(ends) != 0 ||
	    (leaves != NULL && buf_err(leaves) != 0))
		return QERR_NOMEM;
	return (int)n;
}

int
row_write(int dir, const struct id *feed, struct bytes files, struct bytes ends,
    struct bytes leaves)
{
	char name[NAME_LEN];
	uint8_t want[SUM_LEN];
	struct buf b;
	size_t n = ends.n / 4;
	int err;

	buf_init(&b, ROW_MAX);
	buf_put_le32(&b, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		buf_put(&b, ends.p + 4 * i, 4);
		buf_put(&b, leaves.p + 32 * i, 32);
	}
	buf_put(&b, files.p, files.n);
	sum(want, buf_bytes(&b));
	buf_put(&b, want, sizeof(want));
	row_name(name, feed);
	err = buf_err(&b);
	if (err == 0)
		err = file_write(dir, name, buf_bytes(&b), 0600);
	buf_done(&b);
	return err;
}

void
row_remove(int dir, const struct id *feed)
{
	char name[NAME_LEN];

	row_name(name, feed);
	unlinkat(dir, name, 0);
}

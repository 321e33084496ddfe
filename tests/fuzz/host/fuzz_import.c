#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/held.h"
#include "proto/host/import.h"
#include "proto/object/bundle.h"
#include "tests/unit/host/press.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A bundle of a feed that is good, with changes that the input names, four bytes each: what
 * comes out of it holds together, and is nothing but what was signed.
 */
#define ISSUES     3
#define EDITS_MAX  16
#define EDIT_BYTES 4

/* In memory, where there is such a place: syncing takes most of the time. */
static char in_memory[] = "/dev/shm/quire-fuzz-import-XXXXXX";
static char on_disk[] = "/tmp/quire-fuzz-import-XXXXXX";
static const char *top;
static char bundle[64], home[64];
static struct press p;
static struct buf good; /* the bundle */
static struct buf file[ISSUES];
static struct id root[ISSUES][2];

static int
remove_one(const char *path, const struct stat *st, int what, struct FTW *at)
{
	(void)st;
	(void)what;
	(void)at;
	return remove(path);
}

static void
clean(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
clean_all(void)
{
	clean(top);
}

/* Once: the feed, as a bundle. */
static void
begin(void)
{
	struct store *s;
	int fd;

	if ((top = mkdtemp(in_memory)) == NULL)
		top = mkdtemp(on_disk);
	check(top != NULL && atexit(clean_all) == 0);
	snprintf(bundle, sizeof(bundle), "%s/bundle", top);
	snprintf(home, sizeof(home), "%s/home", top);
	press_new(&p, 1);
	check(store_open(&s, home, false) == 0);
	put(s, TREE_CHARTER, &p.feed, 1, buf_bytes(&p.charter));
	for (unsigned i = 0; i < ISSUES; i++) {
		struct tree_name t = {
		    .kind = TREE_ISSUE, .id = p.feed, .number = i + 1};

		print(&p, s, 0);
		check(store_get(s, &t, &file[i]) == 0);
		root[i][0] = p.root[0];
		root[i][1] = p.root[1];
	}
	fd = open(bundle, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && export_bundle(s, NULL, 15, fd) == 0);
	close(fd);
	check(file_read(&good, AT_FDCWD, bundle, SIZE_MAX) == 0);
	store_close(s);
	clean(home);
}

/* A tar's block says again what its bytes come to. */
static void
sum_up(uint8_t *block)
{
	unsigned sum = 0;
	char text[8];

	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < BUNDLE_BLOCK; i++)
		sum += block[i];
	snprintf(text, sizeof(text), "%06o", sum);
	memcpy(block + 148, text, 7);
}

static void
edit(struct buf *b, const uint8_t e[EDIT_BYTES])
{
	size_t n = b->n / BUNDLE_BLOCK, i = load_le32(e) >> 8;
	uint8_t *block, one[BUNDLE_BLOCK];

	if (n == 0)
		return;
	i = (i & 0xffff) % n;
	block = b->p + i * BUNDLE_BLOCK;
	memcpy(one, block, sizeof(one));
	switch (e[0] % 6) {
	case 0:
	case 1: /* a bit, with a sum that fits or not */
		block[e[3] * 2 + (e[0] >> 3 & 1)] ^= 1 << (e[0] >> 4 & 7);
		if (e[0] % 6 == 1)
			sum_up(block);
		break;
	case 2: /* it is not there */
		memmove(block, block + BUNDLE_BLOCK,
		    (n - i - 1) * BUNDLE_BLOCK);
		b->n -= BUNDLE_BLOCK;
		break;
	case 3: /* it is there twice */
		buf_put(b, one, sizeof(one));
		block = b->p + i * BUNDLE_BLOCK;
		memmove(block + BUNDLE_BLOCK, block, (n - i) * BUNDLE_BLOCK);
		break;
	case 4: /* another stands there */
		memcpy(block, b->p + (i + e[3]) % n * BUNDLE_BLOCK,
		    BUNDLE_BLOCK);
		break;
	default: /* nothing follows */
		b->n = i * BUNDLE_BLOCK + e[3];
		break;
	}
}

static size_t
check_packs(struct store *s, unsigned i)
{
	size_t used = 0;
	struct id is;

	for (unsigned k = 0; k < 2; k++) {
		struct tree_name t = {.kind = TREE_PACK, .id = root[i][k]};
		struct buf b = {0};

		if (store_get(s, &t, &b) == 0) {
			merkle_pack_root(&is, buf_bytes(&b));
			check(id_eq(&is, &root[i][k]));
			used += b.n;
		}
		buf_done(&b);
	}
	return used;
}

/* All that is there was signed, and nothing else is. */
static void
check_store(struct store *s)
{
	struct feed *f = feed_new(&p.feed);
	struct tree_name t = {.kind = TREE_HEAD, .id = p.feed};
	struct held held;
	size_t used = 0;
	struct buf b = {0};

	check(f != NULL && held_load(&held, s, f, false) == 0);
	check(held.n_charter <= 1 && held.row.n <= ISSUES);
	check(held.row.n == feed_head(f));
	for (unsigned i = 0; i < held.row.n; i++) {
		check(bytes_eq(row_file(&held.row, i), buf_bytes(&file[i])));
		used += check_packs(s, i);
	}
	check(store_used(s) == used);
	if (held.row.n > 0)
		check(store_get(s, &t, &b) == 0 &&
		      bytes_eq(buf_bytes(&b),
			  buf_bytes(&file[held.row.n - 1])));
	buf_done(&b);
	held_done(&held);
	feed_free(f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct import_config all = {.tiers = 15, .volumes = true};
	struct import_source *src;
	struct import_result r;
	struct store *s;
	struct buf b = {0};
	int err;

	if (good.n == 0)
		begin();
	buf_put(&b, good.p, good.n);
	for (size_t i = 0; i < EDITS_MAX && (i + 1) * EDIT_BYTES <= size; i++)
		edit(&b, data + i * EDIT_BYTES);
	check(buf_err(&b) == 0);
	check(file_write(AT_FDCWD, bundle, buf_bytes(&b), 0600) == 0);
	buf_done(&b);
	check(store_open(&s, home, false) == 0);
	if (import_open(&src, bundle, NULL) == 0) {
		err = import_feed(s, &p.feed, src, &all, &r);
		check(!qerr_is_fatal(err));
		import_close(src);
	}
	check_store(s);
	store_close(s);
	clean(home);
	return 0;
}

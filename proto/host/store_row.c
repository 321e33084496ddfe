#include "proto/host/store_row.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/store_inner.h"
#include "proto/object/proof.h"
#include "proto/object/tree.h"

/*
 * A stretch: how many headers u32le, and the bytes of their records u32le; the records;
 * the peaks of the history of all headers up to here, the smallest first; the sum of the
 * charters; and a checksum over that of the stretch before and all that.  A record: the
 * charter that the header names u32le, next u32le, time u64le, its leaf and identity,
 * how many keys signed it and how many packs it announces, a byte each; the keys' ids;
 * and of each pack tier and only, a byte each, root and contents, and u32le size, raw,
 * count, first, last and base.  It is ours alone and says nothing to others.
 */
#define ROW_MAX    (512u * 1024 * 1024)
#define START_LEN  8
#define RECORD_LEN (4 + 4 + 8 + 32 + 32 + 2)
#define PACK_LEN   (2 + 32 + 32 + 6 * 4)
#define LEAF_AT    16
#define HASH_AT    48
#define COUNTS_AT  80
#define NAME_LEN   (4 + ID_TEXT_LEN + 1)

static void
row_name(char dst[NAME_LEN], const struct id *feed)
{
	char text[ID_TEXT_LEN + 1];

	id_text(text, feed);
	snprintf(dst, NAME_LEN, "row-%s", text);
}

/*
 * Of the row: Poly1305 under a key that everybody knows.  It is there to find damage,
 * and who could forge it could write the tree as well; BLAKE2b takes 2.5 times as long.
 */
static void
checksum(uint8_t ret[ROW_SUM_LEN], const uint8_t before[ROW_SUM_LEN],
    struct bytes v)
{
	static const uint8_t key[crypto_onetimeauth_KEYBYTES] =
	    "quire: what a feed announced";
	crypto_onetimeauth_state s;

	crypto_onetimeauth_init(&s, key);
	crypto_onetimeauth_update(&s, before, ROW_SUM_LEN);
	crypto_onetimeauth_update(&s, v.p, v.n);
	crypto_onetimeauth_final(&s, ret);
}

/* Of charters, which others sign: */
static void
sum(struct id *ret, const struct id *before, struct bytes v)
{
	crypto_generichash_state s;

	crypto_generichash_init(&s, NULL, 0, sizeof(ret->b));
	crypto_generichash_update(&s, before->b, sizeof(before->b));
	crypto_generichash_update(&s, v.p, v.n);
	crypto_generichash_final(&s, ret->b, sizeof(ret->b));
}

void
charters_sum(struct id *ret, const struct bytes *file, size_t n,
    struct bytes fork)
{
	*ret = (struct id){{0}};
	for (size_t i = 0; i < n; i++)
		sum(ret, ret, file[i]);
	if (fork.n > 0)
		sum(ret, ret, fork);
}

void
charters_sum_of(struct id *ret, const struct feed *f)
{
	struct bytes charter[FEED_CHARTERS_MAX], a, b;
	const struct charter *c = feed_charter(f);
	size_t n = c == NULL ? 0 : (size_t)c->version;
	struct buf fork;

	buf_init(&fork, 0);
	if (feed_forked(f, &a, &b) != 0)
		proof_encode(&fork, a, b);
	for (size_t i = 0; i < n; i++)
		charter[i] = feed_charter_file(f, i + 1);
	charters_sum(ret, charter, n, buf_bytes(&fork));
	buf_done(&fork);
}

void
row_init(struct row *r)
{
	*r = (struct row){.n = 0};
	buf_init(&r->file, 0);
	buf_init(&r->tail, 0);
}

void
row_done(struct row *r)
{
	buf_done(&r->file);
	buf_done(&r->tail);
	free(r->kept);
	free(r->tree);
	row_init(r);
}

/* What it holds. */

struct bytes
row_file(const struct row *r, size_t i)
{
	return r->tree[i - r->n_kept];
}

int
row_leaf(const struct row *r, size_t i, struct id *ret)
{
	if (i >= r->n_kept)
		return header_leaf(ret, row_file(r, i));
	memcpy(ret->b, r->kept[i] + LEAF_AT, 32);
	return 0;
}

void
row_kept(const struct row *r, size_t i, struct feed_kept *ret)
{
	const uint8_t *p = r->kept[i];

	ret->charter = load_le32(p);
	memcpy(ret->leaf.b, p + LEAF_AT, 32);
	memcpy(ret->hash.b, p + HASH_AT, 32);
	ret->n_signer = p[COUNTS_AT];
	memcpy(ret->signer[0], p + RECORD_LEN, ret->n_signer * KEY_ID_LEN);
}

static void
take_pack(struct pack_entry *e, const uint8_t *p)
{
	e->tier = (enum tier)p[0];
	e->only = p[1] != 0;
	memcpy(e->root.b, p + 2, 32);
	memcpy(e->contents.b, p + 34, 32);
	e->size = load_le32(p + 66);
	e->raw = load_le32(p + 70);
	e->count = load_le32(p + 74);
	e->first = load_le32(p + 78);
	e->last = load_le32(p + 82);
	e->base = load_le32(p + 86);
}

int
row_header(const struct row *r, size_t i, struct header *ret)
{
	const uint8_t *p;

	if (i >= r->n_kept)
		return header_read(ret, row_file(r, i));
	p = r->kept[i];
	ret->feed = r->feed;
	ret->number = i + 1;
	ret->charter = load_le32(p);
	ret->next = load_le32(p + 4);
	ret->time = load_le64(p + 8);
	ret->history = (struct id){{0}};
	memcpy(ret->hash.b, p + HASH_AT, 32);
	ret->m = p[COUNTS_AT];
	ret->n_pack = p[COUNTS_AT + 1];
	p += RECORD_LEN;
	memcpy(ret->signer[0], p, ret->m * KEY_ID_LEN);
	p += ret->m * KEY_ID_LEN;
	for (size_t k = 0; k < ret->n_pack; k++)
		take_pack(&ret->pack[k], p + k * PACK_LEN);
	return 0;
}

/* Reading. */

/* Room for |n| of |size| in |*p|, which has |*cap|. */
static int
reserve(void **p, size_t *cap, size_t size, size_t n)
{
	size_t more = *cap > 0 ? *cap : 64;
	void *x;

	while (more < n)
		more *= 2;
	if (more == *cap)
		return 0;
	if ((x = realloc(*p, more * size)) == NULL)
		return QERR_NOMEM;
	*p = x;
	*cap = more;
	return 0;
}

static size_t
count_peaks(uint64_t n)
{
	size_t count = 0;

	for (; n > 0; n &= n - 1)
		count++;
	return count;
}

/* The length without its sum of the stretch that |v| begins with; 0: it is none. */
static uint64_t
stretch_len(const struct row_end *end, struct bytes v)
{
	uint64_t len;

	if (v.n < START_LEN)
		return 0;
	len = START_LEN + (uint64_t)load_le32(v.p + 4) +
	      32 * (uint64_t)count_peaks(end->n + load_le32(v.p)) + 32;
	return len + ROW_SUM_LEN <= v.n ? len : 0;
}

/* The length of the record that |v| begins with; 0: it is none. */
static size_t
record_len(struct bytes v)
{
	size_t packs, len;

	if (v.n < RECORD_LEN || v.p[COUNTS_AT] > HEADER_SIGNERS_MAX ||
	    v.p[COUNTS_AT + 1] > HEADER_PACKS_MAX)
		return 0;
	packs = RECORD_LEN + v.p[COUNTS_AT] * (size_t)KEY_ID_LEN;
	len = packs + v.p[COUNTS_AT + 1] * (size_t)PACK_LEN;
	if (len > v.n)
		return 0;
	for (size_t at = packs; at < len; at += PACK_LEN)
		if (v.p[at] >= TIERS)
			return 0;
	return len;
}

/* Take |n| records, which are all of |v|: 0, QERR_ABSENT or QERR_NOMEM. */
static int
take_records(struct row *r, size_t n, struct bytes v)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = record_len(v);

		if (len == 0)
			return QERR_ABSENT;
		if (reserve((void **)&r->kept, &r->cap_kept, sizeof(*r->kept),
			r->n_kept + i + 1) != 0)
			return QERR_NOMEM;
		r->kept[r->n_kept + i] = v.p;
		v = bytes_of(v.p + len, v.n - len);
	}
	if (v.n > 0)
		return QERR_ABSENT;
	r->n_kept += n;
	return 0;
}

/* Take the next stretch: 0, or QERR_ABSENT at the end of what is whole. */
static int
take_stretch(struct row *r)
{
	struct bytes v =
	    bytes_of(r->file.p + r->end.size, r->file.n - (size_t)r->end.size);
	uint64_t len = stretch_len(&r->end, v);
	uint8_t want[ROW_SUM_LEN];
	const uint8_t *at;
	int err;

	if (len == 0)
		return QERR_ABSENT;
	checksum(want, r->end.sum, bytes_of(v.p, (size_t)len));
	if (memcmp(want, v.p + len, sizeof(want)) != 0)
		return QERR_ABSENT;
	err = take_records(r, load_le32(v.p),
	    bytes_of(v.p + START_LEN, load_le32(v.p + 4)));
	if (err != 0)
		return err;
	r->n = r->n_kept;
	r->end.n = r->history.n = r->n;
	at = v.p + START_LEN + load_le32(v.p + 4);
	for (unsigned k = 0; k < 64; k++)
		if ((r->end.n >> k & 1) != 0) {
			memcpy(r->history.peak[k].b, at, 32);
			at += 32;
		}
	memcpy(r->end.charters.b, at, 32);
	memcpy(r->end.sum, want, sizeof(want));
	r->end.size += len + ROW_SUM_LEN;
	return 0;
}

/* True if the tree has the last header of the row as it is in it. */
static bool
is_current(const struct row *r, int dir, const struct id *feed)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = *feed, .number = r->end.n};
	struct id theirs, ours;
	struct buf b;
	bool same;

	buf_init(&b, 0);
	same = issues_get(dir, &t, &b) == 0 &&
	       header_leaf(&theirs, buf_bytes(&b)) == 0 &&
	       row_leaf(r, r->n - 1, &ours) == 0 && id_eq(&ours, &theirs);
	buf_done(&b);
	return same;
}

int
row_read(struct row *r, int dir, const struct id *feed)
{
	char name[NAME_LEN];
	int err;

	r->feed = *feed;
	row_name(name, feed);
	err = file_read(&r->file, dir, name, ROW_MAX);
	while (err == 0)
		err = take_stretch(r);
	if (err == QERR_NOMEM)
		return err;
	if (r->n > 0 && !is_current(r, dir, feed)) {
		r->end = (struct row_end){.n = 0};
		row_cut(r, 0);
	}
	return 0;
}

int
row_extend(struct row *r, struct bytes ends)
{
	size_t n = ends.n / 4;

	if (reserve((void **)&r->tree, &r->cap_tree, sizeof(*r->tree),
		r->n - r->n_kept + n) != 0)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		r->tree[r->n++ - r->n_kept] =
		    bytes_part(buf_bytes(&r->tail), ends, i);
	return 0;
}

void
row_cut(struct row *r, size_t n)
{
	if (n < r->n)
		r->n = n;
	if (n < r->n_kept)
		r->n_kept = n;
}

/* Writing. */

static void
put_pack(struct buf *b, const struct pack_entry *e)
{
	uint8_t flags[2] = {(uint8_t)e->tier, e->only};

	buf_put(b, flags, sizeof(flags));
	buf_put(b, e->root.b, 32);
	buf_put(b, e->contents.b, 32);
	buf_put_le32(b, e->size);
	buf_put_le32(b, e->raw);
	buf_put_le32(b, e->count);
	buf_put_le32(b, (uint32_t)e->first);
	buf_put_le32(b, (uint32_t)e->last);
	buf_put_le32(b, e->base);
}

/* The record of header |i|, of which |f| knows. */
static int
put_record(struct buf *b, const struct row *r, size_t i, const struct feed *f)
{
	struct feed_kept kept;
	struct header h;
	uint8_t counts[2];
	int err = row_header(r, i, &h);

	if (err != 0)
		return err;
	feed_keep(f, i + 1, &kept);
	counts[0] = (uint8_t)kept.n_signer;
	counts[1] = (uint8_t)h.n_pack;
	buf_put_le32(b, kept.charter);
	buf_put_le32(b, (uint32_t)h.next);
	buf_put_le32(b, (uint32_t)h.time);
	buf_put_le32(b, (uint32_t)(h.time >> 32));
	buf_put(b, kept.leaf.b, 32);
	buf_put(b, kept.hash.b, 32);
	buf_put(b, counts, sizeof(counts));
	buf_put(b, kept.signer[0], kept.n_signer * KEY_ID_LEN);
	for (size_t k = 0; k < h.n_pack; k++)
		put_pack(b, &h.pack[k]);
	return 0;
}

static int
put_stretch(struct buf *b, const struct row *r, struct feed *f)
{
	const struct history *h = feed_history(f);
	int err = 0;

	buf_put_le32(b, (uint32_t)(r->n - r->end.n));
	buf_put_le32(b, 0);
	for (size_t i = (size_t)r->end.n; i < r->n && err == 0; i++)
		err = put_record(b, r, i, f);
	if (err != 0 || (err = buf_err(b)) != 0)
		return err;
	store_le32(b->p + 4, (uint32_t)(b->n - START_LEN));
	for (unsigned k = 0; k < 64; k++)
		if ((h->n >> k & 1) != 0)
			buf_put(b, h->peak[k].b, 32);
	return 0;
}

/* Write |data| at |size|, where the file ends as far as it is whole. */
static int
write_at(int dir, const char *name, uint64_t size, struct bytes data)
{
	/* One that was deleted meanwhile is not to come back with a hole. */
	int fd = openat(dir, name,
	    O_WRONLY | O_CLOEXEC | O_NOFOLLOW | (size == 0 ? O_CREAT : 0),
	    0600);
	struct stat st;
	int err = QERR_IO;

	if (fd < 0)
		return err;
	if (fstat(fd, &st) == 0 && st.st_size >= (off_t)size &&
	    ftruncate(fd, (off_t)size) == 0 &&
	    pwrite(fd, data.p, data.n, (off_t)size) == (ssize_t)data.n)
		err = 0;
	close(fd);
	return err;
}

int
row_append(int dir, struct row *r, struct feed *f)
{
	struct row_end to = {.n = r->n};
	char name[NAME_LEN];
	struct buf b;
	int err;

	charters_sum_of(&to.charters, f);
	if (to.n == r->end.n && id_eq(&to.charters, &r->end.charters))
		return 0;
	buf_init(&b, ROW_MAX);
	err = put_stretch(&b, r, f);
	buf_put(&b, to.charters.b, 32);
	checksum(to.sum, r->end.sum, buf_bytes(&b));
	buf_put(&b, to.sum, ROW_SUM_LEN);
	to.size = r->end.size + b.n;
	if (err == 0)
		err = buf_err(&b);
	row_name(name, feed_id(f));
	if (err == 0 && to.size <= ROW_MAX &&
	    (err = write_at(dir, name, r->end.size, buf_bytes(&b))) == 0) {
		r->history = *feed_history(f);
		r->end = to;
	}
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

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
#include "proto/object/proof.h"
#include "proto/object/tree.h"

/*
 * A stretch: how many headers u32le, the bytes of their files u32le, and how many keys
 * signed them u32le; of each header its file's end u32le, the charter that it names
 * u32le, how many keys signed it u32le, its leaf and identity; the keys' ids; the
 * files; the peaks of the history of all headers up to here, the smallest first; the
 * sum of the charters; and a checksum over that of the stretch before and all that.  It is
 * ours alone and says nothing to others.
 */
#define ROW_MAX   (512u * 1024 * 1024)
#define START_LEN 12
#define ENTRY_LEN (4 + 4 + 4 + 32 + 32)
#define NAME_LEN  (4 + ID_TEXT_LEN + 1)

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
	    "quire: the headers of one feed";
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

/* Of those that |f| has. */
static void
charters_of(struct id *ret, const struct feed *f)
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
	free(r->header);
	free(r->kept);
	row_init(r);
}

/* Reading. */

static int
reserve(struct row *r, size_t n)
{
	size_t cap = r->cap > 0 ? r->cap : 64;
	void *p;

	while (cap < r->n + n)
		cap *= 2;
	if (cap == r->cap)
		return 0;
	if ((p = realloc(r->header, cap * sizeof(*r->header))) == NULL)
		return QERR_NOMEM;
	r->header = p;
	if ((p = realloc(r->kept, cap * sizeof(*r->kept))) == NULL)
		return QERR_NOMEM;
	r->kept = p;
	r->cap = cap;
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
	uint64_t n, len;

	if (v.n < START_LEN)
		return 0;
	n = load_le32(v.p);
	len = START_LEN + n * ENTRY_LEN + load_le32(v.p + 4) +
	      KEY_ID_LEN * (uint64_t)load_le32(v.p + 8) +
	      32 * (uint64_t)count_peaks(end->n + n) + 32;
	return len + ROW_SUM_LEN <= v.n ? len : 0;
}

/* The entry at |p|; |signer| moves behind the ids of who signed it. */
static int
take_entry(struct feed_kept *k, const uint8_t *p, struct bytes *signer)
{
	size_t n = load_le32(p + 8);

	if (n > HEADER_SIGNERS_MAX || n * KEY_ID_LEN > signer->n)
		return QERR_ABSENT;
	*k = (struct feed_kept){.charter = load_le32(p + 4), .n_signer = n};
	memcpy(k->leaf.b, p + 12, 32);
	memcpy(k->hash.b, p + 44, 32);
	memcpy(k->signer[0], signer->p, n * KEY_ID_LEN);
	*signer =
	    bytes_of(signer->p + n * KEY_ID_LEN, signer->n - n * KEY_ID_LEN);
	return 0;
}

/* Take the next stretch: 0, or QERR_ABSENT at the end of what is whole. */
static int
take_stretch(struct row *r)
{
	struct bytes v =
	    bytes_of(r->file.p + r->end.size, r->file.n - (size_t)r->end.size);
	uint64_t len = stretch_len(&r->end, v);
	struct bytes signer;
	const uint8_t *file, *at;
	size_t n, from = 0, all;
	uint8_t want[ROW_SUM_LEN];

	if (len == 0)
		return QERR_ABSENT;
	checksum(want, r->end.sum, bytes_of(v.p, (size_t)len));
	if (memcmp(want, v.p + len, sizeof(want)) != 0)
		return QERR_ABSENT;
	n = load_le32(v.p);
	all = load_le32(v.p + 4);
	if (reserve(r, n) != 0)
		return QERR_NOMEM;
	signer = bytes_of(v.p + START_LEN + n * ENTRY_LEN,
	    KEY_ID_LEN * (size_t)load_le32(v.p + 8));
	file = signer.p + signer.n;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *e = v.p + START_LEN + i * ENTRY_LEN;
		size_t end = load_le32(e);

		if (end < from || end > all ||
		    take_entry(&r->kept[r->end.n + i], e, &signer) != 0)
			return QERR_ABSENT;
		r->header[r->end.n + i] = bytes_of(file + from, end - from);
		from = end;
	}
	r->end.n += n;
	r->n = (size_t)r->end.n;
	r->history.n = r->end.n;
	at = file + all;
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
	char path[TREE_PATH_MAX];
	struct buf b;
	bool same;

	tree_path(path, &t);
	buf_init(&b, 0);
	same = file_read(&b, dir, path, HEADER_FILE_MAX) == 0 &&
	       bytes_eq(buf_bytes(&b), r->header[r->n - 1]);
	buf_done(&b);
	return same;
}

int
row_read(struct row *r, int dir, const struct id *feed)
{
	char name[NAME_LEN];
	int err;

	row_name(name, feed);
	err = file_read(&r->file, dir, name, ROW_MAX);
	while (err == 0)
		err = take_stretch(r);
	if (err == QERR_NOMEM)
		return err;
	if (r->n > 0 && !is_current(r, dir, feed)) {
		r->end = (struct row_end){.n = 0};
		r->history.n = 0;
		r->n = 0;
	}
	return 0;
}

int
row_extend(struct row *r, struct bytes ends)
{
	size_t n = ends.n / 4, at = 0;

	if (reserve(r, n) != 0)
		return QERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t end = load_le32(ends.p + 4 * i);

		r->header[r->n++] = bytes_of(r->tail.p + at, end - at);
		at = end;
	}
	return 0;
}

/* Writing. */

static void
put_stretch(struct buf *b, const struct row *r, struct feed *f)
{
	const struct history *h = feed_history(f);
	const struct bytes *file = r->header + r->end.n;
	size_t n = r->n - (size_t)r->end.n;
	uint32_t at = 0, signers = 0;
	struct feed_kept kept;

	for (size_t i = 0; i < n; i++) {
		feed_keep(f, r->end.n + i + 1, &kept);
		signers += (uint32_t)kept.n_signer;
		at += (uint32_t)file[i].n;
	}
	buf_put_le32(b, (uint32_t)n);
	buf_put_le32(b, at);
	buf_put_le32(b, signers);
	at = 0;
	for (size_t i = 0; i < n; i++) {
		feed_keep(f, r->end.n + i + 1, &kept);
		at += (uint32_t)file[i].n;
		buf_put_le32(b, at);
		buf_put_le32(b, kept.charter);
		buf_put_le32(b, (uint32_t)kept.n_signer);
		buf_put(b, kept.leaf.b, 32);
		buf_put(b, kept.hash.b, 32);
	}
	for (size_t i = 0; i < n; i++) {
		feed_keep(f, r->end.n + i + 1, &kept);
		buf_put(b, kept.signer[0], kept.n_signer * KEY_ID_LEN);
	}
	for (size_t i = 0; i < n; i++)
		buf_put(b, file[i].p, file[i].n);
	for (unsigned k = 0; k < 64; k++)
		if ((h->n >> k & 1) != 0)
			buf_put(b, h->peak[k].b, 32);
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

/* |r| holds what its file holds. */
static void
move_end(struct row *r, const struct row_end *to, struct feed *f)
{
	for (uint64_t i = r->end.n; i < to->n; i++)
		feed_keep(f, i + 1, &r->kept[i]);
	r->history = *feed_history(f);
	r->end = *to;
}

int
row_append(int dir, struct row *r, struct feed *f)
{
	struct row_end to = {.n = r->n};
	char name[NAME_LEN];
	struct buf b;
	int err;

	charters_of(&to.charters, f);
	if (to.n == r->end.n && id_eq(&to.charters, &r->end.charters))
		return 0;
	buf_init(&b, ROW_MAX);
	put_stretch(&b, r, f);
	buf_put(&b, to.charters.b, 32);
	checksum(to.sum, r->end.sum, buf_bytes(&b));
	buf_put(&b, to.sum, ROW_SUM_LEN);
	to.size = r->end.size + b.n;
	err = buf_err(&b);
	row_name(name, feed_id(f));
	if (err == 0 && to.size <= ROW_MAX &&
	    (err = write_at(dir, name, r->end.size, buf_bytes(&b))) == 0)
		move_end(r, &to, f);
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

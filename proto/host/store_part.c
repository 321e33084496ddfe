#include "proto/host/store_batch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/object/merkle.h"
#include "proto/object/tree.h"

#define BITS_MAX (PACK_SIZE_MAX / PIECE_SIZE / 8) /* 128 bytes */
#define PATH_LEN 80

struct part {
	struct id root;
	uint64_t total; /* 0: the place is free */
	int fd;
	uint8_t bits[BITS_MAX]; /* written */
	bool dirty, completes;
	bool flies; /* a commit under way has it */
	uint64_t used;
};

struct part_set {
	int dir;
	bool readonly;
	bool none; /* the folder was empty, and nothing was put since */
	uint64_t clock;
	struct part part[PART_OPEN_MAX];
};

static void
part_path(char dst[PATH_LEN], const struct id *root, const char *suffix)
{
	char name[ID_TEXT_LEN + 1];

	id_text(name, root);
	snprintf(dst, PATH_LEN, "part/%s%s", name, suffix);
}

/* Remove what a crash left of maps that were being written; true if nothing else is
 * there. */
static bool
tidy(int dir)
{
	DIR *d = file_folder(dir, "part");
	struct dirent *e;
	bool none = true;

	if (d == NULL)
		return false;
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (n > 4 && strcmp(e->d_name + n - 4, ".new") == 0)
			unlinkat(dirfd(d), e->d_name, 0);
		else if (e->d_name[0] != '.')
			none = false;
	}
	closedir(d);
	return none;
}

int
part_set_new(struct part_set **ret, int dir, bool readonly)
{
	struct part_set *ps = calloc(1, sizeof(*ps));

	if (ps == NULL)
		return QERR_NOMEM;
	ps->dir = dir;
	ps->readonly = readonly;
	ps->none = !readonly && tidy(dir);
	*ret = ps;
	return 0;
}

static void
part_close(struct part *p)
{
	if (p->total != 0)
		close(p->fd);
	p->total = 0;
}

void
part_set_free(struct part_set *ps)
{
	if (ps == NULL)
		return;
	for (size_t i = 0; i < PART_OPEN_MAX; i++)
		part_close(&ps->part[i]);
	free(ps);
}

static size_t
bits_len(uint64_t total)
{
	return (piece_count(total) + 7) / 8;
}

static bool
has(const struct part *p, size_t i)
{
	return (p->bits[i / 8] >> (i % 8) & 1) != 0;
}

static bool
is_whole(const struct part *p)
{
	for (size_t i = 0; i < piece_count(p->total); i++)
		if (!has(p, i))
			return false;
	return true;
}

/*
 * Not synced: a map that a power cut empties has another length, is taken for
 * none, and costs the pieces of one unfinished pack.  NULL, or what failed.
 */
static const char *
write_map(int dir, const struct id *root, const uint8_t *bits, size_t len)
{
	char path[PATH_LEN], tmp[PATH_LEN];
	int fd;

	part_path(path, root, ".map");
	part_path(tmp, root, ".new");
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return "make a map";
	if (write(fd, bits, len) != (ssize_t)len) {
		close(fd);
		return "write a map";
	}
	close(fd);
	return renameat(dir, tmp, dir, path) == 0 ? NULL : "rename a map";
}

/* Its place is wanted for another. */
static int
flush(struct part_set *ps, struct part *p)
{
	const char *what;

	if (!p->dirty)
		return 0;
	if (fdatasync(p->fd) != 0)
		return store_error("sync a pack");
	what = write_map(ps->dir, &p->root, p->bits, bits_len(p->total));
	if (what != NULL)
		return store_error(what);
	p->dirty = false;
	return 0;
}

static void
read_map(struct part_set *ps, struct part *p)
{
	char path[PATH_LEN];
	struct buf b;

	memset(p->bits, 0, sizeof(p->bits));
	buf_init(&b, 0);
	part_path(path, &p->root, ".map");
	if (file_read(&b, ps->dir, path, BITS_MAX) == 0 &&
	    b.n == bits_len(p->total))
		memcpy(p->bits, b.p, b.n);
	buf_done(&b);
}

/* What is lost with its place: nothing, or what was used last; or it waits for a commit. */
static uint64_t
worth(const struct part *p)
{
	if (p->total == 0)
		return 0;
	return p->completes || p->flies ? UINT64_MAX : p->used;
}

/* A place for |root|: its own, a free one, or that of the one used longest ago. */
static struct part *
place(struct part_set *ps, const struct id *root)
{
	struct part *best = &ps->part[0];

	for (size_t i = 0; i < PART_OPEN_MAX; i++) {
		struct part *p = &ps->part[i];

		if (p->total != 0 && id_eq(&p->root, root))
			return p;
		if (worth(p) < worth(best))
			best = p;
	}
	if (worth(best) == UINT64_MAX ||
	    (best->total != 0 && flush(ps, best) != 0))
		return NULL;
	part_close(best);
	return best;
}

/* Open the part of |root|; |total| 0: whatever is there. */
static int
part_open(struct part_set *ps, const struct id *root, uint64_t total,
    bool create, struct part **ret)
{
	struct part *p;
	char path[PATH_LEN];
	struct stat st;

	if (ps->none && !create)
		return QERR_ABSENT;
	ps->none = false;
	if ((p = place(ps, root)) == NULL)
		return QERR_FULL;
	*ret = p;
	p->used = ++ps->clock;
	if (p->total != 0)
		return 0;
	part_path(path, root, "");
	p->fd = openat(ps->dir, path,
	    (ps->readonly ? O_RDONLY : O_RDWR) | (create ? O_CREAT : 0) |
		O_CLOEXEC,
	    0644);
	if (p->fd < 0)
		return store_error("open a pack");
	if (fstat(p->fd, &st) != 0) {
		close(p->fd);
		return store_error("look at a pack");
	}
	if (create && (uint64_t)st.st_size != total &&
	    ftruncate(p->fd, (off_t)total) != 0) {
		close(p->fd);
		return store_error("make a pack");
	}
	p->total = total != 0 ? total : (uint64_t)st.st_size;
	p->root = *root;
	p->dirty = p->completes = p->flies = false;
	if (p->total == 0 || p->total > PACK_SIZE_MAX ||
	    (!create && (uint64_t)st.st_size != p->total)) {
		part_close(p);
		return QERR_ABSENT;
	}
	read_map(ps, p);
	return 0;
}

int
part_put(struct part_set *ps, const struct id *root, uint64_t total, size_t i,
    struct bytes data, bool completes)
{
	struct part *p;
	int err;

	if (total > PACK_SIZE_MAX || i >= piece_count(total) ||
	    data.n != piece_len(total, i))
		return QERR_RANGE;
	if ((err = part_open(ps, root, total, true, &p)) != 0)
		return err;
	for (size_t at = 0; at < data.n;) {
		ssize_t n = pwrite(p->fd, data.p + at, data.n - at,
		    (off_t)((uint64_t)i * PIECE_SIZE + at));

		if (n < 0 && errno != EINTR)
			return store_error("write a pack");
		at += n > 0 ? (size_t)n : 0;
	}
	p->bits[i / 8] |= (uint8_t)(1u << (i % 8));
	p->dirty = true;
	/* One that failed before leaves a hole, and then nothing is whole. */
	if (completes && !is_whole(p))
		return QERR_NOSPACE;
	p->completes = completes;
	return 0;
}

int
part_get(struct part_set *ps, const struct id *root, size_t i, struct buf *b)
{
	struct part *p;
	uint8_t *dst;
	size_t len;
	int err = part_open(ps, root, 0, false, &p);

	if (err != 0)
		return err;
	if (i >= piece_count(p->total) || !has(p, i))
		return QERR_ABSENT;
	len = piece_len(p->total, i);
	if ((dst = buf_grow(b, len)) == NULL)
		return buf_err(b);
	if (pread(p->fd, dst, len, (off_t)i * PIECE_SIZE) != (ssize_t)len)
		return store_error("read a pack");
	return 0;
}

bool
part_bitmap(struct part_set *ps, const struct id *root, uint64_t total,
    struct buf *b)
{
	struct part *p;

	if (part_open(ps, root, 0, false, &p) != 0 || p->total != total)
		return false;
	buf_put(b, p->bits, bits_len(total));
	return true;
}

int
part_begin(struct part_set *ps, struct part_work *work, size_t *ret_n)
{
	for (size_t i = 0; i < PART_OPEN_MAX; i++) {
		struct part *p = &ps->part[i];
		struct part_work *w = &work[*ret_n];

		if (p->total == 0 || (!p->dirty && !p->completes))
			continue;
		*w = (struct part_work){.root = p->root,
		    .total = p->total,
		    .fd = fcntl(p->fd, F_DUPFD_CLOEXEC, 0),
		    .completes = p->completes};
		memcpy(w->bits, p->bits, sizeof(w->bits));
		if (w->fd < 0) {
			int err = store_error("sync a pack");

			part_end(ps, work, *ret_n, false);
			return err;
		}
		p->dirty = false;
		p->flies = true;
		++*ret_n;
	}
	return 0;
}

static int
finish(struct batch *b, struct part_work *w)
{
	struct tree_name t = {.kind = TREE_PACK, .id = w->root};
	char from[PATH_LEN], map[PATH_LEN], to[TREE_PATH_MAX], folder[16];

	part_path(from, &w->root, "");
	part_path(map, &w->root, ".map");
	tree_path(to, &t);
	snprintf(folder, sizeof(folder), "%.6s", to); /* pack/A */
	if (mkdirat(b->dir, folder, 0755) != 0 && errno != EEXIST)
		return batch_fail(b, "make a folder");
	if (renameat(b->dir, from, b->dir, to) != 0)
		return batch_fail(b, "rename a pack");
	unlinkat(b->dir, map, 0);
	w->there = true;
	b->n_whole++;
	b->packs += w->total;
	return 0;
}

int
part_work(struct batch *b, struct part_work *w)
{
	const char *what;

	if (fdatasync(w->fd) != 0)
		return batch_fail(b, "sync a pack");
	if (w->completes)
		return finish(b, w);
	what = write_map(b->dir, &w->root, w->bits, bits_len(w->total));
	return what == NULL ? 0 : batch_fail(b, what);
}

static struct part *
find(struct part_set *ps, const struct id *root)
{
	for (size_t i = 0; i < PART_OPEN_MAX; i++)
		if (ps->part[i].total != 0 && id_eq(&ps->part[i].root, root))
			return &ps->part[i];
	return NULL;
}

void
part_end(struct part_set *ps, const struct part_work *work, size_t n, bool good)
{
	for (size_t i = 0; i < n; i++) {
		struct part *p = find(ps, &work[i].root);

		close(work[i].fd);
		if (p == NULL)
			continue;
		p->flies = false;
		p->dirty = p->dirty || !good;
		if (work[i].there) {
			p->completes = false;
			part_close(p);
		}
	}
}

void
part_forget(struct part_set *ps, const struct id *root)
{
	char path[PATH_LEN];

	for (size_t i = 0; i < PART_OPEN_MAX; i++)
		if (ps->part[i].total != 0 && id_eq(&ps->part[i].root, root)) {
			ps->part[i].completes = false;
			part_close(&ps->part[i]);
		}
	part_path(path, root, "");
	unlinkat(ps->dir, path, 0);
	part_path(path, root, ".map");
	unlinkat(ps->dir, path, 0);
}

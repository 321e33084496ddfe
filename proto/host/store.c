#include "proto/host/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/host/store_part.h"
#include "proto/host/store_row.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/object/history.h"
#include "proto/object/merkle.h"
#include "proto/object/proof.h"

#define FOLDERS     1024 /* pack/AA: two characters of base32 */
#define SYNC_SINGLY 4    /* more files than that are synced with all others */
#define DEPTH_MAX   3    /* folders that a file of the tree stands in */
#define MODE_DIR    0755 /* any web server may serve the tree */
#define MODE_FILE   0644

struct waiting { /* a temporary that becomes |name| at the commit */
	char tmp[32];
	char name[TREE_PATH_MAX];
	uint64_t size; /* of a pack, to be counted */
	bool there;    /* it did */
};

struct new_head {
	struct id feed;
	struct buf file;
};

struct store {
	char *dir;
	int fd, lock;
	bool readonly;
	uint64_t serial, lost;
	struct waiting *waiting;
	size_t n_waiting, cap_waiting;
	struct new_head *head;
	size_t n_head;
	struct part_set *parts;
	bool counted;
	uint64_t used;
	/* Which folders of packs there are: to most questions of a reader who has
	 * volumes the answer is that there is not even the folder. */
	bool listed;
	uint8_t folder[FOLDERS / 8];
	/* The pack read last, open. */
	struct id open_root;
	int open_fd;
};

int
store_error(const char *what)
{
	int e = errno;

	if (e == ENOENT || e == ENOTDIR)
		return QERR_ABSENT;
	if (e == ENOSPC || e == EDQUOT || e == EFBIG)
		return QERR_NOSPACE;
	log_errno("the store: cannot %s", what);
	return QERR_IO;
}

/* Opening. */

static void
remove_all_in(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(fd, e->d_name, 0);
	closedir(d);
}

static int
open_lock(struct store *s)
{
	/* Readers need none: files appear whole, and do not change. */
	if (s->readonly)
		return 0;
	s->lock = openat(s->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return store_error("lock it");
	if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? QERR_AGAIN : store_error("lock it");
}

static int
make_folders(struct store *s)
{
	static const char *const name[] = {"feed", "pack", "part", "tmp"};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (mkdirat(s->fd, name[i], MODE_DIR) != 0 && errno != EEXIST)
			return store_error("make its folders");
	return 0;
}

int
store_open(struct store **ret, const char *dir, bool readonly)
{
	struct store *s = calloc(1, sizeof(*s));
	int err = QERR_NOMEM;

	*ret = NULL;
	if (s == NULL)
		return err;
	s->lock = s->fd = s->open_fd = -1;
	s->readonly = readonly;
	if ((s->dir = strdup(dir)) == NULL)
		goto fail;
	s->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0 && errno == ENOENT && !readonly) {
		if ((err = file_mkdirs(AT_FDCWD, dir, 0700)) != 0)
			goto fail;
		s->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (s->fd < 0) {
		err = store_error("open its folder");
		goto fail;
	}
	if ((err = open_lock(s)) != 0)
		goto fail;
	if (!readonly) {
		if ((err = make_folders(s)) != 0)
			goto fail;
		remove_all_in(s->fd, "tmp"); /* what a crash left */
	}
	if ((err = part_set_new(&s->parts, s->fd, readonly)) != 0)
		goto fail;
	*ret = s;
	return 0;
fail:
	store_close(s);
	return err;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_waiting; i++)
		unlinkat(s->fd, s->waiting[i].tmp, 0);
	for (size_t i = 0; i < s->n_head; i++)
		buf_done(&s->head[i].file);
	part_set_free(s->parts);
	if (s->open_fd >= 0)
		close(s->open_fd);
	if (s->lock >= 0)
		close(s->lock);
	if (s->fd >= 0)
		close(s->fd);
	free(s->waiting);
	free(s->head);
	free(s->dir);
	free(s);
}

const char *
store_dir(const struct store *s)
{
	return s->dir;
}

/* Reading. */

static size_t
size_max(enum tree_kind kind)
{
	switch (kind) {
	case TREE_CHARTER:
		return CHARTER_FILE_MAX;
	case TREE_ISSUE:
	case TREE_HEAD:
		return HEADER_FILE_MAX;
	case TREE_PROOF:
		return PROOF_FILE_MAX;
	case TREE_CHARTERS:
		return PROOF_CHARTER_FILE_MAX;
	case TREE_PACK:
		return PACK_SIZE_MAX;
	}
	return 0;
}

int
store_get(struct store *s, const struct tree_name *t, struct buf *b)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	return file_read(b, s->fd, path, size_max(t->kind));
}

/* The number of the folder "AA", the first ten bits of its packs' roots; or -1. */
static int
folder_number(const char *name)
{
	static const char digit[] = "abcdefghijklmnopqrstuvwxyz234567";
	const char *a = strchr(digit, name[0]);
	const char *b = name[0] == '\0' ? NULL : strchr(digit, name[1]);

	return a == NULL || b == NULL || name[1] == '\0'
		   ? -1
		   : (int)(32 * (a - digit) + (b - digit));
}

static void
list_folders(struct store *s)
{
	int fd = openat(s->fd, "pack", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int n;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return;
	}
	memset(s->folder, 0, sizeof(s->folder));
	while ((e = readdir(d)) != NULL)
		if ((n = folder_number(e->d_name)) >= 0)
			s->folder[n / 8] |= (uint8_t)(1 << n % 8);
	closedir(d);
	s->listed = true;
}

bool
store_has(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];
	int n;

	if (t->kind == TREE_PACK && !s->readonly) {
		if (!s->listed)
			list_folders(s);
		n = t->id.b[0] << 2 | t->id.b[1] >> 6; /* folder_number() */
		if (s->listed && (s->folder[n / 8] >> n % 8 & 1) == 0)
			return false;
	}
	tree_path(path, t);
	return faccessat(s->fd, path, F_OK, 0) == 0;
}

static int
open_pack(struct store *s, const struct id *root)
{
	struct tree_name t = {.kind = TREE_PACK, .id = *root};
	char path[TREE_PATH_MAX];

	if (s->open_fd >= 0 && id_eq(&s->open_root, root))
		return 0;
	tree_path(path, &t);
	if (s->open_fd >= 0)
		close(s->open_fd);
	s->open_fd = openat(s->fd, path, O_RDONLY | O_CLOEXEC);
	if (s->open_fd < 0)
		return store_error("open a pack");
	s->open_root = *root;
	return 0;
}

int
store_get_piece(struct store *s, const struct id *root, size_t i, struct buf *b)
{
	int err = open_pack(s, root);
	uint8_t *p;
	ssize_t n;

	if (err == QERR_ABSENT)
		return part_get(s->parts, root, i, b);
	if (err != 0)
		return err;
	if ((p = buf_grow(b, PIECE_SIZE)) == NULL)
		return buf_err(b);
	n = pread(s->open_fd, p, PIECE_SIZE, (off_t)i * PIECE_SIZE);
	b->n -= PIECE_SIZE - (n > 0 ? (size_t)n : 0);
	if (n < 0)
		return store_error("read a pack");
	return n == 0 ? QERR_ABSENT : 0;
}

bool
store_partial(struct store *s, const struct id *root, uint64_t total,
    struct buf *b)
{
	return part_bitmap(s->parts, root, total, b);
}

/* Writing: first temporaries. */

static int
write_tmp(struct store *s, char tmp[32], struct bytes data)
{
	int fd, err = 0;

	snprintf(tmp, 32, "tmp/%llu", (unsigned long long)++s->serial);
	fd = openat(s->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    MODE_FILE);
	if (fd < 0)
		return store_error("make a file");
	for (size_t at = 0; at < data.n && err == 0;) {
		ssize_t n = write(fd, data.p + at, data.n - at);

		if (n < 0 && errno != EINTR)
			err = store_error("write a file");
		at += n > 0 ? (size_t)n : 0;
	}
	if (close(fd) != 0 && err == 0)
		err = store_error("write a file");
	if (err != 0)
		unlinkat(s->fd, tmp, 0);
	return err;
}

static struct waiting *
wait_add(struct store *s)
{
	if (s->n_waiting == s->cap_waiting) {
		size_t cap = s->cap_waiting == 0 ? 16 : s->cap_waiting * 2;
		void *p = realloc(s->waiting, cap * sizeof(*s->waiting));

		if (p == NULL)
			return NULL;
		s->waiting = p;
		s->cap_waiting = cap;
	}
	s->waiting[s->n_waiting] = (struct waiting){0};
	return &s->waiting[s->n_waiting++];
}

/* The newest header of a batch becomes the head, once. */
static int
put_head(struct store *s, const struct id *feed, struct bytes data)
{
	struct new_head *h = NULL;

	for (size_t i = 0; i < s->n_head; i++)
		if (id_eq(&s->head[i].feed, feed))
			h = &s->head[i];
	if (h == NULL) {
		h = realloc(s->head, (s->n_head + 1) * sizeof(*h));
		if (h == NULL)
			return QERR_NOMEM;
		s->head = h;
		h = &s->head[s->n_head++];
		*h = (struct new_head){.feed = *feed};
		buf_init(&h->file, 0);
	}
	buf_clear(&h->file);
	buf_put(&h->file, data.p, data.n);
	return buf_err(&h->file);
}

static int
put_file(struct store *s, const struct tree_name *t, struct bytes data)
{
	struct waiting *w;
	char tmp[32];
	int err;

	if (s->readonly)
		return QERR_IO;
	if (data.n > size_max(t->kind))
		return QERR_TOOBIG; /* nobody would read it */
	if ((err = write_tmp(s, tmp, data)) != 0)
		return err;
	if ((w = wait_add(s)) == NULL) {
		unlinkat(s->fd, tmp, 0);
		return QERR_NOMEM;
	}
	memcpy(w->tmp, tmp, sizeof(tmp));
	tree_path(w->name, t);
	w->size = t->kind == TREE_PACK ? data.n : 0;
	return 0;
}

int
store_put(struct store *s, const struct tree_name *t, struct bytes data,
    bool head)
{
	int err = put_file(s, t, data);

	if (err == 0 && head)
		err = put_head(s, &t->id, data);
	return err;
}

int
store_put_piece(struct store *s, const struct id *root, uint64_t total,
    size_t i, struct bytes data, bool completes)
{
	struct tree_name t = {.kind = TREE_PACK, .id = *root};

	if (s->readonly)
		return QERR_IO;
	/* A pack of one piece needs no part. */
	if (total == data.n && total > 0 && total <= PIECE_SIZE && i == 0 &&
	    completes)
		return put_file(s, &t, data);
	return part_put(s->parts, root, total, i, data, completes);
}

/* .. then all of them at once. */

static int
sync_tmps(struct store *s)
{
	int fd[SYNC_SINGLY], err = 0;
	size_t n;

	if (s->n_waiting > SYNC_SINGLY)
		return syncfs(s->fd) == 0 ? 0 : store_error("sync");
	for (n = 0; n < s->n_waiting && err == 0; n++) {
		fd[n] = openat(s->fd, s->waiting[n].tmp, O_RDONLY | O_CLOEXEC);
		if (fd[n] < 0) {
			err = store_error("open a file");
			break;
		}
		/* All on their way before the first is waited for: one commit of
		 * the journal has them all.  An error shows when they are. */
		(void)sync_file_range(fd[n], 0, 0, SYNC_FILE_RANGE_WRITE);
	}
	for (size_t i = 0; i < n; i++) {
		if (err == 0 && fdatasync(fd[i]) != 0)
			err = store_error("sync a file");
		close(fd[i]);
	}
	return err;
}

/* Rename, making the folder if it is the first in it. */
static int
publish(struct store *s, const char *from, const char *name)
{
	char folder[TREE_PATH_MAX];
	const char *slash = strrchr(name, '/');
	int err;

	if (renameat(s->fd, from, s->fd, name) == 0)
		return 0;
	if (errno != ENOENT || slash == NULL)
		return store_error("rename a file");
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
	if ((err = file_mkdirs(s->fd, folder, MODE_DIR)) != 0)
		return err;
	return renameat(s->fd, from, s->fd, name) == 0
		   ? 0
		   : store_error("rename a file");
}

static int
sync_folder(struct store *s, const char *name)
{
	int fd = openat(s->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return store_error("open a folder");
	if (fsync(fd) != 0)
		err = store_error("sync a folder");
	close(fd);
	return err;
}

/* Folders that were synced in this commit. */
struct synced {
	char name[SYNC_SINGLY * DEPTH_MAX][TREE_PATH_MAX];
	size_t n;
};

static bool
is_synced(const struct synced *y, const char *name)
{
	for (size_t i = 0; i < y->n; i++)
		if (strcmp(y->name[i], name) == 0)
			return true;
	return false;
}

/* Its own folder, and those above that may be new. */
static int
sync_folders_of(struct store *s, const char *name, struct synced *y)
{
	char folder[TREE_PATH_MAX];
	int err = 0;

	snprintf(folder, sizeof(folder), "%s", name);
	for (char *slash; (slash = strrchr(folder, '/')) != NULL && err == 0;) {
		*slash = '\0';
		if (is_synced(y, folder))
			break; /* and so are those above */
		snprintf(y->name[y->n++], TREE_PATH_MAX, "%s", folder);
		err = sync_folder(s, folder);
	}
	return err;
}

static int
sync_folders(struct store *s, size_t n_part)
{
	struct synced y = {.n = 0};

	if (n_part > 0 || s->n_waiting > SYNC_SINGLY)
		return syncfs(s->fd) == 0 ? 0 : store_error("sync");
	for (size_t i = 0; i < s->n_waiting; i++) {
		int err = sync_folders_of(s, s->waiting[i].name, &y);

		if (err != 0)
			return err;
	}
	return 0;
}

static int
add_heads(struct store *s)
{
	for (size_t i = 0; i < s->n_head; i++) {
		struct tree_name t = {.kind = TREE_HEAD, .id = s->head[i].feed};
		int err = put_file(s, &t, buf_bytes(&s->head[i].file));

		if (err != 0)
			return err;
	}
	return 0;
}

static void
forget_waiting(struct store *s)
{
	for (size_t i = 0; i < s->n_waiting; i++)
		if (!s->waiting[i].there)
			unlinkat(s->fd, s->waiting[i].tmp, 0);
	for (size_t i = 0; i < s->n_head; i++)
		buf_done(&s->head[i].file);
	s->n_waiting = s->n_head = 0;
}

int
store_commit(struct store *s)
{
	uint64_t packs = 0;
	size_t n_part = 0;
	int err;

	if (s->readonly)
		return QERR_IO;
	s->listed = false;
	if ((err = add_heads(s)) != 0 || (err = sync_tmps(s)) != 0)
		goto out;
	/* In the order of the puts: a crash in between leaves a beginning. */
	for (size_t i = 0; i < s->n_waiting && err == 0; i++) {
		err = publish(s, s->waiting[i].tmp, s->waiting[i].name);
		packs += s->waiting[i].size;
		s->waiting[i].there = err == 0;
	}
	if (err == 0)
		err = part_commit(s->parts, &n_part, &packs);
	if (err == 0)
		err = sync_folders(s, n_part);
	if (err == 0 && s->counted)
		s->used += packs;
out:
	forget_waiting(s);
	s->lost += err != 0;
	return err;
}

uint64_t
store_lost(const struct store *s)
{
	return s->lost;
}

/* Forgetting. */

/* Drop what waits under |name|, or |below| it, if anything does. */
static bool
unwait(struct store *s, const char *name, bool below)
{
	size_t kept = 0, n = s->n_waiting, len = strlen(name);

	for (size_t i = 0; i < n; i++) {
		const char *w = s->waiting[i].name;

		if (strncmp(w, name, len) == 0 &&
		    w[len] == (below ? '/' : '\0'))
			unlinkat(s->fd, s->waiting[i].tmp, 0);
		else
			s->waiting[kept++] = s->waiting[i];
	}
	s->n_waiting = kept;
	return kept < n;
}

static bool
unwait_one(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	return unwait(s, path, false);
}

/* As store_get(), but as it will be after the commit. */
static int
get_put(struct store *s, const struct tree_name *t, struct buf *b)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	for (size_t i = s->n_waiting; i-- > 0;)
		if (strcmp(s->waiting[i].name, path) == 0)
			return file_read(b, s->fd, s->waiting[i].tmp,
			    size_max(t->kind));
	return store_get(s, t, b);
}

int
store_forget(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];
	struct stat st;

	if (s->readonly)
		return QERR_IO;
	tree_path(path, t);
	unwait(s, path, false);
	if (t->kind == TREE_PACK) {
		if (s->open_fd >= 0 && id_eq(&s->open_root, &t->id)) {
			close(s->open_fd);
			s->open_fd = -1;
		}
		part_forget(s->parts, &t->id);
		if (s->counted && fstatat(s->fd, path, &st, 0) == 0)
			s->used -= s->used < (uint64_t)st.st_size
				       ? s->used
				       : (uint64_t)st.st_size;
	}
	if (unlinkat(s->fd, path, 0) != 0 && errno != ENOENT)
		return store_error("delete a file");
	return 0;
}

int
store_forget_headers(struct store *s, const struct id *feed, uint64_t from)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = *feed, .number = from};
	struct buf b;
	int err = 0;

	if (!s->readonly)
		row_remove(s->fd, feed);
	buf_init(&b, 0);
	for (size_t i = s->n_head; i > 0; i--)
		if (id_eq(&s->head[i - 1].feed, feed)) {
			buf_done(&s->head[i - 1].file);
			s->head[i - 1] = s->head[--s->n_head];
		}
	/* From the end, so that a crash leaves no hole. */
	while (unwait_one(s, &t) || store_has(s, &t))
		t.number++;
	while (t.number > from && err == 0) {
		t.number--;
		err = store_forget(s, &t);
	}
	t.number = from - 1;
	if (err == 0 && from > 1 && get_put(s, &t, &b) == 0) {
		t.kind = TREE_HEAD;
		if ((err = put_file(s, &t, buf_bytes(&b))) == 0)
			err = store_commit(s);
	} else if (err == 0) {
		t.kind = TREE_HEAD;
		err = store_forget(s, &t);
	}
	buf_done(&b);
	return err;
}

int
store_forget_charters(struct store *s, const struct id *feed, uint64_t from)
{
	struct tree_name t = {
	    .kind = TREE_CHARTER, .id = *feed, .number = from};
	int err = 0;

	while (unwait_one(s, &t) || store_has(s, &t))
		t.number++;
	while (t.number > from && err == 0) {
		t.number--;
		err = store_forget(s, &t);
	}
	return err;
}

static void
forget_packs(struct store *s, const struct id *feed)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = *feed, .number = 1};
	struct header h;
	struct buf b;

	buf_init(&b, 0);
	for (; get_put(s, &t, &b) == 0; t.number++, buf_clear(&b)) {
		if (header_read(&h, buf_bytes(&b)) != 0)
			continue;
		for (size_t i = 0; i < h.n_pack; i++) {
			struct tree_name p = {
			    .kind = TREE_PACK, .id = h.pack[i].root};

			store_forget(s, &p);
		}
	}
	buf_done(&b);
}

int
store_forget_feed(struct store *s, const struct id *feed)
{
	static const char *const part[] = {"/charter", "/issue", "/proof", ""};
	char path[TREE_PATH_MAX], name[ID_TEXT_LEN + 1];
	int err;

	if (s->readonly)
		return QERR_IO;
	forget_packs(s, feed);
	err = store_forget_headers(s, feed, 1);
	id_text(name, feed);
	snprintf(path, sizeof(path), "feed/%s", name);
	unwait(s, path, true);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		snprintf(path, sizeof(path), "feed/%s%s", name, part[i]);
		remove_all_in(s->fd, path);
		if (unlinkat(s->fd, path, AT_REMOVEDIR) != 0 &&
		    errno != ENOENT && err == 0)
			err = store_error("delete a folder");
	}
	return err;
}

/* Walking. */

int
store_feeds(struct store *s, int (*fn)(void *, const struct id *), void *arg)
{
	int fd = openat(s->fd, "feed", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct id feed;
	int err = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return fd < 0 && errno == ENOENT ? 0
						 : store_error("list feeds");
	}
	while (err == 0 && (e = readdir(d)) != NULL)
		if (id_parse(&feed, e->d_name, strlen(e->d_name)) == 0)
			err = fn(arg, &feed);
	closedir(d);
	return err;
}

/* Append one more to a row.  A file that cannot be one of ours is not there. */
static int
get_next(struct store *s, const struct tree_name *t, struct buf *b,
    struct buf *ends)
{
	size_t before = b->n;
	int err = store_get(s, t, b);

	if (err == QERR_TOOBIG) {
		b->n = before;
		err = QERR_ABSENT;
	}
	if (err == 0)
		buf_put_le32(ends, (uint32_t)b->n);
	return err;
}

static int
get_row(struct store *s, struct tree_name t, struct buf *b, struct buf *ends)
{
	int err;

	while ((err = get_next(s, &t, b, ends)) == 0)
		t.number++;
	return err == QERR_ABSENT ? buf_err(ends) : err;
}

int
store_charters(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	return get_row(s,
	    (struct tree_name){.kind = TREE_CHARTER, .id = *feed, .number = 1},
	    b, ends);
}

int
store_headers(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	return get_row(s,
	    (struct tree_name){.kind = TREE_ISSUE, .id = *feed, .number = 1}, b,
	    ends);
}

int
store_proofs(struct store *s, const struct id *feed, struct buf *b,
    struct buf *ends)
{
	char path[TREE_PATH_MAX], name[ID_TEXT_LEN + 1];
	struct tree_name t = {.kind = TREE_PROOF, .id = *feed};
	struct dirent *e;
	int fd, err = 0;
	DIR *d;

	id_text(name, feed);
	snprintf(path, sizeof(path), "feed/%s/proof", name);
	fd = openat(s->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return fd < 0 && errno == ENOENT ? 0
						 : store_error("list proofs");
	}
	while (err == 0 && ends->n < 4 * STORE_PROOFS_MAX &&
	       (e = readdir(d)) != NULL) {
		if (dec_parse(&t.number, e->d_name, strlen(e->d_name)) != 0)
			continue;
		err = get_next(s, &t, b, ends);
		if (err == QERR_ABSENT)
			err = 0;
	}
	closedir(d);
	return err != 0 ? err : buf_err(ends);
}

int
store_headers_kept(struct store *s, const struct id *feed, struct row *r)
{
	struct tree_name t = {.kind = TREE_ISSUE, .id = *feed};
	struct buf ends;
	int err = row_read(r, s->fd, feed);

	buf_init(&ends, 0);
	t.number = r->end.n + 1;
	if (err == 0)
		err = get_row(s, t, &r->tail, &ends);
	if (err == 0)
		err = row_extend(r, buf_bytes(&ends));
	buf_done(&ends);
	return err;
}

/* True if the headers in |r| are |f|'s, to the last. */
static bool
are_accepted(const struct row *r, const struct feed *f)
{
	struct id leaf;

	if (r->n != feed_head(f))
		return false;
	for (size_t i = 0; i < r->n; i++) {
		if (i < r->end.n)
			leaf = r->kept[i].leaf;
		else if (header_leaf(&leaf, r->header[i]) != 0)
			return false;
		if (!id_eq(&leaf, feed_leaf(f, i + 1)))
			return false;
	}
	return true;
}

/* Read the headers behind those kept anew, up to |last|. */
static int
reread(struct store *s, const struct id *feed, struct row *r, uint64_t last)
{
	struct tree_name t = {
	    .kind = TREE_ISSUE, .id = *feed, .number = r->end.n + 1};
	struct buf ends;
	int err = 0;

	r->n = (size_t)r->end.n;
	buf_clear(&r->tail);
	buf_init(&ends, 0);
	for (; t.number <= last && err == 0; t.number++)
		err = get_next(s, &t, &r->tail, &ends);
	if (err == 0 && (err = buf_err(&ends)) == 0)
		err = row_extend(r, buf_bytes(&ends));
	buf_done(&ends);
	return err;
}

int
store_keep_headers(struct store *s, struct feed *f, struct row *r)
{
	int err = 0;

	if (r->n != feed_head(f))
		err = reread(s, feed_id(f), r, feed_head(f));
	if (err != 0 || !are_accepted(r, f))
		row_done(r);
	else if (!s->readonly)
		err = row_append(s->fd, r, f);
	return err == QERR_NOMEM ? err : 0; /* only time is lost */
}

/* Room. */

static uint64_t
count_folder(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct stat st;
	uint64_t sum = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' &&
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
			if (S_ISDIR(st.st_mode))
				sum += count_folder(fd, e->d_name);
			else
				sum += (uint64_t)st.st_size;
		}
	closedir(d);
	return sum;
}

uint64_t
store_used(struct store *s)
{
	if (!s->counted)
		s->used = count_folder(s->fd, "pack");
	s->counted = true;
	return s->used;
}

uint64_t
store_free(struct store *s)
{
	struct statvfs v;

	if (fstatvfs(s->fd, &v) != 0)
		return 0;
	return (uint64_t)v.f_bavail * v.f_frsize;
}

/* The owner's own files. */

int
store_put_file(struct store *s, const char *name, struct bytes data)
{
	return file_write(s->fd, name, data, 0600);
}

int
store_get_file(struct store *s, const char *name, struct buf *b, size_t max)
{
	return file_read(b, s->fd, name, max);
}

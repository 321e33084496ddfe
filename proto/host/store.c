#include "proto/host/store_inner.h"

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
#include "proto/host/file.h"
#include "proto/host/log.h"
#include "proto/object/charter.h"
#include "proto/object/header.h"
#include "proto/object/merkle.h"
#include "proto/object/proof.h"

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

void
store_empty(int dir, const char *name)
{
	DIR *d = file_folder(dir, name);
	struct dirent *e;

	if (d == NULL)
		return;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
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
		if (mkdirat(s->fd, name[i], STORE_MODE_DIR) != 0 &&
		    errno != EEXIST)
			return store_error("make its folders");
	return 0;
}

/* Its version; 0: in what was just made there is none; STORE_VERSION + 1: another. */
static int
read_version(struct store *s, int *ret)
{
	struct buf b;
	int err;

	buf_init(&b, 0);
	err = file_read(&b, s->fd, "version", 64);
	*ret = STORE_VERSION + 1;
	if (err == QERR_ABSENT)
		*ret = 0;
	else if (err == 0 && b.n == 2 && b.p[1] == '\n' && b.p[0] > '0' &&
		 b.p[0] <= '0' + STORE_VERSION)
		*ret = b.p[0] - '0';
	buf_done(&b);
	return err == QERR_ABSENT || err == QERR_TOOBIG ? 0 : err;
}

static int
put_version(struct store *s)
{
	char text[8];
	int n = snprintf(text, sizeof(text), "%d\n", STORE_VERSION);

	return file_write(s->fd, "version", bytes_of(text, (size_t)n),
	    STORE_MODE_FILE);
}

static int
open_folder(struct store *s)
{
	int err;

	s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0 && errno == ENOENT && !s->readonly) {
		if ((err = file_mkdirs(AT_FDCWD, s->dir, 0700)) != 0)
			return err;
		s->fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return s->fd < 0 ? store_error("open its folder") : 0;
}

/* For who may write: what it consists of, as this version has it. */
static int
make(struct store *s, int version)
{
	int err = make_folders(s);

	store_empty(s->fd, "tmp");    /* what a crash left */
	if (err == 0 && version <= 1) /* some programs wrote none */
		err = store_from_1(s);
	if (err == 0 && version != STORE_VERSION)
		err = put_version(s);
	return err;
}

/* |*ret_old|: it is of a version that only who may write can read. */
static int
open_store(struct store *s, bool *ret_old)
{
	int version, err;

	if ((err = open_folder(s)) != 0 ||
	    (err = read_version(s, &version)) != 0)
		return err;
	if (version > STORE_VERSION)
		return QERR_VERSION;
	*ret_old = s->readonly && version > 0 && version < STORE_VERSION;
	if (*ret_old)
		return QERR_VERSION;
	if ((err = open_lock(s)) != 0 ||
	    (err = part_set_new(&s->parts, s->fd, s->readonly)) != 0)
		return err;
	return s->readonly ? 0 : make(s, version);
}

int
store_open(struct store **ret, const char *dir, bool readonly)
{
	struct store *s = calloc(1, sizeof(*s));
	int err = QERR_NOMEM;
	bool old = false;

	*ret = NULL;
	if (s == NULL)
		return err;
	s->lock = s->fd = s->open_fd = -1;
	s->readonly = readonly;
	buf_init(&s->block.b, 0);
	if ((s->dir = strdup(dir)) != NULL)
		err = open_store(s, &old);
	if (err == 0) {
		*ret = s;
		return 0;
	}
	store_close(s);
	if (!old || (err = store_open(&s, dir, false)) != 0)
		return err;
	store_close(s); /* it is of this version now */
	return store_open(ret, dir, true);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_commit_stop(s);
	for (size_t i = 0; i < s->n_waiting; i++)
		unlinkat(s->fd, s->waiting[i].tmp, 0);
	store_issues_drop(s);
	store_issues_ended(s);
	for (size_t i = 0; i < s->n_head; i++)
		buf_done(&s->head[i].file);
	part_set_free(s->parts);
	buf_done(&s->block.b);
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

size_t
store_size_max(enum tree_kind kind)
{
	switch (kind) {
	case TREE_CHARTER:
		return CHARTER_FILE_MAX;
	case TREE_ISSUES:
		return ISSUES_MAX;
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

	if (t->kind == TREE_ISSUE)
		return store_issues_get(s, t, b);
	tree_path(path, t);
	return file_read(b, s->fd, path, store_size_max(t->kind));
}

static bool
has_issue(struct store *s, const struct tree_name *t)
{
	struct buf b;
	bool has;

	buf_init(&b, 0);
	has = store_issues_get(s, t, &b) == 0;
	buf_done(&b);
	return has;
}

bool
store_has(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];

	if (t->kind == TREE_ISSUE)
		return has_issue(s, t);
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

/* Room. */

static uint64_t
count_folder(int dir, const char *name)
{
	DIR *d = file_folder(dir, name);
	struct dirent *e;
	struct stat st;
	uint64_t sum = 0;

	if (d == NULL)
		return 0;
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.' && fstatat(dirfd(d), e->d_name, &st,
					       AT_SYMLINK_NOFOLLOW) == 0) {
			if (S_ISDIR(st.st_mode))
				sum += count_folder(dirfd(d), e->d_name);
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
		store_settle(s); /* or it would be counted twice */
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

int
store_append_file(struct store *s, const char *name, struct bytes data)
{
	int fd = openat(s->fd, name,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	ssize_t n = fd < 0 ? -1 : write(fd, data.p, data.n);
	int err = n == (ssize_t)data.n ? 0 : store_error("append to a file");

	if (fd >= 0)
		close(fd);
	return err;
}

int
store_remove_file(struct store *s, const char *name)
{
	return unlinkat(s->fd, name, 0) == 0 || errno == ENOENT
		   ? 0
		   : store_error("delete a file");
}

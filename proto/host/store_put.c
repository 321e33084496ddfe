#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/store_inner.h"
#include "proto/object/merkle.h"

#define SYNC_SINGLY 4 /* more files than that are synced with all others */
#define DEPTH_MAX   3 /* folders that a file of the tree stands in */

/* First temporaries. */

static int
write_tmp(struct store *s, char tmp[32], struct bytes data)
{
	int fd, err = 0;

	snprintf(tmp, 32, "tmp/%llu", (unsigned long long)++s->serial);
	fd = openat(s->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    STORE_MODE_FILE);
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

int
store_stage(struct store *s, const struct tree_name *t, struct bytes data)
{
	struct waiting *w;
	char tmp[32];
	int err;

	if (s->readonly)
		return QERR_IO;
	if (data.n > store_size_max(t->kind))
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
	int err = store_stage(s, t, data);

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
		return store_stage(s, &t, data);
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
	if ((err = file_mkdirs(s->fd, folder, STORE_MODE_DIR)) != 0)
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
		int err = store_stage(s, &t, buf_bytes(&s->head[i].file));

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

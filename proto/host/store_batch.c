#include "proto/host/store_batch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/host/store_inner.h"

#define SYNC_SINGLY 4 /* more files than that are synced with all others */
#define DEPTH_MAX   3 /* folders that a file of the tree stands in */

int
batch_fail(struct batch *b, const char *what)
{
	if (b->what == NULL) {
		b->failed = errno;
		b->what = what;
	}
	return -1;
}

static int
sync_tmps(struct batch *b)
{
	int fd[SYNC_SINGLY], err = 0;
	size_t n = 0;

	if (b->n_waiting > SYNC_SINGLY)
		return syncfs(b->dir) == 0 ? 0 : batch_fail(b, "sync");
	for (size_t i = 0; i < b->n_waiting && err == 0; i++) {
		fd[n] = openat(b->dir, b->waiting[i].tmp, O_RDONLY | O_CLOEXEC);
		if (fd[n] < 0) {
			err = batch_fail(b, "open a file");
			break;
		}
		/* All on their way before the first is waited for: one commit of
		 * the journal has them all.  An error shows when they are. */
		(void)sync_file_range(fd[n++], 0, 0, SYNC_FILE_RANGE_WRITE);
	}
	for (size_t i = 0; i < n; i++) {
		if (err == 0 && fdatasync(fd[i]) != 0)
			err = batch_fail(b, "sync a file");
		close(fd[i]);
	}
	return err;
}

/* The folder that |name| stands in, and those above if they are not there. */
static int
make_folders(struct batch *b, const char *name)
{
	const char *slash = strrchr(name, '/');
	char folder[TREE_PATH_MAX];

	if (slash == NULL)
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
	if (mkdirat(b->dir, folder, STORE_MODE_DIR) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return batch_fail(b, "make a folder");
	if (make_folders(b, folder) != 0)
		return -1;
	if (mkdirat(b->dir, folder, STORE_MODE_DIR) == 0 || errno == EEXIST)
		return 0;
	return batch_fail(b, "make a folder");
}

/* Rename, making the folder if it is the first in it. */
static int
publish(struct batch *b, const char *from, const char *name)
{
	if (renameat(b->dir, from, b->dir, name) == 0)
		return 0;
	if (errno != ENOENT)
		return batch_fail(b, "rename a file");
	if (make_folders(b, name) != 0)
		return -1;
	return renameat(b->dir, from, b->dir, name) == 0
		   ? 0
		   : batch_fail(b, "rename a file");
}

static int
sync_folder(struct batch *b, const char *name)
{
	int fd = openat(b->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return batch_fail(b, "open a folder");
	if (fsync(fd) != 0)
		err = batch_fail(b, "sync a folder");
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

/* Its own folder, and those above that may be new; that of all is not. */
static int
sync_folders_of(struct batch *b, const char *name, struct synced *y)
{
	char folder[TREE_PATH_MAX];
	int err = 0;

	if (strchr(name, '/') == NULL)
		return sync_folder(b, ".");
	snprintf(folder, sizeof(folder), "%s", name);
	for (char *slash; (slash = strrchr(folder, '/')) != NULL && err == 0;) {
		*slash = '\0';
		if (is_synced(y, folder))
			break; /* and so are those above */
		snprintf(y->name[y->n++], TREE_PATH_MAX, "%s", folder);
		err = sync_folder(b, folder);
	}
	return err;
}

static int
sync_folders(struct batch *b)
{
	struct synced y = {.n = 0};

	if (b->n_whole > 0 || b->n_waiting > SYNC_SINGLY)
		return syncfs(b->dir) == 0 ? 0 : batch_fail(b, "sync");
	for (size_t i = 0; i < b->n_waiting; i++) {
		int err = sync_folders_of(b, b->waiting[i].name, &y);

		if (err != 0)
			return err;
	}
	return 0;
}

/* In the order of the puts. */
static int
publish_all(struct batch *b)
{
	for (size_t i = 0; i < b->n_waiting; i++) {
		struct waiting *w = &b->waiting[i];

		if (publish(b, w->tmp, w->name) != 0)
			return -1;
		b->packs += w->size;
		w->there = true;
	}
	return 0;
}

void
batch_run(struct batch *b)
{
	int err = sync_tmps(b);

	if (err == 0)
		err = publish_all(b);
	for (size_t i = 0; i < b->n_part && err == 0; i++)
		err = part_work(b, &b->part[i]);
	if (err == 0)
		err = sync_folders(b);
	/* Who reads |what| takes nothing for done that is not. */
	assert((err != 0) == (b->what != NULL));
	for (size_t i = 0; i < b->n_waiting && err != 0; i++)
		if (!b->waiting[i].there)
			unlinkat(b->dir, b->waiting[i].tmp, 0);
}

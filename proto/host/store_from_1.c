#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/store_inner.h"

/*
 * A store of version 1 had a file for each header, feed/FEED/issue/NUMBER, and packs in a
 * thousand folders, pack/AA/ROOT.  Wherever this is broken off it goes on the next time.
 */

static int
take_headers(void *arg, const struct id *feed)
{
	struct store *s = arg;
	struct tree_name t = {.kind = TREE_ISSUE, .id = *feed, .number = 1};
	char id[ID_TEXT_LEN + 1], folder[TREE_PATH_MAX],
	    path[TREE_PATH_MAX + 24];
	struct buf b;
	int err = 0;

	id_text(id, feed);
	snprintf(folder, sizeof(folder), "feed/%s/issue", id);
	buf_init(&b, 0);
	for (;; t.number++, buf_clear(&b)) {
		snprintf(path, sizeof(path), "%s/%llu", folder,
		    (unsigned long long)t.number);
		err = file_read(&b, s->fd, path, HEADER_FILE_MAX);
		if (err != 0 ||
		    (err = store_issues_put(s, &t, buf_bytes(&b))) != 0)
			break;
	}
	buf_done(&b);
	if (err == QERR_ABSENT || err == QERR_TOOBIG)
		err = store_commit(s);
	if (err != 0)
		return err;
	store_empty(s->fd, folder);
	return unlinkat(s->fd, folder, AT_REMOVEDIR) == 0 || errno == ENOENT
		   ? 0
		   : store_error("delete a folder");
}

/* The packs in pack/AA, and the folder. */
static int
take_folder(struct store *s, const char *aa)
{
	struct tree_name t = {.kind = TREE_PACK};
	char folder[16], from[TREE_PATH_MAX], to[TREE_PATH_MAX];
	struct dirent *e;
	int err = 0;
	DIR *d;

	snprintf(folder, sizeof(folder), "pack/%.2s", aa);
	if ((d = file_folder(s->fd, folder)) == NULL)
		return 0;
	while (err == 0 && (e = readdir(d)) != NULL) {
		if (id_parse(&t.id, e->d_name, strlen(e->d_name)) != 0)
			continue;
		snprintf(from, sizeof(from), "%s/%.60s", folder, e->d_name);
		tree_path(to, &t);
		if (renameat(s->fd, from, s->fd, to) != 0)
			err = store_error("move a pack");
	}
	closedir(d);
	if (err == 0)
		unlinkat(s->fd, folder, AT_REMOVEDIR); /* if it is empty */
	return err;
}

static int
take_packs(struct store *s)
{
	DIR *d = file_folder(s->fd, "pack");
	struct dirent *e;
	char name[] = "pack/a";
	int err = 0;

	if (d == NULL)
		return 0;
	while (err == 0 && (e = readdir(d)) != NULL) {
		if (strlen(e->d_name) != 2 || e->d_name[0] == '.')
			continue;
		name[5] = e->d_name[0];
		if (mkdirat(s->fd, name, STORE_MODE_DIR) != 0 &&
		    errno != EEXIST)
			err = store_error("make its folders");
		else
			err = take_folder(s, e->d_name);
	}
	closedir(d);
	return err;
}

int
store_from_1(struct store *s)
{
	int err = store_feeds(s, take_headers, s);

	if (err == 0)
		err = take_packs(s);
	return err != 0 || syncfs(s->fd) == 0 ? err : store_error("sync");
}

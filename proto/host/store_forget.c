#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/rest.h"
#include "proto/host/store_inner.h"
#include "proto/host/store_row.h"
#include "proto/object/header.h"

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

/* A header, as it will be after the commit. */
static int
get_put(struct store *s, const struct tree_name *t, struct buf *b)
{
	int err = store_issues_waiting(s, t, b);

	return err == QERR_ABSENT ? store_get(s, t, b) : err;
}

int
store_forget(struct store *s, const struct tree_name *t)
{
	char path[TREE_PATH_MAX];
	struct stat st;

	/* The file of one header has others: store_forget_headers(). */
	assert(t->kind != TREE_ISSUE && t->kind != TREE_ISSUES);
	if (s->readonly)
		return QERR_IO;
	store_settle(s);
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

static bool
is_head(struct store *s, const struct tree_name *head,
    const struct tree_name *issue)
{
	struct buf a, b;
	bool is;

	buf_init(&a, 0);
	buf_init(&b, 0);
	is = store_get(s, head, &a) == 0 && store_get(s, issue, &b) == 0 &&
	     bytes_eq(buf_bytes(&a), buf_bytes(&b));
	buf_done(&a);
	buf_done(&b);
	return is;
}

/*
 * The head becomes |issue|, before what is behind that goes, or there is none: one whose
 * issue is gone could be seen, and be taken for what is signed in its place.
 */
static int
put_head_back(struct store *s, const struct tree_name *issue)
{
	struct tree_name t = {.kind = TREE_HEAD, .id = issue->id};
	char head[TREE_PATH_MAX];
	struct buf b;
	int err;

	tree_path(head, &t);
	if (issue->number > 0 && is_head(s, &t, issue))
		return 0;
	if (unlinkat(s->fd, head, 0) != 0 && errno != ENOENT)
		return store_error("delete a file");
	if (issue->number == 0)
		return 0;
	buf_init(&b, 0);
	if ((err = get_put(s, issue, &b)) == 0 &&
	    (err = store_put_head(s, &t.id, buf_bytes(&b))) == 0)
		err = store_commit(s);
	buf_done(&b);
	return err == QERR_ABSENT ? 0 : err;
}

int
store_forget_headers(struct store *s, const struct id *feed, uint64_t from)
{
	struct tree_name before = {
	    .kind = TREE_ISSUE, .id = *feed, .number = from - 1};
	int err, head_err;

	if (s->readonly)
		return QERR_IO;
	store_settle(s);
	row_remove(s->fd, feed);
	rest_remove(s->fd, feed);
	for (size_t i = s->n_head; i > 0; i--)
		if (id_eq(&s->head[i - 1].feed, feed)) {
			buf_done(&s->head[i - 1].file);
			s->head[i - 1] = s->head[--s->n_head];
		}
	store_issues_unwait(s, feed, from);
	head_err = put_head_back(s, &before);
	err = store_issues_forget(s, feed, from);
	return err != 0 ? err : head_err;
}

int
store_forget_charters(struct store *s, const struct id *feed, uint64_t from)
{
	struct tree_name t = {
	    .kind = TREE_CHARTER, .id = *feed, .number = from};
	int err = 0;

	store_settle(s);
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
	static const char *const part[] = {"/charter", "/issues", "/proof", ""};
	char path[TREE_PATH_MAX], name[ID_TEXT_LEN + 1];
	int err;

	if (s->readonly)
		return QERR_IO;
	store_settle(s);
	forget_packs(s, feed);
	err = store_forget_headers(s, feed, 1);
	id_text(name, feed);
	snprintf(path, sizeof(path), "feed/%s", name);
	unwait(s, path, true);
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		snprintf(path, sizeof(path), "feed/%s%s", name, part[i]);
		store_empty(s->fd, path);
		if (unlinkat(s->fd, path, AT_REMOVEDIR) != 0 &&
		    errno != ENOENT && err == 0)
			err = store_error("delete a folder");
	}
	return err;
}

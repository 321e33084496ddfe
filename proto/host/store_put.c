#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/store_inner.h"
#include "proto/object/merkle.h"

static int
write_tmp(struct store *s, char tmp[32], struct bytes data)
{
	int fd, err = 0;

	snprintf(tmp, 32, "tmp/%llu", (unsigned long long)++s->serial);
	fd = openat(s->fd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    STORE_MODE_FILE);
	if (fd < 0)
		return store_error("make a file");
	if (file_write_all(fd, data) != 0)
		err = store_error("write a file");
	if (close(fd) != 0 && err == 0)
		err = store_error("write a file");
	if (err != 0)
		unlinkat(s->fd, tmp, 0);
	return err;
}

/* One more that waits, to become |name|; NULL: no memory. */
static struct waiting *
wait_add(struct store *s, const char *name)
{
	struct waiting *w;

	if (s->n_waiting == s->cap_waiting) {
		size_t cap = s->cap_waiting == 0 ? 16 : s->cap_waiting * 2;
		void *p = realloc(s->waiting, cap * sizeof(*s->waiting));

		if (p == NULL)
			return NULL;
		s->waiting = p;
		s->cap_waiting = cap;
	}
	w = &s->waiting[s->n_waiting++];
	*w = (struct waiting){0};
	snprintf(w->name, sizeof(w->name), "%s", name);
	return w;
}

int
store_put_head(struct store *s, const struct id *feed, struct bytes data)
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
store_stage_file(struct store *s, const char *name, struct bytes data)
{
	struct waiting *w;
	char tmp[32];
	int err = 0;

	if (s->readonly)
		return QERR_IO;
	if ((err = write_tmp(s, tmp, data)) != 0)
		return err;
	if ((w = wait_add(s, name)) == NULL) {
		unlinkat(s->fd, tmp, 0);
		return QERR_NOMEM;
	}
	memcpy(w->tmp, tmp, sizeof(tmp));
	return 0;
}

int
store_stage(struct store *s, const struct tree_name *t, struct bytes data)
{
	char path[TREE_PATH_MAX];
	int err;

	if (s->readonly)
		return QERR_IO;
	if (data.n > store_size_max(t->kind))
		return QERR_TOOBIG; /* nobody would read it */
	if (t->kind == TREE_ISSUE)
		return store_issues_put(s, t, data);
	tree_path(path, t);
	err = store_stage_file(s, path, data);
	if (err == 0 && t->kind == TREE_PACK)
		s->waiting[s->n_waiting - 1].size = data.n;
	return err;
}

int
store_put(struct store *s, const struct tree_name *t, struct bytes data,
    bool head)
{
	int err = store_stage(s, t, data);

	if (err == 0 && head)
		err = store_put_head(s, &t->id, data);
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

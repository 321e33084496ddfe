#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/qerr.h"
#include "proto/host/import_inner.h"
#include "proto/host/log.h"

int
import_error(void)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return QERR_ABSENT;
	log_errno("a source cannot be opened");
	return QERR_IO;
}

int
import_open(struct import_source **ret, const char *where,
    const struct import_way *way)
{
	static const struct import_way straight = {.near = true};
	const char *path = where;
	struct stat st;

	if (strncmp(where, "http://", 7) == 0 ||
	    strncmp(where, "https://", 8) == 0)
		return import_http(ret, where, way != NULL ? way : &straight);
	if (strncmp(where, "file://", 7) == 0)
		path = where + 7;
	if (stat(path, &st) != 0)
		return import_error();
	if (S_ISDIR(st.st_mode))
		return import_folder(ret, path);
	/* A tar is read here and there: a pipe or a device will not do. */
	if (!S_ISREG(st.st_mode))
		return QERR_ENCODING;
	return import_lone(ret, path) == 0 ? 0 : import_tar(ret, path);
}

void
import_close(struct import_source *src)
{
	if (src != NULL)
		src->close(src);
}

bool
import_is_slow(const struct import_source *src)
{
	return src->slow;
}

int
import_feeds(struct import_source *src, int (*fn)(void *, const struct id *),
    void *arg)
{
	return src->feeds == NULL ? QERR_ABSENT : src->feeds(src, fn, arg);
}

int
import_get(struct import_source *src, const struct tree_name *t, size_t max,
    struct buf *b)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	buf_clear(b);
	return src->get(src, path, max, b);
}

int
import_get_from(struct import_source *src, const struct tree_name *t,
    size_t from, size_t max, struct buf *b)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	buf_clear(b);
	return src->get_from == NULL ? QERR_ABSENT
				     : src->get_from(src, path, from, max, b);
}

void
import_soon(struct import_source *src, const struct tree_name *t, size_t size)
{
	char path[TREE_PATH_MAX];

	tree_path(path, t);
	if (src->soon != NULL)
		src->soon(src, path, size);
}

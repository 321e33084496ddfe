#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/host/import_inner.h"
#include "proto/object/armour.h"

/*
 * One charter by itself, as a file or in text form: a revocation that was handed on.  As a
 * tree it holds that and nothing else, of the one feed that it is of.
 */
#define TEXT_MAX (2 * CHARTER_FILE_MAX)

struct lone {
	struct import_source src;
	struct buf file;
	struct charter charter;
};

static int
get(struct import_source *src, const char *path, size_t max, struct buf *b)
{
	struct lone *o = (struct lone *)(void *)src;
	struct tree_name t;

	if (tree_parse(&t, path) != 0 || t.kind != TREE_CHARTER ||
	    t.number != o->charter.version || o->file.n > max)
		return QERR_ABSENT;
	buf_put(b, o->file.p, o->file.n);
	return buf_err(b);
}

static bool
has(struct import_source *src, const struct feed *f)
{
	return feed_is_of(f, &((struct lone *)(void *)src)->charter);
}

static void
close_one(struct import_source *src)
{
	struct lone *o = (struct lone *)(void *)src;

	buf_done(&o->file);
	free(o);
}

int
import_lone(struct import_source **ret, const char *path)
{
	struct lone *o = calloc(1, sizeof(*o));
	struct stat st;
	int err;

	if (o == NULL)
		return QERR_NOMEM;
	o->src =
	    (struct import_source){.get = get, .close = close_one, .has = has};
	buf_init(&o->file, 0);
	err = stat(path, &st) == 0 && st.st_size <= TEXT_MAX
		  ? file_read(&o->file, AT_FDCWD, path, TEXT_MAX)
		  : QERR_TOOBIG;
	if (err == 0)
		err = armour_strip(&o->file, ARMOUR_CHARTER, CHARTER_FILE_MAX);
	if (err == 0)
		err = charter_peek(&o->charter, buf_bytes(&o->file));
	if (err != 0) {
		close_one(&o->src);
		return err;
	}
	*ret = &o->src;
	return 0;
}

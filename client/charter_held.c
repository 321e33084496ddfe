#include "client/charter_held.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>

#include "client/app.h"
#include "proto/base/qerr.h"
#include "proto/host/file.h"
#include "proto/object/armour.h"

#define TEXT_MAX (2 * CHARTER_FILE_MAX)

void
charter_held_init(struct charter_held *h)
{
	h->n = 0;
	for (size_t i = 0; i < CHARTER_HELD_MAX; i++)
		buf_init(&h->file[i], 0);
}

void
charter_held_done(struct charter_held *h)
{
	for (size_t i = 0; i < CHARTER_HELD_MAX; i++)
		buf_done(&h->file[i]);
}

struct bytes
charter_held_file(const struct charter_held *h)
{
	return buf_bytes(&h->file[0]);
}

/* A charter's file, in whatever form; |ret| borrows from |b|. */
static int
read_file(struct buf *b, const char *path, struct charter *ret)
{
	int err;

	buf_clear(b);
	if ((err = file_read(b, AT_FDCWD, path, TEXT_MAX)) != 0 ||
	    (err = armour_strip(b, ARMOUR_CHARTER, CHARTER_FILE_MAX)) != 0)
		return err;
	return charter_peek(ret, buf_bytes(b));
}

bool
charter_held_is(const char *path, struct charter *ret)
{
	struct stat st;
	struct buf b;
	bool is;

	buf_init(&b, 0);
	is = stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	     read_file(&b, path, ret) == 0;
	buf_done(&b);
	return is;
}

/* One more file: 0, or an error. */
static int
read_one(struct charter_held *h, const char *path, struct charter *ret)
{
	int err;

	if (h->n == CHARTER_HELD_MAX)
		return QERR_FULL;
	if ((err = read_file(&h->file[h->n], path, ret)) == 0)
		h->n++;
	return err;
}

/* The charter before |c|, of those in |folder|. */
static int
read_before(struct charter_held *h, const char *folder, struct charter *c)
{
	char path[PATH_MAX + 32];
	struct charter before;

	for (int k = 0; k < 2; k++) {
		if (k == 0)
			snprintf(path, sizeof(path), "%s/charter.%llu", folder,
			    (unsigned long long)c->version - 1);
		else
			snprintf(path, sizeof(path), "%s/charter", folder);
		if (read_one(h, path, &before) != 0)
			continue;
		if (id_eq(&before.hash, &c->previous)) {
			*c = before;
			return 0;
		}
		h->n--;
	}
	return QERR_ABSENT;
}

/* The charter before this one, filled in from those before it down to a whole one. */
static int
find_before(struct charter_held *h)
{
	char copy[PATH_MAX], *folder;
	struct charter c = h->charter, all;
	int err;

	snprintf(copy, sizeof(copy), "%s", h->path);
	folder = dirname(copy);
	do
		err = read_before(h, folder, &c);
	while (err == 0 && c.is_revocation);
	for (size_t i = h->n - 1; i-- > 1 && err == 0;) {
		err = charter_take(&all, buf_bytes(&h->file[i]), &c);
		c = all;
	}
	h->before = c;
	return err;
}

/* Who is before it: 0, or why that is not known. */
static int
set_before(struct charter_held *h, const struct charter *before)
{
	int err = QERR_ABSENT;

	if (before == NULL && h->charter.version > 1) {
		err = find_before(h);
	} else if (before != NULL) {
		h->before = *before;
		err =
		    id_eq(&h->charter.previous, &before->hash) ? 0 : QERR_CHAIN;
	}
	h->has_before = err == 0;
	return err;
}

int
charter_held_read(struct charter_held *h, const char *arg, const char *name,
    const struct charter *before)
{
	struct stat st;
	int err;

	if (stat(arg, &st) == 0 && S_ISDIR(st.st_mode))
		snprintf(h->path, PATH_MAX, "%s/%s", arg, name);
	else
		snprintf(h->path, PATH_MAX, "%s", arg);
	h->n = 0;
	err = read_one(h, h->path, &h->charter);
	if (err == QERR_ABSENT || err == QERR_IO)
		return complain_of(h->path, "read", err);
	if (err != 0)
		return complain("%s is no charter: it %s. Name a charter, or "
				"the folder that \"quire key new\" made.",
		    h->path, qerr_str(err));
	err = set_before(h, before);
	if (!h->charter.is_revocation)
		return APP_DONE;
	if (err == 0)
		err =
		    charter_take(&h->charter, charter_held_file(h), &h->before);
	if (err == QERR_CHAIN && before != NULL)
		return complain("%s follows another charter than the one "
				"before.",
		    h->path);
	if (err == QERR_ABSENT)
		return complain("%s is a revocation, and the charters before "
				"it are not beside it. Put it into the feed's "
				"folder.",
		    h->path);
	return err == 0 ? APP_DONE
			: complain("%s is no charter: it %s.", h->path,
			      qerr_str(err));
}

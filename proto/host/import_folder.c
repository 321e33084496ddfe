#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/base/text.h"
#include "proto/host/file.h"
#include "proto/host/import_inner.h"

struct folder {
	struct import_source src;
	int fd;
};

static int
folder_get(struct import_source *src, const char *path, size_t max,
    struct buf *b)
{
	return file_read(b, ((struct folder *)src)->fd, path, max);
}

static void
folder_close(struct import_source *src)
{
	close(((struct folder *)src)->fd);
	free(src);
}

static int
folder_feeds(struct import_source *src, int (*fn)(void *, const struct id *),
    void *arg)
{
	DIR *d = file_folder(((struct folder *)src)->fd, "feed");
	struct dirent *e;
	struct id feed;
	int err = 0;

	if (d == NULL)
		return import_error();
	while (err == 0 && (e = readdir(d)) != NULL)
		if (id_parse(&feed, e->d_name, strlen(e->d_name)) == 0)
			err = fn(arg, &feed);
	closedir(d);
	return err;
}

int
import_folder(struct import_source **ret, const char *path)
{
	struct folder *f = calloc(1, sizeof(*f));

	*ret = NULL;
	if (f == NULL)
		return QERR_NOMEM;
	f->src = (struct import_source){
	    .get = folder_get, .close = folder_close, .feeds = folder_feeds};
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd < 0) {
		free(f);
		return import_error();
	}
	*ret = &f->src;
	return 0;
}

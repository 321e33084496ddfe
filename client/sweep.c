#include "client/sweep.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "client/page.h"
#include "proto/base/text.h"

static bool
ends(const char *name, size_t at, const char *a, const char *b)
{
	return strcmp(name + at, a) == 0 || strcmp(name + at, b) == 0;
}

static bool
contents_key(struct id *ret, const char *name)
{
	size_t n = strlen(name), html = strlen(".html");

	if (n >= sizeof(ret->b) || n <= html ||
	    strncasecmp(name, "index", 5) != 0 ||
	    strcasecmp(name + n - html, ".html") != 0)
		return false;
	memset(ret, 0, sizeof(*ret));
	/* Where case means nothing it is the old name that the new file has. */
	for (size_t i = 0; i < n; i++)
		ret->b[i] = (uint8_t)tolower((unsigned char)name[i]);
	return true;
}

static bool
page_key(struct id *ret, const char *name)
{
	if (strspn(name, "0123456789abcdef") != PAGE_NAME_LEN ||
	    !ends(name, PAGE_NAME_LEN, ".html", ".quire"))
		return false;
	memcpy(ret->b, name, sizeof(ret->b));
	return true;
}

static bool
picture_key(struct id *ret, const char *name)
{
	size_t n = strcspn(name, ".");

	return n == ID_TEXT_LEN && name[n] == '.' &&
	       id_parse(ret, name, n) == 0;
}

bool
sweep_key(struct id *ret, enum sweep_kind kind, const char *name)
{
	switch (kind) {
	case SWEEP_CONTENTS:
		return contents_key(ret, name);
	case SWEEP_PAGE:
		return page_key(ret, name);
	case SWEEP_PICTURE:
		return picture_key(ret, name);
	}
	return false;
}

size_t
sweep(int dir, const char *folder, enum sweep_kind kind, const struct map *keep)
{
	int fd = openat(dir, folder,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	struct id key;
	size_t n = 0;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while ((e = readdir(d)) != NULL)
		if (sweep_key(&key, kind, e->d_name) &&
		    map_get(keep, &key) == NULL)
			n += unlinkat(dirfd(d), e->d_name, 0) == 0;
	closedir(d);
	return n;
}

#include "proto/host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/qerr.h"
#include "proto/host/log.h"

#define CHUNK 65536

static int
file_error(const char *what)
{
	int e = errno;

	if (e == ENOENT || e == ENOTDIR)
		return QERR_ABSENT;
	if (e == ENOSPC || e == EDQUOT || e == EFBIG)
		return QERR_NOSPACE;
	log_errno("%s a file", what);
	return QERR_IO;
}

/* Append all that |fd| gives, at most |max| bytes; |guess| are expected. */
static int
read_all(struct buf *b, int fd, size_t guess, size_t max)
{
	size_t begin = b->n, want = (guess < max ? guess : max) + 1;

	for (;;) {
		uint8_t *p = buf_grow(b, want);
		ssize_t n;

		if (p == NULL)
			return buf_err(b);
		do
			n = read(fd, p, want);
		while (n < 0 && errno == EINTR);
		b->n -= want - (n > 0 ? (size_t)n : 0);
		if (n < 0)
			return file_error("cannot read");
		if (n == 0)
			return 0;
		if (b->n - begin > max)
			return QERR_TOOBIG;
		/* Less than was wanted: only its end is still to be seen. */
		want = (size_t)n < want ? want - (size_t)n : CHUNK;
	}
}

int
file_read(struct buf *b, int dir, const char *path, size_t max)
{
	bool named = dir == AT_FDCWD; /* by the user: a pipe is fine */
	int fd =
	    openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int err;

	if (fd < 0)
		return file_error("cannot open");
	if (fstat(fd, &st) != 0)
		err = file_error("cannot look at");
	else if (S_ISDIR(st.st_mode) || (!named && !S_ISREG(st.st_mode)))
		err = QERR_ABSENT;
	else if (fcntl(fd, F_SETFL, 0) != 0) /* whoever writes is waited for */
		err = file_error("cannot read");
	else
		err = read_all(b, fd, (size_t)st.st_size, max);
	close(fd);
	return err;
}

/*
 * Folder by folder, and no link is followed.  openat2() would do it in one call, but a
 * service manager that guards file modes must refuse that whole (RestrictSUIDSGID=).
 */
static int
open_below(int folder, const char *path, int last)
{
	char name[PATH_MAX];
	int at = folder, flags = O_CLOEXEC | O_NOFOLLOW;
	char *part = name, *slash;

	if (snprintf(name, sizeof(name), "%s", path) >= PATH_MAX)
		return QERR_ABSENT;
	do {
		int dir = at, why;

		slash = strchr(part, '/');
		if (slash != NULL)
			*slash = '\0';
		errno = ENOENT;
		if (strcmp(part, "..") == 0)
			at = -1;
		else if (slash != NULL)
			at = openat(dir, part[0] == '\0' ? "." : part,
			    flags | O_PATH | O_DIRECTORY);
		else
			at = openat(dir, part[0] == '\0' ? "." : part,
			    flags | last);
		why = errno;
		if (dir != folder)
			close(dir);
		errno = why;
		if (slash != NULL)
			part = slash + 1;
	} while (at >= 0 && slash != NULL);
	return at;
}

int
file_open_below(int folder, const char *path)
{
	int at = open_below(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (at < 0)
		return errno == ELOOP ? QERR_ABSENT : file_error("cannot open");
	if (fstat(at, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(at);
		return QERR_ABSENT;
	}
	return at;
}

int
file_folder_below(int folder, const char *path)
{
	return open_below(folder, path, O_RDONLY | O_DIRECTORY);
}

int
file_read_below(struct buf *b, int folder, const char *path, size_t max)
{
	int fd = file_open_below(folder, path), err;
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0 || fcntl(fd, F_SETFL, 0) != 0)
		err = file_error("cannot look at");
	else
		err = read_all(b, fd, (size_t)st.st_size, max);
	close(fd);
	return err;
}

int
file_read_stdin(struct buf *b, size_t max)
{
	return read_all(b, STDIN_FILENO, CHUNK, max);
}

int
file_write_all(int fd, struct bytes data)
{
	while (data.n > 0) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data.p += n;
		data.n -= (size_t)n;
	}
	return 0;
}

DIR *
file_folder(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int why = errno;

	if (fd >= 0 && d == NULL)
		close(fd);
	errno = why;
	return d;
}

/* The folder that |path| stands in, to sync it after a rename. */
static int
open_folder(int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (slash == NULL)
		return openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(folder, sizeof(folder), "%.*s",
	    slash == path ? 1 : (int)(slash - path), path);
	return openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
file_beside(char tmp[PATH_MAX], int dir, const char *path, mode_t mode)
{
	int fd;

	if (snprintf(tmp, PATH_MAX, "%s.tmp%ld", path, (long)getpid()) >=
	    PATH_MAX)
		return QERR_TOOBIG;
	(void)unlinkat(dir, tmp, 0); /* of one of that number that was killed */
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	return fd >= 0 ? fd : file_error("cannot make");
}

int
file_replace(const char *tmp, int dir, const char *path)
{
	int folder, err = 0;

	if (renameat(dir, tmp, dir, path) != 0) {
		err = file_error("cannot rename");
		unlinkat(dir, tmp, 0);
		return err;
	}
	folder = open_folder(dir, path);
	if (folder < 0)
		return file_error("cannot open the folder of");
	/* Some file systems of sticks and shares know no syncing of folders. */
	if (fsync(folder) != 0 && errno != EINVAL)
		err = file_error("cannot sync the folder of");
	close(folder);
	return err;
}

int
file_write(int dir, const char *path, struct bytes data, mode_t mode)
{
	char tmp[PATH_MAX];
	struct stat st;
	int fd, err = 0;

	if (fstatat(dir, path, &st, 0) == 0 && !S_ISREG(st.st_mode)) {
		log_error("a folder, a device or a pipe is there");
		return QERR_IO;
	}
	if ((fd = file_beside(tmp, dir, path, mode)) < 0)
		return fd;
	if (file_write_all(fd, data) != 0 || fsync(fd) != 0)
		err = file_error("cannot write");
	if (close(fd) != 0 && err == 0)
		err = file_error("cannot write");
	if (err == 0)
		return file_replace(tmp, dir, path);
	unlinkat(dir, tmp, 0);
	return err;
}

int
file_mkdirs(int dir, const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return QERR_TOOBIG;
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dir, part, mode) != 0 && errno != EEXIST)
			return file_error("cannot make the folder of");
	}
	return 0;
}
